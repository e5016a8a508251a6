//! An answer in the stable form for other programs.

use std::sync::Arc;

use super::{
    answer::{Answer, PictureFacts},
    request::{GenerateOptions, Sampling},
};
use crate::{
    caption::{Phrase, Region},
    dataset::{self, Maker, ModelRun, Origin, Span, Words},
    export::{CheckpointRecord, ImageName, PhraseRecord, Record, SamplingRecord, SettingsRecord, TimingsRecord},
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

impl Answer {
    /// The answer as a record of a dataset about this picture: lost phrases have their words beside the caption, and what a
    /// person made or changed says so.
    #[must_use]
    pub fn dataset_record(&self, picture: dataset::Picture) -> dataset::Record {
        let made_by = Maker::Model(Arc::new(ModelRun {
            name: self.made_by.checkpoint.clone(),
            fingerprint: self.made_by.fingerprint.clone(),
            settings: serde_json::to_value(settings(&self.made_by.options)).unwrap_or_default(),
        }));
        let by_model = Origin { made_by, changed_by: None };
        let changed = |is_changed: bool| Origin { changed_by: is_changed.then_some(Maker::Person), ..by_model.clone() };
        let said = self.said.as_ref().unwrap_or(&self.caption);
        let is_said = |words: &str| said.phrases.iter().any(|phrase| said.words(phrase) == words);
        let region = |region: &Region| {
            let drawn = Origin { made_by: Maker::Person, changed_by: None };
            let (upper_left, lower_right) = region.patches;
            Some(dataset::Region {
                cells: (!region.is_by_hand()).then_some([upper_left.0, lower_right.0]),
                origin: if region.is_by_hand() { drawn } else { by_model.clone() },
                ..dataset::Region::new(region.norm.to_array().map(decimal))?.scored(region.score.map(decimal))
            })
        };
        let span = |(_, phrase): (usize, &Phrase)| {
            let words = self.caption.words(phrase);
            let is_loose = words.is_empty();
            Span {
                words: if is_loose {
                    Words::Loose(phrase.lost.clone().unwrap_or_default())
                } else {
                    Words::Linked(phrase.span.clone())
                },
                regions: phrase.regions.iter().filter_map(region).collect(),
                chunk: None,
                origin: changed(!is_said(words)),
            }
        };
        dataset::Record {
            picture,
            caption: self.caption.text.clone(),
            caption_origin: changed(said.text != self.caption.text),
            spans: self.caption.linked().map(span).collect(),
            notes: self.notes(),
            ..dataset::Record::default()
        }
    }
}

/// The shortest decimal number that is this one in 32 bits: what is written is no longer than what is known.
fn decimal(number: f32) -> f64 {
    number.to_string().parse().unwrap_or(f64::from(number))
}

fn settings(options: &GenerateOptions) -> SettingsRecord {
    let sampling = match options.sampling {
        Sampling::Greedy => None,
        Sampling::TopP { temperature, top_p, seed } => Some(SamplingRecord { temperature, top_p, seed }),
    };
    let no_repeat_ngram = Option::from(options.no_repeat_ngram).unwrap_or(0);
    SettingsRecord { max_new_tokens: options.max_new_tokens, no_repeat_ngram, sampling }
}
