//! An answer in the stable form for other programs.

mod dataset;

use super::{
    answer::{Answer, PictureFacts},
    request::{GenerateOptions, Sampling},
};
use crate::export::{
    BeamsRecord, CheckpointRecord, ImageName, PhraseRecord, Record, SamplingRecord, SettingsRecord, TimingsRecord,
};

impl Answer {
    /// The answer in the stable form for other programs; `image` is the picture's path as it was given, or its name.
    #[must_use]
    pub fn record(&self, image: impl Into<ImageName>) -> Record {
        let PictureFacts { width, height, ref notes, .. } = self.asked;
        Record {
            image: image.into(),
            width,
            height,
            task: self.task.kind().row().name,
            prompt: self.prompt.clone(),
            text: self.caption.text.clone(),
            raw: self.raw.clone(),
            phrases: PhraseRecord::all(&self.caption, width, height),
            ending: self.ending.name(),
            warnings: notes.iter().cloned().chain(self.notes()).collect(),
            timings: Some(TimingsRecord {
                vision_secs: self.timings.vision_secs,
                prefill_secs: self.timings.prefill_secs,
                decode_secs: self.timings.decode_secs,
                new_tokens: self.timings.n_new_tokens,
                passes: self.timings.n_passes,
            }),
            settings: settings(&self.made_by.options),
            checkpoint: CheckpointRecord {
                name: self.made_by.checkpoint.clone(),
                fingerprint: self.made_by.fingerprint.clone(),
                precision: self.made_by.precision,
            },
            version: self.made_by.version.clone(),
            edited: self.made_by.edited,
        }
    }
}

fn settings(options: &GenerateOptions) -> SettingsRecord {
    let sampling = match options.sampling {
        Sampling::Greedy | Sampling::Beams { .. } => None,
        Sampling::TopP { temperature, top_p, seed } => Some(SamplingRecord { temperature, top_p, seed }),
    };
    let no_repeat_ngram = Option::from(options.no_repeat_ngram).unwrap_or(0);
    let beams = match options.sampling {
        Sampling::Beams { width, length_penalty } => Some(BeamsRecord { width: width.get(), length_penalty }),
        Sampling::Greedy | Sampling::TopP { .. } => None,
    };
    SettingsRecord { max_new_tokens: options.max_new_tokens, no_repeat_ngram, sampling, beams }
}
