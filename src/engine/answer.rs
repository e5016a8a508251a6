//! What comes out of the engine: an answer, and where it came from.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    load::ModelInfo,
    request::{GenerateOptions, NoRepeatNgram},
};
use crate::{
    caption::Caption,
    grounding::Warning,
    kernels::Precision,
    picture::Picture,
    text::{Exchange, Task},
};

/// How a run ended without an error.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It gave an answer.
    Finished(Box<Answer>),
    /// It was told to stop.
    Cancelled,
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
    /// What a person reads: instructions and questions left out, phrases linked, and what a person has corrected.
    pub caption: Caption,
    /// The caption as the model gave it, once a person has corrected it; older sessions did not keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Caption>,
    /// What a file has besides, if it came from there and not from a model; [`Provenance::checkpoint`] is then its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_file: Option<Box<FromFile>>,
    /// Odd output that was skipped or mended, and what had no room.
    pub warnings: Vec<Warning>,
    /// Why the whole is to be doubted, if the checkpoint has a rule for that.
    pub doubt: Option<String>,
    /// Why writing ended.
    pub ending: Ending,
    /// What beam search chose it by: the mean log probability of its tokens, those of the prompt too, as the length penalty
    /// has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beam_score: Option<f64>,
    /// Where the time of the run went.
    pub timings: Timings,
    /// The picture it is about.
    pub asked: PictureFacts,
    /// The model, the settings and the program that made it.
    pub made_by: Provenance,
}

/// What a record of a dataset has that an answer has no place for; it is written again with the answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FromFile {
    /// Where the picture can be had from.
    pub url: Option<String>,
    /// Fields that mean nothing here.
    pub unknown: Map<String, Value>,
}

/// The picture that an answer is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureFacts {
    /// Pixels across, once it stands upright.
    pub width: u32,
    /// Pixels down, once it stands upright.
    pub height: u32,
    /// What a person should know about it, one sentence each.
    pub notes: Vec<String>,
    /// The sum of its pixels, as [`Picture::checksum`]; older sessions did not keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<u32>,
}

impl Ending {
    /// Its name in exported data.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Limit => "limit",
        }
    }
}

impl PictureFacts {
    /// The facts about a picture.
    #[must_use]
    pub fn new(picture: &Picture) -> Self {
        let (width, height) = picture.pixels.dimensions();
        Self { width, height, notes: picture.notes.clone(), checksum: Some(picture.checksum) }
    }

    /// Whether both are about the same pixels, as far as is known; one without a size is known by nothing.
    #[must_use]
    pub fn is_same_picture(&self, other: &Self) -> bool {
        match (self.checksum, other.checksum) {
            (Some(one), Some(other)) => one == other,
            _ if self.width == 0 || other.width == 0 => true,
            _ => (self.width, self.height) == (other.width, other.height),
        }
    }
}

/// What made an answer; with the task and the picture, enough to make it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// The checkpoint's name.
    pub checkpoint: String,
    /// The checkpoint's fingerprint.
    pub fingerprint: String,
    /// How exactly the weights were kept in memory.
    pub precision: Precision,
    /// How it was written; the rule against repetition is the one that was followed.
    pub options: GenerateOptions,
    /// The version of this program.
    pub version: String,
    /// Whether a person changed the answer afterwards.
    #[serde(default)]
    pub edited: bool,
}

impl Provenance {
    /// What an answer of this model, with these settings, was made by.
    #[must_use]
    pub fn new(model: &ModelInfo, options: &GenerateOptions) -> Self {
        let size = options.no_repeat_ngram.size(model.checkpoint.no_repeat_ngram);
        let no_repeat_ngram = size.map_or(NoRepeatNgram::Off, NoRepeatNgram::Size);
        Self {
            checkpoint: model.checkpoint.name.clone(),
            fingerprint: model.fingerprint.clone(),
            precision: model.precision,
            options: GenerateOptions { no_repeat_ngram, ..options.clone() },
            version: env!("CARGO_PKG_VERSION").to_owned(),
            edited: false,
        }
    }
}

impl Answer {
    /// What it is called beside others: the file that it comes from, or what was asked.
    #[must_use]
    pub fn title(&self) -> String {
        if self.from_file.is_some() { self.made_by.checkpoint.clone() } else { self.task.summary() }
    }

    /// What a person should know about the answer, one sentence each: doubt, odd output, an early end.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let odd_output = self.warnings.iter().map(|warning| warning.message.clone());
        let early_end = (self.ending == Ending::Limit).then(|| self.early_end());
        let mut notes: Vec<(String, usize)> = Vec::new();
        for note in self.doubt.clone().into_iter().chain(odd_output).chain(early_end) {
            match notes.iter_mut().find(|(known, _)| *known == note) {
                Some((_, n_times)) => *n_times += 1,
                None => notes.push((note, 1)),
            }
        }
        let counted = |(note, n_times)| if n_times == 1 { note } else { format!("{note} ({n_times} times)") };
        notes.into_iter().map(counted).collect()
    }

    fn early_end(&self) -> String {
        match (self.timings.n_new_tokens, self.made_by.options.max_new_tokens) {
            (n_tokens, limit) if n_tokens < limit => {
                format!("Cut off after {n_tokens} new tokens, where the model's room ends; start afresh for more")
            }
            // where several answers make one, the limit holds for each
            (_, limit) => format!("Cut off at the limit of {limit} new tokens; raise it for more"),
        }
    }

    /// The same answer with another caption, as a person wants it. With the model's own it is as it was.
    #[must_use]
    pub fn with_caption(&self, caption: Caption) -> Self {
        let mut answer = Self { caption, ..self.clone() };
        let said = answer.said.take().or_else(|| (!self.made_by.edited).then(|| self.caption.clone()));
        answer.made_by.edited = said.as_ref() != Some(&answer.caption);
        answer.said = said.filter(|_| answer.made_by.edited);
        answer
    }

    /// What a further question would follow: the conversation this answer belongs to, itself at the end. Empty if it
    /// answers no question.
    #[must_use]
    pub fn conversation(&self) -> Vec<Exchange> {
        let Task::Ask { question, region, earlier, .. } = &self.task else { return Vec::new() };
        let this = Exchange { question: question.clone(), region: *region, answer: self.caption.text.clone() };
        earlier.iter().cloned().chain([this]).collect()
    }
}

/// Where the time of a run went, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timings {
    /// Resizing the picture, the vision tower and the resampler; 0 if the picture's tokens were kept from before.
    pub vision_secs: f64,
    /// Reading the prompt, up to the first token.
    pub prefill_secs: f64,
    /// Writing all tokens after the first.
    pub decode_secs: f64,
    /// Tokens written, the end token included.
    pub n_new_tokens: usize,
    /// Passes of the decoder in which they were written: fewer where draft tokens were accepted.
    #[serde(default)]
    pub n_passes: usize,
}

impl Timings {
    /// All of it.
    #[must_use]
    pub fn total_secs(&self) -> f64 {
        self.vision_secs + self.prefill_secs + self.decode_secs
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_provenance_of_an_older_session_can_be_read() {
        let kept = r#"{"checkpoint":"kosmos-2 mini","fingerprint":"0123456789abcdef","precision":"q8",
            "options":{"max_new_tokens":128,"no_repeat_ngram_size":0,"sampling":"Greedy"},"version":"0.1.0","edited":true}"#;
        let provenance: Provenance = serde_json::from_str(kept).unwrap();
        assert_eq!((provenance.precision, provenance.edited), (Precision::Q8, true));
        assert_eq!(provenance.options.no_repeat_ngram, NoRepeatNgram::Off);
        let kept_again = serde_json::to_value(&provenance).unwrap();
        assert_eq!(kept_again, serde_json::from_str::<serde_json::Value>(kept).unwrap(), "nothing has another name");
    }
}
