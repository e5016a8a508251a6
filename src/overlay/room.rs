//! Whether a picture can be painted and encoded in the memory that is free. Asked first: an allocation that fails ends the
//! program, and with it all answers.

use crate::{memory, words::size};

/// Bytes for each pixel that is painted: the copy, what it is encoded to, and what the clipboard takes.
const N_BYTES_PAINTED: f64 = 10.0;

/// Bytes for each pixel between the two passes of a change of size: four numbers of 32 bits.
const N_BYTES_SCALED: f64 = 16.0;

/// There is not enough memory to paint a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "Painting the boxes into a picture of {width}×{height} pixels needs {} of memory, more than is free. Close other programs, \
     or make the picture smaller",
    size(*n_bytes)
)]
pub struct NoRoom {
    width: u32,
    height: u32,
    n_bytes: u64,
}

/// Refuses to paint a picture of so many pixels, made larger by `factor` before, if there is no memory for it.
///
/// # Errors
/// When it would take more than is free.
pub fn check_room((width, height): (u32, u32), factor: f32) -> Result<(), NoRoom> {
    let (n_pixels, factor) = (f64::from(width) * f64::from(height), f64::from(factor));
    let scaled = if (factor - 1.0).abs() < f64::EPSILON { 0.0 } else { N_BYTES_SCALED * factor };
    let n_bytes = (n_pixels * (N_BYTES_PAINTED * factor * factor + scaled)) as u64;
    if memory::has_room_for(n_bytes) { Ok(()) } else { Err(NoRoom { width, height, n_bytes }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_larger_than_any_memory_is_refused_in_one_sentence() {
        assert_eq!(check_room((4000, 3000), 1.0), Ok(()));
        let sentence = check_room((4_000_000, 3_000_000), 2.0).unwrap_err().to_string();
        assert_eq!(
            sentence,
            "Painting the boxes into a picture of 4000000×3000000 pixels needs 864000.00 GB of memory, more than is free. \
             Close other programs, or make the picture smaller"
        );
    }
}
