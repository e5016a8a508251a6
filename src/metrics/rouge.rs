//! ROUGE-L as pycocoevalcap computes it: how much of two texts is one sequence of words.
//!
//! Lin 2004, with recall counted 1.44 times. The best precision and the best recall may be of different references.

use super::judged::{Judged, Scores};

/// How many times more recall counts than precision, before it is squared.
const BETA: f64 = 1.2;

/// ROUGE-L of each text, 0..=1, and the mean.
#[must_use]
pub fn rouge_l(texts: &[Judged]) -> Scores<f64> {
    Scores::with_mean(texts.iter().map(of_one).collect())
}

fn of_one(judged: &Judged) -> f64 {
    let (mut precision, mut recall) = (0.0_f64, 0.0_f64);
    for reference in &judged.references {
        let common = longest_common(&judged.hypothesis, reference) as f64;
        precision = precision.max(common / judged.hypothesis.len().max(1) as f64);
        recall = recall.max(common / reference.len().max(1) as f64);
    }
    if precision == 0.0 || recall == 0.0 {
        return 0.0;
    }
    let square = BETA * BETA;
    (1.0 + square) * precision * recall / (recall + square * precision)
}

/// Words of the longest sequence that both have, with whatever between; a text of nothing counts as one empty word.
fn longest_common(a: &[String], b: &[String]) -> usize {
    if a.is_empty() && b.is_empty() {
        return 1;
    }
    let mut row = vec![0; b.len() + 1];
    for word in a {
        let mut diagonal = 0;
        for (i, other) in b.iter().enumerate() {
            let above = row[i + 1];
            row[i + 1] = if word == other { diagonal + 1 } else { above.max(row[i]) };
            diagonal = above;
        }
    }
    row[b.len()]
}
