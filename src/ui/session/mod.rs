//! What outlives the window.

mod content;
pub(crate) mod store;

pub(crate) use content::Session;
pub use store::Keeper;
