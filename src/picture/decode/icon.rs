//! Icons: one picture in several sizes, of which the best one is taken.
//!
//! The `image` library decodes those that are bitmaps. It refuses PNGs without alpha, which Windows and browsers show
//! and Pillow writes, so PNGs are taken out here and decoded as what they are.

use image::ImageFormat;

use super::{content::Content, library, structure::Parts};
use crate::picture::error::Problem;

/// Bytes before the list of sizes.
const HEADER: usize = 6;

/// Bytes of an entry of the list.
const ENTRY: usize = 16;

/// Decodes the size with the most bits for a pixel, and of those the one with the most pixels, as the library chooses.
pub(super) fn decode(file: &[u8]) -> Result<Content, Problem> {
    let n_sizes = file.get(4..HEADER).map_or(0, |n| usize::from(u16::from_le_bytes([n[0], n[1]])));
    let entries = file.get(HEADER..).unwrap_or_default().as_chunks::<ENTRY>().0;
    let entries = entries.get(..n_sizes).unwrap_or_default();
    let side = |side: u8| if side == 0 { 256 } else { u32::from(side) };
    let score = |e: &&[u8; ENTRY]| (u16::from_le_bytes([e[6], e[7]]), side(e[0]) * side(e[1]));
    // Of equals the first one counts, but the last one before all.
    let best = entries.iter().rev().take(1).chain(entries).reduce(|a, b| if score(&b) > score(&a) { b } else { a });
    let start = best.map_or(0, |e| u32::from_le_bytes([e[12], e[13], e[14], e[15]]) as usize);
    let content = match file.get(start..).filter(|picture| picture.starts_with(b"\x89PNG")) {
        Some(png) => library::decode(ImageFormat::Png, png),
        None => library::decode(ImageFormat::Ico, file),
    }?;
    let (width, height) = content.pixels.dimensions();
    let parts = if n_sizes > 1 { Parts::Sizes { n: n_sizes, width, height } } else { Parts::One };
    Ok(Content { parts, ..content })
}
