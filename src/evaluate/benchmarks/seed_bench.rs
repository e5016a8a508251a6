//! SEED-Bench: questions with four choices, of which the likeliest to follow is the answer (`evaluation/seed-bench` of unilm).
//!
//! Asked are the questions about pictures; those about films, whose frames it takes other programs to draw, are left out.

use std::{collections::BTreeMap, path::Path};

use serde::Deserialize;
use serde_json::Value;

use super::{
    benchmark::{Benchmark, Measure, Part, Question, Scoring, Share, TaskSet, Way},
    boxes, data,
    error::BenchmarkError,
};

/// See the head of the file.
#[derive(Debug)]
pub(super) struct SeedBench;

#[derive(Deserialize)]
struct File {
    questions: Vec<Asked>,
    /// Numbers of kinds by their names.
    question_type: BTreeMap<String, u64>,
}

#[derive(Deserialize)]
struct Asked {
    answer: String,
    choice_a: Value,
    choice_b: Value,
    choice_c: Value,
    choice_d: Value,
    data_id: Value,
    data_type: String,
    question: String,
    question_id: Value,
    question_type_id: u64,
}

struct Set {
    questions: Vec<Question>,
    /// The kind of each.
    kinds: Vec<u64>,
    /// Names of kinds, in the order of their numbers.
    names: Vec<(u64, String)>,
}

impl Benchmark for SeedBench {
    fn name(&self) -> &'static str {
        "seed-bench"
    }

    fn about(&self) -> &'static str {
        "Questions with four choices about pictures: SEED-Bench.json, pictures in SEED-Bench-image"
    }

    fn splits(&self) -> &'static [&'static str] {
        &["image"]
    }

    fn task_name(&self, _: &str) -> String {
        "seedbench".to_owned()
    }

    fn read(&self, data: &Path, _: Part<'_>) -> Result<Box<dyn TaskSet>, BenchmarkError> {
        let path = data::found(data, &["SEED-Bench.json"])?;
        let file: File = data::json(&path)?;
        let mut names: Vec<(u64, String)> = file.question_type.into_iter().map(|(name, id)| (id, name)).collect();
        names.sort();
        let mut set = Set { questions: Vec::new(), kinds: Vec::new(), names };
        for asked in file.questions.into_iter().filter(|asked| asked.data_type == "image") {
            if !matches!(asked.answer.as_str(), "A" | "B" | "C" | "D") {
                let what = format!("Question {} has no right answer from A to D", plain(&asked.question_id));
                return Err(data::wrong(&path, what));
            }
            set.kinds.push(asked.question_type_id);
            set.questions.push(asked.question(data));
        }
        data::asked(set, &path)
    }
}

impl Asked {
    fn question(self, data: &Path) -> Question {
        let choices = [&self.choice_a, &self.choice_b, &self.choice_c, &self.choice_d];
        Question {
            id: plain(&self.question_id),
            picture: data::picture(data, &["SEED-Bench-image"], &plain(&self.data_id)),
            prompt: format!("Question: {} Answer:", self.question.replace('\n', " ")),
            way: Way::Chosen(choices.map(|choice| format!(" {}", plain(choice).trim().replace('\n', " "))).to_vec()),
            target: self.answer,
            truth: Vec::new(),
        }
    }
}

/// A text, or a number as one.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether an answer begins with the letter that is right, by itself: `B`, `B (-2.5 -0.5)` or `B. a dog`.
fn is_right(answer: &str, right: &str) -> bool {
    let rest = boxes::without_picture(answer).trim_start().strip_prefix(right);
    rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

impl TaskSet for Set {
    fn questions(&self) -> &[Question] {
        &self.questions
    }

    fn score(&self, answers: &[Option<String>], _: &Scoring) -> Result<Vec<Measure>, BenchmarkError> {
        let asked = self.questions.iter().zip(&self.kinds).zip(answers);
        let right: Vec<(u64, Share)> = asked
            .enumerate()
            .filter_map(|(number, ((question, kind), answer))| {
                let is_right = is_right(answer.as_ref()?, &question.target);
                Some((*kind, Share::new(number, f64::from(u8::from(is_right)))))
            })
            .collect();
        let mut measures = vec![Measure::mean("seed_image", right.iter().map(|(_, share)| *share).collect())];
        for (id, name) in &self.names {
            let each: Vec<Share> = right.iter().filter(|(kind, _)| kind == id).map(|(_, share)| *share).collect();
            if !each.is_empty() {
                measures.push(Measure::mean(format!("seed_image {name}"), each));
            }
        }
        Ok(measures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_counts_by_itself_only() {
        assert!(["B", " B (-1 -2)", "B. a dog", "B)"].into_iter().all(|answer| is_right(answer, "B")));
        assert!(!["A", "Both", "", "(B"].into_iter().any(|answer| is_right(answer, "B")));
    }
}
