//! How far long work is, and whether it is to go on.
//!
//! Whoever works long calls back from time to time, and whoever is called may end the work: it is the same for loading,
//! answering, converting, checking and downloading.

use std::ops::ControlFlow;

/// Called with how far the work is; a break ends it.
pub type OnProgress<'a, P> = &'a mut dyn FnMut(P) -> ControlFlow<()>;

/// A part of a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// What is done so far, in bytes unless said otherwise.
    pub n_done: u64,
    /// All there is to do.
    pub n_total: u64,
}

impl Share {
    /// From 0 to 1; of nothing, nothing is done.
    #[must_use]
    pub fn fraction(self) -> f32 {
        self.n_done as f32 / self.n_total.max(1) as f32
    }

    /// From 0 to 100, rounded down: it is 100 at the end only.
    #[must_use]
    pub fn percent(self) -> u64 {
        (u128::from(self.n_done) * 100 / u128::from(self.n_total.max(1))) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_nothing_and_of_much() {
        let percent = |n_done, n_total| Share { n_done, n_total }.percent();
        assert_eq!([percent(0, 0), percent(1, 3), percent(999, 1000), percent(7, 7)], [0, 33, 99, 100]);
        assert_eq!(percent(u64::MAX / 2, u64::MAX), 49);
        assert!((Share { n_done: 1, n_total: 4 }.fraction() - 0.25).abs() < 1e-6);
    }
}
