//! The session: what was done stays when the window is closed or its process is killed.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::{fs, path::Path, process, sync::Arc};

use egui_kittest::kittest::Queryable as _;
use image::{Rgb, RgbImage};
use kosmoscope::{
    geometry::NormBox,
    overlay::Look,
    picture::PictureSource,
    text::TaskKind,
    ui::{AnswerState, App, Command, Form, FormAction, PictureAction, ResultAction},
    worker::Event,
};

use crate::support::{
    files::sample,
    window::{Window, info, kill, window_with_session},
};

/// Waits until the session file holds these words.
fn wait_for_file(window: &mut Window, folder: &Path, words: &str) {
    let path = folder.join("session.json");
    window.wait_until(|_| fs::read_to_string(&path).is_ok_and(|content| content.contains(words)));
}

fn problems(window: &Window) -> Vec<String> {
    window.state().state().notices().standing().map(|(_, notice)| notice.text().to_owned()).collect()
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
fn a_damaged_session_is_set_aside_with_its_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let picture = "pictures/0123456789abcdef0123456789abcdef";
    fs::create_dir(folder.path().join("pictures")).unwrap();
    fs::write(folder.path().join(picture), "pasted").unwrap();
    fs::write(folder.path().join("session.json"), "{\"pictures\": [{]").unwrap();
    let mut window = window_with_session(folder.path());
    window.run();
    let [problem] = &problems(&window)[..] else { panic!("{:?}", problems(&window)) };
    assert!(problem.ends_with("session-damaged-1"), "{problem}");
    window.perform(FormAction::Edit(Form::with_words(TaskKind::Ask, "again?")));
    wait_for_file(&mut window, folder.path(), "again?");
    window.wait_until(|_| !folder.path().join(picture).exists());
    let aside = folder.path().join("session-damaged-1");
    assert_eq!(fs::read_to_string(aside.join("session.json")).unwrap(), "{\"pictures\": [{]");
    assert_eq!(fs::read_to_string(aside.join(picture)).unwrap(), "pasted");
}

#[test]
fn what_can_not_be_understood_costs_itself_alone_and_is_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let pictures = [
        r#"{"source": {"File": "/nowhere/a.png"}, "results": [], "shown": null, "region": null}"#,
        r#"{"source": {"Cloud": 7}, "results": [], "shown": null, "region": null}"#,
        r#"{"source": {"File": "/nowhere/b.png"}, "results": [], "shown": null, "region": null}"#,
    ];
    let session = format!(r#"{{"pictures": [{}], "current": 2}}"#, pictures.join(", "));
    fs::write(folder.path().join("session.json"), &session).unwrap();
    let mut window = window_with_session(folder.path());
    window.run();
    let [problem] = &problems(&window)[..] else { panic!("{:?}", problems(&window)) };
    assert!(problem.starts_with("One part of the last session can't be understood"), "{problem}");
    let state = window.state().state();
    assert_eq!((state.pictures().entries().len(), state.pictures().current().unwrap().name.as_str()), (2, "b.png"));
    let aside = folder.path().join("session-damaged-1/session.json");
    assert_eq!(fs::read_to_string(aside).unwrap(), session);
    // Written anew, so that it is not told again.
    window
        .wait_until(|_| fs::read_to_string(folder.path().join("session.json")).is_ok_and(|now| !now.contains("Cloud")));
}

#[test]
fn a_session_that_can_not_be_read_is_left_alone() {
    // Unlike permissions, a folder in its place holds for the administrator too; a pipe would never answer.
    is_left_alone(|path| fs::create_dir(path).is_ok());
    is_left_alone(|path| process::Command::new("mkfifo").arg(path).status().is_ok_and(|status| status.success()));
}

/// `make` gives whether it could put something into the place of the session file.
fn is_left_alone(make: impl Fn(&Path) -> bool) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session.json");
    if !make(&path) {
        return;
    }
    let mut window = window_with_session(folder.path());
    window.get_by_label_contains("what you do in this window is not saved");
    window.perform(FormAction::Edit(Form::with_words(TaskKind::Ask, "again?")));
    for _ in 0..150 {
        window.step();
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 3, "the lock, the pictures and what stood there: {names:?}");
    assert!(path.exists() && !path.is_file());
}

#[test]
fn a_picture_twice_in_the_list_keeps_both_its_answers() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window_with_session(folder.path());
    window.apply(Event::Ready(info()));
    for _ in 0..2 {
        let pixels = RgbImage::from_fn(40, 30, |x, y| Rgb([x as u8, y as u8, 7]));
        let pasted = PictureSource::Pixels { name: "pasted picture".to_owned(), pixels: Arc::new(pixels) };
        let n_answers =
            |app: &App| app.state().pictures().entries().iter().filter(|entry| entry.results.len() == 1).count();
        let n_before = n_answers(window.state());
        window.perform(PictureAction::Open(vec![pasted]));
        window.wait_until(|app| n_answers(app) == n_before + 1);
    }
    wait_for_file(&mut window, folder.path(), "\"current\":1");
    kill(window, folder.path());
    let window = window_with_session(folder.path());
    let entries = window.state().state().pictures().entries();
    assert_eq!(entries.iter().map(|entry| entry.results.len()).collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn what_a_crash_left_behind_is_removed_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("pictures")).unwrap();
    let left =
        [".kosmoscope-abc123.part", "pictures/.kosmoscope-xyz789.part", "pictures/0123456789abcdef0123456789abcdef"];
    for name in left {
        fs::write(folder.path().join(name), "").unwrap();
    }
    fs::write(folder.path().join("pictures/mine.png"), "mine").unwrap();
    let mut window = window_with_session(folder.path());
    window.wait_until(|_| left.iter().all(|name| !folder.path().join(name).exists()));
    assert!(folder.path().join("pictures/mine.png").exists());
}

#[test]
fn a_folder_that_can_not_be_written_to_is_told_of_once_and_no_longer_when_it_can() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window_with_session(folder.path());
    // A folder of that name can't be replaced by a file, by nobody.
    fs::create_dir(folder.path().join("session.json")).unwrap();
    for words in ["one", "two"] {
        window.perform(FormAction::Edit(Form::with_words(TaskKind::Ask, words)));
        window.wait_until(|app| app.state().notices().standing().count() == 1);
    }
    let [problem] = &problems(&window)[..] else { panic!("{:?}", problems(&window)) };
    assert!(problem.starts_with("This session is not saved: ") && !problem.contains(".part"), "{problem}");
    fs::remove_dir(folder.path().join("session.json")).unwrap();
    // It is tried again without a further change, after ten seconds.
    window.wait_for(|app| app.state().notices().standing().count() == 0);
    assert!(fs::read_to_string(folder.path().join("session.json")).unwrap().contains("two"));
}

#[test]
fn a_second_window_says_that_it_keeps_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let _first = window_with_session(folder.path());
    let mut second = window_with_session(folder.path());
    second.run();
    second.get_by_label_contains("Another Kosmoscope window was open when this one began");
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
