//! Captions of Flickr30k, COCO and NoCaps against those of five or ten people, by the measures of pycocoevalcap.
//!
//! They are written with a beam of 5, as in the paper, which names no length penalty; fairseq's own is taken.

use std::{
    collections::HashMap,
    num::NonZero,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use super::{
    benchmark::{Benchmark, Measure, Part, Question, Scoring, TaskSet, Way},
    data,
    error::BenchmarkError,
    pope::written,
};
use crate::{
    dataset::Location,
    engine::Sampling,
    grounding,
    metrics::{Judged, Meteor, Modules, bleu, cider, rouge_l},
};

/// What the paper asks.
const PROMPT: &str = "An image of";
/// How the paper's were written.
const BEAMS: Sampling = Sampling::Beams { width: NonZero::new(5).expect("not 0"), length_penalty: 1.0 };
/// The measure that captions are told apart by.
pub(super) const CIDER: &str = "CIDEr";

/// One of the three.
#[derive(Debug)]
pub(super) struct Captions {
    name: &'static str,
    about: &'static str,
    split: &'static [&'static str],
    task_name: &'static str,
    files: &'static [&'static str],
    folders: &'static [&'static str],
    /// CIDEr of the released weights, times 100 (README of the model).
    published: Option<f64>,
}

pub(super) const FLICKR30K: Captions = Captions {
    name: "flickr30k-caption",
    about: "Captions, the 1,000 of Karpathy's test split: dataset_flickr30k.json, pictures in flickr30k-images; or \
        parquet files with a column split",
    split: &["test"],
    task_name: "flickr30k_test",
    files: &["dataset_flickr30k.json"],
    folders: &["flickr30k-images", "flickr30k_images"],
    published: Some(80.5),
};
pub(super) const COCO: Captions = Captions {
    name: "coco-caption",
    about: "Captions: dataset_coco.json (Karpathy's test split) or captions_val2014.json, pictures in val2014",
    split: &["test"],
    task_name: "coco_karpathy_test",
    files: &["dataset_coco.json", "captions_val2014.json"],
    folders: &["val2014"],
    published: None,
};
pub(super) const NOCAPS: Captions = Captions {
    name: "nocaps",
    about: "Captions of things that COCO lacks: nocaps_val_4500_captions.json, pictures in val",
    split: &["val"],
    task_name: "nocaps_val",
    files: &["nocaps_val_4500_captions.json"],
    folders: &["val"],
    published: None,
};

/// Either of the two forms of file.
#[derive(Deserialize)]
#[serde(untagged)]
enum File {
    Coco { images: Vec<Image>, annotations: Vec<Annotation> },
    Karpathy { images: Vec<Picture> },
}

#[derive(Deserialize)]
struct Image {
    id: u64,
    file_name: String,
}

#[derive(Deserialize)]
struct Annotation {
    image_id: u64,
    caption: String,
}

#[derive(Deserialize)]
struct Picture {
    filename: String,
    split: String,
    sentences: Vec<Sentence>,
}

#[derive(Deserialize)]
struct Sentence {
    raw: String,
}

/// A row of a mirror.
#[derive(Deserialize)]
struct Row {
    caption: Vec<String>,
    filename: String,
    split: Option<String>,
}

/// Why lmms-lab's is refused.
const NO_SPLITS: &str = "This mirror has all pictures in one split, called test, which is not the paper's of 1,000; take \
    dataset_flickr30k.json, or a mirror with a column split";

struct Set {
    questions: Vec<Question>,
    references: Vec<Vec<String>>,
    published: Option<f64>,
}

impl Benchmark for Captions {
    fn name(&self) -> &'static str {
        self.name
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn splits(&self) -> &'static [&'static str] {
        self.split
    }

    fn task_name(&self, _: &str) -> String {
        self.task_name.to_owned()
    }

    fn read(&self, data: &Path, Part { split, .. }: Part<'_>) -> Result<Box<dyn TaskSet>, BenchmarkError> {
        let mut set = Set { questions: Vec::new(), references: Vec::new(), published: self.published };
        let (path, pictures) = match (data::found(data, self.files), &data::tables(data)[..]) {
            (Err(_), [first, ..]) => (first.clone(), of_tables(&data::tables(data), split)?),
            (found, _) => {
                let path = found?;
                let of_file = data::json::<File>(&path)?.pictures(split).into_iter();
                let place = |name: &str| data::picture(data, self.folders, name);
                (path, of_file.map(|(name, references)| (place(&name), name, references)).collect())
            }
        };
        for (picture, id, references) in pictures {
            if references.is_empty() {
                return Err(data::wrong(&path, format!("Nobody wrote a caption for {id}")));
            }
            let (prompt, target) = (PROMPT.to_owned(), references.join(" | "));
            set.questions.push(Question { id, picture, prompt, way: Way::Written(BEAMS), target });
            set.references.push(references);
        }
        if set.questions.is_empty() { Err(data::wrong(&path, "It has no captions")) } else { Ok(Box::new(set)) }
    }
}

/// Pictures in mirrors on Hugging Face, their names, and their captions.
fn of_tables(tables: &[PathBuf], split: &str) -> Result<Vec<(Location, String, Vec<String>)>, BenchmarkError> {
    let mut pictures = Vec::new();
    for table in tables {
        let (rows, column) = data::rows(table)?;
        for (row, number) in rows.zip(1..) {
            let Row { caption, filename, split: of_row } = data::row(table, number, row)?;
            let of_row = of_row.ok_or_else(|| data::wrong(table, NO_SPLITS))?;
            let column = column.as_deref().ok_or_else(|| data::wrong(table, "It has no pictures"))?;
            if of_row == split {
                pictures.push((data::picture_in(table, number, column), filename, caption));
            }
        }
    }
    Ok(pictures)
}

impl File {
    /// Names of pictures with their captions.
    fn pictures(self, split: &str) -> Vec<(String, Vec<String>)> {
        match self {
            Self::Karpathy { images } => {
                let own = images.into_iter().filter(|image| image.split == split);
                own.map(|image| (image.filename, image.sentences.into_iter().map(|one| one.raw).collect())).collect()
            }
            Self::Coco { images, annotations } => {
                let mut captions: HashMap<u64, Vec<String>> = HashMap::new();
                for annotation in annotations {
                    captions.entry(annotation.image_id).or_default().push(annotation.caption);
                }
                let of = |image: Image| (image.file_name, captions.remove(&image.id).unwrap_or_default());
                images.into_iter().map(of).collect()
            }
        }
    }
}

impl TaskSet for Set {
    fn questions(&self) -> &[Question] {
        &self.questions
    }

    fn score(&self, answers: &[Option<String>], scoring: &Scoring) -> Result<Vec<Measure>, BenchmarkError> {
        let told = self.references.iter().zip(answers).filter_map(|(references, answer)| {
            let caption = grounding::parse(written(answer.as_ref()?, PROMPT)).caption.text;
            Some(Judged::of_captions(&caption, references))
        });
        let mut measures = of_texts(&told.collect::<Vec<_>>(), scoring)?;
        for cider in measures.iter_mut().filter(|measure| measure.key == CIDER) {
            cider.published = self.published;
        }
        Ok(measures)
    }
}

/// All measures of texts that were made of pictures.
pub(super) fn of_texts(texts: &[Judged], scoring: &Scoring) -> Result<Vec<Measure>, BenchmarkError> {
    let bleu = bleu(texts);
    let (modules, meteor) = match &scoring.meteor {
        Some(folder) => (Modules::Full, Meteor::with_paraphrases(folder, texts)?),
        None => (Modules::Synonym, Meteor::new(Modules::Synonym)),
    };
    let mut measures: Vec<Measure> =
        (0..4).map(|n| Measure::whole(format!("Bleu_{}", n + 1), bleu.corpus[n])).collect();
    measures.push(Measure::whole(modules.name(), meteor.scores(texts).corpus));
    measures.push(Measure::mean("ROUGE_L", rouge_l(texts).each));
    measures.push(Measure::mean(CIDER, cider(texts).each));
    Ok(measures)
}
