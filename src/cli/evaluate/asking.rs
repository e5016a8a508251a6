//! The questions of a benchmark asked of the model, kept as a batch is: in parts, which are gone on with and shared out.

use std::{
    collections::HashSet,
    ops::ControlFlow,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

use anyhow::{Context as _, bail};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::{
    batch::{self, Answered, Asked, Ended, How, Item, ItemId, News, Part, PartState, Shard},
    cli::{
        exit::Exit,
        loading::LoadingArgs,
        parts::{PartArgs, stop_flag},
        terminal::{self, StatusLine},
    },
    dataset::Location,
    engine::{Engine, Example},
    evaluate::benchmarks::{Question, Shown, TaskSet, ask, fingerprint, of_samples},
    export::ImageName,
    picture::{self, Picture},
    words::place,
};

/// What is asked.
pub(super) struct Task<'a> {
    pub(super) name: String,
    pub(super) set: &'a dyn TaskSet,
    /// The first of its questions.
    pub(super) asked: &'a [Question],
}

/// What was said to the questions, and by whom.
pub(super) struct Said {
    pub(super) answers: Vec<Option<String>>,
    /// Questions that could not be asked.
    pub(super) n_failed: usize,
    pub(super) seconds: Option<f64>,
    pub(super) source: serde_json::Value,
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
}

/// Asks what is not answered yet and keeps the answers in this folder; a break has how it ended where there is nothing to be
/// reckoned.
pub(super) fn answered(
    task: &Task<'_>,
    folder: &Path,
    parts: &PartArgs,
    loading: &LoadingArgs,
) -> anyhow::Result<ControlFlow<Exit, Said>> {
    let stop = stop_flag();
    let shard = parts.shard()?;
    let items: Vec<Item> = items(task.asked, shard);
    let status = StatusLine::new();
    let mut engine = loading.load(&status)?;
    let examples = examples(task, &engine)?;
    let mut part = Part::open(folder, shard, &settings(task, &engine), parts.restart)?;
    let how = How { retry_failed: parts.retry_failed, most_failed: None, stop: &stop };
    let mut told = HashSet::new();
    let mut tell = |news: News<'_>| match news {
        // one picture may have many questions
        News::Failed(error) if told.insert(error.to_owned()) => {
            status.clear();
            terminal::complain(error);
        }
        News::Failed(_) => {}
        News::Counted(tally) => status.counting(tally.done + tally.failed, tally.total),
    };
    let mut work = batch::one_by_one(asking(&mut engine, &examples, task.asked, &stop));
    let ended = batch::run(&items, &mut part, how, &mut work, &mut tell);
    status.clear();
    match ended? {
        Ended::Through(_) if shard == Shard::WHOLE => Ok(ControlFlow::Continue(said(task, folder)?)),
        Ended::Through(tally) => {
            terminal::say_beside(&format!(
                "{} of {} answered, {} failed; once all {} shares are through, reckon with --predictions and this folder",
                tally.done, tally.total, tally.failed, shard.count
            ))?;
            Ok(ControlFlow::Break(Exit::after_failures(tally.failed)))
        }
        Ended::Stopped(tally) | Ended::TooManyFailed(tally) => {
            let left = tally.total.saturating_sub(tally.done + tally.failed);
            terminal::complain(&format!("Stopped with {left} questions left; with --out, run it again to go on"));
            Ok(ControlFlow::Break(Exit::Stopped))
        }
    }
}

/// What the parts of a folder have been told, and by whom.
pub(super) fn said(task: &Task<'_>, folder: &Path) -> anyhow::Result<Said> {
    let mut lines = Vec::new();
    let merged = batch::merge(folder, false, &mut lines)?;
    let (mut seconds, mut settings) = (0.0, Value::Null);
    for part in batch::folder(folder)?.parts {
        let PartState::Through(through) = part else { continue };
        if through.settings["source"] != fingerprint(task.set).as_str() {
            bail!("These are answers to other questions; nothing was scored: {}", place(folder));
        }
        if !settings.is_null() && settings != through.settings {
            bail!("The shares were not answered by one checkpoint; nothing was scored: {}", place(folder));
        }
        (seconds, settings) = (seconds + through.seconds, through.settings);
    }
    let mut answers = of_samples(&String::from_utf8_lossy(&lines), folder, task.set.questions().len())?;
    answers.truncate(task.asked.len());
    let [name, fingerprint, precision] = ["checkpoint", "fingerprint", "precision"].map(|field| settings[field].take());
    let source = json!({"checkpoint": {"name": name, "fingerprint": fingerprint, "precision": precision}});
    Ok(Said { answers, n_failed: merged.failed, seconds: Some(seconds), source })
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

fn settings(task: &Task<'_>, engine: &Engine) -> Settings {
    let info = engine.info();
    Settings {
        task: task.name.clone(),
        source: fingerprint(task.set),
        checkpoint: info.checkpoint.name.clone(),
        fingerprint: info.fingerprint.clone(),
        precision: info.precision.name().to_owned(),
    }
}

fn examples(task: &Task<'_>, engine: &Engine) -> anyhow::Result<Vec<Example>> {
    let example = |shown: &Shown| -> anyhow::Result<Example> {
        let source = batch::source_of(&shown.picture).context("The picture of an example is not on this computer")?;
        Ok(engine.example(&picture::open(source)?, &shown.text)?)
    };
    task.set.examples().iter().map(example).collect()
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
            Ok(answer) => Some(Answered::of(item, &AnswerLine { image: item.name(), doc_id, resps: [[answer?]] })),
        }
    }
}
