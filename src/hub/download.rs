//! A download on a thread of its own, for a window: it tells how far it is, can be paused or given up, and wakes whoever
//! watches.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use crossbeam_channel::{Receiver, unbounded};

use super::{error::HubError, folder::discard, progress::Progress, pull::pull, settings::Settings};
use crate::checkpoint::Manifest;

/// What a download tells. It ends with exactly one of the others than [`DownloadEvent::Progress`].
#[derive(Debug)]
pub enum DownloadEvent {
    /// It goes on.
    Progress(Progress),
    /// Everything is there and checked.
    Finished(Manifest),
    /// It was told to pause; one sentence that says what is kept.
    Paused(String),
    /// It was given up; bytes of the unfinished files that were removed.
    Discarded(u64),
    /// It could not go on, or what is left of it could not be removed; one sentence for a person. What has arrived is kept.
    Failed(String),
}

/// The handle to the thread. Dropping it pauses the download and does not wait.
#[derive(Debug)]
pub struct Download {
    events: Receiver<DownloadEvent>,
    wish: Arc<Wish>,
}

/// What the thread is to do.
#[derive(Debug, Default)]
struct Wish {
    is_to_stop: AtomicBool,
    /// And then to remove what has arrived.
    is_to_discard: AtomicBool,
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
        Self::spawn(wake, move |wish, tell| {
            let pulled = pull(&repo, &folder, &settings, &mut |progress| {
                tell(DownloadEvent::Progress(progress));
                if wish.is_to_stop.load(Ordering::SeqCst) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            match pulled {
                Ok(manifest) => DownloadEvent::Finished(manifest),
                Err(_) if wish.is_to_discard.load(Ordering::SeqCst) => discarded(&folder),
                Err(e @ HubError::Stopped { .. }) => DownloadEvent::Paused(e.to_string()),
                Err(e) => DownloadEvent::Failed(e.to_string()),
            }
        })
    }

    /// Removes what an earlier download left unfinished in `folder`, and downloads nothing.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start_discarding(folder: PathBuf, wake: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        Self::spawn(wake, move |_, _| discarded(&folder))
    }

    /// A thread that tells what `run` tells, and then its end.
    fn spawn(
        wake: impl Fn() + Send + 'static,
        run: impl FnOnce(&Wish, &dyn Fn(DownloadEvent)) -> DownloadEvent + Send + 'static,
    ) -> std::io::Result<Self> {
        let (sender, events) = unbounded();
        let wish = Arc::new(Wish::default());
        let for_thread = Arc::clone(&wish);
        thread::Builder::new().name("hub".to_owned()).spawn(move || {
            let tell = |event| {
                // Nobody listening means that nothing is left to tell.
                let _ = sender.send(event);
                wake();
            };
            tell(run(&for_thread, &tell));
        })?;
        Ok(Self { events, wish })
    }

    /// Pauses it; what has arrived is kept. It takes a moment, until the event that says so.
    pub fn pause(&self) {
        self.wish.is_to_stop.store(true, Ordering::SeqCst);
    }

    /// Whether it was told to stop, and may still be about to.
    #[must_use]
    pub fn is_to_stop(&self) -> bool {
        self.wish.is_to_stop.load(Ordering::SeqCst)
    }

    /// Stops it and removes its unfinished files. If everything is there and checked by then, that stays.
    pub fn cancel(&self) {
        self.wish.is_to_discard.store(true, Ordering::SeqCst);
        self.pause();
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

fn discarded(folder: &Path) -> DownloadEvent {
    match discard(folder) {
        Ok(n_bytes) => DownloadEvent::Discarded(n_bytes),
        Err(e) => DownloadEvent::Failed(e.to_string()),
    }
}

impl Drop for Download {
    fn drop(&mut self) {
        self.pause();
    }
}
