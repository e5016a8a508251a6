//! What goes into the engine, and what it tells while an answer is being written.

use std::{num::NonZero, ops::RangeInclusive};

use serde::{Deserialize, Serialize};

use super::error::EngineError;
use crate::{caption::Caption, picture::Picture, text::Task};

/// One thing to do with one picture.
#[derive(Clone, Debug)]
pub struct Request {
    /// The picture asked about.
    pub picture: Picture,
    /// What is asked.
    pub task: Task,
    /// How the answer is written.
    pub options: GenerateOptions,
}

/// How tokens are chosen and when to stop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GenerateOptions {
    /// Tokens after the prompt, at most.
    pub max_new_tokens: usize,
    /// The rule against repetition.
    #[serde(rename = "no_repeat_ngram_size")]
    pub no_repeat_ngram: NoRepeatNgram,
    /// How the next token is picked.
    pub sampling: Sampling,
}

/// The rule that no run of this many ids occurs twice, prompt and image slots included (in a conversation only the last
/// question). A session keeps it as a number: null leaves it to the checkpoint, 0 switches it off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Option<usize>", into = "Option<usize>")]
pub enum NoRepeatNgram {
    /// The rule that the checkpoint was made for is followed.
    #[default]
    AsCheckpoint,
    /// Anything may be repeated.
    Off,
    /// No run of this many ids occurs twice.
    Size(NonZero<usize>),
}

/// How the next token is picked from the probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Sampling {
    /// Always the likeliest.
    Greedy,
    /// By chance, among the likeliest tokens that make up `top_p` of the probability.
    TopP {
        /// Divides the logits; one of [`Sampling::TEMPERATURES`].
        temperature: f64,
        /// One of [`Sampling::TOP_PS`].
        top_p: f64,
        /// The same seed gives the same answer.
        seed: u64,
    },
    /// The likeliest of several answers that are written side by side.
    Beams {
        /// So many, at most [`Sampling::MOST_BEAMS`].
        width: NonZero<usize>,
        /// Above 1 longer answers are better, below 1 shorter ones; one of [`Sampling::LENGTH_PENALTIES`].
        length_penalty: f64,
    },
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The vision tower and the resampler encode the picture.
    Looking,
    /// The prompt goes through the decoder (prefill).
    Reading,
    /// The answer is written token by token (decode).
    Writing,
}

/// A report while a run goes on, after each token in [`Stage::Writing`].
#[derive(Clone, Debug)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// Tokens written so far.
    pub n_tokens: usize,
    /// Tokens written per second so far; `None` before the second one.
    pub tokens_per_sec: Option<f64>,
    /// The answer so far, with the boxes that are complete.
    pub caption: Caption,
}

impl GenerateOptions {
    /// The settings of the original demo: greedy, and no trigram twice unless the checkpoint says otherwise. It stops at
    /// 500 tokens in all; the Hugging Face port at 128 new ones, which is what is kept here.
    #[must_use]
    pub fn original() -> Self {
        Self { max_new_tokens: 128, no_repeat_ngram: NoRepeatNgram::AsCheckpoint, sampling: Sampling::Greedy }
    }

    /// Whether an answer can be written so.
    ///
    /// # Errors
    /// When no token may be written, or a number of the sampling is none or outside its range.
    pub fn check(&self) -> Result<(), EngineError> {
        let refuse = |sentence| Err(EngineError::Setting(sentence));
        match self.sampling {
            _ if self.max_new_tokens == 0 => refuse("The limit of new tokens must be at least 1"),
            Sampling::TopP { temperature, .. } if !Sampling::TEMPERATURES.contains(&temperature) => {
                refuse("The temperature must be from 0.01 to 100")
            }
            Sampling::TopP { top_p, .. } if !Sampling::TOP_PS.contains(&top_p) => {
                refuse("Top-p must be from 0.01 to 1")
            }
            Sampling::Beams { width, .. } if width.get() > Sampling::MOST_BEAMS => {
                refuse("There can be at most 32 beams")
            }
            Sampling::Beams { length_penalty, .. } if !Sampling::LENGTH_PENALTIES.contains(&length_penalty) => {
                refuse("The length penalty must be from 0 to 10")
            }
            Sampling::Greedy | Sampling::TopP { .. } | Sampling::Beams { .. } => Ok(()),
        }
    }
}

impl NoRepeatNgram {
    /// The length of run that is followed, for a checkpoint that was made for this one; `None` for no rule.
    #[must_use]
    pub fn size(self, of_checkpoint: Option<NonZero<usize>>) -> Option<NonZero<usize>> {
        match self {
            Self::AsCheckpoint => of_checkpoint,
            Self::Off => None,
            Self::Size(size) => Some(size),
        }
    }
}

impl From<Option<usize>> for NoRepeatNgram {
    fn from(number: Option<usize>) -> Self {
        number.map_or(Self::AsCheckpoint, |number| NonZero::new(number).map_or(Self::Off, Self::Size))
    }
}

impl From<NoRepeatNgram> for Option<usize> {
    fn from(rule: NoRepeatNgram) -> Self {
        match rule {
            NoRepeatNgram::AsCheckpoint => None,
            NoRepeatNgram::Off => Some(0),
            NoRepeatNgram::Size(size) => Some(size.get()),
        }
    }
}

impl Sampling {
    /// Where the original demo's temperature slider starts.
    pub const ORIGINAL_TEMPERATURE: f64 = 0.7;
    /// Where the original demo's top-p slider starts.
    pub const ORIGINAL_TOP_P: f64 = 0.9;
    /// Temperatures that still are numbers once logits are divided by them. Below the first always the likeliest token
    /// would be taken, above the last just any.
    pub const TEMPERATURES: RangeInclusive<f64> = 0.01..=100.0;
    /// More answers side by side would only cost time and memory.
    pub const MOST_BEAMS: usize = 32;
    /// From the likeliest whole to the longest.
    pub const LENGTH_PENALTIES: RangeInclusive<f64> = 0.0..=10.0;
    /// From hardly more than the likeliest token to all of them.
    pub const TOP_PS: RangeInclusive<f64> = 0.01..=1.0;
}

impl Progress {
    /// A stage has begun.
    pub(super) fn at(stage: Stage) -> Self {
        Self { stage, n_tokens: 0, tokens_per_sec: None, caption: Caption::default() }
    }

    /// This many tokens were written, the last of them `secs` after the first.
    pub(super) fn writing(n_tokens: usize, secs: f64, caption: Caption) -> Self {
        let tokens_per_sec = (n_tokens > 1 && secs > 0.0).then(|| (n_tokens - 1) as f64 / secs);
        Self { stage: Stage::Writing, n_tokens, tokens_per_sec, caption }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_settings_are_refused() {
        let sampled = |temperature, top_p| GenerateOptions {
            sampling: Sampling::TopP { temperature, top_p, seed: 0 },
            ..GenerateOptions::original()
        };
        for good in [0.01, 0.7, 1.0] {
            assert!(sampled(good, good).check().is_ok(), "{good}");
        }
        let nothing = [0.0, -0.0, -1.0, 1e-320, 1e-40, 0.009, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 101.0];
        for bad in nothing {
            let messages =
                [sampled(bad, 0.9), sampled(0.7, bad)].map(|options| options.check().unwrap_err().to_string());
            assert_eq!(messages, ["The temperature must be from 0.01 to 100", "Top-p must be from 0.01 to 1"], "{bad}");
        }
        let none = GenerateOptions { max_new_tokens: 0, ..GenerateOptions::original() };
        assert_eq!(none.check().unwrap_err().to_string(), "The limit of new tokens must be at least 1");
    }

    #[test]
    fn the_rule_against_repetition_is_kept_as_a_number() {
        let three = NonZero::new(3);
        let rules = [
            ("null", NoRepeatNgram::AsCheckpoint, three),
            ("0", NoRepeatNgram::Off, None),
            ("2", NoRepeatNgram::Size(NonZero::new(2).unwrap()), NonZero::new(2)),
        ];
        for (json, rule, size) in rules {
            assert_eq!(serde_json::from_str::<NoRepeatNgram>(json).unwrap(), rule);
            assert_eq!(serde_json::to_string(&rule).unwrap(), json);
            assert_eq!(rule.size(three), size);
        }
        let kept = r#"{"max_new_tokens":128,"no_repeat_ngram_size":null,"sampling":"Greedy"}"#;
        assert_eq!(serde_json::to_string(&GenerateOptions::original()).unwrap(), kept);
    }
}
