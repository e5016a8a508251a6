//! Over every screen: the dialogs inside the window.

mod conversion;
mod download;
mod modal;

pub use conversion::{Original, Shrinking, SmallCopy};
pub(crate) use download::NO_FOLDER;
pub use download::{Getting};
pub(crate) use modal::dialogs_ui;
pub use modal::{Dialog, PathPurpose};
