//! What Linux needs of its own: a clipboard that never holds up a frame, and drops that the window library refuses.

mod clipboard;
mod drops;
mod selection;

use winit::raw_window_handle::{HasWindowHandle, RawWindowHandle};

use super::{gathering::gathered, root::App};
use crate::typed::{self, Pasted};

impl App {
    /// Reads what is pasted, and puts what is copied, in place of the window library.
    #[must_use]
    pub(super) fn with_clipboard(self, has_x11: bool) -> Self {
        self.ctx.add_plugin(clipboard::Clipboard::new(has_x11, self.jobs.teller()));
        self
    }

    /// Takes in what is dropped and what the window library does not tell of.
    #[must_use]
    pub(super) fn with_all_drops(self, window: &impl HasWindowHandle) -> Self {
        let window = match window.window_handle().map(|handle| handle.as_raw()) {
            Ok(RawWindowHandle::Xlib(handle)) => u32::try_from(handle.window).ok(),
            Ok(RawWindowHandle::Xcb(handle)) => Some(handle.window.get()),
            _ => None,
        };
        let tell = self.jobs.teller();
        let take = move |list| {
            let Pasted { paths, problems } = typed::pasted(&typed::list(list), None);
            tell(gathered(&paths, problems));
        };
        if let Some(Err(e)) = window.map(|window| drops::watch(window, take)) {
            tracing::debug!("Drops can't be watched: {e}");
        }
        self
    }
}
