//! Runs of words, counted.

use std::collections::BTreeMap;

/// The longest runs that are counted.
pub(super) const LONGEST: usize = 4;

/// In order, so that sums over them come out the same each time: how often each run of one to [`LONGEST`] words is there.
pub(super) fn counted(words: &[String]) -> BTreeMap<&[String], usize> {
    let mut counts = BTreeMap::new();
    for run in (1..=LONGEST).flat_map(|n| words.windows(n)) {
        *counts.entry(run).or_insert(0) += 1;
    }
    counts
}
