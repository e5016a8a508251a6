//! What a person is told about odd model text.

use serde::{Deserialize, Serialize};

/// Odd output that was skipped or mended, and where in the raw text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// One sentence for a person.
    pub message: String,
    /// Byte offset in the raw text.
    pub at: usize,
}
