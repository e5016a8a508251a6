//! One output that several threads write at once, each its own columns.

#![allow(unsafe_code, reason = "columns of one buffer can't be lent out one by one")]

use std::marker::PhantomData;

/// A buffer `[n, width]` of which each column is written by one thread only.
pub(super) struct Columns<'a> {
    start: *mut f32,
    width: usize,
    n_values: usize,
    buffer: PhantomData<&'a mut [f32]>,
}

// SAFETY: it stands for an exclusive borrow of plain numbers, and `write` asks its callers to share out the columns.
unsafe impl Send for Columns<'_> {}
// SAFETY: as above.
unsafe impl Sync for Columns<'_> {}

impl<'a> Columns<'a> {
    pub(super) fn new(buffer: &'a mut [f32], width: usize) -> Self {
        Self { start: buffer.as_mut_ptr(), width, n_values: buffer.len(), buffer: PhantomData }
    }

    /// Writes `values` into the row from `column` on.
    ///
    /// # Safety
    /// No two threads may write to the same columns.
    pub(super) unsafe fn write(&self, row: usize, column: usize, values: &[f32]) {
        let at = row * self.width + column;
        assert!(column + values.len() <= self.width && at + values.len() <= self.n_values);
        // SAFETY: it lies within the buffer, and nobody else writes there.
        unsafe { std::ptr::copy_nonoverlapping(values.as_ptr(), self.start.add(at), values.len()) };
    }
}
