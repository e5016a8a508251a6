//! A picture with its captions, wherever it is read from.

use crate::dataset::Location;

/// A picture, what its file is called, and what people wrote.
pub(super) struct Captioned {
    pub(super) picture: Location,
    pub(super) name: String,
    pub(super) captions: Vec<String>,
}
