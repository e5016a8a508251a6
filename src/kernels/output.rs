//! One output that several threads write at once, each its own columns, and that is not filled with zeros before.

#![allow(unsafe_code, reason = "columns of one buffer interleave, so no slices can lend them out")]

use std::marker::PhantomData;

use super::layout::ROWS;

/// Values `[n, width]` in the making.
#[derive(Debug)]
pub(super) struct Output {
    /// Has room for all values, and none in it yet.
    values: Vec<f32>,
    n: usize,
    width: usize,
}

/// Columns of an [`Output`] that nobody else can write.
#[derive(Debug)]
pub(super) struct OutputColumns<'a> {
    /// Points to the first column of the first row.
    start: *mut f32,
    n: usize,
    /// Values from one row to the next.
    stride: usize,
    width: usize,
    output: PhantomData<&'a mut Output>,
}

// SAFETY: no two of them share a value, as with mutable slices.
unsafe impl Send for OutputColumns<'_> {}

impl Output {
    pub(super) fn new(n: usize, width: usize) -> Self {
        Self { values: Vec::with_capacity(n.saturating_mul(width)), n, width }
    }

    /// Hands out all columns, which are then shared out with [`OutputColumns::split_off`].
    pub(super) fn columns(&mut self) -> OutputColumns<'_> {
        let start = self.values.as_mut_ptr();
        OutputColumns { start, n: self.n, stride: self.width, width: self.width, output: PhantomData }
    }

    /// Gives the values, once all are written.
    ///
    /// # Safety
    /// All columns of all rows must have been written.
    pub(super) unsafe fn finish(mut self) -> Vec<f32> {
        // SAFETY: the room was reserved, and the caller vouches for the values.
        unsafe { self.values.set_len(self.n * self.width) };
        self.values
    }
}

impl OutputColumns<'_> {
    /// Gives away the first `width` columns, or those that are left if they are fewer.
    pub(super) fn split_off(&mut self, width: usize) -> Self {
        let width = width.min(self.width);
        let first = Self { width, ..*self };
        self.start = self.start.wrapping_add(width);
        self.width -= width;
        first
    }

    /// Prefetches the place of 16 values, which are soon to be written.
    pub(super) fn expect_line(&self, row: usize, column: usize) {
        prefetch_line(self.start.wrapping_add(row.wrapping_mul(self.stride).wrapping_add(column)));
    }

    /// Writes `values` into the row from `column` on.
    #[inline(never)] // otherwise it and `write_line` become one call that copies any number
    pub(super) fn write(&mut self, row: usize, column: usize, values: &[f32]) {
        assert!(row < self.n && self.has(column, values.len()));
        // SAFETY: it lies within the buffer, and nobody else writes there.
        unsafe {
            let place = self.start.add(row * self.stride + column);
            std::ptr::copy_nonoverlapping(values.as_ptr(), place, values.len());
        };
    }

    /// Writes 16 values as [`Self::write`] does, without a call for so few.
    #[inline]
    pub(super) fn write_line(&mut self, row: usize, column: usize, line: &[f32; ROWS]) {
        assert!(row < self.n && self.has(column, ROWS));
        // SAFETY: it lies within the buffer, and nobody else writes there.
        unsafe { self.start.add(row * self.stride + column).cast::<[f32; ROWS]>().write_unaligned(*line) };
    }

    /// Whether there are `n` columns from `column` on.
    #[inline]
    fn has(&self, column: usize, n: usize) -> bool {
        self.width.checked_sub(n).is_some_and(|last| column <= last)
    }
}

/// Prefetches 16 values, if there are any; they may lie in two lines of the cache.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_come_together() {
        let (n, width) = (3, 40);
        let mut output = Output::new(n, width);
        let mut rest = output.columns();
        let mut parts = [rest.split_off(5), rest.split_off(ROWS + 1), rest.split_off(1000)];
        assert_eq!((parts[2].width, rest.width), (width - 5 - ROWS - 1, 0));
        for (part, first) in parts.iter_mut().zip([0, 5, 6 + ROWS]) {
            for row in 0..n {
                for column in (0..part.width).rev() {
                    part.write(row, column, &[(row * width + first + column) as f32]);
                }
            }
        }
        parts[1].write_line(1, 1, &std::array::from_fn(|i| (width + 6 + i) as f32));
        // SAFETY: the parts were all columns, and each of their values was written.
        let values = unsafe { output.finish() };
        assert!(values.into_iter().eq((0..n * width).map(|i| i as f32)));
    }

    #[test]
    fn nothing_is_written_beyond_the_columns() {
        let panics = |write: fn(&mut OutputColumns)| {
            let mut output = Output::new(2, 40);
            let mut columns = output.columns().split_off(20);
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| write(&mut columns))).is_err()
        };
        assert!(!panics(|columns| columns.write_line(1, 4, &[0.0; ROWS])));
        assert!(panics(|columns| columns.write_line(1, 5, &[0.0; ROWS])));
        assert!(panics(|columns| columns.write_line(2, 4, &[0.0; ROWS])));
        assert!(panics(|columns| columns.write_line(1, usize::MAX, &[0.0; ROWS])));
        assert!(!panics(|columns| columns.write(1, 18, &[0.0; 2])));
        assert!(panics(|columns| columns.write(1, 19, &[0.0; 2])));
        assert!(panics(|columns| columns.write(0, 0, &[0.0; 21])));
    }
}
