//! RefCOCOg the other way round: what a box shows, told so that it is the only one (the paper's referring expression
//! generation, without examples before it).
//!
//! The paper does not say which split its numbers are of, nor how it cut what was written: the whole answer counts.

use std::{collections::HashMap, path::Path};

use super::{
    benchmark::{Benchmark, Measure, Question, Scoring, TaskSet},
    captions::{self, CIDER},
    data,
    error::BenchmarkError,
    expressions,
    pope::written,
};
use crate::{geometry::NormBox, grounding, metrics::Judged};

/// What METEOR with paraphrases and CIDEr of the released weights are, times 100 (paper, Table 4).
const PUBLISHED: [(&str, f64); 2] = [("METEOR", 12.2), (CIDER, 60.3)];

/// See the head of the file.
#[derive(Debug)]
pub(super) struct Regions;

struct Set {
    questions: Vec<Question>,
    /// All that people called each.
    references: Vec<Vec<String>>,
}

impl Benchmark for Regions {
    fn name(&self) -> &'static str {
        "refcocog-reg"
    }

    fn about(&self) -> &'static str {
        "What a box shows, in words that fit no other: finetune_refcocog_SPLIT.json, pictures in train2014"
    }

    fn splits(&self) -> &'static [&'static str] {
        &["val", "test"]
    }

    fn read(&self, data: &Path, split: &str) -> Result<Box<dyn TaskSet>, BenchmarkError> {
        data::check_split(self, split)?;
        let mut set = Set { questions: Vec::new(), references: Vec::new() };
        let mut known = HashMap::new();
        for (image, annotation) in expressions::read(data, "refcocog", split)? {
            // numbers of one file, so equal ones are the same letters
            let key = format!("{} {:?}", image.file_name, annotation.bbox);
            let at = *known.entry(key).or_insert(set.questions.len());
            if at == set.questions.len() {
                set.questions.push(Question {
                    id: image.id.to_string(),
                    picture: expressions::picture(data, &image.file_name),
                    prompt: prompt(annotation.bbox, [image.width, image.height]),
                    target: String::new(),
                });
                set.references.push(Vec::new());
            }
            set.references[at].push(image.caption);
        }
        for (question, references) in set.questions.iter_mut().zip(&set.references) {
            question.target = references.join(" | ");
        }
        Ok(Box::new(set))
    }
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

    fn score(&self, answers: &[Option<String>], scoring: &Scoring) -> Result<Vec<Measure>, BenchmarkError> {
        let told = self.questions.iter().zip(&self.references).zip(answers);
        let texts = told.filter_map(|((question, references), answer)| {
            let text = grounding::parse(written(answer.as_ref()?, &question.prompt)).caption.text;
            // the original generator writes the prompt with other spaces
            Some(Judged::of_captions(text.strip_prefix("It is").unwrap_or(&text), references))
        });
        let mut measures = captions::of_texts(&texts.collect::<Vec<_>>(), scoring)?;
        for measure in &mut measures {
            measure.published = PUBLISHED.iter().find(|(key, _)| *key == measure.key).map(|(_, value)| *value);
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
