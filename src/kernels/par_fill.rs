//! Weights, written by all threads in parallel as their memory is first touched.

#![allow(unsafe_code, reason = "lines that are written part by part are whole only afterwards")]

use std::mem::MaybeUninit;

use rayon::prelude::*;

use super::{
    layout::{Line, bytes_mut},
    room::Lines,
};

/// Lines that a thread reads at a time: they fit into a core's own cache, and calls are few.
const LINES_AT_ONCE: usize = 1 << 13;

/// `n_parts × part_len` lines; `fill` is given the number of a part and a place for it, which holds anything.
///
/// Parts are made in the cache of the core that makes them, so that memory is touched once: filled with zeros first,
/// loading took half as long again.
pub(super) fn par_fill<L: Line>(n_parts: usize, part_len: usize, fill: impl Fn(usize, &mut [L]) + Sync) -> Lines<L> {
    let write = |room: &mut [MaybeUninit<L>]| {
        room.par_chunks_mut(part_len.max(1)).enumerate().for_each_init(
            || vec![L::default(); part_len],
            |part, (i, place)| {
                fill(i, part);
                place.write_copy_of_slice(part);
            },
        );
    };
    // SAFETY: the parts are all of it, and each was written.
    unsafe { Lines::new(n_parts * part_len, write) }
}

/// `n` lines; `read` writes some of their bytes, from the given one on, straight to where they stay.
pub(super) fn par_read<L: Line>(n: usize, read: impl Fn(usize, &mut [u8]) + Sync) -> Lines<L> {
    let write = |room: &mut [MaybeUninit<L>]| {
        room.par_chunks_mut(LINES_AT_ONCE).enumerate().for_each(|(i, place)| {
            place.fill(MaybeUninit::new(L::default()));
            // SAFETY: all of it was just written.
            let lines = unsafe { place.assume_init_mut() };
            read(i * LINES_AT_ONCE * size_of::<L>(), bytes_mut(lines));
        });
    };
    // SAFETY: the parts are all of it, and each was written.
    unsafe { Lines::new(n, write) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::layout::{ByteLine, bytes};

    #[test]
    fn bytes_are_read_to_their_places() {
        for n in [0, 1, 3, 40_000] {
            let lines: Lines<ByteLine> = par_read(n, |at, out| {
                (at..).zip(out).for_each(|(i, byte)| *byte = (i % 251) as u8);
            });
            assert_eq!(lines.len(), n);
            assert!(bytes(&lines).iter().enumerate().all(|(i, byte)| *byte == (i % 251) as u8));
        }
    }

    #[test]
    fn every_part_is_in_its_place() {
        for (n_parts, part_len) in [(0, 3), (5, 0), (1, 1), (7, 3), (40, 1000)] {
            let lines: Lines<ByteLine> = par_fill(n_parts, part_len, |i, part| {
                part.iter_mut()
                    .enumerate()
                    .for_each(|(j, line)| *line = ByteLine([((i * part_len + j) % 251) as u8; 64]));
            });
            let expected = (0..n_parts * part_len).map(|i| ByteLine([(i % 251) as u8; 64]));
            assert!(lines.iter().copied().eq(expected));
        }
    }
}
