//! A run over a folder of pictures whose answers are kept in another one: the window and `kosmoscope batch` go on with each
//! other's.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::{fs, path::Path};

use egui::Theme;
use egui_kittest::kittest::Queryable as _;
use kosmoscope::ui::{App, Command, Notice};

use crate::support::{
    files::sample,
    program::{Ended, kosmoscope},
    window::{Window, kill, window_with_engine, window_with_session},
};

/// What `kosmoscope` prints with these arguments, if that is what it ends with.
fn told(code: i32, arguments: &[&str]) -> String {
    let ended: Ended = kosmoscope().args(arguments).output().unwrap().into();
    assert_eq!(ended.code, Some(code), "{}", ended.stderr);
    ended.stdout
}

fn take(names: &[&str], folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    for name in names {
        fs::copy(sample(name), folder.join(name)).unwrap();
    }
}

/// Types both folders into the card and presses Start.
fn start(window: &mut Window, pictures: &Path, parts: &Path) {
    window.perform(Command::RunInFolder);
    window.run();
    for (label, path) in [("Pictures", pictures), ("Answers", parts)] {
        let field = window.get_by_role_and_label(egui::accesskit::Role::TextInput, label);
        field.focus();
        window.run();
        let field = window.get_by_role_and_label(egui::accesskit::Role::TextInput, label);
        field.type_text(path.to_str().unwrap());
        window.run();
    }
    window.wait_until(|app| app.state().why_disabled(Command::StartBatch).is_none());
    window.run();
    window.get_by_label("Start").click();
    window.run();
}

fn is_told(app: &App, words: &str) -> bool {
    app.state().notices().iter().any(|(_, notice)| notice.text().contains(words))
}

#[test]
fn the_window_and_the_command_line_keep_the_same_answers() {
    let folder = tempfile::tempdir().unwrap();
    let (pictures, parts, alone) =
        (folder.path().join("pictures"), folder.path().join("parts"), folder.path().join("alone"));
    take(&["snow.png", "road.png"], &pictures);
    fs::write(pictures.join("bad.png"), "no picture").unwrap();
    let [p, k, a] = [&pictures, &parts, &alone].map(|path| path.to_str().unwrap());
    told(0, &["batch", p, "--out", k]);

    // The window goes on with what the command line began.
    take(&["bees.png", "night.png"], &pictures);
    let mut window = window_with_engine(Theme::Dark, [1100.0, 720.0], 1.0);
    start(&mut window, &pictures, &parts);
    window.wait_until(|app| is_told(app, "All 2 pictures are done, in "));
    let state = window.state().state();
    let with_answer = state.pictures().entries().iter().filter(|entry| entry.answer.finished().is_some()).count();
    assert_eq!((state.pictures().entries().len(), with_answer), (5, 4), "old answers and new ones");
    window.wait_until(|_| parts.join("part-00000-of-00001.done.json").is_file());

    told(0, &["batch", p, "--out", a]);
    assert_eq!(told(0, &["batch", "merge", k]), told(0, &["batch", "merge", a]), "the same lines to the byte");
    assert!(told(0, &["batch", "status", k]).contains("through: 4 answered, 1 failed"));

    // And the other way round, with the failure mended and tried again.
    take(&["meadow.png"], &pictures);
    fs::copy(sample("table.png"), pictures.join("bad.png")).unwrap();
    told(0, &["batch", p, "--out", k, "--retry-failed"]);
    told(0, &["batch", p, "--out", a, "--retry-failed"]);
    assert_eq!(told(0, &["batch", "merge", k]), told(0, &["batch", "merge", a]));
}

#[test]
fn a_run_is_stopped_and_gone_on_with_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (home, pictures, parts) =
        (folder.path().join("home"), folder.path().join("pictures"), folder.path().join("parts"));
    take(&["snow.png", "road.png", "bees.png", "night.png", "meadow.png", "table.png"], &pictures);
    let part = parts.join("part-00000-of-00001.jsonl");
    let n_lines = |part: &Path| fs::read_to_string(part).unwrap_or_default().lines().count();
    let mut window = window_with_session(&home);
    start(&mut window, &pictures, &parts);
    window.wait_until(|_| n_lines(&part) > 0);
    window.wait_until(|_| fs::read_to_string(home.join("session.json")).is_ok_and(|kept| kept.contains("pictures")));
    kill(window, &home);
    let n_kept = n_lines(&part);
    assert!(!parts.join("part-00000-of-00001.done.json").exists() || n_kept == 6);

    let mut window = window_with_session(&home);
    window.wait_until(|app| app.state().why_disabled(Command::Open).is_none());
    window.perform(Command::RunInFolder);
    window.wait_until(|app| app.state().why_disabled(Command::StartBatch).is_none());
    window.run();
    window.get_by_label("Start").click();
    window.wait_until(|_| parts.join("part-00000-of-00001.done.json").is_file());
    let ids: std::collections::BTreeSet<String> =
        fs::read_to_string(&part).unwrap().lines().map(|line| line[..line.find(',').unwrap()].to_owned()).collect();
    assert_eq!((ids.len(), n_lines(&part)), (6, 6), "each picture was asked about once");
    drop(window);
}

#[test]
fn what_can_t_be_kept_is_said_and_nothing_begins() {
    let folder = tempfile::tempdir().unwrap();
    let (pictures, parts) = (folder.path().join("pictures"), folder.path().join("parts"));
    take(&["snow.png"], &pictures);
    let mut window = window_with_engine(Theme::Dark, [1100.0, 720.0], 1.0);
    start(&mut window, &folder.path().join("nowhere"), &parts);
    window.wait_until(|app| is_told(app, "There is no folder of pictures here"));
    assert!(!parts.exists() && window.state().state().pictures().entries().is_empty());

    told(0, &["batch", pictures.to_str().unwrap(), "--out", parts.to_str().unwrap(), "--shard", "0/3"]);
    let mut window = window_with_engine(Theme::Dark, [1100.0, 720.0], 1.0);
    start(&mut window, &pictures, &parts);
    window.wait_until(|app| is_told(app, "This batch is shared out over 3 processes"));
    assert!(app_has_no_problem_besides(window.state()), "one sentence each");
}

fn app_has_no_problem_besides(app: &App) -> bool {
    app.state().notices().iter().filter(|(_, notice)| matches!(notice, Notice::Problem(_))).count() == 1
}
