//! A conversion on a thread of its own, for a window: it tells how far it is, can be stopped, and wakes whoever watches.

use std::{
    ops::ControlFlow,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, unbounded};

use super::{
    error::ConvertError,
    format::Format,
    quantize::{Progress, convert},
};
use crate::checkpoint::{Checkpoint, Source};

/// What a conversion tells. It ends with [`ConversionEvent::Finished`] or [`ConversionEvent::Ended`].
#[derive(Debug)]
pub enum ConversionEvent {
    /// It goes on.
    Progress(Progress),
    /// The new file is there.
    Finished {
        /// The new file.
        path: PathBuf,
        /// Its size.
        n_bytes: u64,
    },
    /// There is no new file; one sentence that says why.
    Ended(String),
}

/// The handle to the thread. Dropping it stops the conversion and does not wait.
#[derive(Debug)]
pub struct Conversion {
    events: Receiver<ConversionEvent>,
    is_to_stop: Arc<AtomicBool>,
}

impl Conversion {
    /// Begins to convert what `source` holds, and `origin` names. `wake` is called after each event, from the thread.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        (source, origin): (Source, String),
        format: Format,
        to: PathBuf,
        wake: impl Fn() + Send + 'static,
    ) -> std::io::Result<Self> {
        let (sender, events) = unbounded();
        let is_to_stop = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&is_to_stop);
        thread::Builder::new().name("convert".to_owned()).spawn(move || {
            let tell = |event| {
                // Nobody listening means that nothing is left to tell.
                let _ = sender.send(event);
                wake();
            };
            let on_progress = &mut |progress| {
                tell(ConversionEvent::Progress(progress));
                if stop.load(Ordering::SeqCst) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            let opened = Checkpoint::open(&source).map_err(ConvertError::from);
            let converted = opened.and_then(|checkpoint| convert(&checkpoint, &origin, format, &to, on_progress));
            tell(match converted {
                Ok(n_bytes) => ConversionEvent::Finished { path: to, n_bytes },
                Err(e) => ConversionEvent::Ended(e.to_string()),
            });
        })?;
        Ok(Self { events, is_to_stop })
    }

    /// Whether it was told to stop, and is about to.
    #[must_use]
    pub fn is_to_stop(&self) -> bool {
        self.is_to_stop.load(Ordering::SeqCst)
    }

    /// Stops it; nothing is left of the new file.
    pub fn stop(&self) {
        self.is_to_stop.store(true, Ordering::SeqCst);
    }

    /// Stops it and waits, at most so long, until nothing of it is left.
    pub fn stop_and_wait(&self, most: Duration) {
        self.stop();
        let until = Instant::now() + most;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            if !matches!(self.events.recv_timeout(left), Ok(ConversionEvent::Progress(_))) {
                break;
            }
        }
    }

    /// The next event, if there is one.
    #[must_use]
    pub fn try_recv(&self) -> Option<ConversionEvent> {
        self.events.try_recv().ok()
    }
}

impl Drop for Conversion {
    fn drop(&mut self) {
        self.stop();
    }
}
