//! Results to files and to lines of text that other programs read.

mod annotated;
mod json;
mod record;

pub use annotated::{annotated, marks, png, scaled};
pub use json::Json;
pub use record::{
    BoxRecord, CheckpointRecord, FailureRecord, PhraseRecord, Record, SamplingRecord, SettingsRecord, TimingsRecord,
};

/// A format that results can be saved in; one file of this module each.
pub trait Exporter {
    /// The content of a file with these results.
    ///
    /// # Errors
    /// When a result can't be put into this format.
    fn content(&self, results: &[Record]) -> serde_json::Result<Vec<u8>>;
}
