//! Memory for weights: in large pages, which cost less to look up, and shared by matrices that would not fill them.

#![allow(
    unsafe_code,
    reason = "a buffer that several matrices have their parts of, each written once and then only read"
)]

use std::{
    alloc::{Layout, alloc, dealloc, handle_alloc_error},
    fmt,
    mem::MaybeUninit,
    ops::Deref,
    ptr::NonNull,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use super::layout::Line;

/// A large page of x86 and most ARM systems.
const PAGE: usize = 2 << 20;
/// Matrices of these sizes share a room. Smaller ones come and go; what larger ones leave of their last page is little.
const SHARED: std::ops::Range<usize> = 1 << 20..12 << 20;
/// What a shared room holds; pages that nobody writes to take no memory.
const SHARED_BYTES: usize = 128 << 20;

/// The room that is being filled, and how much of it is given away. It is kept by those who have parts of it.
static CURRENT: Mutex<(Weak<Room>, usize)> = Mutex::new((Weak::new(), 0));

/// Bytes from the system, of which each is given away once.
struct Room {
    start: NonNull<u8>,
    layout: Layout,
}

// SAFETY: it is only an address; whoever has a part of it is the only one to write there.
unsafe impl Send for Room {}
// SAFETY: as above.
unsafe impl Sync for Room {}

/// Lines that are written once, in large pages.
pub(crate) struct Lines<L> {
    start: NonNull<L>,
    n: usize,
    /// Is kept as long as they are.
    room: Arc<Room>,
}

// SAFETY: they are bytes or numbers that nobody writes any more.
unsafe impl<L: Line> Send for Lines<L> {}
// SAFETY: as above.
unsafe impl<L: Line> Sync for Lines<L> {}

impl Room {
    fn new(n_bytes: usize) -> Self {
        let Ok(layout) = Layout::from_size_align(n_bytes.max(1), PAGE.min(n_bytes.next_power_of_two()).max(64)) else {
            panic!("{n_bytes} bytes of weights are more than can be addressed");
        };
        // SAFETY: the layout is not empty.
        let start = unsafe { alloc(layout) };
        let Some(start) = NonNull::new(start) else { handle_alloc_error(layout) };
        ask_for_large_pages(start, layout.size());
        Self { start, layout }
    }

    /// A room with so many bytes that nobody else has, and where they begin.
    fn with(n_bytes: usize) -> (Arc<Self>, usize) {
        if !SHARED.contains(&n_bytes) {
            return (Arc::new(Self::new(n_bytes)), 0);
        }
        let mut current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
        let (room, used) = &mut *current;
        let place = match room.upgrade() {
            Some(room) if *used + n_bytes <= room.layout.size() => (room, *used),
            _ => (Arc::new(Self::new(SHARED_BYTES)), 0),
        };
        (*room, *used) = (Arc::downgrade(&place.0), place.1 + n_bytes);
        place
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        // SAFETY: it was allocated with this layout, and nobody has a part of it any more.
        unsafe { dealloc(self.start.as_ptr(), self.layout) };
    }
}

impl<L: Line> Lines<L> {
    /// `n` lines, which `write` has to write all.
    ///
    /// # Safety
    /// All of the room that `write` is given must be written when it returns.
    pub(super) unsafe fn new(n: usize, write: impl FnOnce(&mut [MaybeUninit<L>])) -> Self {
        let (room, at) = Room::with(n.saturating_mul(size_of::<L>()));
        // SAFETY: the room has the bytes, a multiple of 64 from its beginning, which is aligned to that; nobody else has them.
        let (start, lines) = unsafe {
            let start = room.start.add(at).cast::<L>();
            (start, std::slice::from_raw_parts_mut(start.as_ptr().cast(), n))
        };
        write(lines);
        Self { start, n, room }
    }
}

impl<L> Clone for Lines<L> {
    fn clone(&self) -> Self {
        Self { start: self.start, n: self.n, room: Arc::clone(&self.room) }
    }
}

impl<L> Deref for Lines<L> {
    type Target = [L];

    fn deref(&self) -> &[L] {
        // SAFETY: they were written when this was made, and the room is kept.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.n) }
    }
}

impl<L> fmt::Debug for Lines<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} lines", self.n)
    }
}

/// Systems that can't give them lose nothing.
#[cfg(target_os = "linux")]
fn ask_for_large_pages(start: NonNull<u8>, n_bytes: usize) {
    const SMALL_PAGE: usize = 4096;
    let skipped = start.as_ptr().align_offset(SMALL_PAGE);
    let whole_pages = n_bytes.saturating_sub(skipped) / SMALL_PAGE * SMALL_PAGE;
    if whole_pages > 0 {
        // SAFETY: the pages lie within the room, and the advice changes nothing that they hold.
        let _ = unsafe {
            rustix::mm::madvise(start.add(skipped).as_ptr().cast(), whole_pages, rustix::mm::Advice::LinuxHugepage)
        };
    }
}

#[cfg(not(target_os = "linux"))]
fn ask_for_large_pages(_start: NonNull<u8>, _n_bytes: usize) {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::layout::ByteLine;

    fn lines(n: usize, byte: u8) -> Lines<ByteLine> {
        // SAFETY: all are written.
        unsafe { Lines::new(n, |room| room.fill(MaybeUninit::new(ByteLine([byte; 64])))) }
    }

    #[test]
    fn what_shares_a_room_stays_apart() {
        let n_shared = SHARED.start / 64 + 1;
        let mut all: Vec<_> = [0, 1, n_shared, 5, 3 * n_shared, n_shared]
            .into_iter()
            .chain(std::iter::repeat_n(7 * n_shared, 20))
            .enumerate()
            .map(|(i, n)| (n, i as u8, lines(n, i as u8)))
            .collect();
        for keep in [1, 2, 3] {
            for (n, byte, lines) in &all {
                assert_eq!(lines.len(), *n);
                assert!(lines.iter().all(|line| *line == ByteLine([*byte; 64])), "{n} lines of {byte}");
                assert_eq!(lines.as_ptr().addr() % 64, 0);
            }
            let mut i = 0;
            all.retain(|_| {
                i += 1;
                i % keep == 0
            });
            all.push((n_shared, 77, lines(n_shared, 77)));
        }
    }
}
