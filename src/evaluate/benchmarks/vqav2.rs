//! VQAv2: questions with ten people's answers, by the rules of its server; also the file that the server takes.
//!
//! How the paper cut answers is not known: the first line counts, without a full stop at its end.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    benchmark::{Benchmark, Measure, Part, Question, Scoring, Share, TaskSet, Way},
    card::{COCO_PICTURES, Card, LENGTH},
    data,
    error::BenchmarkError,
    pope::written,
};
use crate::{dataset::Location, metrics::vqa};

/// What the server calls kinds of answers.
const KINDS: [&str; 3] = ["yes/no", "number", "other"];
/// What mirrors on Hugging Face call the splits.
const MIRRORED: [(&str, &str); 3] = [("val2014", "validation"), ("test-dev2015", "testdev"), ("test2015", "test")];
/// Accuracy of the released weights on test-dev, in per cent (README of the model).
const PUBLISHED: f64 = 51.1;

const CARD: Card = Card {
    about: "Questions about pictures with ten people's answers",
    files: "v2_OpenEnded_mscoco_SPLIT_questions.json and v2_mscoco_SPLIT_annotations.json, pictures in val2014 or test2015; or \
        lmms-lab's parquet files",
    source: "https://visualqa.org/download.html, pictures from https://cocodataset.org; or huggingface.co/datasets/lmms-lab/VQAv2",
    annotations: "CC BY 4.0",
    pictures: COCO_PICTURES,
    length: LENGTH,
};

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

    fn card(&self) -> &Card {
        &CARD
    }

    fn splits(&self) -> &'static [&'static str] {
        &["val2014", "test-dev2015", "test2015"]
    }

    fn task_name(&self, split: &str) -> String {
        format!("vqav2_{}", split.trim_end_matches(|c: char| c.is_ascii_digit()))
    }

    fn read(&self, data: &Path, Part { split, .. }: Part<'_>) -> Result<Box<dyn TaskSet>, BenchmarkError> {
        let published = Some(PUBLISHED).filter(|_| split == "test-dev2015");
        let mut set = Set { questions: Vec::new(), ids: Vec::new(), truth: Vec::new(), published };
        let path = match data::found(data, &[&format!("v2_OpenEnded_mscoco_{split}_questions.json")]) {
            Err(_) if !data::tables(data).is_empty() => {
                set.read_tables(data, &data::tables(data), split)?;
                data.to_owned()
            }
            found => {
                let path = found?;
                set.read_files(data, &path, split)?;
                path
            }
        };
        data::asked(set, &path)
    }
}

impl Set {
    fn add(&mut self, asked: &Asked, picture: Location) {
        self.ids.push(asked.question_id);
        self.questions.push(Question {
            id: asked.question_id.to_string(),
            picture,
            prompt: format!("Question: {} Answer:", asked.question.trim()),
            way: Way::greedy(&CARD),
            target: String::new(),
            truth: Vec::new(),
        });
    }

    fn read_files(&mut self, data: &Path, path: &Path, split: &str) -> Result<(), BenchmarkError> {
        let file: Questions = data::json(path)?;
        let pictures = if split == "val2014" { "val2014" } else { "test2015" };
        if let Some(empty) = file.questions.iter().find(|asked| asked.question.trim().is_empty()) {
            return Err(data::wrong(path, format!("Question {} asks nothing", empty.question_id)));
        }
        let mut known = HashSet::new();
        if let Some(twice) = file.questions.iter().find(|asked| !known.insert(asked.question_id)) {
            return Err(data::wrong(path, format!("It has question {} twice", twice.question_id)));
        }
        for asked in &file.questions {
            let name = format!("COCO_{pictures}_{:012}.jpg", asked.image_id);
            self.add(asked, data::picture(data, &[pictures, &format!("coco/{pictures}")], &name));
        }
        if split == "val2014" { self.read_truth(data, split) } else { Ok(()) }
    }

    fn read_truth(&mut self, data: &Path, split: &str) -> Result<(), BenchmarkError> {
        let path = data::found(data, &[&format!("v2_mscoco_{split}_annotations.json")])?;
        let file: Annotations = data::json(&path)?;
        let mut known: HashMap<u64, Annotation> = HashMap::new();
        for one in file.annotations {
            let id = one.question_id;
            if known.insert(id, one).is_some() {
                return Err(data::wrong(&path, format!("It has the answers to question {id} twice")));
            }
        }
        for at in 0..self.ids.len() {
            let one = known.remove(&self.ids[at]);
            let one =
                one.ok_or_else(|| data::wrong(&path, format!("It has no answers to question {}", self.ids[at])))?;
            self.add_truth(&path, at, one)?;
        }
        Ok(())
    }

    /// Of a mirror on Hugging Face, which has pictures and answers in its rows.
    fn read_tables(&mut self, data: &Path, tables: &[PathBuf], split: &str) -> Result<(), BenchmarkError> {
        let name = MIRRORED.iter().find(|(own, _)| *own == split).map_or(split, |(_, name)| name);
        for table in &data::tables_of_split(data, tables, name)? {
            let (rows, column) = data::rows(table)?;
            let column = column.ok_or_else(|| data::wrong(table, "It has no pictures"))?;
            for (row, number) in rows.zip(1..) {
                let row = row.map_err(|reason| data::unread(table, reason))?;
                let asked: Asked = data::row(table, number, Ok(row.clone()))?;
                self.add(&asked, data::picture_in(table, number, &column));
                if split == "val2014" {
                    self.add_truth(table, self.ids.len() - 1, data::row(table, number, Ok(row))?)?;
                }
            }
        }
        Ok(())
    }

    fn add_truth(&mut self, path: &Path, at: usize, one: Annotation) -> Result<(), BenchmarkError> {
        if one.answers.is_empty() {
            return Err(data::wrong(path, format!("It has no answers to question {}", one.question_id)));
        }
        let answers: Vec<String> = one.answers.into_iter().map(|given| given.answer).collect();
        self.questions[at].target = answers.join(" | ");
        self.truth.push((answers, one.answer_type));
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
        let right: Vec<(&str, Share)> = asked
            .enumerate()
            .filter_map(|(number, ((question, (people, kind)), answer))| {
                let accuracy = vqa::accuracy(&counted(answer.as_ref()?, question), people);
                Some((kind.as_str(), Share::new(number, accuracy)))
            })
            .collect();
        let mut measures = vec![Measure::mean("exact_match", right.iter().map(|(_, share)| *share).collect())];
        for kind in KINDS {
            let each: Vec<Share> = right.iter().filter(|(own, _)| *own == kind).map(|(_, share)| *share).collect();
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
