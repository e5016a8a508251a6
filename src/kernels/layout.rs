//! How weights lie in memory: 16 rows side by side, so that one vector holds the same column of 16 rows.
//!
//! A product then needs no sums across a vector, reads each weight once in one stream, and the same layout serves one
//! token and many. Groups of 16 rows follow each other; what is missing to 16 rows is 0.

#![allow(unsafe_code, reason = "lines are read from files as the bytes that they are")]

/// Rows side by side.
pub(crate) const ROWS: usize = 16;

/// Columns that share a scale of the activations and of 8-bit weights; int8 products are summed as integers within a block.
pub(crate) const BLOCK: usize = 128;

/// Lines of a block of 8-bit weights of 16 rows: one of scales, then 4 columns each.
pub(crate) const Q8_LINES: usize = 1 + BLOCK / 4;

/// Columns of 4-bit weights that share a step and an offset.
pub(crate) const HALF_PACK: usize = 32;

/// Lines of a pack of 4-bit weights of 16 rows: one of the steps and offsets of its halves, then 8 columns each.
pub(crate) const PACK_LINES: usize = 1 + 2 * HALF_PACK / 8;

/// Lines of a pack as 8-bit weights, without scales.
pub(crate) const UNPACKED_LINES: usize = 2 * HALF_PACK / 4;

/// Lines of a block of 4-bit weights.
pub(crate) const Q4_LINES: usize = BLOCK / (2 * HALF_PACK) * PACK_LINES;

/// Tokens so few that all their sums with 4-bit rows stay in registers while the rows are unpacked; with AVX2, also the most
/// whose sums with 8-bit rows do.
pub(crate) const FEW: usize = 4;

/// One column of 16 rows; a cache line.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(64))]
pub(crate) struct FloatLine(pub(super) [f32; ROWS]);

/// 64 bytes that may be any.
pub(crate) trait Line: Copy + Default + Send + Sync {}

impl Line for FloatLine {}
impl Line for ByteLine {}

/// The bytes of lines, one after the other; numbers are little-endian.
pub(crate) fn bytes<L: Line>(lines: &[L]) -> &[u8] {
    // SAFETY: a line is 64 bytes without padding.
    unsafe { std::slice::from_raw_parts(lines.as_ptr().cast(), size_of_val(lines)) }
}

/// The bytes of lines, to be written.
pub(crate) fn bytes_mut<L: Line>(lines: &mut [L]) -> &mut [u8] {
    // SAFETY: a line is 64 bytes without padding, whatever they are.
    unsafe { std::slice::from_raw_parts_mut(lines.as_mut_ptr().cast(), size_of_val(lines)) }
}

impl Default for ByteLine {
    fn default() -> Self {
        Self::ZERO
    }
}

/// 64 bytes; a cache line. What they hold is said by [`super::Matrix`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(64))]
pub(crate) struct ByteLine(pub(super) [u8; 64]);

impl ByteLine {
    pub(crate) const ZERO: Self = Self([0; 64]);

    /// A line of 16 scales.
    pub(crate) fn of_scales(scales: [f32; ROWS]) -> Self {
        let bytes = scales.map(f32::to_le_bytes);
        Self(std::array::from_fn(|i| bytes[i / 4][i % 4]))
    }

    /// The scales of such a line.
    pub(crate) fn scales(&self) -> [f32; ROWS] {
        let (scales, _) = self.0.as_chunks::<4>();
        std::array::from_fn(|i| f32::from_le_bytes(scales[i]))
    }
}
