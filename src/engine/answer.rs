//! What goes into the engine and what comes out: requests, progress, answers.

use serde::{Deserialize, Serialize};

use crate::{
    caption::Caption,
    checkpoint::CheckpointInfo,
    export::{CheckpointRecord, PhraseRecord, Record, SamplingRecord, SettingsRecord, TimingsRecord},
    grounding::Warning,
    picture::Picture,
    text::{Exchange, Task},
};

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
    /// No run of this many ids, prompt and image slots included (in a conversation only the last question), occurs
    /// twice; 0 switches the rule off, and `None` leaves it to the checkpoint.
    pub no_repeat_ngram_size: Option<usize>,
    /// How the next token is picked.
    pub sampling: Sampling,
}

impl GenerateOptions {
    /// The settings of the original demo: greedy, and no trigram twice unless the checkpoint says otherwise. It stops at
    /// 500 tokens in all; the Hugging Face port at 128 new ones, which is what is kept here.
    #[must_use]
    pub fn original() -> Self {
        Self { max_new_tokens: 128, no_repeat_ngram_size: None, sampling: Sampling::Greedy }
    }
}

impl GenerateOptions {
    fn record(&self) -> SettingsRecord {
        let sampling = match self.sampling {
            Sampling::Greedy => None,
            Sampling::TopP { temperature, top_p, seed } => Some(SamplingRecord { temperature, top_p, seed }),
        };
        let Self { max_new_tokens, no_repeat_ngram_size, .. } = *self;
        SettingsRecord { max_new_tokens, no_repeat_ngram: no_repeat_ngram_size.unwrap_or(0), sampling }
    }
}

/// How the next token is picked from the probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Sampling {
    /// Always the likeliest.
    Greedy,
    /// By chance, among the likeliest tokens that make up `top_p` of the probability.
    TopP {
        /// Divides the logits; above 0.
        temperature: f64,
        /// Above 0, at most 1.
        top_p: f64,
        /// The same seed gives the same answer.
        seed: u64,
    },
}

impl Sampling {
    /// Where the original demo's temperature slider starts.
    pub const ORIGINAL_TEMPERATURE: f64 = 0.7;
    /// Where the original demo's top-p slider starts.
    pub const ORIGINAL_TOP_P: f64 = 0.9;
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The vision tower looks at the picture.
    Looking,
    /// The prompt goes through the decoder.
    Reading,
    /// Tokens are being written.
    Writing,
}

/// A report while a run goes on, after each token in [`Stage::Writing`].
#[derive(Clone, Debug)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// Tokens written so far.
    pub n_tokens: usize,
    /// Tokens written per second so far; 0 before the second one.
    pub tokens_per_sec: f64,
    /// The answer so far, with the boxes that are complete.
    pub caption: Caption,
}

/// Why writing ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// The model said it was done.
    Complete,
    /// The limit of new tokens, or of the model's positions, was reached.
    Limit,
}

/// A finished answer, with all that is needed to tell where it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// What was asked.
    pub task: Task,
    /// The prompt as the model got it, without the image slots.
    pub prompt: String,
    /// All the text after the image, tags and prompt included.
    pub raw: String,
    /// What a person reads: instructions and questions left out, phrases linked.
    pub caption: Caption,
    /// Odd output that was skipped or mended, and what had no room.
    pub warnings: Vec<Warning>,
    /// Why the whole is to be doubted, if the checkpoint has a rule for that.
    pub doubt: Option<String>,
    /// Why writing ended.
    pub ending: Ending,
    /// Where the time went.
    pub timings: Timings,
    /// The picture it is about.
    pub asked: Asked,
    /// What made it.
    pub made_by: MadeBy,
}

/// The picture that an answer is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Pixels across, upright.
    pub width: u32,
    /// Pixels down, upright.
    pub height: u32,
    /// What was to be known about it, one sentence each.
    pub notes: Vec<String>,
}

impl Asked {
    /// The facts about a picture.
    #[must_use]
    pub fn new(picture: &Picture) -> Self {
        let (width, height) = picture.pixels.dimensions();
        Self { width, height, notes: picture.notes.clone() }
    }
}

/// What made an answer; with the task and the picture, enough to make it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MadeBy {
    /// The checkpoint's name.
    pub checkpoint: String,
    /// The checkpoint's fingerprint.
    pub fingerprint: String,
    /// Of the weights in memory.
    pub precision: String,
    /// How it was written; the rule against repetition is the one that was followed.
    pub options: GenerateOptions,
    /// Of this program.
    pub version: String,
    /// Whether a person changed the answer afterwards.
    #[serde(default)]
    pub edited: bool,
}

impl MadeBy {
    /// A checkpoint, these settings, and this program.
    #[must_use]
    pub fn new(checkpoint: &CheckpointInfo, options: &GenerateOptions) -> Self {
        let no_repeat_ngram_size = options.no_repeat_ngram_size.or(Some(checkpoint.no_repeat_ngram_size));
        Self {
            checkpoint: checkpoint.name.clone(),
            fingerprint: checkpoint.fingerprint.clone(),
            precision: checkpoint.precision.to_owned(),
            options: GenerateOptions { no_repeat_ngram_size, ..options.clone() },
            version: env!("CARGO_PKG_VERSION").to_owned(),
            edited: false,
        }
    }
}

impl Answer {
    /// What a person should know about the answer, one sentence each: doubt, odd output, an early end.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        // where several answers make one, the limit holds for each
        let n_tokens = self.timings.n_new_tokens.min(self.made_by.options.max_new_tokens);
        let odd_output = self.warnings.iter().map(|warning| warning.message.clone());
        let early_end = (self.ending == Ending::Limit)
            .then(|| format!("Cut off at the limit of {n_tokens} new tokens; raise it for more"));
        self.doubt.clone().into_iter().chain(odd_output).chain(early_end).collect()
    }

    /// The same answer without one box, marked as edited; a phrase without boxes left is plain words. `None` if there is
    /// no such box.
    #[must_use]
    pub fn without_box(&self, phrase: usize, region: usize) -> Option<Self> {
        let mut edited = self.clone();
        let regions = &mut edited.caption.phrases.get_mut(phrase)?.regions;
        (region < regions.len()).then(|| regions.remove(region))?;
        if regions.is_empty() {
            edited.caption.phrases.remove(phrase);
        }
        edited.made_by.edited = true;
        Some(edited)
    }

    /// What a further question would follow: the conversation this answer belongs to, itself at the end. Empty if it
    /// answers no question.
    #[must_use]
    pub fn conversation(&self) -> Vec<Exchange> {
        let Task::Ask { question, region, earlier, .. } = &self.task else { return Vec::new() };
        let this = Exchange { question: question.clone(), region: *region, answer: self.caption.text.clone() };
        earlier.iter().cloned().chain([this]).collect()
    }

    /// The answer in the stable form for other programs; `image` is the picture's path as it was given.
    #[must_use]
    pub fn record(&self, image: String) -> Record {
        let Asked { width, height, ref notes } = self.asked;
        Record {
            image,
            width,
            height,
            task: self.task.name(),
            prompt: self.prompt.clone(),
            text: self.caption.text.clone(),
            raw: self.raw.clone(),
            phrases: PhraseRecord::all(&self.caption, width, height),
            warnings: notes.iter().cloned().chain(self.notes()).collect(),
            timings: TimingsRecord {
                vision_secs: self.timings.vision_secs,
                prefill_secs: self.timings.prefill_secs,
                decode_secs: self.timings.decode_secs,
                new_tokens: self.timings.n_new_tokens,
                passes: self.timings.n_passes,
            },
            settings: self.made_by.options.record(),
            checkpoint: CheckpointRecord {
                name: self.made_by.checkpoint.clone(),
                fingerprint: self.made_by.fingerprint.clone(),
                precision: self.made_by.precision.clone(),
            },
            version: self.made_by.version.clone(),
            edited: self.made_by.edited,
        }
    }
}

/// Where the time of a run went, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timings {
    /// Resizing the picture, the vision tower and the resampler; 0 if the picture's tokens were kept from before.
    pub vision_secs: f64,
    /// The prompt through the decoder.
    pub prefill_secs: f64,
    /// All the tokens after the first.
    pub decode_secs: f64,
    /// Tokens written, the end token included.
    pub n_new_tokens: usize,
    /// Passes of the decoder in which they were written; fewer where guesses were right.
    #[serde(default)]
    pub n_passes: usize,
}

impl std::ops::AddAssign for Timings {
    fn add_assign(&mut self, more: Self) {
        self.vision_secs += more.vision_secs;
        self.prefill_secs += more.prefill_secs;
        self.decode_secs += more.decode_secs;
        self.n_new_tokens += more.n_new_tokens;
        self.n_passes += more.n_passes;
    }
}

/// How a run ended without an error.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// With an answer.
    Finished(Box<Answer>),
    /// Because it was told to stop.
    Cancelled,
}
