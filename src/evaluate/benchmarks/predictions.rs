//! Answers that are there already: the lists that the original generator prints, and how far other answers are the same.

use std::path::Path;

use super::{data, error::BenchmarkError};
use crate::grounding;

/// The answers of a list, in order: its lines `H-N<tab>score<tab>text`, whatever else is in it.
///
/// # Errors
/// When the file can't be read, has no such line, or fewer or more of them than there are questions.
pub fn read_predictions(path: &Path, n_questions: usize) -> Result<Vec<Option<String>>, BenchmarkError> {
    let text = data::text(path)?;
    let answers: Vec<_> = text.lines().filter_map(answer).map(|answer| Some(answer.to_owned())).collect();
    if answers.len() == n_questions {
        return Ok(answers);
    }
    let what = format!("It has {} lines H-N with answers for {n_questions} questions", answers.len());
    Err(data::wrong(path, what))
}

fn answer(line: &str) -> Option<&str> {
    let mut fields = line.splitn(3, '\t');
    let (id, _score, text) = (fields.next()?, fields.next()?, fields.next()?);
    (id.contains("H-") && id.ends_with(|c: char| c.is_ascii_digit())).then_some(text)
}

/// How many answers have the same boxes, one for one and in order, as others to the same questions.
#[must_use]
pub fn n_with_same_boxes(answers: &[Option<String>], others: &[Option<String>]) -> usize {
    let boxes = |raw: &str| -> Vec<_> {
        let caption = grounding::parse(raw).caption;
        caption.phrases.iter().flat_map(|phrase| phrase.regions.iter().map(|region| region.patches)).collect()
    };
    let is_same = |(a, b): (&Option<String>, &Option<String>)| match (a, b) {
        (Some(a), Some(b)) => boxes(super::boxes::without_picture(a)) == boxes(super::boxes::without_picture(b)),
        _ => false,
    };
    answers.iter().zip(others).filter(|pair| is_same(*pair)).count()
}

#[cfg(test)]
mod tests {
    use super::answer;

    #[test]
    fn only_lines_of_answers_count() {
        assert_eq!(answer("H-12\t-0.5\ta\tb"), Some("a\tb"));
        assert_eq!(answer("2023 | INFO | H-3\t-1\tx"), Some("x"));
        assert_eq!(answer("P-12\t-0.5 -0.2"), None);
        assert_eq!(answer("H-x\t-0.5\ta"), None);
    }
}
