//! How many pictures are read at once, however quickly they pass by: opened, paged through, removed, brought back.
//!
//! The state is driven without a window, so that a reading ends when the test says so.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use kosmoscope::{
    picture::{PictureId, PictureSource},
    ui::{Action, AppState, Command, Content, Effect, EntryId, Event, JobEvent, PictureAction},
};

use crate::support::window::picture;

/// More would only take the time, and the memory, from each other.
const MOST_AT_ONCE: usize = 2;

/// A state, and the readings that it has begun and was not told the end of.
#[derive(Default)]
struct Readers {
    state: AppState,
    under_way: Vec<PictureId>,
}

impl Readers {
    /// Does what a person wishes; returns how many readings that begins.
    fn perform(&mut self, action: impl Into<Action>) -> usize {
        let effects = self.state.perform(action);
        self.begin(effects)
    }

    /// The reading that was begun first gives a picture.
    fn end_first(&mut self) {
        let id = self.under_way.remove(0);
        let read = kosmoscope::picture::Picture { id, ..picture("a.png") };
        let effects = self.state.apply(Event::Job(JobEvent::Opened(id, Ok(read))));
        self.begin(effects);
    }

    fn begin(&mut self, effects: Vec<Effect>) -> usize {
        let opened = effects.into_iter().filter_map(|effect| match effect {
            Effect::OpenPicture(id, _) => Some(id),
            _ => None,
        });
        let n_before = self.under_way.len();
        self.under_way.extend(opened);
        assert!(self.under_way.len() <= MOST_AT_ONCE, "{} pictures are read at once", self.under_way.len());
        self.under_way.len() - n_before
    }

    fn open(n_pictures: usize) -> Self {
        let mut readers = Self::default();
        let sources = (0..n_pictures).map(|n| PictureSource::Path(format!("/nowhere/{n}.png").into()));
        readers.perform(PictureAction::Open(sources.collect()));
        readers
    }

    fn ids(&self) -> Vec<EntryId> {
        self.state.pictures().entries().iter().map(|entry| entry.id).collect()
    }
}

#[test]
fn closing_all_begins_no_reading_and_bringing_them_back_reads_what_is_shown() {
    let mut readers = Readers::open(200);
    let ids = readers.ids();
    readers.perform(PictureAction::Show(ids[70]));
    assert_eq!(readers.perform(Command::CloseAll), 0);
    assert!(readers.state.pictures().entries().is_empty());
    readers.perform(Command::Undo);
    assert_eq!(readers.ids(), ids);
    assert_eq!(readers.state.pictures().current_place(), Some(70), "the one that was shown is shown again");
    assert_eq!(readers.perform(Command::Redo), 0);
    readers.perform(Command::Undo);
    while !readers.under_way.is_empty() {
        readers.end_first();
    }
    assert!(matches!(readers.state.pictures().current().unwrap().content, Content::Read(_)));
}

#[test]
fn pictures_that_pass_by_are_not_read_and_the_one_left_is() {
    let mut readers = Readers::open(200);
    for _ in 0..60 {
        readers.perform(Command::Next);
    }
    for _ in 0..60 {
        readers.perform(Command::Remove);
    }
    for _ in 0..30 {
        readers.perform(Command::Undo);
    }
    for n in 0..30 {
        readers.perform(PictureAction::Open(vec![PictureSource::Path(format!("/nowhere/new {n}.png").into())]));
    }
    while !readers.under_way.is_empty() {
        readers.end_first();
    }
    let entries = readers.state.pictures().entries();
    assert_eq!(readers.state.pictures().current_place(), Some(entries.len() - 1));
    let read: Vec<&str> =
        entries.iter().filter(|entry| entry.picture().is_some()).map(|entry| entry.name.as_str()).collect();
    assert_eq!(read, ["new 28.png", "new 29.png"], "the one shown and its neighbour");
}

#[test]
fn the_list_of_twenty_thousand_is_closed_and_brought_back_at_once() {
    let mut readers = Readers::open(20_000);
    let start = std::time::Instant::now();
    readers.perform(Command::CloseAll);
    readers.perform(Command::Undo);
    assert_eq!(readers.ids().len(), 20_000);
    assert!(start.elapsed() < std::time::Duration::from_millis(500), "{:?}", start.elapsed());
}
