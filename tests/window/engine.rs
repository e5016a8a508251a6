//! The window with the real model behind it, from a click on a sample to highlighted boxes.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::time::{Duration, Instant};

use egui::Theme;
use egui_kittest::kittest::Queryable as _;
use kosmoscope::ui::{AnswerState, App, CheckpointAction, Command, Model, PictureAction};

use crate::support::{
    files::{sample, tiny},
    window::{Window, kill, window_with_engine, window_with_session},
};

const SAMPLE: &str = "Sample Meadow: Describe it";

fn described_sample() -> Window {
    let mut window = window_with_engine(Theme::Dark, [1100.0, 720.0], 1.0);
    window.wait_until(App::is_fully_shown);
    window.get_by_label(SAMPLE).click();
    window.wait_until(|app| matches!(app.state().answer(), AnswerState::Finished(_)) && app.is_fully_shown());
    window.remove_cursor();
    window.run();
    window
}

fn phrases(app: &App) -> Vec<String> {
    let caption = app.state().answer().caption().unwrap();
    caption.phrases.iter().map(|phrase| caption.words(phrase).to_owned()).collect()
}

#[test]
fn a_sample_is_described_and_its_phrases_light_up() {
    let mut window = described_sample();
    let phrases = phrases(window.state());
    assert!(!phrases.is_empty(), "no phrase is linked");
    assert_eq!(window.state().state().chosen(), None);
    window.get_by_label(&phrases[0]).click();
    window.run();
    assert_eq!(window.state().state().chosen(), Some(0));
}

#[test]
fn another_checkpoint_is_dropped_used_and_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let is_ready = |name: &'static str| move |app: &App| matches!(&app.state().model(), Model::Ready(info) if info.checkpoint.name == name);
    let mut window = window_with_session(folder.path());
    window.wait_until(is_ready("kosmos-2 mini"));
    window.drop_on(&[tiny()]);
    window.wait_until(is_ready("tiny"));
    assert!(window.state().state().pictures().entries().is_empty(), "it is no folder of pictures");
    window.get_by_label("tiny ⏷");
    window.wait_until(|_| {
        let session = std::fs::read_to_string(folder.path().join("session.json"));
        session.is_ok_and(|session| session.contains("data/tiny"))
    });
    kill(window, folder.path());

    let mut window = window_with_session(folder.path());
    window.wait_until(is_ready("tiny"));
    window.perform(CheckpointAction::Use(None));
    window.wait_until(is_ready("kosmos-2 mini"));
    window.perform(CheckpointAction::Use(Some("/nowhere/kosmos".into())));
    window.wait_until(|app| app.state().notices().standing().count() == 1);
    window.get_by_label_contains("kosmos-2 mini stays in use. There is no such folder");
    assert!(is_ready("kosmos-2 mini")(window.state()), "what works is not given up for what does not");
    window.get_by_label("kosmos-2 mini ⏷");
    kill(window, folder.path());
    let session = std::fs::read_to_string(folder.path().join("session.json")).unwrap();
    assert!(!session.contains("/nowhere/kosmos"), "what was never loaded is not remembered: {session}");
}

#[test]
fn a_picture_that_is_rested_on_is_looked_at_before_anything_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window_with_session(folder.path());
    window.wait_until(|app| matches!(app.state().model(), Model::Ready(_)));
    window.edit(|form| form.run_on_open = false);
    let mut answered_after = |rest: Duration, looks_ahead: bool| {
        window.perform(CheckpointAction::LookAhead(looks_ahead));
        window.perform(Command::CloseAll);
        window.perform(PictureAction::OpenPaths(vec![sample("meadow.png")]));
        window.wait_until(|app| app.state().picture().is_some());
        let start = Instant::now();
        window.wait_until(|_| start.elapsed() >= rest);
        let _ = window.run_task();
        window.wait_until(|app| matches!(app.state().answer(), AnswerState::Finished(_)));
        let answer = window.state().state().answer().finished().unwrap().clone();
        (answer.timings.vision_secs, answer.raw.clone())
    };
    let rest = Duration::from_secs(3);
    let (vision_secs, raw) = answered_after(rest, false);
    assert!(vision_secs > 0.0, "it was told not to");
    let ahead = answered_after(rest, true);
    assert_eq!(ahead, (0.0, raw.clone()), "the same, sooner");
    assert_eq!(answered_after(Duration::ZERO, true).1, raw);
}
