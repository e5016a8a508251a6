//! Answers that are there already: the lists that the original generator prints, the samples of lmms-eval and our own, and how
//! far other answers are the same.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{answers::BoxScores, benchmark::TaskSet, boxes::without_picture, data, error::BenchmarkError};
use crate::grounding;

/// A line of samples, as far as it is needed.
#[derive(Deserialize)]
struct Sample {
    /// The question, from 0 in the order of the files.
    #[serde(default)]
    doc_id: Option<usize>,
    #[serde(default)]
    resps: Vec<Vec<Value>>,
    /// Of each box, which our own have.
    #[serde(default)]
    scores: BoxScores,
    /// Why there is no answer, which our own parts say.
    error: Option<String>,
}

/// What was said to each question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers {
    /// What was written, prompt included; `None` where nothing was.
    pub texts: Vec<Option<String>>,
    /// What the model thought of the boxes; empty where nobody knows.
    pub scores: Vec<BoxScores>,
}

impl Answers {
    /// To so many questions, of which none is answered.
    fn none(n_questions: usize) -> Self {
        Self { texts: vec![None; n_questions], scores: vec![Vec::new(); n_questions] }
    }

    /// The same to the first questions only.
    #[must_use]
    pub fn first(mut self, n_questions: usize) -> Self {
        self.texts.truncate(n_questions);
        self.scores.truncate(n_questions);
        self
    }

    /// How many there are.
    #[must_use]
    pub fn n_answered(&self) -> usize {
        self.texts.iter().flatten().count()
    }
}

/// The answers of a list of the original generator, in order: its lines `H-N<tab>score<tab>text`, whatever else is in it. Or
/// those of samples, lines of JSON with `doc_id` and `resps`; questions that these leave out have no answer.
///
/// # Errors
/// When the file can't be read, has no answer, fewer or more lines `H-N` than there are questions, or a sample of no question.
pub fn read_predictions(path: &Path, n_questions: usize) -> Result<Answers, BenchmarkError> {
    let text = data::text(path).map_err(|error| match error {
        BenchmarkError::File { reason, path } => data::wrong(&path, format!("These answers can't be read ({reason})")),
        other => other,
    })?;
    if text.trim_start().starts_with('{') {
        return of_samples(&text, path, n_questions);
    }
    let texts: Vec<_> = text.lines().filter_map(answer).map(|answer| Some(answer.to_owned())).collect();
    if texts.len() == n_questions {
        return Ok(Answers { texts, ..Answers::none(n_questions) });
    }
    let what = format!("It has {} lines H-N with answers for {n_questions} questions", texts.len());
    Err(data::wrong(path, what))
}

fn answer(line: &str) -> Option<&str> {
    let mut fields = line.splitn(3, '\t');
    let (id, _score, text) = (fields.next()?, fields.next()?, fields.next()?);
    (id.contains("H-") && id.ends_with(|c: char| c.is_ascii_digit())).then_some(text)
}

/// The answers of samples that were read from this place.
///
/// # Errors
/// When a line is no sample, or one of no question.
pub fn of_samples(text: &str, path: &Path, n_questions: usize) -> Result<Answers, BenchmarkError> {
    let mut answers = Answers::none(n_questions);
    for (line, number) in text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()) {
        let sample: Sample = serde_json::from_str(line)
            .map_err(|e| data::wrong(path, format!("Line {number} is no sample ({})", data::in_words(&e))))?;
        if sample.error.is_some() {
            continue;
        }
        let at =
            sample.doc_id.ok_or_else(|| data::wrong(path, format!("Line {number} is no sample, without doc_id")))?;
        if at >= n_questions {
            return Err(data::wrong(path, format!("Line {number} answers question {at} of {n_questions}")));
        }
        if answers.texts[at].is_some() {
            return Err(data::wrong(path, format!("Line {number} answers question {at} once more")));
        }
        let told = sample.resps.first().and_then(|of_one| of_one.first()).and_then(Value::as_str);
        answers.texts[at] = told.map(str::to_owned);
        answers.scores[at] = sample.scores;
    }
    Ok(answers)
}

/// What tells the questions from all others: 16 digits of a hash of what is asked, in what way and behind which examples.
#[must_use]
pub fn fingerprint(set: &dyn TaskSet) -> String {
    let mut hash = Sha256::new();
    for question in set.questions() {
        hash.update(format!("{} {} {:?}\n", question.id, question.prompt, question.way));
    }
    for shown in set.examples() {
        hash.update(format!("{}\n", shown.text));
    }
    let hash = hash.finalize();
    format!("{:016x}", u64::from_be_bytes(hash.first_chunk().copied().unwrap_or_default()))
}

/// How far answers are the same as others to the same questions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Answers with the same boxes, one for one and in order.
    pub same_boxes: usize,
    /// Answers that are the same in all, but for spaces.
    pub same_answers: usize,
    /// Questions whose answers are not the same, from 0.
    pub different: Vec<usize>,
}

impl Comparison {
    /// Of these with those; where one is missing, they differ.
    #[must_use]
    pub fn of(answers: &[Option<String>], others: &[Option<String>]) -> Self {
        let boxes = |raw: &str| -> Vec<_> {
            let caption = grounding::parse(raw).caption;
            caption.phrases.iter().flat_map(|phrase| phrase.regions.iter().map(|region| region.patches)).collect()
        };
        let mut comparison = Self::default();
        for (number, (one, other)) in answers.iter().zip(others).enumerate() {
            let [one, other] = [one, other].map(|raw| raw.as_deref().map(without_picture));
            let both = one.zip(other);
            comparison.same_boxes += usize::from(both.is_some_and(|(one, other)| boxes(one) == boxes(other)));
            let letters = |text: &str| text.split_whitespace().collect::<String>();
            let is_same = |(one, other): (&str, &str)| letters(one) == letters(other);
            if both.is_some_and(is_same) {
                comparison.same_answers += 1;
            } else {
                comparison.different.push(number);
            }
        }
        comparison
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_of_answers_count() {
        assert_eq!(answer("H-12\t-0.5\ta\tb"), Some("a\tb"));
        assert_eq!(answer("2023 | INFO | H-3\t-1\tx"), Some("x"));
        assert_eq!(answer("P-12\t-0.5 -0.2"), None);
        assert_eq!(answer("H-x\t-0.5\ta"), None);
    }

    #[test]
    fn samples_may_come_in_any_order_and_leave_some_out() {
        let lines = "{\"doc_id\": 2, \"resps\": [[\"c\"]], \"scores\": [null, [0.5, 0.25]], \"more\": 1}\n\n\
            {\"id\": \"0\", \"error\": \"gone\"}\n";
        let read = |text: &str| of_samples(text, Path::new("a"), 3).map_err(|e| e.to_string());
        let answers = read(lines).unwrap();
        assert_eq!(answers.texts, [None, None, Some("c".to_owned())]);
        assert_eq!(answers.scores, [vec![], vec![], vec![None, Some([0.5, 0.25])]]);
        assert!(read("{\"doc_id\": 3}").is_err_and(|e| e.starts_with("Line 1 answers question 3 of 3")));
        assert!(read("{\"id\": 3}").is_err_and(|e| e.contains("is no sample, without doc_id")));
    }

    #[test]
    fn answers_may_have_the_same_boxes_and_other_words() {
        let at = |words: &str, cell: u32| {
            let place = format!("<object><patch_index_0000><patch_index_{cell:04}></object>");
            Some(format!("<image> slots</image> <phrase>{words}</phrase>{place}"))
        };
        let ours = [at("a dog", 33), at("a dog", 33), at("a dog", 33), None];
        let theirs = [at(" a dog ", 33), at("a cat", 33), at("a dog", 34), at("a dog", 33)];
        let expected = Comparison { same_boxes: 2, same_answers: 1, different: vec![1, 2, 3] };
        assert_eq!(Comparison::of(&ours, &theirs), expected);
    }
}
