//! Results to files and to lines of text that other programs read.

mod annotated;
mod record;
mod write;

pub use annotated::{annotated, annotated_png, marks};
pub use record::{BoxRecord, CheckpointRecord, FailureRecord, PhraseRecord, Record, TimingsRecord};
pub use write::{WriteError, is_same_file, write_atomically};
