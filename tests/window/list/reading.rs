//! When pictures are read: two at a time, however quickly they pass by, and again when their files have changed.
//!
//! To count readings the state is driven without a window, so that one ends when the test says so.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::path::PathBuf;

use egui_kittest::kittest::Queryable as _;
use kosmoscope::{
    engine::PictureFacts,
    picture::{PictureId, PictureSource},
    ui::{
        Action, AnswerState, App, AppState, Command, Content, Effect, EntryId, EntryStatus, Event, JobEvent,
        PictureAction, Work,
    },
    worker,
};
use tempfile::TempDir;

use crate::support::{
    files::sample,
    window::{Window, answer, info, kill, picture, window, window_with_session},
};

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
            Effect::OpenPicture { id, .. } => Some(id),
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

/// A window whose only picture is a file that was described, and the file.
fn described_file() -> (Window, TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.png");
    std::fs::copy(sample("meadow.png"), &path).unwrap();
    let mut window = window();
    window.apply(worker::Event::Ready(info()));
    window.perform(PictureAction::Open(vec![PictureSource::Path(path.clone())]));
    describe(&mut window);
    (window, folder, path)
}

/// The run under way gives an answer about the picture shown.
fn describe(window: &mut Window) {
    let id = window.running();
    let mut said = answer();
    said.asked = PictureFacts::new(window.state().state().picture().unwrap());
    window.apply(worker::Event::Finished { id, answer: said });
}

fn pixels_across(window: &Window) -> Option<u32> {
    Some(window.state().state().picture()?.pixels.width())
}

const CHANGED_SINCE: &str =
    "The picture has changed since this answer, which is about the earlier one; run again for this one";

#[test]
fn a_file_that_changed_is_read_again_when_it_is_asked_for_and_its_old_answers_say_so() {
    let (mut window, folder, path) = described_file();
    let open = PictureAction::Open(vec![PictureSource::Path(path.clone())]);
    // Opened again as it is, it is the same picture, which may be cached by its identity.
    let before = window.state().state().picture().unwrap().id;
    std::fs::copy(sample("meadow.png"), &path).unwrap();
    window.perform(open.clone());
    window.wait_until(|app| app.state().pictures().n_being_read() == 0);
    assert_eq!(window.state().state().picture().unwrap().id, before);
    assert!(window.query_by_label(CHANGED_SINCE).is_none());

    image::RgbImage::from_pixel(40, 30, image::Rgb([9, 9, 9])).save(&path).unwrap();
    window.perform(open);
    window.wait_until(|app| app.state().picture().is_some_and(|picture| picture.pixels.width() == 40));
    window.get_by_label(CHANGED_SINCE);
    assert!(matches!(window.state().state().work(), Work::Idle), "it is in the list, and only shown");
    let copied = window.effects(Command::CopyJson);
    let [Effect::CopyText(json)] = &copied[..] else { panic!("{copied:?}") };
    assert!(json.contains(CHANGED_SINCE) && json.contains("\"width\":1200"), "{json}");
    window.perform(Command::CopyPicture);
    let told = window.state().state().notices().standing().find(|(_, notice)| notice.text() == CHANGED_SINCE);
    let told = told.map(|(id, _)| id).unwrap();
    window.perform(Action::Dismiss(told));

    // Pixels of the same size are told apart too; it is enough to come back to the picture.
    window.perform(Command::Run);
    describe(&mut window);
    let entry = window.state().state().pictures().current().unwrap();
    assert!(!entry.has_changed_since(entry.answer.finished().unwrap()), "this one is about the picture shown");
    let other = folder.path().join("b.png");
    image::RgbImage::from_pixel(40, 30, image::Rgb([9, 9, 9])).save(&other).unwrap();
    window.edit(|form| form.run_on_open = false);
    window.perform(PictureAction::Open(vec![PictureSource::Path(other)]));
    window.wait_until(|app| app.state().picture().is_some_and(|picture| picture.name == "b.png"));
    image::RgbImage::from_pixel(40, 30, image::Rgb([9, 9, 8])).save(&path).unwrap();
    window.perform(Command::Previous);
    window.wait_until(|app| {
        app.state().picture().is_some_and(|picture| picture.pixels.get_pixel(0, 0) == &image::Rgb([9, 9, 8]))
    });
    window.get_by_label(CHANGED_SINCE);
    assert_eq!(window.query_all_by_label_contains("(of the earlier picture)").count(), 2, "in the list of results too");
}

#[test]
fn what_is_asked_is_about_the_picture_as_its_file_is_then() {
    let (mut window, _folder, path) = described_file();
    window.edit(|form| form.run_on_open = false);
    for width in [40, 50] {
        image::RgbImage::from_pixel(width, 30, image::Rgb([9, 9, 9])).save(&path).unwrap();
        window.perform(Command::Run);
        window.wait_until(|app| matches!(app.state().work(), Work::Running { .. }));
        assert_eq!(pixels_across(&window), Some(width));
        describe(&mut window);
        assert!(window.query_by_label(CHANGED_SINCE).is_none());
    }
}

#[test]
fn an_answer_about_an_earlier_picture_is_no_tick_and_its_boxes_step_back() {
    let (mut window, _folder, path) = described_file();
    let status = |window: &Window| {
        let state = window.state().state();
        EntryStatus::of(state.pictures().current().unwrap(), state.work(), state.batch().as_ref())
    };
    assert_eq!(status(&window), EntryStatus::Done);
    image::RgbImage::from_pixel(40, 30, image::Rgb([9, 9, 9])).save(&path).unwrap();
    window.perform(PictureAction::Open(vec![PictureSource::Path(path)]));
    window.wait_until(|app| app.state().picture().is_some_and(|picture| picture.pixels.width() == 40));
    assert_eq!(status(&window), EntryStatus::Outdated);
    let state = window.state().state();
    assert!(state.is_doubtful(state.answer().finished().unwrap()));
}

#[test]
fn a_picture_in_memory_stays_when_its_file_is_gone_or_cut_off() {
    let (mut window, _folder, path) = described_file();
    for content in [None, Some(&b"\x89PNG\r\n\x1a\n"[..])] {
        match content {
            None => std::fs::remove_file(&path).unwrap(),
            Some(content) => std::fs::write(&path, content).unwrap(),
        }
        window.perform(PictureAction::Open(vec![PictureSource::Path(path.clone())]));
        window.wait_until(|app| app.state().pictures().n_being_read() == 0);
        assert_eq!(pixels_across(&window), Some(1200));
    }
}

#[test]
fn a_changed_file_is_marked_after_a_new_start_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.png");
    std::fs::copy(sample("meadow.png"), &path).unwrap();
    let mut window = window_with_session(folder.path());
    window.perform(PictureAction::Open(vec![PictureSource::Path(path.clone())]));
    window.wait_until(|app| matches!(app.state().answer(), AnswerState::Finished(_)));
    let session = folder.path().join("session.json");
    window.wait_until(|_| std::fs::read_to_string(&session).is_ok_and(|content| content.contains("checksum")));
    kill(window, folder.path());

    std::fs::copy(sample("snow.png"), &path).unwrap();
    let mut window = window_with_session(folder.path());
    window.wait_until(App::is_fully_shown);
    assert!(matches!(window.state().state().answer(), AnswerState::Finished(_)));
    window.get_by_label(CHANGED_SINCE);
}

#[test]
fn what_could_not_be_opened_is_tried_again_when_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let [good, bad] = ["a.png", "b.png"].map(|name| folder.path().join(name));
    std::fs::copy(sample("meadow.png"), &good).unwrap();
    let mut window = window();
    window.apply(worker::Event::Ready(info()));
    window.edit(|form| form.run_on_open = false);
    let sources = [&good, &bad].map(|path| PictureSource::Path(path.clone()));
    window.perform(PictureAction::Open(vec![sources[0].clone()]));
    let bad_id = |window: &Window| window.state().state().pictures().entries()[1].id;
    let ways: [&dyn Fn(&mut Window); 5] = [
        &|window| window.get_by_label("Try again").click(),
        &|window| window.perform(PictureAction::Show(bad_id(window))),
        &|window| window.perform(PictureAction::Open(vec![sources[1].clone()])),
        &|window| {
            window.perform(PictureAction::Open(sources.to_vec()));
            window.perform(Command::Next);
        },
        &|window| {
            window.perform(Command::RunAll);
            let id = window.running();
            window.apply(worker::Event::Finished { id, answer: answer() });
        },
    ];
    for (at, way) in ways.into_iter().enumerate() {
        std::fs::write(&bad, "no picture").unwrap();
        window.perform(PictureAction::Open(vec![sources[1].clone()]));
        window.wait_until(|app| matches!(app.state().pictures().entries()[1].content, Content::Failed(_)));
        std::fs::copy(sample("snow.png"), &bad).unwrap();
        way(&mut window);
        window.wait_until(|app| app.state().picture().is_some_and(|picture| picture.name == "b.png"));
        assert_eq!(window.state().state().pictures().entries().len(), 2, "way {at}");
        window.perform(PictureAction::Remove(bad_id(&window)));
    }
}
