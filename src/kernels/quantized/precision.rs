//! The number formats that weights are kept in: f32, or quantized to 8 or 4 bits.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How exactly weights are kept in memory. Files keep its short name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 32 bits, as published: exact.
    F32,
    /// 8 bits, with a scale for each 128 weights of a row: 8.25 bits in all.
    Q8,
    /// 4 bits with a step and an offset for each 32 weights of a row, and a scale for each row: 4.5 bits in all.
    Q4,
}

impl Precision {
    /// All formats, the most exact first.
    pub const ALL: [Self; 3] = [Self::F32, Self::Q8, Self::Q4];

    /// The short name of this format.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::Q8 => "q8",
            Self::Q4 => "q4",
        }
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
