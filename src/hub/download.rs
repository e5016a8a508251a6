//! A download on a thread of its own, for a window: it tells how far it is, can be paused, and wakes whoever watches.

use std::{
    ops::ControlFlow,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use crossbeam_channel::{Receiver, unbounded};

use super::{HubError, Progress, Settings, pull};
use crate::checkpoint::Manifest;

/// What a download tells. It ends with exactly one of [`DownloadEvent::Finished`], [`DownloadEvent::Paused`] and
/// [`DownloadEvent::Failed`].
#[derive(Debug)]
pub enum DownloadEvent {
    /// It goes on.
    Progress(Progress),
    /// Everything is there and checked.
    Finished(Manifest),
    /// It was told to pause; one sentence that says what is kept.
    Paused(String),
    /// It could not go on; one sentence for a person. What has arrived is kept.
    Failed(String),
}

/// The handle to the thread. Dropping it pauses the download and does not wait.
#[derive(Debug)]
pub struct Download {
    events: Receiver<DownloadEvent>,
    is_to_stop: Arc<AtomicBool>,
}

impl Download {
    /// Begins to download `repo` into `folder`, or goes on with it. `wake` is called after each event, from the thread.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        repo: String,
        folder: PathBuf,
        settings: Settings,
        wake: impl Fn() + Send + 'static,
    ) -> std::io::Result<Self> {
        let (sender, events) = unbounded();
        let is_to_stop = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&is_to_stop);
        thread::Builder::new().name("hub".to_owned()).spawn(move || {
            let tell = |event| {
                // Nobody listening means that nothing is left to tell.
                let _ = sender.send(event);
                wake();
            };
            let pulled = pull(&repo, &folder, &settings, &mut |progress| {
                tell(DownloadEvent::Progress(progress.clone()));
                if stop.load(Ordering::SeqCst) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            tell(match pulled {
                Ok(manifest) => DownloadEvent::Finished(manifest),
                Err(e @ HubError::Stopped { .. }) => DownloadEvent::Paused(e.to_string()),
                Err(e) => DownloadEvent::Failed(e.to_string()),
            });
        })?;
        Ok(Self { events, is_to_stop })
    }

    /// Pauses it; what has arrived is kept. To cancel it, wait for the end and call [`super::discard`].
    pub fn pause(&self) {
        self.is_to_stop.store(true, Ordering::SeqCst);
    }

    /// The next event, if there is one.
    #[must_use]
    pub fn try_recv(&self) -> Option<DownloadEvent> {
        self.events.try_recv().ok()
    }

    /// The next event, waiting for it; `None` when the time is up.
    #[must_use]
    pub fn recv_timeout(&self, timeout: std::time::Duration) -> Option<DownloadEvent> {
        self.events.recv_timeout(timeout).ok()
    }
}

impl Drop for Download {
    fn drop(&mut self) {
        self.pause();
    }
}
