//! The questions of a task asked of the model, kept as a batch is: in parts, which are gone on with and shared out.

use std::{
    ops::ControlFlow,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

use serde::Serialize;
use serde_json::Map;

use super::{error::EvaluateError, task::Task};
use crate::{
    batch::{self, Answered, Asked, Ended, Item, ItemId, News, Part, Shard},
    dataset::Location,
    engine::{Engine, Example},
    evaluate::benchmarks::{BoxScores, Question, Shown, ask, fingerprint},
    export::ImageName,
    picture::{self, Picture},
};

/// Where answers are kept, and how they are come by.
#[derive(Clone, Copy, Debug)]
pub struct How<'a> {
    /// The folder of the parts.
    pub folder: &'a Path,
    /// The share of the questions that is asked.
    pub shard: Shard,
    /// Whether what the part has is dropped.
    pub restart: bool,
    /// Whether questions that failed before are tried again.
    pub retry_failed: bool,
    /// Set to end it.
    pub stop: &'a AtomicBool,
}

/// What all answers of a part have in common.
#[derive(Serialize)]
struct Settings {
    task: String,
    /// What tells the questions from others.
    source: String,
    checkpoint: String,
    fingerprint: String,
    precision: String,
}

/// An answer, in the form of lmms-eval's samples.
#[derive(Serialize)]
struct AnswerLine {
    #[serde(flatten)]
    image: ImageName,
    /// From 0, in the order of the benchmark's files.
    doc_id: usize,
    resps: [[String; 1]; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scores: BoxScores,
}

/// Asks what is not answered yet, and keeps the answers.
///
/// # Errors
/// When the model can't be asked, or the answers can't be kept.
pub fn answer(
    task: &Task,
    engine: &mut Engine,
    how: How<'_>,
    tell: &mut dyn FnMut(News<'_>),
) -> Result<Ended, EvaluateError> {
    let How { folder, shard, restart, retry_failed, stop } = how;
    let items = items(task.asked(), shard);
    let examples = examples(task, engine)?;
    let mut part = Part::open(folder, shard, &settings(task, engine), restart)?;
    let how = batch::How { retry_failed, most_failed: None, stop };
    let mut work = batch::one_by_one(asking(engine, &examples, task.asked(), stop));
    Ok(batch::run(&items, &mut part, how, &mut work, tell)?)
}

/// The questions of a share. Those about one picture belong together, so that it is looked at once.
fn items(asked: &[Question], shard: Shard) -> Vec<Item> {
    let item = |(number, question): (usize, &Question)| Item {
        id: ItemId::Given(number.to_string()),
        location: question.picture.clone(),
        given: Map::new(),
        asked: Asked::default(),
    };
    let is_own = |(_, question): &(usize, &Question)| shard.has(name(&question.picture).as_bytes());
    asked.iter().enumerate().filter(is_own).map(item).collect()
}

/// What a picture is called wherever the data lie.
fn name(picture: &Location) -> String {
    let file = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    match picture {
        Location::File(path) => file(path),
        Location::Within(member) => format!("{}/{}", file(&member.file), member.name()),
        Location::Unknown => String::new(),
    }
}

fn settings(task: &Task, engine: &Engine) -> Settings {
    let info = engine.info();
    Settings {
        task: task.name().to_owned(),
        source: fingerprint(task.set()),
        checkpoint: info.checkpoint.name.clone(),
        fingerprint: info.fingerprint.clone(),
        precision: info.precision.name().to_owned(),
    }
}

fn examples(task: &Task, engine: &Engine) -> Result<Vec<Example>, EvaluateError> {
    let example = |shown: &Shown| {
        let missing = || EvaluateError::Example(name(&shown.picture));
        let source = batch::source_of(&shown.picture).ok_or_else(missing)?;
        Ok(engine.example(&picture::open(source)?, &shown.text)?)
    };
    task.set().examples().iter().map(example).collect()
}

/// Asks one question after the other.
fn asking<'a>(
    engine: &'a mut Engine,
    examples: &'a [Example],
    asked: &'a [Question],
    stop: &'a AtomicBool,
) -> impl FnMut(&Item, Result<Picture, String>) -> Option<Answered> + 'a {
    move |item, picture| {
        let ItemId::Given(number) = &item.id else { return None };
        let doc_id: usize = number.parse().ok()?;
        let question = asked.get(doc_id)?;
        let picture = match picture {
            Ok(picture) => picture,
            Err(error) => return Some(Answered::failed(item, error)),
        };
        let told = || if stop.load(Ordering::SeqCst) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        match ask(engine, examples, question, picture, &mut |_| told()) {
            Err(error) => Some(Answered::failed(item, error.to_string())),
            Ok(answer) => {
                let (text, scores) = answer?;
                Some(Answered::of(item, &AnswerLine { image: item.name(), doc_id, resps: [[text]], scores }))
            }
        }
    }
}
