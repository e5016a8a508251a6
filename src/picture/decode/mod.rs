//! From a file's bytes to upright 8-bit pixels in sRGB.
//!
//! The decoders are asked nicely and watched: sizes are checked from the header before any pixel is made, and a
//! decoder that panics (tiled planar TIFFs do that to `tiff` 0.11) costs the picture, not the program.

mod claimed;
mod colour;
mod content;
mod icon;
mod jpeg;
mod library;
mod samples;
mod structure;
mod tiff;
mod turn;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use image::{ImageFormat, RgbImage};

use self::content::Content;
pub use self::samples::without_alpha;
use super::{error::Problem, room, sniff};

/// Pixels, and what to say about them: phrases that go on after the picture's name.
pub(super) struct Decoded {
    pub(super) pixels: Arc<RgbImage>,
    pub(super) notes: Vec<String>,
}

impl Decoded {
    /// Takes pixels that were decoded elsewhere.
    pub(super) fn from_pixels(pixels: Arc<RgbImage>) -> Result<Self, Problem> {
        room::check_size(pixels.width(), pixels.height())?;
        Ok(Self { pixels, notes: Vec::new() })
    }
}

/// Decodes a file's content. The name serves only formats that have no mark.
pub(super) fn decode(bytes: &[u8], name: &str) -> Result<Decoded, Problem> {
    let format = sniff::format_of(bytes, name)?;
    if let Some((width, height)) = claimed::size(format, bytes) {
        room::check_size(width, height)?;
    }
    // Nothing that the closure could leave half done outlives it.
    let content = catch_unwind(AssertUnwindSafe(|| match format {
        ImageFormat::Jpeg => jpeg::decode(bytes),
        ImageFormat::Ico => icon::decode(bytes),
        _ => library::decode(format, bytes),
    }));
    content.unwrap_or(Err(Problem::Unsupported { format })).map(finished)
}

/// Brings colours to sRGB and the picture upright.
fn finished(content: Content) -> Decoded {
    let Content { mut pixels, is_grey, orientation, profile, parts, end, notes } = content;
    let has_colours = profile.is_none_or(|profile| colour::to_srgb(&mut pixels, &profile, is_grey));
    let upright = turn::upright(pixels, orientation);
    let notes = notes.into_iter().map(str::to_owned);
    let notes = notes.chain(end.note().map(str::to_owned)).chain(parts.note());
    let unread = (!has_colours).then(|| "has a colour profile that can't be read; its colours may be off".to_owned());
    Decoded { pixels: Arc::new(upright), notes: notes.chain(unread).collect() }
}
