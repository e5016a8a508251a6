//! VQAv2: questions with ten people's answers, by the rules of its server; also the file that the server takes.
//!
//! How the paper cut answers is not known: the first line counts, without a full stop at its end.

use std::{collections::HashMap, path::Path};

use serde::{Deserialize, Serialize};

use super::{
    benchmark::{Benchmark, Measure, Part, Question, Scoring, TaskSet, Way},
    data,
    error::BenchmarkError,
    pope::written,
};
use crate::metrics::vqa;

/// What the server calls kinds of answers.
const KINDS: [&str; 3] = ["yes/no", "number", "other"];
/// Accuracy of the released weights on test-dev, in per cent (README of the model).
const PUBLISHED: f64 = 51.1;

/// See the head of the file.
#[derive(Debug)]
pub(super) struct Vqav2;

#[derive(Deserialize)]
struct Questions {
    questions: Vec<Asked>,
}

#[derive(Deserialize)]
struct Asked {
    image_id: u64,
    question: String,
    question_id: u64,
}

#[derive(Deserialize)]
struct Annotations {
    annotations: Vec<Annotation>,
}

#[derive(Deserialize)]
struct Annotation {
    question_id: u64,
    answers: Vec<Given>,
    answer_type: String,
}

#[derive(Deserialize)]
struct Given {
    answer: String,
}

struct Set {
    questions: Vec<Question>,
    ids: Vec<u64>,
    /// What people say, and the kind of answer; of no question where the answers are kept back.
    truth: Vec<(Vec<String>, String)>,
    /// What was published of the split whose answers are kept back.
    published: Option<f64>,
}

impl Benchmark for Vqav2 {
    fn name(&self) -> &'static str {
        "vqav2"
    }

    fn about(&self) -> &'static str {
        "Questions: v2_OpenEnded_mscoco_SPLIT_questions.json and v2_mscoco_SPLIT_annotations.json, pictures in val2014 or test2015"
    }

    fn splits(&self) -> &'static [&'static str] {
        &["val2014", "test-dev2015", "test2015"]
    }

    fn task_name(&self, split: &str) -> String {
        format!("vqav2_{}", split.trim_end_matches(|c: char| c.is_ascii_digit()))
    }

    fn read(&self, data: &Path, Part { split, .. }: Part<'_>) -> Result<Box<dyn TaskSet>, BenchmarkError> {
        let path = data::found(data, &[&format!("v2_OpenEnded_mscoco_{split}_questions.json")])?;
        let file: Questions = data::json(&path)?;
        let pictures = if split == "val2014" { "val2014" } else { "test2015" };
        let question = |asked: &Asked| Question {
            id: asked.question_id.to_string(),
            picture: data::picture(
                data,
                &[pictures, &format!("coco/{pictures}")],
                &format!("COCO_{pictures}_{:012}.jpg", asked.image_id),
            ),
            prompt: format!("Question: {} Answer:", asked.question.trim()),
            way: Way::GREEDY,
            target: String::new(),
        };
        let mut set = Set {
            questions: file.questions.iter().map(question).collect(),
            ids: file.questions.iter().map(|asked| asked.question_id).collect(),
            truth: Vec::new(),
            published: None,
        };
        if split == "val2014" {
            set.read_truth(data, split)?;
        } else {
            set.published = Some(PUBLISHED).filter(|_| split == "test-dev2015");
        }
        if set.questions.is_empty() { Err(data::wrong(&path, "It has no questions")) } else { Ok(Box::new(set)) }
    }
}

impl Set {
    fn read_truth(&mut self, data: &Path, split: &str) -> Result<(), BenchmarkError> {
        let path = data::found(data, &[&format!("v2_mscoco_{split}_annotations.json")])?;
        let file: Annotations = data::json(&path)?;
        let mut known: HashMap<u64, Annotation> =
            file.annotations.into_iter().map(|one| (one.question_id, one)).collect();
        for (question, id) in self.questions.iter_mut().zip(&self.ids) {
            let of_question = known.remove(id).filter(|one| !one.answers.is_empty());
            let one = of_question.ok_or_else(|| data::wrong(&path, format!("It has no answers to question {id}")))?;
            let answers: Vec<String> = one.answers.into_iter().map(|given| given.answer).collect();
            question.target = answers.join(" | ");
            self.truth.push((answers, one.answer_type));
        }
        Ok(())
    }
}

/// What counts of an answer.
fn counted(answer: &str, question: &Question) -> String {
    let line = written(answer, &question.prompt).trim().lines().next().unwrap_or_default().trim();
    line.strip_suffix('.').unwrap_or(line).to_owned()
}

impl TaskSet for Set {
    fn questions(&self) -> &[Question] {
        &self.questions
    }

    fn score(&self, answers: &[Option<String>], _: &Scoring) -> Result<Vec<Measure>, BenchmarkError> {
        if self.truth.is_empty() {
            // only the server knows
            let measure = Measure::mean("exact_match", Vec::new()).published(self.published);
            return Ok(vec![Measure { value: f64::NAN, ..measure }]);
        }
        let asked = self.questions.iter().zip(&self.truth).zip(answers);
        let right: Vec<(&str, f64)> = asked
            .filter_map(|((question, (people, kind)), answer)| {
                Some((kind.as_str(), vqa::accuracy(&counted(answer.as_ref()?, question), people)))
            })
            .collect();
        let mut measures = vec![Measure::mean("exact_match", right.iter().map(|(_, share)| *share).collect())];
        for kind in KINDS {
            let each: Vec<f64> = right.iter().filter(|(own, _)| *own == kind).map(|(_, share)| *share).collect();
            if !each.is_empty() {
                measures.push(Measure::mean(format!("exact_match {kind}"), each));
            }
        }
        Ok(measures)
    }

    fn for_server(&self, answers: &[Option<String>]) -> Option<(&'static str, Vec<u8>)> {
        #[derive(Serialize)]
        struct Row {
            question_id: u64,
            answer: String,
        }
        let asked = self.questions.iter().zip(&self.ids).zip(answers);
        let row = |((question, id), answer): ((&Question, &u64), &Option<String>)| Row {
            question_id: *id,
            answer: answer.as_ref().map(|answer| counted(answer, question)).unwrap_or_default(),
        };
        let rows: Vec<Row> = asked.map(row).collect();
        Some(("vqav2_server.json", serde_json::to_vec(&rows).ok()?))
    }
}
