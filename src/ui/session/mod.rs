//! What outlives the window: the content of the session file, and the folder that it is kept in.

mod content;
mod store;

pub(crate) use content::{KeptFiles, SavedSource};
pub(crate) use store::{Restored, SessionStore};

/// Reads the content of a session file, for `tests/fuzz`.
#[cfg(fuzzing)]
pub fn fuzz_session(content: &[u8]) {
    // What makes no sense is an error, and nothing else may come of it.
    let _ = reading::read(content);
}
