//! Working through a shard: pictures are read ahead on a thread of their own while the model computes.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, bounded};
use serde::Serialize;

use super::{
    answered::Answered,
    error::BatchError,
    item::Item,
    part::{Done, Part},
};
use crate::{dataset::Location, picture::Picture};

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

/// What is done with the pictures of a run.
pub type Work<'a> = dyn FnMut(&mut Feed<'_>) -> Result<(), BatchError> + 'a;

/// The pictures of a run that are to be worked on, in their order, and where that goes what is made of them.
pub struct Feed<'a> {
    left: std::vec::IntoIter<&'a Item>,
    pictures: Receiver<Result<Picture, String>>,
    part: &'a mut Part,
    how: How<'a>,
    pace: Pace,
    tell: &'a mut dyn FnMut(News<'_>),
    state: FeedState,
}

/// Whether a run goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
enum FeedState {
    GoesOn,
    Stopped,
    TooManyFailed,
}

impl<'a> Feed<'a> {
    /// The next picture, or why it can't be opened; `None` when there are no more, or the run is to end.
    pub fn next_item(&mut self) -> Option<(&'a Item, Result<Picture, String>)> {
        let picture = if self.goes_on() { self.pictures.recv().ok()? } else { return None };
        Some((self.left.next()?, picture))
    }

    /// The same, but `None` too where it is still being read.
    pub fn next_if_read(&mut self) -> Option<(&'a Item, Result<Picture, String>)> {
        let picture = if self.goes_on() { self.pictures.try_recv().ok()? } else { return None };
        Some((self.left.next()?, picture))
    }

    /// Keeps what was made of a picture.
    ///
    /// # Errors
    /// When the part can't be written.
    pub fn done(&mut self, item: &Item, answered: &Answered) -> Result<(), BatchError> {
        let done = if answered.error.is_some() { Done::Failed } else { Done::Answered };
        self.part.add(&item.id, &answered.line, done)?;
        if let Some(error) = &answered.error {
            (self.tell)(News::Failed(error));
        }
        let tally = self.pace.count(self.part);
        (self.tell)(News::Counted(tally));
        if self.how.most_failed.is_some_and(|most| tally.failed > most) {
            self.state = FeedState::TooManyFailed;
        }
        Ok(())
    }

    /// Nothing was made of a picture, since the run is to end.
    pub fn cancelled(&mut self) {
        if self.state == FeedState::GoesOn {
            self.state = FeedState::Stopped;
        }
    }

    /// Whether there is to be more.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        self.state == FeedState::GoesOn && !self.how.stop.load(Ordering::SeqCst)
    }

    fn ended(self) -> Result<Ended, BatchError> {
        let tally = self.pace.tally(self.part);
        self.part.tell(&tally);
        match self.state {
            FeedState::TooManyFailed => return Ok(Ended::TooManyFailed(tally)),
            FeedState::GoesOn if self.pace.now == self.pace.n_open => {}
            _ => return Ok(Ended::Stopped(tally)),
        }
        self.part.end(tally.seconds)?;
        Ok(Ended::Through(tally))
    }
}

/// Works through the items that the part does not have, in their order. Ends early when it is told to stop, or when more
/// failed than may.
///
/// # Errors
/// When the part can't be written, or the model can't be run.
pub fn run(
    items: &[Item],
    part: &mut Part,
    how: How<'_>,
    work: &mut Work<'_>,
    tell: &mut dyn FnMut(News<'_>),
) -> Result<Ended, BatchError> {
    let open_items: Vec<&Item> = items.iter().filter(|item| part.is_open(&item.id, how.retry_failed)).collect();
    if !open_items.is_empty() {
        part.begin_again();
    }
    let pace =
        Pace { start: Instant::now(), told: Instant::now(), total: items.len(), n_open: open_items.len(), now: 0 };
    thread::scope(|scope| {
        let (sender, pictures) = bounded(READ_AHEAD);
        let reading = open_items.clone();
        thread::Builder::new()
            .name("reader".to_owned())
            .spawn_scoped(scope, move || {
                // Several questions about a picture share what the model sees of it.
                let mut last: Option<(&Location, Picture)> = None;
                for item in reading {
                    let picture = match &last {
                        Some((location, picture)) if **location == item.location => Ok(picture.clone()),
                        _ => item.open(),
                    };
                    last = picture.as_ref().ok().map(|picture| (&item.location, picture.clone()));
                    // The other end is gone when the run is over.
                    if sender.send(picture).is_err() {
                        break;
                    }
                }
            })
            .map_err(|e| BatchError::Shard(format!("No picture can be read: {e}")))?;
        let left = open_items.into_iter();
        let mut feed = Feed { left, pictures, part, how, pace, tell, state: FeedState::GoesOn };
        work(&mut feed)?;
        feed.ended()
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
