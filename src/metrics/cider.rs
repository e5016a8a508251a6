//! CIDEr as pycocoevalcap computes it, which is the paper's CIDEr-D: runs of words weighed by how few pictures have them.
//!
//! Vedantam et al. 2015. The weights come from the references of the very texts that are scored, so a text's score depends
//! on all others, and of one text alone it is 0.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    judged::{Judged, Scores},
    ngrams::{LONGEST, counted},
};

/// Standard deviation of the difference in length, in runs of two words, from which on a text is marked down.
const SIGMA: f64 = 6.0;
/// What the mean is multiplied by.
const SCALE: f64 = 10.0;

/// Runs with their weights, and what is needed of them.
struct Weighed<'a> {
    weights: BTreeMap<&'a [String], f64>,
    /// Of the runs of each length.
    norms: [f64; LONGEST],
    n_pairs: usize,
}

/// CIDEr of each text, 0..=10, and the mean; published ones are a hundred times that.
#[must_use]
pub fn cider(texts: &[Judged]) -> Scores<f64> {
    let mut pictures: HashMap<&[String], usize> = HashMap::new();
    for judged in texts {
        let runs: BTreeSet<&[String]> =
            judged.references.iter().flat_map(|reference| counted(reference).into_keys()).collect();
        for run in runs {
            *pictures.entry(run).or_insert(0) += 1;
        }
    }
    let of_one = |judged: &Judged| {
        let hypothesis = Weighed::new(&judged.hypothesis, &pictures, texts.len());
        let similar = |reference| hypothesis.similarity(&Weighed::new(reference, &pictures, texts.len()));
        let sum: f64 = judged.references.iter().map(|reference| similar(reference)).sum();
        SCALE * sum / judged.references.len().max(1) as f64
    };
    Scores::with_mean(texts.iter().map(of_one).collect())
}

impl<'a> Weighed<'a> {
    fn new(words: &'a [String], pictures: &HashMap<&[String], usize>, n_pictures: usize) -> Self {
        let rarity = |run| (n_pictures as f64).ln() - (pictures.get(run).copied().unwrap_or(1) as f64).ln();
        let weights: BTreeMap<_, _> =
            counted(words).into_iter().map(|(run, count)| (run, count as f64 * rarity(run))).collect();
        let mut norms = [0.0; LONGEST];
        for (run, weight) in &weights {
            norms[run.len() - 1] += weight * weight;
        }
        Self { weights, norms: norms.map(f64::sqrt), n_pairs: words.len().saturating_sub(1) }
    }

    /// Mean over the lengths of runs, 0..=1.
    fn similarity(&self, reference: &Self) -> f64 {
        let mut products = [0.0; LONGEST];
        for (run, weight) in &self.weights {
            let other = reference.weights.get(run).copied().unwrap_or_default();
            products[run.len() - 1] += weight.min(other) * other;
        }
        let difference = self.n_pairs as f64 - reference.n_pairs as f64;
        let length = (-difference * difference / (2.0 * SIGMA * SIGMA)).exp();
        let of_runs = |n: usize| {
            let norm = self.norms[n] * reference.norms[n];
            if norm == 0.0 { 0.0 } else { products[n] / norm }
        };
        length * (0..LONGEST).map(of_runs).sum::<f64>() / LONGEST as f64
    }
}
