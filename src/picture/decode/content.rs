//! What a decoder hands over.

use image::{RgbImage, metadata::Orientation};

use super::structure::{End, Parts};

/// What a file holds, before its colours and its position are seen to.
pub(super) struct Content {
    pub(super) pixels: RgbImage,
    /// Whether the file has one channel, which stands three times in the pixels.
    pub(super) is_grey: bool,
    pub(super) orientation: Orientation,
    /// The colour profile (ICC.1).
    pub(super) profile: Option<Vec<u8>>,
    pub(super) parts: Parts,
    pub(super) end: End,
    pub(super) notes: Vec<&'static str>,
}
