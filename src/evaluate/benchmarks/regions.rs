//! RefCOCOg the other way round: what a box shows, told so that it is the only one (the paper's referring expression
//! generation, by itself or behind two or four examples).
//!
//! The paper does not say which split its numbers are of, nor how it cut what was written: the whole answer counts. Nor does it
//! say which examples it took: here they are the first of the split for training that are in different pictures, the same
//! before every question, each asked as the question is.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use super::{
    benchmark::{Benchmark, Measure, Part, Question, Scoring, Shown, TaskSet, Way},
    boxes,
    captions::{self, CIDER},
    card::{COCO_PICTURES, Card, EXPRESSIONS, LENGTH},
    data,
    error::BenchmarkError,
    expressions::{self, Expression},
    pope::written,
};
use crate::{geometry::NormBox, grounding, metrics::Judged};

/// What METEOR with paraphrases and CIDEr of the released weights are, times 100, behind so many examples (paper, Table 4).
const PUBLISHED: [(usize, [(&str, f64); 2]); 3] = [
    (0, [("METEOR", 12.2), (CIDER, 60.3)]),
    (2, [("METEOR", 13.8), (CIDER, 62.2)]),
    (4, [("METEOR", 14.1), (CIDER, 62.3)]),
];

const CARD: Card = Card {
    about: "What a box shows, in words that fit no other",
    files: "as refcocog; with --shots also the split train, of which the examples are; METEOR as published needs --meteor",
    source: "as refcocog; METEOR's paraphrases come with https://pypi.org/project/pycocoevalcap",
    annotations: EXPRESSIONS,
    pictures: COCO_PICTURES,
    length: LENGTH,
};

/// See the head of the file.
#[derive(Debug)]
pub(super) struct Regions;

struct Set {
    questions: Vec<Question>,
    /// All that people called each.
    references: Vec<Vec<String>>,
    examples: Vec<Shown>,
}

impl Benchmark for Regions {
    fn name(&self) -> &'static str {
        "refcocog-reg"
    }

    fn card(&self) -> &Card {
        &CARD
    }

    fn splits(&self) -> &'static [&'static str] {
        &["val", "test"]
    }

    fn shots(&self) -> &'static [usize] {
        &[0, 2, 4]
    }

    fn read(&self, data: &Path, Part { split, shots }: Part<'_>) -> Result<Box<dyn TaskSet>, BenchmarkError> {
        let examples = if shots == 0 { Vec::new() } else { examples(data, shots)? };
        let mut set = Set { questions: Vec::new(), references: Vec::new(), examples };
        let mut known = HashMap::new();
        for expression in expressions::read(data, "refcocog", split)? {
            let Expression { id, picture, size, words, sides } = expression;
            // numbers of one file, so equal ones are the same letters
            let key = (picture.clone(), format!("{sides:?}"));
            let at = *known.entry(key).or_insert(set.questions.len());
            if at == set.questions.len() {
                let (prompt, target) = (prompt(sides, size), String::new());
                let truth = vec![boxes::truth(boxes::from_sides(sides), size)];
                set.questions.push(Question { id, picture, prompt, way: Way::greedy(&CARD), target, truth });
                set.references.push(Vec::new());
            }
            set.references[at].push(words);
        }
        for (question, references) in set.questions.iter_mut().zip(&set.references) {
            question.target = references.join(" | ");
        }
        Ok(Box::new(set))
    }
}

/// The first things for training in different pictures, with what the first person called them.
fn examples(data: &Path, n: usize) -> Result<Vec<Shown>, BenchmarkError> {
    let mut pictures = HashSet::new();
    let all = expressions::read(data, "refcocog", "train")?.into_iter();
    let of_new_picture = all.filter(|expression| pictures.insert(expression.picture.clone())).take(n);
    let shown: Vec<Shown> = of_new_picture
        .map(|Expression { picture, size, words, sides, .. }| Shown {
            picture,
            text: format!("{} {}.", prompt(sides, size), words.trim().trim_end_matches('.')),
        })
        .collect();
    if shown.len() == n {
        return Ok(shown);
    }
    Err(data::wrong(data, format!("The split for training has {} pictures for {n} examples", shown.len())))
}

/// The question about a box, given as x, y, width and height in pixels, in a picture of this size.
fn prompt([x, y, width, height]: [f64; 4], [across, down]: [f64; 2]) -> String {
    let sides = [x / across, y / down, (x + width) / across, (y + height) / down].map(|side| side as f32);
    let [x1, y1, x2, y2] = sides;
    let (upper_left, lower_right) = NormBox::new(x1, y1, x2, y2).to_patches();
    let place = format!("<patch_index_{:04}><patch_index_{:04}>", upper_left.0, lower_right.0);
    format!("<grounding><phrase> It</phrase><object>{place}</object> is")
}

impl TaskSet for Set {
    fn questions(&self) -> &[Question] {
        &self.questions
    }

    fn examples(&self) -> &[Shown] {
        &self.examples
    }

    fn score(&self, answers: &[Option<String>], scoring: &Scoring) -> Result<Vec<Measure>, BenchmarkError> {
        let told = self.questions.iter().zip(&self.references).zip(answers);
        let texts = told.enumerate().filter_map(|(number, ((question, references), answer))| {
            let text = grounding::parse(written(answer.as_ref()?, &question.prompt)).caption.text;
            // the original generator writes the prompt with other spaces
            Some((number, Judged::of_captions(text.strip_prefix("It is").unwrap_or(&text), references)))
        });
        let mut measures = captions::of_texts(texts.unzip(), scoring)?;
        let published = PUBLISHED.iter().filter(|(shots, _)| *shots == self.examples.len()).flat_map(|(_, of)| of);
        for (key, value) in published {
            for measure in measures.iter_mut().filter(|measure| measure.key == *key) {
                measure.published = Some(*value);
            }
        }
        Ok(measures)
    }
}

#[cfg(test)]
mod tests {
    use super::prompt;

    #[test]
    fn a_box_is_asked_about_by_its_cells() {
        let whole = "<grounding><phrase> It</phrase><object><patch_index_0000><patch_index_1023></object> is";
        assert_eq!(prompt([0.0, 0.0, 640.0, 480.0], [640.0, 480.0]), whole);
    }
}
