//! What outlives the window: the content of the session file, and the folder that it is kept in.

mod content;
mod store;

pub(crate) use content::{KeptFiles, SavedSource};
pub(crate) use store::{Restored, SessionStore};
