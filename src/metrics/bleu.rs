//! BLEU-1 to BLEU-4 as pycocoevalcap computes them: modified precisions of runs of words, shortened texts marked down.
//!
//! Papineni et al. 2002; of several references the length nearest to the text's counts, of two the shorter. Two small
//! numbers keep it from dividing by nothing, as in the reference program.

use std::collections::HashMap;

use super::{
    judged::{Judged, Scores},
    ngrams::{LONGEST, counted},
};

/// In the place of nothing above the line.
const TINY: f64 = 1e-15;
/// In the place of nothing below it.
const SMALL: f64 = 1e-9;

/// What is summed up over texts.
#[derive(Clone, Copy, Default)]
struct Counts {
    length: usize,
    reference_length: usize,
    /// Runs of each length that the text has.
    guessed: [usize; LONGEST],
    /// Those that a reference has as well.
    correct: [usize; LONGEST],
}

/// BLEU-1 to BLEU-4, 0..=1: of all texts together by their summed counts, and of each.
#[must_use]
pub fn bleu(texts: &[Judged]) -> Scores<[f64; LONGEST]> {
    let counts: Vec<Counts> = texts.iter().map(Counts::of).collect();
    let mut all = Counts::default();
    for one in &counts {
        all.add(one);
    }
    Scores { corpus: all.scores(), each: counts.iter().map(Counts::scores).collect() }
}

impl Counts {
    fn of(judged: &Judged) -> Self {
        let mut most: HashMap<&[String], usize> = HashMap::new();
        for (run, count) in judged.references.iter().flat_map(|reference| counted(reference)) {
            let most = most.entry(run).or_insert(0);
            *most = count.max(*most);
        }
        let length = judged.hypothesis.len();
        let mut counts = Self { length, reference_length: nearest(length, &judged.references), ..Self::default() };
        for (run, count) in counted(&judged.hypothesis) {
            counts.guessed[run.len() - 1] += count;
            counts.correct[run.len() - 1] += count.min(most.get(run).copied().unwrap_or_default());
        }
        counts
    }

    fn add(&mut self, other: &Self) {
        self.length += other.length;
        self.reference_length += other.reference_length;
        for n in 0..LONGEST {
            self.guessed[n] += other.guessed[n];
            self.correct[n] += other.correct[n];
        }
    }

    fn scores(&self) -> [f64; LONGEST] {
        let ratio = (self.length as f64 + TINY) / (self.reference_length as f64 + SMALL);
        let brevity = if ratio < 1.0 { (1.0 - 1.0 / ratio).exp() } else { 1.0 };
        let mut product = 1.0;
        std::array::from_fn(|n| {
            product *= (self.correct[n] as f64 + TINY) / (self.guessed[n] as f64 + SMALL);
            product.powf(1.0 / (n + 1) as f64) * brevity
        })
    }
}

fn nearest(length: usize, references: &[Vec<String>]) -> usize {
    references.iter().map(Vec::len).min_by_key(|other| (other.abs_diff(length), *other)).unwrap_or_default()
}
