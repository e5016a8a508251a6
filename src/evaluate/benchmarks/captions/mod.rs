//! Captions of Flickr30k, COCO and NoCaps against those of five or ten people, by the measures of pycocoevalcap.
//!
//! They are written with a beam of 5, as in the paper, which names no length penalty; fairseq's own is taken. Read from their own
//! files or from mirrors in parquet; those with other splits than the name says are refused.

mod captioned;
mod files;
mod mirrors;
mod splits;

use std::{num::NonZero, path::Path};

pub(super) use splits::{COCO, FLICKR30K, NOCAPS};

use self::{
    captioned::Captioned,
    splits::{Captions, Split},
};
use super::{
    benchmark::{Benchmark, Measure, Part, Question, Scoring, Share, TaskSet, Way},
    card::Card,
    data,
    error::BenchmarkError,
    pope::written,
};
use crate::{
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

struct Set {
    questions: Vec<Question>,
    references: Vec<Vec<String>>,
    published: Option<f64>,
}

impl Captions {
    fn split(&self, name: &str) -> &'static Split {
        self.splits.iter().find(|split| split.name == name).unwrap_or(&self.splits[0])
    }
}

impl Benchmark for Captions {
    fn name(&self) -> &'static str {
        self.name
    }

    fn card(&self) -> &Card {
        &self.card
    }

    fn splits(&self) -> &'static [&'static str] {
        self.names
    }

    fn task_name(&self, split: &str) -> String {
        self.split(split).task_name.to_owned()
    }

    fn read(&self, data: &Path, Part { split, .. }: Part<'_>) -> Result<Box<dyn TaskSet>, BenchmarkError> {
        let split = self.split(split);
        let (path, pictures) = match (data::found(data, &[split.file]), &data::tables(data)[..]) {
            (Ok(path), _) => (path.clone(), files::read(data, &path, self.folders, split)?),
            (Err(_), tables @ [first, ..]) => (first.clone(), mirrors::read(data, tables, split)?),
            (Err(missing), []) => {
                let mistaken = split.mistaken.and_then(|(file, why)| Some((data::found(data, &[file]).ok()?, why)));
                return Err(mistaken.map_or(missing, |(path, why)| data::wrong(&path, why)));
            }
        };
        let mut set = Set { questions: Vec::new(), references: Vec::new(), published: split.published };
        for Captioned { picture, name: id, captions } in pictures {
            if captions.is_empty() {
                return Err(data::wrong(&path, format!("Nobody wrote a caption for {id}")));
            }
            let (prompt, target) = (PROMPT.to_owned(), captions.join(" | "));
            let way = Way::written(BEAMS, &self.card);
            set.questions.push(Question { id, picture, prompt, way, target, truth: Vec::new() });
            set.references.push(captions);
        }
        data::asked(set, &path)
    }
}

impl TaskSet for Set {
    fn questions(&self) -> &[Question] {
        &self.questions
    }

    fn score(&self, answers: &[Option<String>], scoring: &Scoring) -> Result<Vec<Measure>, BenchmarkError> {
        let told = self.references.iter().zip(answers).enumerate().filter_map(|(number, (references, answer))| {
            let caption = grounding::parse(written(answer.as_ref()?, PROMPT)).caption.text;
            Some((number, Judged::of_captions(&caption, references)))
        });
        let mut measures = of_texts(told.unzip(), scoring)?;
        for cider in measures.iter_mut().filter(|measure| measure.key == CIDER) {
            cider.published = self.published;
        }
        Ok(measures)
    }
}

/// All measures of texts that were made of pictures, given behind the numbers of their questions.
pub(super) fn of_texts(
    (numbers, texts): (Vec<usize>, Vec<Judged>),
    scoring: &Scoring,
) -> Result<Vec<Measure>, BenchmarkError> {
    let texts = &texts[..];
    let each = |values: Vec<f64>| -> Vec<Share> {
        numbers.iter().zip(values).map(|(number, value)| Share::new(*number, value)).collect()
    };
    let bleu = bleu(texts);
    let (modules, meteor) = match &scoring.meteor {
        Some(folder) => (Modules::Full, Meteor::with_paraphrases(folder, texts)?),
        None => (Modules::Synonym, Meteor::new(Modules::Synonym)),
    };
    let mut measures: Vec<Measure> =
        (0..4).map(|n| Measure::whole(format!("Bleu_{}", n + 1), bleu.corpus[n])).collect();
    measures.push(Measure::whole(modules.name(), meteor.scores(texts).corpus));
    measures.push(Measure::mean("ROUGE_L", each(rouge_l(texts).each)));
    measures.push(Measure::mean(CIDER, each(cider(texts).each)));
    Ok(measures)
}
