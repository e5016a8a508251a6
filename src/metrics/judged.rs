//! What measures are given, and what they give.

use super::ptb::tokens;

/// A text that was made, and those it is held against; all as words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// What was made.
    pub hypothesis: Vec<String>,
    /// What people wrote; at least one.
    pub references: Vec<Vec<String>>,
}

impl Judged {
    /// Text and references as the captions' evaluations split them into words.
    #[must_use]
    pub fn of_captions(hypothesis: &str, references: &[String]) -> Self {
        Self { hypothesis: tokens(hypothesis), references: references.iter().map(|text| tokens(text)).collect() }
    }
}

/// What a measure says of each text, and of all.
#[derive(Clone, Debug, PartialEq)]
pub struct Scores<T> {
    /// Of all texts together, which need not be the mean.
    pub corpus: T,
    /// Of each, in order.
    pub each: Vec<T>,
}

impl Scores<f64> {
    pub(super) fn with_mean(each: Vec<f64>) -> Self {
        let corpus = if each.is_empty() { 0.0 } else { each.iter().sum::<f64>() / each.len() as f64 };
        Self { corpus, each }
    }
}
