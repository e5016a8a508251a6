//! The session: what was done stays when the window is closed or its process is killed.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::{fs, path::Path, sync::Arc};

use egui_kittest::kittest::Queryable as _;
use image::{Rgb, RgbImage};
use kosmoscope::{
    geometry::NormBox,
    overlay::Look,
    picture::PictureSource,
    text::TaskKind,
    ui::{AnswerState, Command, Form, FormAction, PictureAction, ResultAction},
};

use crate::support::{
    files::sample,
    window::{Window, kill, window_with_session},
};

/// Waits until the session file holds these words.
fn wait_for_file(window: &mut Window, folder: &Path, words: &str) {
    let path = folder.join("session.json");
    window.wait_until(|_| fs::read_to_string(&path).is_ok_and(|content| content.contains(words)));
}

fn problems(window: &Window) -> Vec<String> {
    window.state().state().notices().problems().map(|(_, problem)| problem.to_owned()).collect()
}

#[test]
fn pictures_results_and_settings_come_back_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a meadow.png");
    fs::copy(sample("meadow.png"), &file).unwrap();
    let mut window = window_with_session(folder.path());
    window.perform(PictureAction::OpenPaths(vec![]));
    window.perform(PictureAction::Open(vec![PictureSource::Path(file.clone())]));
    window.wait_until(|app| matches!(app.state().answer(), AnswerState::Finished(_)));
    let caption = window.state().state().answer().caption().unwrap().clone();
    let pasted = RgbImage::from_fn(40, 30, |x, y| Rgb([x as u8, y as u8, 7]));
    let pasted = PictureSource::Pixels { name: "pasted picture".to_owned(), pixels: Arc::new(pasted) };
    let form = Form { run_on_open: false, ..Form::with_words(TaskKind::Find, "a sun") };
    window.perform(FormAction::Edit(form.clone()));
    window.perform(PictureAction::Open(vec![pasted]));
    window.perform(ResultAction::SetLook(Look { scores: true, ..Look::default() }));
    window.perform(FormAction::DrawRegion(NormBox::new(0.25, 0.25, 0.5, 0.5)));
    wait_for_file(&mut window, folder.path(), "\"region\":{");
    // Dropped without being told to close, as by a kill.
    kill(window, folder.path());

    let mut window = window_with_session(folder.path());
    window.wait_until(kosmoscope::ui::App::is_fully_shown);
    assert_eq!(problems(&window), [""; 0]);
    let state = &window.state().state();
    let names: Vec<&str> = state.pictures().entries().iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["a meadow.png", "pasted picture"]);
    assert_eq!(state.pictures().current_place(), Some(1));
    assert_eq!(state.picture().unwrap().pixels.get_pixel(39, 29), &Rgb([39, 29, 7]));
    assert_eq!((&state.form().words, state.form().region), (&form.words, Some(NormBox::new(0.25, 0.25, 0.5, 0.5))));
    assert!(state.look().scores);
    assert_eq!(state.recent(), [file]);
    window.perform(Command::Previous);
    assert_eq!(window.state().state().answer().caption(), Some(&caption));
    assert_eq!(window.state().state().pictures().entries()[0].results.len(), 1);
}

#[test]
fn a_damaged_session_is_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("session.json"), "{\"pictures\": [{]").unwrap();
    let mut window = window_with_session(folder.path());
    window.run();
    let [problem] = &problems(&window)[..] else { panic!("{:?}", problems(&window)) };
    assert!(problem.contains("session-damaged-1.json"), "{problem}");
    let aside = fs::read_to_string(folder.path().join("session-damaged-1.json")).unwrap();
    assert_eq!(aside, "{\"pictures\": [{]");
    window.perform(FormAction::Edit(Form::with_words(TaskKind::Ask, "again?")));
    wait_for_file(&mut window, folder.path(), "again?");
}

#[test]
fn a_second_window_says_that_it_keeps_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let _first = window_with_session(folder.path());
    let mut second = window_with_session(folder.path());
    second.run();
    second.get_by_label_contains("Another Kosmoscope window is open");
    assert!(second.state().state().pictures().entries().is_empty());
}

#[test]
fn closing_all_pictures_can_be_undone() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window_with_session(folder.path());
    window.edit(|form| form.run_on_open = false);
    let sources = ["/nowhere/a.png", "/nowhere/b.png", "/nowhere/c.png"];
    let sources = sources.map(|path| PictureSource::Path(path.into())).to_vec();
    window.perform(PictureAction::Open(sources));
    window.perform(Command::CloseAll);
    assert!(window.state().state().pictures().entries().is_empty());
    window.perform(Command::Undo);
    let names: Vec<&str> =
        window.state().state().pictures().entries().iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["a.png", "b.png", "c.png"]);
}
