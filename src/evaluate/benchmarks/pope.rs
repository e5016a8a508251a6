//! POPE: whether things are in a picture, asked about some that are and some that are not; rules of its own evaluation.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{
    benchmark::{Benchmark, Measure, Part, Question, Scoring, Share, TaskSet, Way},
    boxes,
    card::{COCO_PICTURES, Card, LENGTH},
    data,
    error::BenchmarkError,
};
use crate::{dataset::Location, words::brief};

const CARD: Card = Card {
    about: "Whether a thing is in the picture, asked of some that are and some that are not",
    files: "coco_pope_SPLIT.json, pictures in val2014; or lmms-lab's parquet files",
    source: "https://github.com/AoiDragon/POPE (output/coco), pictures from https://cocodataset.org; or \
        huggingface.co/datasets/lmms-lab/POPE",
    annotations: "MIT",
    pictures: COCO_PICTURES,
    length: LENGTH,
};

/// See the head of the file.
#[derive(Debug)]
pub(super) struct Pope;

#[derive(Deserialize)]
struct Line {
    question_id: u64,
    image: String,
    text: String,
    label: String,
}

/// A row of the mirror.
#[derive(Deserialize)]
struct Row {
    question_id: String,
    question: String,
    answer: String,
    category: String,
}

struct Set {
    questions: Vec<Question>,
    /// Whether it is there.
    is_there: Vec<bool>,
}

impl Benchmark for Pope {
    fn name(&self) -> &'static str {
        "pope"
    }

    fn card(&self) -> &Card {
        &CARD
    }

    fn splits(&self) -> &'static [&'static str] {
        &["random", "popular", "adversarial"]
    }

    fn read(&self, data: &Path, Part { split, .. }: Part<'_>) -> Result<Box<dyn TaskSet>, BenchmarkError> {
        let mut set = Set { questions: Vec::new(), is_there: Vec::new() };
        let names = [format!("coco_pope_{split}.json"), format!("coco_pope_{split}.jsonl")];
        let path = match data::found(data, &names.each_ref().map(String::as_str)) {
            Err(_) if !data::tables(data).is_empty() => {
                set.read_tables(data, &data::tables(data), split)?;
                data.to_owned()
            }
            found => {
                let path = found?;
                set.read_lines(data, &path)?;
                path
            }
        };
        data::asked(set, &path)
    }
}

impl Set {
    fn read_lines(&mut self, data: &Path, path: &Path) -> Result<(), BenchmarkError> {
        for (line, number) in data::text(path)?.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()) {
            let Line { question_id, image, text, label } = serde_json::from_str(line)
                .map_err(|e| data::wrong(path, format!("Line {number} is no question ({})", data::in_words(&e))))?;
            let picture = data::picture(data, &["val2014", "coco/val2014"], &image);
            self.add(question_id.to_string(), picture, &text, label)
                .map_err(|fault| data::wrong(path, format!("Line {number} {fault}")))?;
        }
        Ok(())
    }

    /// Of lmms-lab's mirror, which has all splits in one file and the pictures.
    fn read_tables(&mut self, data: &Path, tables: &[PathBuf], split: &str) -> Result<(), BenchmarkError> {
        data::check_whole(data, tables)?;
        for table in tables {
            let (rows, column) = data::rows(table)?;
            let column = column.ok_or_else(|| data::wrong(table, "It has no pictures"))?;
            for (row, number) in rows.zip(1..) {
                let Row { question_id, question, answer, category } = data::row(table, number, row)?;
                if category == split {
                    let picture = data::picture_in(table, number, &column);
                    self.add(question_id, picture, &question, answer)
                        .map_err(|fault| data::wrong(table, format!("Row {number} {fault}")))?;
                }
            }
        }
        Ok(())
    }

    /// Adds a question, or says what it has or lacks.
    fn add(&mut self, id: String, picture: Location, text: &str, label: String) -> Result<(), String> {
        self.is_there.push(match label.as_str() {
            "yes" => true,
            "no" => false,
            _ => return Err(format!("has the label {}, not yes or no", brief(format!("{label:?}")))),
        });
        if text.trim().is_empty() {
            return Err("asks nothing".to_owned());
        }
        let prompt = format!("Question: {} Answer:", text.trim());
        self.questions.push(Question {
            id,
            picture,
            prompt,
            way: Way::greedy(&CARD),
            target: label,
            truth: Vec::new(),
        });
        Ok(())
    }
}

/// Whether an answer says yes, which is all that does not say no: the first sentence decides.
fn says_yes(written: &str) -> bool {
    let first = written.split('.').next().unwrap_or_default().replace(',', "");
    !first.split(' ').any(|word| matches!(word, "No" | "not" | "no"))
}

impl TaskSet for Set {
    fn questions(&self) -> &[Question] {
        &self.questions
    }

    fn score(&self, answers: &[Option<String>], _: &Scoring) -> Result<Vec<Measure>, BenchmarkError> {
        let asked = self.questions.iter().zip(&self.is_there).zip(answers);
        let (numbers, pairs): (Vec<usize>, Vec<(bool, bool)>) = asked
            .enumerate()
            .filter_map(|(number, ((question, is_there), answer))| {
                Some((number, (*is_there, says_yes(written(answer.as_ref()?, &question.prompt).trim()))))
            })
            .unzip();
        let count = |pair| pairs.iter().filter(|other| **other == pair).count() as f64;
        let (hit, missed, false_alarm) = (count((true, true)), count((true, false)), count((false, true)));
        let share = |part: f64, of: f64| if of == 0.0 { 0.0 } else { part / of };
        let (precision, recall) = (share(hit, hit + false_alarm), share(hit, hit + missed));
        let each = |of: fn(&(bool, bool)) -> bool| {
            numbers
                .iter()
                .zip(&pairs)
                .map(|(number, pair)| Share::new(*number, f64::from(u8::from(of(pair)))))
                .collect()
        };
        Ok(vec![
            Measure::mean("pope_accuracy", each(|(truth, said)| truth == said)),
            Measure::whole("pope_precision", precision),
            Measure::whole("pope_recall", recall),
            Measure::whole("pope_f1_score", share(2.0 * precision * recall, precision + recall)),
            Measure::mean("pope_yes_ratio", each(|(_, said)| *said)),
        ])
    }
}

/// What was written behind the prompt.
pub(super) fn written<'a>(answer: &'a str, prompt: &str) -> &'a str {
    let text = boxes::without_picture(answer).trim_start();
    text.strip_prefix(prompt).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::says_yes;

    #[test]
    fn what_does_not_say_no_says_yes() {
        assert!(says_yes("Yes, there is a dog. No cat"));
        assert!(says_yes("A dog"));
        assert!(!says_yes("There is not a dog"));
        assert!(!says_yes("No, there isn't"));
    }
}
