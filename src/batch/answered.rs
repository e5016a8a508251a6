//! What was made of one picture, as the line of a part.

use serde::Serialize;
use serde_json::{Map, Value};

use super::item::{IdField, Item};
use crate::{
    engine::{Answer, EngineError, Outcome},
    export::{FailureRecord, Record},
};

/// What was made of one picture.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The line for it.
    pub line: String,
    /// Why there is no answer, in one sentence.
    pub error: Option<String>,
}

/// The line of a picture: what `--json` prints of it, but for times.
#[derive(Serialize)]
struct Line<'a, R> {
    #[serde(flatten)]
    id: IdField,
    #[serde(flatten)]
    record: R,
    #[serde(skip_serializing_if = "Map::is_empty")]
    given: &'a Map<String, Value>,
}

impl Answered {
    /// The line of an item of which this is known; fields that were given for it go along.
    #[must_use]
    pub fn of(item: &Item, record: &impl Serialize) -> Self {
        let line = Line { id: item.id.field(), record, given: &item.given };
        // Every name in it is text, so there is nothing that can't be written.
        Self { line: serde_json::to_string(&line).unwrap_or_default(), error: None }
    }

    /// The line of an item that there is no answer for, since this is so, in one sentence.
    #[must_use]
    pub fn failed(item: &Item, error: String) -> Self {
        let record = FailureRecord { image: item.name(), error: error.clone() };
        Self { error: Some(error), ..Self::of(item, &record) }
    }

    /// The line of an item with an answer about it.
    #[must_use]
    pub fn answer(item: &Item, answer: &Answer) -> Self {
        Self::of(item, &Record { timings: None, ..answer.record(item.name()) })
    }

    /// What became of a request about an item; `None` if it was cancelled.
    pub(super) fn from_outcome(item: &Item, outcome: Result<Outcome, EngineError>) -> Option<Self> {
        match outcome {
            Ok(Outcome::Cancelled) => None,
            Ok(Outcome::Finished(answer)) => Some(Self::answer(item, &answer)),
            Err(error) => Some(Self::failed(item, error.to_string())),
        }
    }
}
