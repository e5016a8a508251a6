//! What a format for results is: one row of the table [`super::FORMATS`].

use super::{error::ExportError, kind::FileKind, record::Record};

/// A format that results are saved and printed in.
#[derive(Debug)]
pub struct Format {
    /// What `--format` calls it.
    pub name: &'static str,
    /// The kind of file it makes.
    pub kind: FileKind,
    /// What of a result it has no room for, as words that follow "without"; `None` if it keeps everything.
    pub loses: Option<&'static str>,
    /// Turns results into the content of a file.
    pub(super) encode: fn(&[Record]) -> Result<Vec<u8>, ExportError>,
}

impl Format {
    /// The content of a file with these results, in their order.
    ///
    /// # Errors
    /// When a result can't be put into this format.
    pub fn content(&self, results: &[Record]) -> Result<Vec<u8>, ExportError> {
        (self.encode)(results)
    }

    /// What it is in one line, for a list of formats: its label and what it loses.
    #[must_use]
    pub fn summary(&self) -> String {
        let label = self.kind.label;
        self.loses.map_or_else(|| label.to_owned(), |loses| format!("{label}, without {loses}"))
    }
}
