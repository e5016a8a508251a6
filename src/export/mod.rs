//! Results to files.

mod annotated;
mod write;

pub use annotated::{annotated, annotated_png, marks};
pub use write::{WriteError, write_atomically};
