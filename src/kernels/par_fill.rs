//! Large buffers, filled by all threads in parallel as they are first touched.

#![allow(unsafe_code, reason = "a buffer that is filled part by part is whole only afterwards")]

use std::mem::MaybeUninit;

use rayon::prelude::*;

/// `n_parts × part_len` values; `fill` is given the number of a part and a place for it, which holds anything.
///
/// Parts are made in the cache of the core that makes them, so that memory is touched once: filled with zeros first,
/// loading took half as long again.
pub(super) fn par_fill<T: Copy + Default + Send + Sync>(
    n_parts: usize,
    part_len: usize,
    fill: impl Fn(usize, &mut [T]) + Sync,
) -> Vec<T> {
    let n_values = n_parts * part_len;
    let mut buffer = Vec::with_capacity(n_values);
    let room = &mut buffer.spare_capacity_mut()[..n_values];
    ask_for_large_pages(room);
    room.par_chunks_mut(part_len.max(1)).enumerate().for_each_init(
        || vec![T::default(); part_len],
        |part, (i, place)| {
            fill(i, part);
            place.write_copy_of_slice(part);
        },
    );
    // SAFETY: the parts are all of it, and each was written.
    unsafe { buffer.set_len(n_values) };
    buffer
}

/// Pages of 2 MB cost less to look up than those of 4 kB; systems that can't give them lose nothing.
#[cfg(target_os = "linux")]
fn ask_for_large_pages<T>(room: &mut [MaybeUninit<T>]) {
    const PAGE: usize = 4096;
    let (start, n_bytes) = (room.as_mut_ptr().cast::<u8>(), size_of_val(room));
    let skipped = start.align_offset(PAGE);
    let whole_pages = n_bytes.saturating_sub(skipped) / PAGE * PAGE;
    if whole_pages > 0 {
        // SAFETY: the pages lie within the buffer, and the advice changes nothing that they hold.
        let _ =
            unsafe { rustix::mm::madvise(start.add(skipped).cast(), whole_pages, rustix::mm::Advice::LinuxHugepage) };
    }
}

#[cfg(not(target_os = "linux"))]
fn ask_for_large_pages<T>(_room: &mut [MaybeUninit<T>]) {}

#[cfg(test)]
mod tests {
    use super::par_fill;

    #[test]
    fn every_part_is_in_its_place() {
        for (n_parts, part_len) in [(0, 3), (5, 0), (1, 1), (7, 3), (40, 10_000)] {
            let values = par_fill(n_parts, part_len, |i, part: &mut [u32]| {
                part.iter_mut().enumerate().for_each(|(j, value)| *value = (i * part_len + j) as u32);
            });
            assert!(values.into_iter().eq(0..(n_parts * part_len) as u32));
        }
    }
}
