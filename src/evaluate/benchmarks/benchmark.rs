//! What every benchmark is: questions about pictures, and rules by which answers to them are right.

use std::path::{Path, PathBuf};

use super::{card::Card, error::BenchmarkError};
use crate::{dataset::Location, engine::Sampling, geometry::NormBox};

/// An evaluation with published numbers.
pub trait Benchmark: Sync + std::fmt::Debug {
    /// What the command line calls it.
    fn name(&self) -> &'static str;

    /// What it is, and what to know before getting it.
    fn card(&self) -> &Card;

    /// Its splits; the first is taken where none is named.
    fn splits(&self) -> &'static [&'static str];

    /// What it is called in lmms-eval's tables, where the rules for what is right are the same.
    fn task_name(&self, split: &str) -> String {
        format!("{}_{split}", self.name())
    }

    /// How many examples may be shown before each question; the first number is taken where none is named.
    fn shots(&self) -> &'static [usize] {
        &[0]
    }

    /// Reads the questions of a part from its own files.
    ///
    /// # Errors
    /// When a file is missing, damaged, or holds something else.
    fn read(&self, data: &Path, part: Part<'_>) -> Result<Box<dyn TaskSet>, BenchmarkError>;
}

/// What of a benchmark is asked: both are among its own.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// The split.
    pub split: &'a str,
    /// Examples before each question.
    pub shots: usize,
}

/// The questions of a split, with what is right to answer.
pub trait TaskSet: Send + Sync {
    /// All questions in the order of the files, which is that of predictions.
    fn questions(&self) -> &[Question];

    /// Pictures that are shown before that of each question.
    fn examples(&self) -> &[Shown] {
        &[]
    }

    /// What answers to the first so many questions come to; `None` where there is no answer.
    ///
    /// # Errors
    /// When something it takes to score can't be read.
    fn score(&self, answers: &[Option<String>], scoring: &Scoring) -> Result<Vec<Measure>, BenchmarkError>;

    /// The file that the benchmark's own server takes, if it has one: its name and its content.
    fn for_server(&self, _answers: &[Option<String>]) -> Option<(&'static str, Vec<u8>)> {
        None
    }
}

/// A question about a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// What the benchmark calls it.
    pub id: String,
    /// Where the picture should be.
    pub picture: Location,
    /// The prompt, tags included, as the model gets it after the picture.
    pub prompt: String,
    /// How an answer is come by.
    pub way: Way,
    /// What is right, in words, for people and lists.
    pub target: String,
    /// Where in the picture is right, if it is about places.
    pub truth: Vec<Truth>,
}

/// A place that is right.
#[derive(Clone, Debug, PartialEq)]
pub struct Truth {
    /// Where it is.
    pub place: NormBox,
    /// What it may be called, by the last word of a phrase; empty where that does not matter.
    pub names: Vec<String>,
}

/// How an answer is come by.
#[derive(Clone, Debug, PartialEq)]
pub enum Way {
    /// The model writes it.
    Written {
        /// How.
        sampling: Sampling,
        /// Tokens of prompt and answer together, at most; as the original generator counts, without the first and the end.
        length: usize,
    },
    /// The likeliest of these to follow the prompt, by the mean over its tokens.
    Chosen(Vec<String>),
}

impl Way {
    /// Written, always with the likeliest token.
    pub(in crate::evaluate) fn greedy(card: &Card) -> Self {
        Self::written(Sampling::Greedy, card)
    }

    /// Written in this way, up to the length that the card names.
    pub(super) fn written(sampling: Sampling, card: &Card) -> Self {
        Self::Written { sampling, length: card.length.unwrap_or(usize::MAX) }
    }
}

/// A picture that is shown before others, with what is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Where the picture should be.
    pub picture: Location,
    /// Tags included.
    pub text: String,
}

/// What the caller chose about scoring.
#[derive(Clone, Debug, Default)]
pub struct Scoring {
    /// The folder `meteor` of the user's own pycocoevalcap, with METEOR's paraphrases.
    pub meteor: Option<PathBuf>,
}

/// One number that a benchmark comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// Its key in lists, as lmms-eval has it where it has one, for example `ACC@0.5`.
    pub key: String,
    /// The number; a share as 0..=1, CIDEr as 0..=10.
    pub value: f64,
    /// What each answer adds to it, where it is the mean of these.
    pub each: Vec<Share>,
    /// What it is multiplied by to be told.
    pub scale: f64,
    /// What was published of Kosmos-2 by the same rules, in the unit that is told.
    pub published: Option<f64>,
}

/// What an answer adds to a mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// The number of its question, from 0.
    pub question: usize,
    /// How good it is.
    pub value: f64,
    /// How much it counts, beside others; above 0.
    pub weight: f64,
}

impl Share {
    /// Of an answer that counts as much as any other.
    #[must_use]
    pub fn new(question: usize, value: f64) -> Self {
        Self { question, value, weight: 1.0 }
    }
}

impl Measure {
    /// The mean of what each answer adds, told in per cent.
    #[must_use]
    pub fn mean(key: impl Into<String>, each: Vec<Share>) -> Self {
        let weight: f64 = each.iter().map(|share| share.weight).sum();
        let sum: f64 = each.iter().map(|share| share.weight * share.value).sum();
        let value = if weight > 0.0 { sum / weight } else { 0.0 };
        Self { key: key.into(), value, each, scale: 100.0, published: None }
    }

    /// A number that is no mean, told in per cent.
    #[must_use]
    pub fn whole(key: impl Into<String>, value: f64) -> Self {
        Self { key: key.into(), value, each: Vec::new(), scale: 100.0, published: None }
    }

    /// The same with what was published.
    #[must_use]
    pub fn published(self, published: Option<f64>) -> Self {
        Self { published, ..self }
    }
}
