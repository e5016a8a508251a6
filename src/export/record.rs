//! One result as one line of JSON: the stable form that `kosmoscope caption --json` prints.
//!
//! Fields are only ever added. `start` and `end` count Unicode characters of `text`, end exclusive; boxes are
//! `[x_min, y_min, x_max, y_max]` of the upright picture, from its top left corner.

use serde::Serialize;

use super::name::ImageName;
use crate::{
    caption::{Caption, Phrase},
    kernels::Precision,
};

/// What was found in one picture.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Record {
    /// What the picture is called.
    #[serde(flatten)]
    pub image: ImageName,
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
    /// The prompt and what the model wrote, tags included, in the model's own order of corners. Words that look like a tag
    /// stand in it as they are: only `phrases` tells what is linked.
    pub raw: String,
    /// Phrases of `text` and their boxes.
    pub phrases: Vec<PhraseRecord>,
    /// Why writing ended: `complete` when the model was done, `limit` when there could be no more tokens.
    pub ending: &'static str,
    /// What a person should know about the picture or about odd output, one sentence each.
    pub warnings: Vec<String>,
    /// Where the time went; not there in a batch, whose lines are the same each time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timings: Option<TimingsRecord>,
    /// How tokens were picked, and how many there could be.
    pub settings: SettingsRecord,
    /// The weights that gave this.
    pub checkpoint: CheckpointRecord,
    /// The version of Kosmoscope that made this.
    pub version: String,
    /// Whether a person changed the result afterwards.
    pub edited: bool,
}

/// A picture that gave no result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailureRecord {
    /// What the picture is called.
    #[serde(flatten)]
    pub image: ImageName,
    /// Why there is none, in one sentence.
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
    /// Where it is in the picture; at least one box.
    pub boxes: Vec<BoxRecord>,
}

/// A box of a phrase.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BoxRecord {
    /// In fractions of the picture, as the model's two location tokens say, with the edges in order whatever theirs.
    pub norm: [f32; 4],
    /// The same place in pixels.
    pub pixels: [f32; 4],
    /// The model's own probability that the box is right, see [`crate::caption::SCORE_MEANING`]; null for a box of the
    /// prompt, or of a session from before there was this score.
    pub score: Option<f32>,
    /// Product of the probabilities of the two location tokens; null for a box of the prompt.
    pub token_probability: Option<f32>,
}

/// Seconds and counts of one run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TimingsRecord {
    /// Resizing, vision tower and resampler; 0 if kept from an earlier run.
    pub vision_secs: f64,
    /// The prompt through the decoder, up to the first token.
    pub prefill_secs: f64,
    /// All tokens after the first.
    pub decode_secs: f64,
    /// Tokens written, the end token included.
    pub new_tokens: usize,
    /// Passes of the decoder in which they were written: fewer than tokens where draft tokens were right.
    pub passes: usize,
}

/// How an answer was written.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SettingsRecord {
    /// Tokens after the prompt, at most.
    pub max_new_tokens: usize,
    /// No run of this many tokens occurs twice; 0 is off.
    pub no_repeat_ngram: usize,
    /// Null where nothing was left to chance.
    pub sampling: Option<SamplingRecord>,
    /// Not there where tokens were taken one by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beams: Option<BeamsRecord>,
}

/// How the likeliest of several answers was found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BeamsRecord {
    /// Answers that were written side by side.
    pub width: usize,
    /// From 0 to 10; above 1 longer answers are better.
    pub length_penalty: f64,
}

/// How tokens were picked by chance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SamplingRecord {
    /// From 0.01 to 100; higher is more varied.
    pub temperature: f64,
    /// One of the likeliest tokens that make up this much of the probability is picked: from 0.01 to 1.
    pub top_p: f64,
    /// The same seed gives the same answer.
    pub seed: u64,
}

/// The checkpoint that gave a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckpointRecord {
    /// What it is called, for example `kosmos-2 mini`.
    pub name: String,
    /// Tells it from others of that name: 16 hexadecimal digits.
    pub fingerprint: String,
    /// How exactly the weights were kept in memory, for example `f32`.
    pub precision: Precision,
}

#[cfg(test)]
impl Record {
    /// What was found in a picture of this name: something in every field.
    pub(super) fn sample(image: &str) -> Self {
        let place = BoxRecord {
            norm: [0.0, 0.25, 0.5, 1.0],
            pixels: [0.0, 50.0, 160.0, 200.0],
            score: Some(0.75),
            token_probability: Some(0.07),
        };
        let phrase = PhraseRecord { text: "a dog".to_owned(), start: 4, end: 9, boxes: vec![place] };
        Self {
            image: image.into(),
            width: 320,
            height: 200,
            task: "brief",
            prompt: "<grounding> An image of".to_owned(),
            text: "é, “a dog”".to_owned(),
            raw: "<grounding> An image of<phrase> a dog</phrase>".to_owned(),
            phrases: vec![phrase],
            ending: "complete",
            warnings: vec!["One, \"two\"\nand three".to_owned()],
            timings: Some(TimingsRecord {
                vision_secs: 0.5,
                prefill_secs: 0.0,
                decode_secs: 1.5,
                new_tokens: 9,
                passes: 7,
            }),
            settings: SettingsRecord { max_new_tokens: 64, no_repeat_ngram: 3, sampling: None, beams: None },
            checkpoint: CheckpointRecord {
                name: "kosmos-2 mini".to_owned(),
                fingerprint: "7dee131eac8628e8".to_owned(),
                precision: Precision::F32,
            },
            version: "0.1.0".to_owned(),
            edited: true,
        }
    }
}

impl PhraseRecord {
    /// The phrases of a caption, in a picture of this size.
    #[must_use]
    pub fn all(caption: &Caption, width: u32, height: u32) -> Vec<Self> {
        caption.linked().map(|(_, phrase)| Self::new(caption, phrase, width, height)).collect()
    }

    fn new(caption: &Caption, phrase: &Phrase, width: u32, height: u32) -> Self {
        let span = caption.char_span(phrase);
        let boxes = phrase.regions.iter().map(|region| {
            let place = region.norm.tidied();
            BoxRecord {
                norm: place.to_array(),
                pixels: place.to_pixels(width, height),
                score: region.score,
                token_probability: region.token_probability,
            }
        });
        let text = phrase.name(caption).into_owned();
        Self { text, start: span.start, end: span.end, boxes: boxes.collect() }
    }
}
