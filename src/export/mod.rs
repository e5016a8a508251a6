//! Results to files and to lines of text that other programs read.

mod record;

pub use record::{BoxRecord, CheckpointRecord, FailureRecord, PhraseRecord, Record, TimingsRecord};
