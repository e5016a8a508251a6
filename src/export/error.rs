//! Why something could not be exported.

use super::kind::FileKind;

/// What was to be exported could not be encoded; no file was touched.
#[derive(Debug, thiserror::Error)]
#[error("The export as {} failed, and nothing was written: {reason}", kind.label)]
pub struct ExportError {
    kind: FileKind,
    #[source]
    reason: Box<dyn std::error::Error + Send + Sync>,
}

impl ExportError {
    /// What kind of file it was to be, and what the encoder says.
    pub(super) fn new(kind: FileKind, reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { kind, reason: reason.into() }
    }
}
