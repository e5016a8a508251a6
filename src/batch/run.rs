//! Working through a shard: pictures are read ahead on a thread of their own while the model computes.

use std::{
    ops::ControlFlow,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::bounded;
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
#[derive(Clone, Copy, Debug)]
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

impl How<'_> {
    fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::SeqCst)
    }

    /// Whether there is something to do about an item that the part has like this.
    fn is_open(&self, done: Option<Done>) -> bool {
        match done {
            None => true,
            Some(Done::Failed) => self.retry_failed,
            Some(Done::Answered) => false,
        }
    }
}

/// What was made of one picture.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The line for it.
    pub line: String,
    /// Why there is no answer, in one sentence.
    pub error: Option<String>,
}

/// What is done with each item: it gets the picture, or why it can't be opened; `None` if it was told to stop.
pub type Work<'a> = dyn FnMut(&Item, Result<Picture, String>) -> Option<Answered> + 'a;

impl Answered {
    /// The line of an item of which this is known; fields that were given for it go along.
    #[must_use]
    pub fn of(item: &Item, record: &impl Serialize) -> Self {
        Self { line: json(&Line { id: item.id.field(), record, given: &item.given }), error: None }
    }

    /// The line of an item that there is no answer for, since this is so, in one sentence.
    #[must_use]
    pub fn failed(item: &Item, error: String) -> Self {
        let record = FailureRecord { image: item.path.as_path().into(), error: error.clone() };
        Self { error: Some(error), ..Self::of(item, &record) }
    }
}

/// Asks the engine about each picture.
pub fn answering<'a>(
    engine: &'a mut Engine,
    settings: &'a Settings,
    stop: &'a AtomicBool,
) -> impl FnMut(&Item, Result<Picture, String>) -> Option<Answered> + 'a {
    move |item, picture| {
        let outcome = picture.and_then(|picture| {
            let Settings { task, options, .. } = settings;
            let request = Request { picture, task: task.clone(), options: options.clone() };
            let told = || if stop.load(Ordering::SeqCst) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
            engine.answer(&request, &mut |_| told()).map_err(|e| e.to_string())
        });
        match outcome {
            Ok(Outcome::Cancelled) => None,
            Ok(Outcome::Finished(answer)) => {
                let record = Record { timings: None, ..answer.record(item.path.as_path()) };
                Some(Answered::of(item, &record))
            }
            Err(error) => Some(Answered::failed(item, error)),
        }
    }
}

fn json(line: &impl Serialize) -> String {
    // Every name in it is text, so there is nothing that can't be written.
    serde_json::to_string(line).unwrap_or_default()
}

/// Reads a picture.
pub(super) fn open(item: &Item) -> Result<Picture, String> {
    picture::open(PictureSource::Path(item.path.clone())).map_err(|e| e.to_string())
}

/// Works through the items that the part does not have, in their order. Ends early when it is told to stop, or when more
/// failed than may.
///
/// # Errors
/// When the part can't be written.
pub fn run(
    items: &[Item],
    part: &mut Part,
    how: How<'_>,
    work: &mut Work<'_>,
    tell: &mut dyn FnMut(News<'_>),
) -> Result<Ended, BatchError> {
    let open_items: Vec<&Item> = items.iter().filter(|item| how.is_open(part.has(&item.id))).collect();
    if !open_items.is_empty() {
        part.begin_again();
    }
    let mut pace =
        Pace { start: Instant::now(), told: Instant::now(), total: items.len(), n_open: open_items.len(), now: 0 };
    thread::scope(|scope| {
        let (sender, pictures) = bounded(READ_AHEAD);
        let reading = &open_items;
        thread::Builder::new()
            .name("reader".to_owned())
            .spawn_scoped(scope, move || {
                // The other end is gone when the run is over.
                let _ = reading.iter().all(|item| sender.send(open(item)).is_ok());
            })
            .map_err(|e| BatchError::Shard(format!("No picture can be read: {e}")))?;
        for item in &open_items {
            let picture = how.goes_on().then(|| pictures.recv().ok()).flatten();
            let Some(answered) = picture.and_then(|picture| work(item, picture)) else {
                return Ok(Ended::Stopped(pace.tally(part)));
            };
            let done = if answered.error.is_some() { Done::Failed } else { Done::Answered };
            part.add(&item.id, &answered.line, done)?;
            if let Some(error) = &answered.error {
                tell(News::Failed(error));
            }
            let tally = pace.count(part);
            tell(News::Counted(tally));
            if how.most_failed.is_some_and(|most| tally.failed > most) {
                return Ok(Ended::TooManyFailed(tally));
            }
        }
        let tally = pace.tally(part);
        part.tell(&tally);
        let (done, failed, version) = (tally.done, tally.failed, env!("CARGO_PKG_VERSION").to_owned());
        part.end(&Through { settings: part.settings().clone(), done, failed, seconds: tally.seconds, version })?;
        Ok(Ended::Through(tally))
    })
}

/// How fast a run is.
struct Pace {
    start: Instant,
    /// When others were told last.
    told: Instant,
    total: usize,
    /// Items there were to do.
    n_open: usize,
    /// Those that are done.
    now: usize,
}

impl Pace {
    fn tally(&self, part: &Part) -> Tally {
        let [done, failed] = part.counts();
        let seconds = self.start.elapsed().as_secs_f64();
        let left = (self.n_open - self.now) as f64 * seconds / self.now as f64;
        let seconds_left = Some(left).filter(|left| left.is_finite());
        Tally { total: self.total, done, failed, now: self.now, seconds, seconds_left }
    }

    /// One more is done; others are told now and then.
    fn count(&mut self, part: &Part) -> Tally {
        self.now += 1;
        let tally = self.tally(part);
        if self.told.elapsed() > TELL_EVERY {
            part.tell(&tally);
            self.told = Instant::now();
        }
        tally
    }
}
