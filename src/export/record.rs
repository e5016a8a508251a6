//! One result as one line of JSON: the stable form that `kosmoscope caption --json` prints.
//!
//! Fields are only ever added. `start` and `end` count Unicode characters of `text`, end exclusive; boxes are
//! `[x_min, y_min, x_max, y_max]` of the upright picture, from its top left corner.

use serde::Serialize;

use crate::{
    caption::{Caption, Phrase},
    kernels::Precision,
};

/// What was found in one picture.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Record {
    /// The picture's path as it was given.
    pub image: String,
    /// Pixels across, of the upright picture.
    pub width: u32,
    /// Pixels down, of the upright picture.
    pub height: u32,
    /// Its name in the table of tasks, for example `brief`: see [`crate::text::TaskRow::name`].
    pub task: &'static str,
    /// The prompt as the model got it, without the image slots.
    pub prompt: String,
    /// What a person reads.
    pub text: String,
    /// The prompt and what the model wrote, tags included.
    pub raw: String,
    /// Phrases of `text` and their boxes.
    pub phrases: Vec<PhraseRecord>,
    /// What a person should know about the picture or about odd output, one sentence each.
    pub warnings: Vec<String>,
    /// Where the time went.
    pub timings: TimingsRecord,
    /// How it was written.
    pub settings: SettingsRecord,
    /// What made this.
    pub checkpoint: CheckpointRecord,
    /// Of Kosmoscope.
    pub version: String,
    /// Whether a person changed the result afterwards.
    pub edited: bool,
}

/// A picture that gave no result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailureRecord {
    /// The picture's path as it was given.
    pub image: String,
    /// One sentence.
    pub error: String,
}

/// A phrase and its boxes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PhraseRecord {
    /// The words; `<patch_index_U><patch_index_L>` for a box without words.
    pub text: String,
    /// First character in the record's `text`.
    pub start: usize,
    /// The character after the last.
    pub end: usize,
    /// At least one.
    pub boxes: Vec<BoxRecord>,
}

/// One box.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BoxRecord {
    /// In fractions of the picture, as the model's two location tokens say.
    pub norm: [f32; 4],
    /// The same in pixels.
    pub pixels: [f32; 4],
    /// Product of the probabilities of the two location tokens; null for a box of the prompt. Not calibrated.
    pub score: Option<f32>,
}

/// Seconds and counts of one run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TimingsRecord {
    /// Resizing, vision tower and resampler; 0 if kept from an earlier run.
    pub vision_secs: f64,
    /// The prompt, up to the first token.
    pub prefill_secs: f64,
    /// The tokens after the first.
    pub decode_secs: f64,
    /// Tokens written, the end token included.
    pub new_tokens: usize,
    /// Passes of the decoder in which they were written: fewer where the next tokens were guessed.
    pub passes: usize,
}

/// How an answer was written.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SettingsRecord {
    /// Tokens after the prompt, at most.
    pub max_new_tokens: usize,
    /// No run of this many tokens occurs twice; 0 is off.
    pub no_repeat_ngram: usize,
    /// Null where always the likeliest token was taken.
    pub sampling: Option<SamplingRecord>,
}

/// How tokens were picked by chance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SamplingRecord {
    /// Above 0.
    pub temperature: f64,
    /// Above 0, at most 1.
    pub top_p: f64,
    /// The same seed gives the same answer.
    pub seed: u64,
}

/// The checkpoint that gave a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckpointRecord {
    /// For example `kosmos-2 mini`.
    pub name: String,
    /// Tells it from others of that name: 16 hexadecimal digits.
    pub fingerprint: String,
    /// Of the weights in memory, for example `f32`.
    pub precision: Precision,
}

impl PhraseRecord {
    /// The phrases of a caption, in a picture of this size.
    #[must_use]
    pub fn all(caption: &Caption, width: u32, height: u32) -> Vec<Self> {
        caption.phrases.iter().map(|phrase| Self::new(caption, phrase, width, height)).collect()
    }

    fn new(caption: &Caption, phrase: &Phrase, width: u32, height: u32) -> Self {
        let span = caption.char_span(phrase);
        let boxes = phrase.regions.iter().map(|region| BoxRecord {
            norm: region.norm.to_array(),
            pixels: region.norm.to_pixels(width, height),
            score: region.score,
        });
        let text = phrase.name(caption).into_owned();
        Self { text, start: span.start, end: span.end, boxes: boxes.collect() }
    }
}
