//! How the window comes to its end: what it waits for, and who else may wish for it.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, bounded};
use egui::Context;

/// A disk that takes nothing for so long is not waited for.
pub(super) const LONGEST_SAVE: Duration = Duration::from_secs(10);
/// Who waits longer than this should be told what for.
pub(super) const UNTIL_TOLD: Duration = Duration::from_secs(1);

/// How far the window is with closing.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Closing {
    /// It is not to close.
    #[default]
    No,
    /// It closes when the session is saved.
    Saving {
        since: Instant,
        /// Whether a person has been told what is waited for.
        is_told: bool,
    },
    /// The session could not be saved, and a person was told so; the next time it closes without.
    Refused,
    /// It closes; what is being saved may take until then.
    Now { until: Instant },
}

/// Tells the window from any thread that the program is to end. Clones are one and the same.
#[derive(Clone, Debug)]
pub struct End {
    window: Arc<OnceLock<Context>>,
    is_wanted: Arc<AtomicBool>,
    is_over: (Sender<()>, Receiver<()>),
}

impl Default for End {
    fn default() -> Self {
        Self { window: Arc::default(), is_wanted: Arc::default(), is_over: bounded(1) }
    }
}

impl End {
    /// Has the window save and close, and waits for it; not for one that hangs. Without a window there is nothing to do.
    pub fn close_and_wait(&self) {
        let Some(window) = self.window.get() else { return };
        self.is_wanted.store(true, Ordering::SeqCst);
        window.request_repaint();
        if self.is_over.1.recv_timeout(LONGEST_SAVE + UNTIL_TOLD).is_err() {
            tracing::warn!("The window does not answer; the latest changes may not be saved");
        }
    }

    /// This is the window that is to close.
    pub(super) fn set_window(&self, window: &Context) {
        let _ = self.window.set(window.clone());
    }

    /// Whether the window is to close.
    pub(super) fn is_wanted(&self) -> bool {
        self.is_wanted.load(Ordering::SeqCst)
    }

    /// What can be saved is saved.
    pub(super) fn happened(&self) {
        // Nobody may wait for it.
        let _ = self.is_over.0.try_send(());
    }
}
