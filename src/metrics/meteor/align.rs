//! Which of the possible matches hold: each word once, as many words as can be, in as few chunks as can be.
//!
//! METEOR's search, beam and roundings included: it goes over the reference from left to right and keeps the paths that
//! look best. Two traits of the reference program are kept because scores depend on them: counts of a path are whole
//! numbers, so that a match by stem or synonym adds nothing, and the distance of a match is added to the path it branches
//! off from, which its later branches then carry.

use std::cmp::Ordering;

use super::pair::Match;

/// Paths kept at each word.
const BEAM: usize = 40;

#[derive(Clone)]
struct Path {
    /// By first word in the reference.
    matches: Vec<Option<Match>>,
    /// Words that a match has, of the reference and of the hypothesis.
    used: Vec<bool>,
    hypothesis_used: Vec<bool>,
    /// Words matched on both sides, rounded down at each step.
    n_matched: usize,
    n_chunks: usize,
    /// Sum of how far matched words are from each other.
    distance: usize,
    /// The next word to look at.
    next: usize,
    /// Word of the hypothesis behind the last match, if that ended at `next`.
    open: Option<usize>,
}

/// The matches that hold, by their places in the reference. `candidates` are those that begin at each of its words.
pub(super) fn align(n_hypothesis: usize, candidates: &[Vec<Match>]) -> Vec<Match> {
    let mut paths = vec![Path::with_certain(n_hypothesis, candidates)];
    for (here, candidates) in candidates.iter().enumerate() {
        paths.sort_by(Path::compare);
        paths.truncate(BEAM);
        let mut grown = Vec::new();
        for path in paths {
            path.grow(here, candidates, &mut grown);
        }
        paths = grown;
    }
    // once more with the last chunks open: of paths that then come out equal, the one that led before wins
    paths.sort_by(Path::compare);
    paths.truncate(BEAM);
    for path in &mut paths {
        path.n_chunks += usize::from(path.open.is_some());
    }
    paths.sort_by(Path::compare);
    paths.into_iter().next().map(|best| best.matches.into_iter().flatten().collect()).unwrap_or_default()
}

impl Path {
    /// The path whose matches are those that are the only ones of all their words.
    fn with_certain(n_hypothesis: usize, candidates: &[Vec<Match>]) -> Self {
        let n = candidates.len();
        let mut path = Self {
            matches: vec![None; n],
            used: vec![false; n],
            hypothesis_used: vec![false; n_hypothesis],
            n_matched: 0,
            n_chunks: 0,
            distance: 0,
            next: 0,
            open: None,
        };
        let (mut covered, mut hypothesis_covered) = (vec![0; n], vec![0; n_hypothesis]);
        for found in candidates.iter().flatten() {
            covered[found.words()].iter_mut().for_each(|n| *n += 1);
            hypothesis_covered[found.hypothesis_words()].iter_mut().for_each(|n| *n += 1);
        }
        for of_word in candidates {
            if let &[only] = of_word.as_slice()
                && covered[only.words()].iter().chain(&hypothesis_covered[only.hypothesis_words()]).all(|n| *n == 1)
            {
                path.hold(only);
            }
        }
        path
    }

    fn hold(&mut self, found: Match) {
        self.matches[found.start] = Some(found);
        self.used[found.words()].fill(true);
        self.hypothesis_used[found.hypothesis_words()].fill(true);
    }

    fn is_free(&self, found: &Match) -> bool {
        let taken = self.used[found.words()].iter().chain(&self.hypothesis_used[found.hypothesis_words()]);
        !taken.copied().any(|is_used| is_used)
    }

    /// The paths that go on from this one at a word.
    fn grow(mut self, here: usize, candidates: &[Match], grown: &mut Vec<Self>) {
        if self.used[here] {
            if let Some(fixed) = self.matches[here].filter(|_| here >= self.next) {
                self.distance += fixed.distance();
                self.go_over(fixed);
            }
            grown.push(self);
            return;
        }
        for found in candidates {
            if self.is_free(found) {
                let mut branch = self.clone();
                branch.hold(*found);
                branch.go_over(*found);
                self.distance += found.distance();
                grown.push(branch);
            }
        }
        self.n_chunks += usize::from(self.open.take().is_some());
        self.next = here + 1;
        grown.push(self);
    }

    fn go_over(&mut self, found: Match) {
        self.n_matched += found.length * found.half_weight() / 2 + found.hypothesis_length * found.half_weight() / 2;
        if self.open.is_some_and(|open| open != found.hypothesis_start) {
            self.n_chunks += 1;
        }
        self.next = found.words().end;
        self.open = Some(found.hypothesis_words().end);
    }

    /// Better paths come first.
    fn compare(&self, other: &Self) -> Ordering {
        other
            .n_matched
            .cmp(&self.n_matched)
            .then(self.n_chunks.cmp(&other.n_chunks))
            .then(self.distance.cmp(&other.distance))
    }
}
