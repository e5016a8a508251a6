//! A download as a job beside the window, that can be paused or given up.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{error::HubError, folder::discard, offer::Offer, progress::Progress, pull::pull};
use crate::{
    background::{Event, Job, Wish},
    checkpoint::Manifest,
};

/// A download on a thread of its own. Pausing keeps what has arrived; stopping gives the download up and removes its
/// unfinished files, unless everything is there and checked by then.
pub type Download = Job<Progress, DownloadEnd>;

/// What a download tells. When it fails, what has arrived is kept.
pub type DownloadEvent = Event<Progress, DownloadEnd>;

/// What a download came to.
#[derive(Debug)]
pub enum DownloadEnd {
    /// Everything is there and checked.
    Complete(Manifest),
    /// It was paused; one sentence that says what is kept.
    Paused(String),
    /// It was given up; bytes of the unfinished files that were removed.
    Discarded(u64),
}

/// Begins a download, or goes on with it. `wake` is called after each event, from the thread.
///
/// # Errors
/// When the thread can't be started.
pub fn start_download(offer: Offer, wake: impl Fn() + Send + 'static) -> io::Result<Download> {
    Job::start("hub", wake, move |reporter| {
        let pulled = pull(&offer.repo, &offer.folder, &offer.settings, &mut |progress| reporter.progress(progress));
        match pulled {
            Ok(manifest) => Ok(DownloadEnd::Complete(manifest)),
            Err(_) if reporter.wish() == Wish::Stop => discarded(&offer.folder),
            Err(e @ HubError::Stopped { .. }) => Ok(DownloadEnd::Paused(e.to_string())),
            Err(e) => Err(e.to_string()),
        }
    })
}

/// Removes what an earlier download left unfinished in `folder`, and downloads nothing.
///
/// # Errors
/// When the thread can't be started.
pub fn start_discarding(folder: PathBuf, wake: impl Fn() + Send + 'static) -> io::Result<Download> {
    Job::start("hub", wake, move |_| discarded(&folder))
}

fn discarded(folder: &Path) -> Result<DownloadEnd, String> {
    discard(folder).map(DownloadEnd::Discarded).map_err(|e| e.to_string())
}
