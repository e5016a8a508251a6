//! Whether a picture fits: into the limits, and into the memory that is free. Asked before any pixel is made.

use image::metadata::Orientation;

use super::{
    error::Problem,
    limits::{MAX_BYTES, MAX_PIXELS},
};
use crate::memory;

/// Refuses pictures without pixels or with too many.
pub(super) fn check_size(width: u32, height: u32) -> Result<(), Problem> {
    match u64::from(width) * u64::from(height) {
        0 => Err(Problem::NoPixels { width, height }),
        n_pixels if n_pixels > MAX_PIXELS => Err(Problem::TooManyPixels { width, height }),
        _ => Ok(()),
    }
}

/// Refuses what would take too many bytes, or more than are free.
pub(super) fn check_memory(n_bytes: u64) -> Result<(), Problem> {
    if n_bytes > MAX_BYTES {
        return Err(Problem::TooMuchMemory { n_bytes });
    }
    if memory::has_room_for(n_bytes) { Ok(()) } else { Err(Problem::TooLittleMemory { n_bytes }) }
}

/// Bytes that turning a picture of so many bytes takes beside it: those that lay it on its side need a copy.
pub(super) fn n_bytes_to_turn(orientation: Orientation, n_bytes: u64) -> u64 {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    match orientation {
        Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH => n_bytes,
        _ => 0,
    }
}
