//! One output that several threads write at once, each its own columns, and that is not filled with zeros before.

#![allow(unsafe_code, reason = "columns of one buffer can't be lent out one by one")]

use super::layout::ROWS;

/// Values `[n, width]` in the making, of which each column is written by one thread.
#[derive(Debug)]
pub(super) struct Columns {
    /// Room for all values, with none in it yet.
    values: Vec<f32>,
    start: *mut f32,
    n: usize,
    width: usize,
}

// SAFETY: `start` points into the buffer that it owns, and `write` asks its callers to share out the columns.
unsafe impl Send for Columns {}
// SAFETY: as above.
unsafe impl Sync for Columns {}

impl Columns {
    pub(super) fn new(n: usize, width: usize) -> Self {
        let mut values = Vec::with_capacity(n * width);
        Self { start: values.as_mut_ptr(), values, n, width }
    }

    /// Asks for the place of 16 values, which are soon to be written.
    pub(super) fn expect_line(&self, row: usize, column: usize) {
        prefetch_line(self.start.wrapping_add(row * self.width + column));
    }

    /// Writes `values` into the row from `column` on.
    ///
    /// # Safety
    /// No two threads may write to the same columns.
    #[inline(never)] // otherwise it and `write_line` become one call that copies any number
    pub(super) unsafe fn write(&self, row: usize, column: usize, values: &[f32]) {
        assert!(row < self.n && column + values.len() <= self.width);
        // SAFETY: it lies within the buffer, and nobody else writes there.
        unsafe {
            let place = self.start.add(row * self.width + column);
            std::ptr::copy_nonoverlapping(values.as_ptr(), place, values.len());
        };
    }

    /// The same for 16 values, without a call for so few.
    ///
    /// # Safety
    /// As of [`Self::write`].
    #[inline]
    pub(super) unsafe fn write_line(&self, row: usize, column: usize, line: &[f32; ROWS]) {
        assert!(row < self.n && column + ROWS <= self.width);
        // SAFETY: it lies within the buffer, and nobody else writes there.
        unsafe { self.start.add(row * self.width + column).cast::<[f32; ROWS]>().write_unaligned(*line) };
    }

    /// All values.
    ///
    /// # Safety
    /// All columns of all rows must have been written.
    pub(super) unsafe fn finish(mut self) -> Vec<f32> {
        // SAFETY: the room was reserved, and the caller vouches for the values.
        unsafe { self.values.set_len(self.n * self.width) };
        self.values
    }
}

/// Asks for 16 values from memory, if there are any; they may lie in two lines of the cache.
pub(super) fn prefetch_line(start: *const f32) {
    #[cfg(target_arch = "x86_64")]
    for place in [start, start.wrapping_add(ROWS - 1)] {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: any address will do: nothing is read, and no fault comes of it.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(place.cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = start;
}
