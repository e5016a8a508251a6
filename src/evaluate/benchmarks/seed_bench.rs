//! SEED-Bench: questions with four choices, of which the likeliest to follow is the answer (`evaluation/seed-bench` of unilm).
//!
//! Asked are the questions about pictures; those about films, whose frames it takes other programs to draw, are left out.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;

use super::{
    benchmark::{Benchmark, Measure, Part, Question, Scoring, Share, TaskSet, Way},
    boxes,
    card::Card,
    data,
    error::BenchmarkError,
};
use crate::{dataset::Location, words::brief};

const CARD: Card = Card {
    about: "Questions with four choices about pictures",
    files: "SEED-Bench.json, pictures in SEED-Bench-image; or lmms-lab's parquet files",
    source: "huggingface.co/datasets/AILab-CVC/SEED-Bench or lmms-lab/SEED-Bench",
    annotations: "CC BY-NC 4.0, and OpenAI's terms of use",
    pictures: "Conceptual Captions', whose rights are with their owners",
    length: None,
};
/// The kinds of questions about pictures, by number, as SEED-Bench.json names them; mirrors have the numbers only.
const KINDS: [(u64, &str); 9] = [
    (1, "Scene Understanding"),
    (2, "Instance Identity"),
    (3, "Instance Attributes"),
    (4, "Instance Location"),
    (5, "Instances Counting"),
    (6, "Spatial Relation"),
    (7, "Instance Interaction"),
    (8, "Visual Reasoning"),
    (9, "Text Understanding"),
];

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
    #[serde(deserialize_with = "plain")]
    choice_a: String,
    #[serde(deserialize_with = "plain")]
    choice_b: String,
    #[serde(deserialize_with = "plain")]
    choice_c: String,
    #[serde(deserialize_with = "plain")]
    choice_d: String,
    #[serde(deserialize_with = "plain")]
    data_id: String,
    data_type: String,
    question: String,
    #[serde(deserialize_with = "plain")]
    question_id: String,
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

    fn card(&self) -> &Card {
        &CARD
    }

    fn splits(&self) -> &'static [&'static str] {
        &["image"]
    }

    fn task_name(&self, _: &str) -> String {
        "seedbench".to_owned()
    }

    fn read(&self, data: &Path, _: Part<'_>) -> Result<Box<dyn TaskSet>, BenchmarkError> {
        let mut set = Set { questions: Vec::new(), kinds: Vec::new(), names: Vec::new() };
        let path = match (data::found(data, &["SEED-Bench.json"]), &data::tables(data)[..]) {
            (Err(_), tables @ [_, ..]) => {
                set.read_tables(data, tables)?;
                data.to_owned()
            }
            (found, _) => {
                let path = found?;
                set.read_file(data, &path)?;
                path
            }
        };
        data::asked(set, &path)
    }
}

impl Set {
    fn read_file(&mut self, data: &Path, path: &Path) -> Result<(), BenchmarkError> {
        let file: File = data::json(path)?;
        self.names = file.question_type.into_iter().map(|(name, id)| (id, name)).collect();
        self.names.sort();
        for asked in file.questions {
            let picture = || data::picture(data, &["SEED-Bench-image"], &asked.data_id);
            self.add(&asked, picture).map_err(|what| data::wrong(path, what))?;
        }
        Ok(())
    }

    /// Of lmms-lab's mirror, which has a list of pictures in each row: one, or the frames of a film.
    fn read_tables(&mut self, data: &Path, tables: &[PathBuf]) -> Result<(), BenchmarkError> {
        self.names = KINDS.map(|(id, name)| (id, name.to_owned())).to_vec();
        for table in &data::tables_of_split(data, tables, "test")? {
            let (rows, column) = data::rows(table)?;
            let column = column.ok_or_else(|| data::wrong(table, "It has no pictures"))?;
            for (row, number) in rows.zip(1..) {
                let asked: Asked = data::row(table, number, row)?;
                let picture = || data::picture_in(table, number, &column);
                self.add(&asked, picture).map_err(|what| data::wrong(table, what))?;
            }
        }
        Ok(())
    }

    /// Adds a question, if it is about a picture.
    fn add(&mut self, asked: &Asked, picture: impl FnOnce() -> Location) -> Result<(), String> {
        let id = brief(&asked.question_id);
        match (asked.data_type.as_str(), asked.answer.as_str()) {
            ("video", _) => return Ok(()),
            ("image", _) if asked.question.trim().is_empty() => return Err(format!("Question {id} asks nothing")),
            ("image", _) if asked.choices().iter().any(|choice| choice.trim().is_empty()) => {
                return Err(format!("Question {id} has an empty choice"));
            }
            ("image", "A" | "B" | "C" | "D") => {}
            ("image", _) => return Err(format!("Question {id} has no right answer from A to D")),
            (other, _) => {
                let other = brief(other);
                return Err(format!("Its questions are about {other:?}, as in later ones than the first SEED-Bench"));
            }
        }
        self.kinds.push(asked.question_type_id);
        self.questions.push(asked.question(picture()));
        Ok(())
    }
}

impl Asked {
    fn choices(&self) -> [&str; 4] {
        [&self.choice_a, &self.choice_b, &self.choice_c, &self.choice_d]
    }

    fn question(&self, picture: Location) -> Question {
        Question {
            id: self.question_id.clone(),
            picture,
            prompt: format!("Question: {} Answer:", self.question.replace('\n', " ")),
            way: Way::Chosen(self.choices().map(|choice| format!(" {}", choice.trim().replace('\n', " "))).to_vec()),
            target: self.answer.clone(),
            truth: Vec::new(),
        }
    }
}

/// A text, or a number as one.
fn plain<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    match Value::deserialize(from)? {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(D::Error::custom("neither a text nor a number")),
    }
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
