//! Over every screen: the dialogs inside the window.

mod batch;
mod conversion;
mod dataset;
mod download;
mod open;
mod path;
mod replace;
mod shortcuts;

pub(crate) use open::dialogs_ui;
