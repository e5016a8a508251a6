//! Working through a shard: pictures are read ahead on a thread of their own while the model computes.

use std::{
    ops::ControlFlow,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, bounded};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    error::BatchError,
    item::{IdField, Item},
    part::{Done, Part, Settings, Through},
};
use crate::{
    engine::{Engine, Outcome, Request},
    export::{FailureRecord, Record},
    picture::{self, Picture, PictureSource},
};

/// Pictures that wait in memory.
const READ_AHEAD: usize = 2;
/// Others that watch are told this often.
const TELL_EVERY: Duration = Duration::from_secs(2);

/// How far a shard is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Tally {
    /// Pictures of the shard.
    pub total: usize,
    /// Those that are answered, earlier runs included.
    pub done: usize,
    /// Those that could not be.
    pub failed: usize,
    /// Answered or failed in this run.
    pub now: usize,
    /// Seconds since this run began.
    pub seconds: f64,
    /// Seconds that it will still take at this pace; null until something is known.
    pub seconds_left: Option<f64>,
}

/// What a run tells while it goes on.
#[derive(Debug)]
pub enum News<'a> {
    /// A picture could not be answered; one sentence.
    Failed(&'a str),
    /// It is so far.
    Counted(Tally),
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ended {
    /// The shard is through.
    Through(Tally),
    /// It was told to stop; what is done is kept.
    Stopped(Tally),
    /// More failed than are allowed.
    TooManyFailed(Tally),
}

/// What an answered picture's line says: what `--json` prints, but for times.
#[derive(Serialize)]
pub(super) struct AnswerLine<'a> {
    #[serde(flatten)]
    pub(super) id: IdField,
    #[serde(flatten)]
    pub(super) record: Record,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub(super) given: &'a Map<String, Value>,
}

/// What a failed picture's line says.
#[derive(Serialize)]
pub(super) struct FailureLine<'a> {
    #[serde(flatten)]
    pub(super) id: IdField,
    #[serde(flatten)]
    pub(super) record: FailureRecord,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub(super) given: &'a Map<String, Value>,
}

/// Asks about one picture: the line for it, and what it has; `None` if it was told to stop.
pub(super) fn answer(
    engine: &mut Engine,
    item: &Item,
    picture: Result<Picture, String>,
    settings: &Settings,
    stop: &AtomicBool,
) -> Option<(String, Done, Option<String>)> {
    let outcome = picture.and_then(|picture| {
        let request = Request { picture, task: settings.task.clone(), options: settings.options.clone() };
        let goes_on = || if stop.load(Ordering::SeqCst) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        engine.answer(&request, &mut |_| goes_on()).map_err(|e| e.to_string())
    });
    let (id, given) = (item.id.field(), &item.given);
    Some(match outcome {
        Ok(Outcome::Cancelled) => return None,
        Ok(Outcome::Finished(answer)) => {
            let record = Record { timings: None, ..answer.record(item.path.as_path()) };
            (json(&AnswerLine { id, record, given }), Done::Answered, None)
        }
        Err(error) => {
            let record = FailureRecord { image: item.path.as_path().into(), error: error.clone() };
            (json(&FailureLine { id, record, given }), Done::Failed, Some(error))
        }
    })
}

fn json(line: &impl Serialize) -> String {
    // Every name in it is text, so there is nothing that can't be written.
    serde_json::to_string(line).unwrap_or_default()
}

/// Reads a picture.
pub(super) fn open(item: &Item) -> Result<Picture, String> {
    picture::open(PictureSource::Path(item.path.clone())).map_err(|e| e.to_string())
}

/// Works through the items that the part does not have, in their order; with `retry_failed` also those that failed. Ends
/// early when `stop` is set, or when more than `most_failed` have failed.
///
/// # Errors
/// When the part can't be written.
pub fn run(
    engine: &mut Engine,
    items: &[Item],
    part: &mut Part,
    settings: &Settings,
    how: How<'_>,
    tell: &mut dyn FnMut(News<'_>),
) -> Result<Ended, BatchError> {
    let start = Instant::now();
    let is_open = |item: &&Item| match part.has(&item.id) {
        None => true,
        Some(done) => done == Done::Failed && how.retry_failed,
    };
    let open_items: Vec<&Item> = items.iter().filter(is_open).collect();
    if !open_items.is_empty() {
        part.begin_again();
    }
    let mut told = Instant::now();
    let mut now = 0;
    thread::scope(|scope| {
        let (sender, pictures) = bounded(READ_AHEAD);
        let reading = &open_items;
        thread::Builder::new()
            .name("reader".to_owned())
            .spawn_scoped(scope, move || {
                // The other end is gone when the run is over.
                let _ = reading.iter().try_for_each(|item| sender.send(open(item)));
            })
            .map_err(|e| BatchError::Shard(format!("No picture can be read: {e}")))?;
        let tally = |part: &Part, now: usize| {
            let [done, failed] = part.counts();
            let seconds = start.elapsed().as_secs_f64();
            let left = (open_items.len() - now) as f64 * seconds / now as f64;
            let seconds_left = Some(left).filter(|left| left.is_finite());
            Tally { total: items.len(), done, failed, now, seconds, seconds_left }
        };
        for item in &open_items {
            let Some(picture) = next(&pictures, how.stop) else { return Ok(Ended::Stopped(tally(part, now))) };
            let Some((line, done, error)) = answer(engine, item, picture, settings, how.stop) else {
                return Ok(Ended::Stopped(tally(part, now)));
            };
            part.add(&item.id, &line, done)?;
            now += 1;
            if let Some(error) = &error {
                tell(News::Failed(error));
            }
            let tally = tally(part, now);
            tell(News::Counted(tally));
            if told.elapsed() > TELL_EVERY {
                part.tell(&tally);
                told = Instant::now();
            }
            if how.most_failed.is_some_and(|most| tally.failed > most) {
                return Ok(Ended::TooManyFailed(tally));
            }
        }
        let tally = tally(part, now);
        part.tell(&tally);
        let (done, failed) = (tally.done, tally.failed);
        let version = env!("CARGO_PKG_VERSION").to_owned();
        part.end(&Through { settings: settings.clone(), done, failed, seconds: tally.seconds, version })?;
        Ok(Ended::Through(tally))
    })
}

/// How a shard is worked through.
#[derive(Clone, Copy, Debug)]
pub struct How<'a> {
    /// Whether pictures that failed before are tried again.
    pub retry_failed: bool,
    /// So many may fail; `None` for any number.
    pub most_failed: Option<usize>,
    /// Set to end it.
    pub stop: &'a AtomicBool,
}

/// The next picture, unless it is to stop.
fn next(pictures: &Receiver<Result<Picture, String>>, stop: &AtomicBool) -> Option<Result<Picture, String>> {
    if stop.load(Ordering::SeqCst) { None } else { pictures.recv().ok() }
}
