//! What a person wants to evaluate, as typed and chosen.

use std::num::NonZero;

use serde::{Deserialize, Serialize};

use crate::evaluate::asking::Found;

/// What is to be evaluated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EvaluationWish {
    /// The folder with the benchmark's files.
    pub data: String,
    /// Where answers are kept; empty where they need not be.
    pub answers: String,
    /// The benchmark's name.
    pub benchmark: String,
    /// The split.
    pub split: String,
    /// Examples before each question.
    pub shots: usize,
    /// How many questions are asked; empty for all.
    pub limit: String,
}

/// One of the folders of a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvaluationPlace {
    /// That of the benchmark's files.
    Data,
    /// That of the answers.
    Answers,
}

impl EvaluationWish {
    /// How many questions are asked, `None` for all.
    ///
    /// # Errors
    /// What is wrong with what was typed.
    pub fn limit(&self) -> Result<Option<usize>, &'static str> {
        match self.limit.trim() {
            "" => Ok(None),
            typed => {
                let number = typed.replace([',', ' ', '\u{202f}'], "").parse::<NonZero<usize>>();
                number.map(|number| Some(number.get())).map_err(|_| "The number of questions must be 1 or more")
            }
        }
    }

    /// Keeps the chosen benchmark if it is among these, or takes the first.
    pub(in crate::ui) fn take_first_of(&mut self, found: &[Found]) {
        let is_there = |split: Option<&str>| {
            let is_chosen = |one: &&Found| one.benchmark.name() == self.benchmark;
            found.iter().filter(is_chosen).find(|one| split.is_none_or(|split| one.split == split))
        };
        let chosen = is_there(Some(&self.split)).or_else(|| is_there(None)).or(found.first());
        if let Some(Found { benchmark, split, .. }) = chosen.copied() {
            (self.benchmark, self.split) = (benchmark.name().to_owned(), split.to_owned());
            if !benchmark.shots().contains(&self.shots) {
                self.shots = benchmark.shots()[0];
            }
        }
    }

    /// One of its folders, as typed.
    pub(in crate::ui) fn folder(&mut self, place: EvaluationPlace) -> &mut String {
        match place {
            EvaluationPlace::Data => &mut self.data,
            EvaluationPlace::Answers => &mut self.answers,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_people_write_it() {
        let limit = |typed: &str| EvaluationWish { limit: typed.to_owned(), ..EvaluationWish::default() }.limit();
        assert_eq!([limit(""), limit(" 200 "), limit("1,000")], [Ok(None), Ok(Some(200)), Ok(Some(1000))]);
        assert!(limit("0").is_err() && limit("-1").is_err() && limit("many").is_err());
    }
}
