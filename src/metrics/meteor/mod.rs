//! METEOR 1.5 for English, as pycocoevalcap calls it: how many words of two texts stand for each other, and in how many pieces.
//!
//! Denkowski and Lavie 2014. Words are split again ([`normalise`]), compared by one module after the other ([`matches`]),
//! aligned ([`align`]) and counted ([`statistics`]). Stems and synonyms are built in; the table of paraphrases, of 62 MB, is
//! read from the user's own copy ([`paraphrases`]).

mod align;
mod matches;
mod modules;
mod normalise;
mod pair;
mod paraphrases;
mod statistics;
mod synonyms;

pub use modules::Modules;
pub use paraphrases::ParaphraseError;
pub use statistics::Statistics;

use std::{collections::HashSet, path::Path};

use super::judged::{Judged, Scores};
use paraphrases::Paraphrases;

/// METEOR with what it compares words by.
#[derive(Debug)]
pub struct Meteor {
    modules: Modules,
    paraphrases: Paraphrases,
}

impl Meteor {
    /// With what is built in.
    #[must_use]
    pub fn new(modules: Modules) -> Self {
        Self { modules, paraphrases: Paraphrases::default() }
    }

    /// With the paraphrases of a folder as well, as far as they have to do with these texts.
    ///
    /// # Errors
    /// When the folder has no table of them, or a broken one.
    pub fn with_paraphrases(folder: &Path, texts: &[Judged]) -> Result<Self, ParaphraseError> {
        let lines = texts.iter().flat_map(|judged| std::iter::once(&judged.hypothesis).chain(&judged.references));
        let words: HashSet<String> = lines.flat_map(|line| normalise::words(&line.join(" "))).collect();
        Ok(Self { modules: Modules::Full, paraphrases: Paraphrases::read(folder, &words)? })
    }

    /// The score of each text, by the reference that it does best against, and of all by their summed statistics; 0..=1.
    #[must_use]
    pub fn scores(&self, texts: &[Judged]) -> Scores<f64> {
        let mut sum = Statistics::default();
        let mut each = Vec::new();
        for judged in texts {
            let references: Vec<String> = judged.references.iter().map(|words| words.join(" ")).collect();
            let best = self.statistics(&judged.hypothesis.join(" "), &references);
            sum.add(&best);
            each.push(best.score());
        }
        Scores { corpus: sum.score(), each }
    }

    /// The counts of a text against the reference that it does best against, of equal ones the first.
    #[must_use]
    pub fn statistics(&self, hypothesis: &str, references: &[String]) -> Statistics {
        let words = normalise::words(hypothesis);
        let mut best: Option<Statistics> = None;
        for reference in references {
            let reference = normalise::words(reference);
            let candidates = matches::matches(&words, &reference, self.modules.list(), &self.paraphrases);
            let held = align::align(words.len(), &candidates);
            let statistics = Statistics::of(&words, &reference, &held);
            if best.is_none_or(|best| statistics.score() > best.score()) {
                best = Some(statistics);
            }
        }
        best.unwrap_or_default()
    }
}
