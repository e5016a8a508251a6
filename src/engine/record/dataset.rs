//! Answers as records of datasets, and records as answers.

use std::{cmp::Reverse, path::Path, sync::Arc};

use super::settings;
use crate::{
    caption::{Caption, Phrase, Region},
    dataset::{self, Maker, ModelRun, Origin, Span, Words},
    engine::{
        answer::{Answer, Ending, FromFile, PictureFacts, Provenance, Timings},
        request::GenerateOptions,
    },
    geometry::{NormBox, PatchIndex},
    kernels::Precision,
    text::Task,
    words,
};

impl Answer {
    /// The answer as a record of a dataset about this picture: lost phrases have their words beside the caption, and what a
    /// person made or changed says so.
    #[must_use]
    pub fn dataset_record(&self, picture: dataset::Picture) -> dataset::Record {
        let made_by = self.from_file.as_ref().map_or_else(|| self.model(), |_| Maker::File);
        let FromFile { url, unknown } = self.from_file.as_deref().cloned().unwrap_or_default();
        let made = Origin { made_by, changed_by: None };
        let changed = |is_changed: bool| Origin { changed_by: is_changed.then_some(Maker::Person), ..made.clone() };
        let said = self.said.as_ref().unwrap_or(&self.caption);
        let is_said = |words: &str| said.phrases.iter().any(|phrase| said.words(phrase) == words);
        let region = |region: &Region| {
            let drawn = Origin { made_by: Maker::Person, changed_by: None };
            let (upper_left, lower_right) = region.patches;
            // A box of a file that no model named lies elsewhere than the cells around it say.
            let is_named = !region.is_by_hand() && region.norm == NormBox::from_patches(upper_left, lower_right);
            Some(dataset::Region {
                cells: is_named.then_some([upper_left.0, lower_right.0]),
                origin: if region.is_by_hand() { drawn } else { made.clone() },
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
            picture: dataset::Picture { url: picture.url.or(url), ..picture },
            unknown,
            caption: self.caption.text.clone(),
            caption_origin: changed(said.text != self.caption.text),
            spans: self.caption.linked().map(span).collect(),
            notes: self.notes(),
            ..dataset::Record::default()
        }
    }

    /// The model that made it.
    fn model(&self) -> Maker {
        Maker::Model(Arc::new(ModelRun {
            name: self.made_by.checkpoint.clone(),
            fingerprint: self.made_by.fingerprint.clone(),
            settings: serde_json::to_value(settings(&self.made_by.options)).unwrap_or_default(),
        }))
    }

    /// A record of the file or folder at this path as an answer about its picture, whose size is this if it is known.
    #[must_use]
    pub fn of_record(record: dataset::Record, path: &Path, size: Option<[u32; 2]>) -> Self {
        let [width, height] = size.unwrap_or_default();
        let by_person = |origin: &Origin| origin.made_by == Maker::Person || origin.changed_by == Some(Maker::Person);
        let edited = by_person(&record.caption_origin)
            || record.spans.iter().any(|span| by_person(&span.origin))
            || record.boxes().any(|(_, region)| by_person(&region.origin));
        let caption = caption_of(&record);
        Self {
            task: Task::Brief { grounded: true },
            prompt: String::new(),
            raw: String::new(),
            caption,
            said: None,
            from_file: Some(Box::new(FromFile { url: record.picture.url, unknown: record.unknown })),
            warnings: vec![],
            doubt: None,
            ending: Ending::Complete,
            beam_score: None,
            timings: Timings::default(),
            asked: PictureFacts { width, height, notes: record.notes, checksum: None },
            made_by: Provenance {
                checkpoint: words::printable(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy()),
                fingerprint: String::new(),
                precision: Precision::F32,
                options: GenerateOptions::original(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                edited,
            },
        }
    }
}

/// The caption of a record. Phrases whose words are in no caption, or in those of another phrase, have them beside the text.
fn caption_of(record: &dataset::Record) -> Caption {
    let mut linked: Vec<&Span> = record.spans.iter().filter(|span| span.words.range().is_some()).collect();
    linked.sort_by_key(|span| span.words.range().map(|range| (range.start, Reverse(range.end))));
    let mut caption = Caption { text: record.caption.clone(), phrases: vec![] };
    let mut beside = Vec::new();
    let mut end = 0;
    for span in linked {
        match span.words.range().filter(|range| range.start >= end) {
            Some(range) => {
                end = range.end;
                caption.phrases.push(Phrase { span: range.clone(), regions: regions_of(span), lost: None });
            }
            None => beside.push(span),
        }
    }
    beside.extend(record.spans.iter().filter(|span| span.words.range().is_none()));
    let last = caption.text.len();
    caption.phrases.extend(beside.into_iter().map(|span| Phrase {
        span: last..last,
        regions: regions_of(span),
        lost: Some(record.words(span).to_owned()).filter(|words| !words.is_empty()),
    }));
    caption
}

fn regions_of(span: &Span) -> Vec<Region> {
    let region = |region: &dataset::Region| {
        let [x_min, y_min, x_max, y_max] = region.edges.map(|edge| edge as f32);
        let norm = NormBox::new(x_min, y_min, x_max, y_max);
        let patches = match region.cells {
            Some([upper_left, lower_right]) => (PatchIndex(upper_left), PatchIndex(lower_right)),
            None => norm.to_patches(),
        };
        // Of the text that it comes from, nothing is known but that there is one.
        let raw_span = if region.origin.made_by == Maker::Person { 0..0 } else { 0..1 };
        Region { norm, patches, raw_span, score: region.score.map(|score| score as f32), token_probability: None }
    };
    span.regions.iter().map(region).collect()
}

/// The shortest decimal number that is this one in 32 bits: what is written is no longer than what is known.
fn decimal(number: f32) -> f64 {
    number.to_string().parse().unwrap_or(f64::from(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Location, Picture, Record};

    /// What the window shows and changes of a dataset is what it writes again.
    #[test]
    fn a_record_comes_back_from_an_answer() {
        let mut record = Record {
            picture: Picture {
                location: Location::File("/a/b.png".into()),
                size: Some([640, 480]),
                url: Some("https://example.org/b.png".to_owned()),
            },
            caption: "Zwei Hünde 🐕 on the grass".to_owned(),
            ..Record::default()
        };
        record.unknown.insert("id".to_owned(), 7.into());
        let region = |x: f64| dataset::Region::new([x, 0.25, x + 0.25, 0.75]).expect("a box").scored(Some(0.5));
        record.link(Words::Linked(0..11), None, region(0.0));
        record.link(Words::Linked(0..11), None, region(0.5));
        record.link(Words::Linked(19..28), None, region(0.25));
        record.link(Words::Loose("sky".to_owned()), None, region(0.125));
        let answer = Answer::of_record(record.clone(), Path::new("/a/data.jsonl"), record.picture.size);
        assert_eq!(answer.made_by.checkpoint, "data.jsonl");
        let picture = Picture { url: None, ..record.picture.clone() };
        assert_eq!(answer.dataset_record(picture), record);
    }

    #[test]
    fn words_within_others_are_kept_beside_the_text() {
        let mut record = Record { caption: "a dog with a hat".to_owned(), ..Record::default() };
        let region = dataset::Region::new([0.0, 0.0, 1.0, 1.0]).expect("a box");
        for words in [11..16, 0..16, 0..5] {
            record.link(Words::Linked(words), None, region.clone());
        }
        let caption = caption_of(&record);
        let named: Vec<_> = caption.phrases.iter().map(|phrase| phrase.name(&caption).into_owned()).collect();
        assert_eq!(named, ["a dog with a hat", "a dog", "a hat"]);
        assert!(caption.phrases.iter().skip(1).all(|phrase| phrase.span == (16..16)));
    }
}
