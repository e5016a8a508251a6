//! Flickr30k Entities: where the phrases of a caption are, by the paper's rules (`evaluation/flickr_entities` of unilm).
//!
//! Which phrases are asked about is MDETR's choice, what is right the folder of Flickr30k Entities says. A phrase that a
//! sentence has twice is held against the boxes of its first, as in the published numbers.

use std::{collections::HashMap, path::Path, str::FromStr};

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;

use super::{
    benchmark::{Benchmark, Measure, Part, Question, Scoring, Share, TaskSet, Way},
    boxes::{self, PixelBox},
    card::{Card, FLICKR30K_PICTURES, LENGTH},
    data,
    entities::Picture,
    error::BenchmarkError,
};
use crate::words::brief;

/// How many boxes of an answer are looked at; `None` for all.
const RANKS: [(&str, Option<usize>); 4] = [("R@1", Some(1)), ("R@5", Some(5)), ("R@10", Some(10)), ("R@all", None)];
/// The kinds of things, with R@1 of the released weights on val and test (README of the evaluation).
const KINDS: [(&str, [f64; 2]); 9] = [
    ("all", [0.778_355_158_317_744, 0.787_169_394_378_841_3]),
    ("animals", [0.908_222, 0.916_988]),
    ("bodyparts", [0.414_048, 0.409_178]),
    ("clothing", [0.708_779, 0.735_473]),
    ("instruments", [0.767_742, 0.765_432]),
    ("other", [0.647_077, 0.650_563]),
    ("people", [0.889_558, 0.895_156]),
    ("scene", [0.806_262, 0.822_112]),
    ("vehicles", [0.866_864, 0.9125]),
];
/// R@5 and R@10 of all phrases, on val and test.
const PUBLISHED_DEEPER: [(&str, [f64; 2]); 2] = [
    ("R@5", [0.792_420_148_271_322_7, 0.801_118_707_187_159_7]),
    ("R@10", [0.792_558_719_600_914_6, 0.801_394_951_231_289_2]),
];

const CARD: Card = Card {
    about: "Where the phrases of captions are",
    files: "final_flickr_separateGT_SPLIT.json of MDETR, the folders Annotations and Sentences, pictures in flickr30k-images",
    source: "https://zenodo.org/record/4729015 (mdetr_annotations.tar.gz), https://github.com/BryanPlummer/flickr30k_entities \
        (annotations.zip), pictures from https://shannon.cs.illinois.edu/DenotationGraph",
    annotations: "terms not stated (Flickr30k Entities), unknown (MDETR's file)",
    pictures: FLICKR30K_PICTURES,
    length: LENGTH,
};

/// See the head of the file.
#[derive(Debug)]
pub(super) struct FlickrEntities;

#[derive(Deserialize)]
struct Annotations {
    images: Vec<Image>,
}

#[derive(Deserialize)]
struct Image {
    file_name: String,
    #[serde(deserialize_with = "number")]
    width: f64,
    #[serde(deserialize_with = "number")]
    height: f64,
    #[serde(deserialize_with = "number")]
    sentence_id: u64,
    #[serde(deserialize_with = "number")]
    original_img_id: u64,
    caption: String,
    /// For each phrase, where it stands, in characters.
    tokens_positive_eval: Vec<Vec<[usize; 2]>>,
}

/// A number, which this file writes as text in places.
fn number<'de, D: Deserializer<'de>, T: FromStr>(from: D) -> Result<T, D::Error> {
    let written = match Value::deserialize(from)? {
        Value::String(text) => text,
        other => other.to_string(),
    };
    written.parse().map_err(|_| D::Error::custom(format!("{} is no number of this kind", brief(&written))))
}

/// A phrase, and the boxes of which one is right.
struct Meant {
    phrase: String,
    kinds: Vec<String>,
    size: [f64; 2],
    places: Vec<PixelBox>,
}

struct Set {
    questions: Vec<Question>,
    meant: Vec<Meant>,
    /// Which of the published columns it is.
    split: usize,
}

impl Benchmark for FlickrEntities {
    fn name(&self) -> &'static str {
        "flickr30k-entities"
    }

    fn card(&self) -> &Card {
        &CARD
    }

    fn splits(&self) -> &'static [&'static str] {
        &["val", "test"]
    }

    fn read(&self, data: &Path, Part { split, .. }: Part<'_>) -> Result<Box<dyn TaskSet>, BenchmarkError> {
        let path = data::found(data, &[&format!("final_flickr_separateGT_{split}.json")])?;
        let file: Annotations = data::json(&path)?;
        let mut set = Set { questions: Vec::new(), meant: Vec::new(), split: usize::from(split == "test") };
        let mut pictures = HashMap::new();
        for image in &file.images {
            let id = format!("{}", image.original_img_id);
            if !pictures.contains_key(&id) {
                let folder = ["", "flickr30k_entities", "Flickr30kEntities"].map(|name| data::folder(data).join(name));
                let folder = folder.iter().find(|folder| folder.join("Sentences").is_dir()).unwrap_or(&folder[0]);
                pictures.insert(id.clone(), Picture::read(folder, &id)?);
            }
            set.add(data, image, &pictures[&id]).map_err(|what| data::wrong(&path, what))?;
        }
        data::asked(set, &path)
    }
}

impl Set {
    fn add(&mut self, data: &Path, image: &Image, picture: &Picture) -> Result<(), String> {
        let sentence = picture.sentences.get(image.sentence_id as usize);
        let sentence = sentence.ok_or_else(|| format!("{} has no sentence {}", image.file_name, image.sentence_id))?;
        let size = [image.width, image.height];
        if !boxes::is_size(size) {
            return Err(format!("{} can't have {:?} × {:?} pixels", image.file_name, image.width, image.height));
        }
        let chars: Vec<char> = image.caption.chars().collect();
        for (i, spans) in image.tokens_positive_eval.iter().enumerate() {
            let &[start, end] = spans.first().ok_or_else(|| format!("A phrase of {} has no place", image.file_name))?;
            let words = chars.get(start..end).ok_or_else(|| format!("A phrase of {} lies outside", image.file_name))?;
            let phrase: String = words.iter().collect();
            let boxed = sentence.iter().find(|known| known.text == phrase && picture.boxes.contains_key(&known.entity));
            let known = boxed.ok_or_else(|| format!("No sentence of {} has boxes for {phrase:?}", image.file_name))?;
            let places = picture.boxes[&known.entity].clone();
            self.questions.push(Question {
                id: format!("{}-{}-{i}", image.original_img_id, image.sentence_id),
                picture: data::picture(data, &["flickr30k-images", "flickr30k_images"], &image.file_name),
                prompt: format!(
                    "<grounding>{} <phrase>{phrase}</phrase>",
                    chars[..start].iter().collect::<String>().trim_end()
                ),
                way: Way::greedy(&CARD),
                target: format!("{places:?}"),
                truth: places.iter().map(|place| boxes::truth(*place, [image.width, image.height])).collect(),
            });
            self.meant.push(Meant { phrase, kinds: known.kinds.clone(), size, places });
        }
        Ok(())
    }

    fn published(&self, rank: &str, kind: &str) -> Option<f64> {
        let of = |table: &[(&str, [f64; 2])], key: &str| {
            table.iter().find(|(name, _)| *name == key).map(|(_, splits)| 100.0 * splits[self.split])
        };
        match (rank, kind) {
            ("R@1", _) => of(&KINDS, kind),
            (_, "all") => of(&PUBLISHED_DEEPER, rank),
            _ => None,
        }
    }
}

/// The box around all.
fn merged(places: &[PixelBox]) -> PixelBox {
    places
        .iter()
        .copied()
        .reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
        .unwrap_or_default()
}

impl TaskSet for Set {
    fn questions(&self) -> &[Question] {
        &self.questions
    }

    fn score(&self, answers: &[Option<String>], _: &Scoring) -> Result<Vec<Measure>, BenchmarkError> {
        let said = |(number, (meant, answer)): (usize, (&'_ Meant, &Option<String>))| {
            Some((number, boxes::of_phrase(answer.as_ref()?, &meant.phrase, meant.size)))
        };
        let said: Vec<(usize, Vec<PixelBox>)> = self.meant.iter().zip(answers).enumerate().filter_map(said).collect();
        let mut measures = Vec::new();
        for is_merged in [false, true] {
            for (rank, depth) in RANKS {
                for (kind, _) in KINDS {
                    let is_of_kind = |meant: &Meant| kind == "all" || meant.kinds.iter().any(|own| own == kind);
                    let each =
                        said.iter().filter(|(number, _)| is_of_kind(&self.meant[*number])).map(|(number, said)| {
                            Share::new(*number, f64::from(u8::from(self.meant[*number].is_hit(said, depth, is_merged))))
                        });
                    let key = if kind == "all" { rank.to_owned() } else { format!("{rank} {kind}") };
                    let measure = Measure::mean(if is_merged { format!("{key} merged") } else { key }, each.collect());
                    let published = if is_merged { None } else { self.published(rank, kind) };
                    if !measure.each.is_empty() {
                        measures.push(measure.published(published));
                    }
                }
            }
        }
        Ok(measures)
    }
}

impl Meant {
    fn is_hit(&self, said: &[PixelBox], depth: Option<usize>, is_merged: bool) -> bool {
        let places = if is_merged { vec![merged(&self.places)] } else { self.places.clone() };
        let looked_at = depth.map_or(said.len(), |depth| depth.min(said.len()));
        said[..looked_at].iter().any(|said| places.iter().any(|place| boxes::is_at(*said, *place)))
    }
}
