//! Words of a hypothesis that can stand for words of a reference.

use std::ops::Range;

use super::modules::Module;

/// A run of the reference's words that one of the hypothesis's can stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) module: Module,
    /// First word in the reference, and how many.
    pub(super) start: usize,
    pub(super) length: usize,
    /// First word in the hypothesis, and how many.
    pub(super) hypothesis_start: usize,
    pub(super) hypothesis_length: usize,
}

impl Match {
    /// The reference's words.
    pub(super) fn words(&self) -> Range<usize> {
        self.start..self.start + self.length
    }

    /// The hypothesis's words.
    pub(super) fn hypothesis_words(&self) -> Range<usize> {
        self.hypothesis_start..self.hypothesis_start + self.hypothesis_length
    }

    /// How far the two runs are from each other, in words.
    pub(super) fn distance(&self) -> usize {
        self.start.abs_diff(self.hypothesis_start)
    }

    /// Twice what a word counts while paths are compared.
    pub(super) fn half_weight(&self) -> usize {
        if self.module == Module::Exact { 2 } else { 1 }
    }
}
