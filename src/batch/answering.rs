//! What is made of pictures: the engine is asked about each, several at a time or one by one.

use std::{
    collections::HashMap,
    ops::ControlFlow,
    sync::atomic::{AtomicBool, Ordering},
};

use super::{
    answered::Answered,
    error::BatchError,
    item::{Asked, Item},
    part::Settings,
    run::Feed,
};
use crate::{
    engine::{Engine, EngineError, Outcome, Queue, Request},
    picture::Picture,
    text::TaskParts,
};

impl Settings {
    /// What is asked about an item.
    fn request(&self, item: &Item, picture: Picture) -> Request {
        let Asked { prompt, region } = item.asked.clone();
        let parts = self.task.clone().into_parts();
        let parts = TaskParts { words: prompt.or(parts.words), region: region.or(parts.region), ..parts };
        let task = self.task.kind().task(parts).unwrap_or_else(|_| self.task.clone());
        Request { picture, task, options: self.options.clone() }
    }
}

/// Asks the engine about one picture after the other.
pub fn answering<'a>(
    engine: &'a mut Engine,
    settings: &'a Settings,
    stop: &'a AtomicBool,
) -> impl FnMut(&Item, Result<Picture, String>) -> Option<Answered> + 'a {
    move |item, picture| {
        let picture = match picture {
            Ok(picture) => picture,
            Err(error) => return Some(Answered::failed(item, error)),
        };
        let told = || if stop.load(Ordering::SeqCst) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        Answered::from_outcome(item, engine.answer(&settings.request(item, picture), &mut |_| told()))
    }
}

/// Does something with one picture after the other; it gives `None` if it was told to stop.
pub fn one_by_one<'a>(
    mut work: impl FnMut(&Item, Result<Picture, String>) -> Option<Answered> + 'a,
) -> impl FnMut(&mut Feed<'_>) -> Result<(), BatchError> + 'a {
    move |feed| {
        while let Some((item, picture)) = feed.next_item() {
            match work(item, picture) {
                Some(answered) => feed.done(item, &answered)?,
                None => feed.cancelled(),
            }
        }
        Ok(())
    }
}

/// Asks the engine about pictures, up to `n_at_once` of them together.
pub fn answering_many<'a>(
    engine: &'a mut Engine,
    settings: &'a Settings,
    n_at_once: usize,
) -> impl FnMut(&mut Feed<'_>) -> Result<(), BatchError> + 'a {
    move |feed| {
        let mut asked = Asking { feed, settings, items: HashMap::new(), n_asked: 0, kept: Ok(()) };
        engine.answer_many(&mut asked, n_at_once)?;
        asked.kept
    }
}

/// The pictures that the engine is asked about.
struct Asking<'a, 'f> {
    feed: &'a mut Feed<'f>,
    settings: &'a Settings,
    /// Those that are being answered.
    items: HashMap<usize, &'f Item>,
    n_asked: usize,
    /// Whether all answers could be kept.
    kept: Result<(), BatchError>,
}

impl Asking<'_, '_> {
    fn keep(&mut self, item: &Item, answered: &Answered) {
        if self.kept.is_ok() {
            self.kept = self.feed.done(item, answered);
        }
    }
}

impl Queue for Asking<'_, '_> {
    fn next(&mut self) -> Option<Request> {
        while self.goes_on() {
            // What is being written need not wait for a picture that is not read yet.
            let found = if self.items.is_empty() { self.feed.next_item() } else { self.feed.next_if_read() };
            match found? {
                (item, Ok(picture)) => {
                    self.items.insert(self.n_asked, item);
                    self.n_asked += 1;
                    return Some(self.settings.request(item, picture));
                }
                (item, Err(error)) => self.keep(item, &Answered::failed(item, error)),
            }
        }
        None
    }

    fn done(&mut self, n: usize, outcome: Result<Outcome, EngineError>) {
        let Some(item) = self.items.remove(&n) else { return };
        match Answered::from_outcome(item, outcome) {
            Some(answered) => self.keep(item, &answered),
            None => self.feed.cancelled(),
        }
    }

    fn goes_on(&self) -> bool {
        self.kept.is_ok() && self.feed.goes_on()
    }
}
