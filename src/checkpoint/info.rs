//! What a checkpoint says about itself: its name, the rule against repetition it was made for, and how small its world is.

use std::num::NonZero;

use crate::{caption::Caption, words::shortened};

/// The original demo's rule against repetition, for checkpoints that say nothing about it.
const ORIGINAL_NO_REPEAT_NGRAM_SIZE: usize = 3;

/// What a checkpoint says about itself.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckpointInfo {
    /// What it is called, for example `kosmos-2 mini` or its folder's name.
    pub name: String,
    /// What to say of it if it knows only a small world, as the embedded one does.
    pub small_world: Option<SmallWorld>,
    /// The rule against repetition it was made for: no run of this many ids occurs twice. `None` for no rule.
    pub no_repeat_ngram: Option<NonZero<usize>>,
}

/// What a checkpoint of a small world says about itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SmallWorld {
    /// What a person should know before trusting it.
    pub caution: &'static str,
    /// What a person should know about an answer whose boxes have a lower mean token probability than
    /// `least_token_probability`.
    pub doubt: &'static str,
    /// 0..1; most pictures of its world reach it, most others do not.
    pub least_token_probability: f32,
}

impl CheckpointInfo {
    /// What one that knows the whole world says; in files 0 stands for no rule against repetition.
    pub(super) fn new(name: String, no_repeat_ngram_size: usize) -> Self {
        Self { name, small_world: None, no_repeat_ngram: NonZero::new(no_repeat_ngram_size) }
    }
}

impl SmallWorld {
    /// Why an answer is to be doubted, if it is: its boxes are unsure, it `is_odd`, not even well-formed, or it was asked
    /// for in words that the checkpoint never learnt, `spelt` out for it. Of another sound answer without boxes nothing
    /// can be said.
    #[must_use]
    pub fn doubt_about(&self, caption: &Caption, is_odd: bool, spelt: &[String]) -> Option<String> {
        if caption.mean_token_probability().map_or(is_odd, |mean| mean < self.least_token_probability) {
            return Some(self.doubt.to_owned());
        }
        let word = shortened(spelt.first()?, 20);
        Some(format!("This checkpoint never learnt the word “{word}”, so the answer means little"))
    }
}

/// What a `generation_config.json` says of repetition; that file is optional, and so is everything in it.
pub(super) fn no_repeat_ngram_size(generation_config: &[u8]) -> usize {
    #[derive(serde::Deserialize)]
    struct GenerationConfig {
        no_repeat_ngram_size: usize,
    }
    serde_json::from_slice(generation_config)
        .map_or(ORIGINAL_NO_REPEAT_NGRAM_SIZE, |config: GenerationConfig| config.no_repeat_ngram_size)
}
