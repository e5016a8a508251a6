//! What outlives the window: the content of the session file, and the folder that it is kept in.

mod content;
mod folder;
mod owner;
mod path;
mod reading;
mod store;

pub(crate) use content::{KeptFiles, Restored, SavedPicture, SavedSource, WindowPlace};
pub(crate) use folder::place;
pub(crate) use store::{Beginning, SessionStore, begin};

/// Reads the content of a session file, for `tests/fuzz`.
#[cfg(fuzzing)]
pub fn fuzz_session(content: &[u8]) {
    // What makes no sense is an error, and nothing else may come of it.
    let _ = reading::read(content);
}
