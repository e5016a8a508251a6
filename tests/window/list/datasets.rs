//! Datasets in the window: dropped, shown in a table, searched, corrected and kept, a hundred thousand records of them too.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    time::Instant,
};

use egui::{Key, Theme};
use egui_kittest::kittest::Queryable as _;
use kosmoscope::{
    caption::Correction,
    dataset::Images,
    ui::{
        self, Arrangement, Command, CorrectAction, DatasetWish, DialogAction, Effect, JobEvent, Notice, Pick,
        PictureAction, Shows,
    },
    worker::Event,
};

use crate::support::{
    files::sample,
    window::{Window, info, kill, notices, window, window_with, window_with_session},
};

const SAMPLES: [&str; 3] = ["snow.png", "road.png", "bees.png"];

/// GRIT records about the samples, which lie beside it, one picture that is not there, one without a file and a bad line.
fn grit(folder: &Path) -> PathBuf {
    let mut lines = String::new();
    for name in SAMPLES {
        std::fs::copy(sample(name), folder.join(name)).unwrap();
    }
    for (at, name) in [SAMPLES[0], SAMPLES[1], SAMPLES[2], "gone.png"].iter().enumerate() {
        let (width, height) = image::image_dimensions(folder.join(name)).unwrap_or((640, 480));
        let boxes = "[[0, 7, 0.1, 0.2, 0.5, 0.6, 0.9], [11, 17, 0.5, 0.5, 0.75, 0.75, 0.8]]";
        writeln!(
            lines,
            r#"{{"image": "{name}", "id": {at}, "caption": "A thing by a tree, number {at}", "width": {width}, "height": {height},
               "noun_chunks": {boxes}, "ref_exps": {boxes}}}"#
        )
        .unwrap();
    }
    let lines = lines.replace("\n               ", " ");
    let other = r#"{"url": "https://example.org/a.png", "caption": "a cat", "ref_exps": [[0, 5, 0, 0, 1, 1, 0.5]]}"#;
    let bad = r#"{"image": "snow.png", "caption": "a", "ref_exps": [[0, 50, 0, 0, 1, 1, 0.5]]}"#;
    let path = folder.join("data.jsonl");
    std::fs::write(&path, format!("{lines}{other}\n{bad}\n")).unwrap();
    path
}

fn open(window: &mut Window, path: &Path, n: usize) {
    window.apply(Event::Ready(info()));
    window.edit(|form| form.run_on_open = false);
    window.drop_on(&[path.to_owned()]);
    window.wait_for(|app| app.state().pictures().entries().len() == n);
}

fn caption(window: &Window) -> String {
    window.state().state().answer().caption().unwrap().text.clone()
}

#[test]
fn a_dropped_dataset_opens_its_pictures_with_their_captions() {
    let folder = tempfile::tempdir().unwrap();
    let path = grit(folder.path());
    let mut window = window();
    open(&mut window, &path, 4);
    assert_eq!(caption(&window), "A thing by a tree, number 0");
    window.get_by_label_contains("Phrase 1: A thing");
    let told: Vec<String> = window.notices().iter().map(|notice| notice.text().to_owned()).collect();
    assert!(told.iter().any(|told| told.starts_with("1 records name no file on this computer")), "{told:?}");
    assert!(told.iter().any(|told| told.contains("line 6")), "{told:?}");
    window.drop_on(&[path]);
    window.run();
    assert_eq!(window.state().state().pictures().entries().len(), 4, "nothing is taken twice");
    assert_eq!(window.state().state().pictures().entries()[0].results.len(), 1);
}

#[test]
fn the_table_leads_to_each_picture() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window();
    open(&mut window, &grit(folder.path()), 4);
    window.perform(Command::Accept);
    window.key_press(Key::F3);
    window.run();
    window.get_by_label("4 in the list · 1 accepted · 3 undecided");
    window.get_by_label_contains("road.png, done: A thing by a tree, number 1").click();
    window.run();
    assert_eq!(caption(&window), "A thing by a tree, number 1");
    window.key_press(Key::ArrowDown);
    window.run();
    assert_eq!(caption(&window), "A thing by a tree, number 2", "keys lead on");
    window.key_press(Key::N);
    window.run();
    window.get_by_label("4 in the list · 1 accepted · 1 rejected · 2 undecided");
    window.perform(PictureAction::Arrange(Arrangement { search: "number 1".to_owned(), ..Arrangement::default() }));
    window.run();
    window.get_by_label_contains("1 of 4 match");
    window.key_press(Key::Escape);
    window.run();
    assert_eq!(window.state().state().panes().shows, Shows::Picture);
}

/// The pictures of a dataset were moved: they are found again by their names, and by their folders where these are alike.
#[test]
fn lost_pictures_are_looked_for_in_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = grit(folder.path());
    let mut window = window();
    let moved = folder.path().join("moved/a");
    std::fs::create_dir_all(&moved).unwrap();
    for name in SAMPLES {
        std::fs::rename(folder.path().join(name), moved.join(name)).unwrap();
    }
    open(&mut window, &path, 4);
    window.wait_for(|app| app.state().why_disabled(Command::FindPictures).is_none());
    window.get_by_label("Look in a folder…");
    window.state_mut().apply(ui::Event::Job(JobEvent::PickedFolderOfLost(folder.path().join("moved"))));
    window.wait_for(|app| app.state().picture().is_some());
    let told: Vec<String> = window.notices().iter().map(|notice| notice.text().to_owned()).collect();
    assert!(told.iter().any(|told| told == "3 of 4 missing pictures were found there"), "{told:?}");
    assert_eq!(caption(&window), "A thing by a tree, number 0", "the answers stay");
    window.get_by_label_contains("Picture snow.png");
}

/// What is corrected of a dataset comes back when the window does, and is not lost when the dataset is opened again.
#[test]
fn corrections_of_a_dataset_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (path, session) = (grit(folder.path()), folder.path().join("session"));
    std::fs::create_dir(&session).unwrap();
    let mut window = window_with_session(&session);
    window.wait_for(|app| matches!(app.state().model(), kosmoscope::ui::Model::Ready(_)));
    window.edit(|form| form.run_on_open = false);
    window.drop_on(std::slice::from_ref(&path));
    window.wait_for(|app| app.state().pictures().entries().len() == 4);
    window.perform(Command::Correct);
    window.perform(CorrectAction::Make(Correction::Name(0, "A snowman".to_owned())));
    window.perform(Command::Accept);
    let kept = |session: &Path| std::fs::read_to_string(session.join("session.json")).unwrap_or_default();
    window.wait_for(|_| kept(&session).contains("A snowman by a tree"));
    kill(window, &session);
    let mut window = window_with_session(&session);
    window.wait_for(|app| app.state().pictures().entries().len() == 4);
    assert_eq!(caption(&window), "A snowman by a tree, number 0");
    window.drop_on(&[path]);
    window.wait_for(|app| {
        app.state()
            .notices()
            .iter()
            .any(|(_, notice)| matches!(notice, Notice::Done(told) if told.contains("are open")))
    });
    assert_eq!(caption(&window), "A snowman by a tree, number 0");
    let entry = &window.state().state().pictures().entries()[0];
    assert_eq!((entry.results.len(), entry.verdict), (1, Some(kosmoscope::dataset::Verdict::Accept)));
}

/// A measurement: `cargo test --release --test window a_hundred_thousand -- --ignored --nocapture`.
#[test]
#[ignore = "takes minutes; prints what a large dataset costs"]
#[allow(clippy::print_stdout, reason = "a measurement is printed")]
fn a_hundred_thousand_records_stay_smooth() {
    let folder = tempfile::tempdir().unwrap();
    let picture = sample("snow.png");
    let mut lines = String::new();
    for at in 0..100_000 {
        let name = folder.path().join(format!("{at:06}.png"));
        if at < 200 {
            std::fs::copy(&picture, &name).unwrap();
        }
        writeln!(
            lines,
            r#"{{"image": "{at:06}.png", "caption": "A thing by a tall tree on the grass, number {at}", "width": 640, "height": 480, "ref_exps": [[0, 7, 0.1, 0.2, 0.5, 0.6, 0.9], [11, 22, 0.5, 0.5, 0.75, 0.75, 0.8]]}}"#
        )
        .unwrap();
    }
    let path = folder.path().join("data.jsonl");
    std::fs::write(&path, lines).unwrap();
    let memory = || memory_stats::memory_stats().map_or(0, |memory| memory.physical_mem >> 20);
    let mut window = window_with(Theme::Dark, [1366.0, 768.0]);
    let (before, start) = (memory(), Instant::now());
    open(&mut window, &path, 100_000);
    println!("opened in {:.1} s, {} MB more", start.elapsed().as_secs_f64(), memory() - before);
    window.perform(Command::ShowTable);
    window.run();
    let frames = |window: &mut Window, what: &str| {
        let start = Instant::now();
        for _ in 0..50 {
            window.step();
        }
        println!("{what}: {:.1} ms a frame", start.elapsed().as_secs_f64() * 20.0);
    };
    frames(&mut window, "table");
    let start = Instant::now();
    window.perform(PictureAction::Arrange(Arrangement { search: "number 7777".to_owned(), ..Arrangement::default() }));
    println!("searched in {:.0} ms: {} match", start.elapsed().as_secs_f64() * 1e3, window.state().state().n_listed());
    frames(&mut window, "table of what was found");
    let start = Instant::now();
    window.perform(Command::Accept);
    println!("decided in {:.0} ms", start.elapsed().as_secs_f64() * 1e3);
}

/// Pictures within a shard are opened from there: asked about, corrected, kept, and saved as files of their own.
#[cfg(unix)]
#[test]
fn pictures_within_an_archive_are_opened_and_come_back() {
    let (folder, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for name in ["snow", "road"] {
        std::fs::copy(sample(&format!("{name}.png")), folder.path().join(format!("{name}.png"))).unwrap();
        std::fs::write(folder.path().join(format!("{name}.txt")), format!("{name}, as before")).unwrap();
    }
    let shard = folder.path().join("00000.tar");
    let mut tar = std::process::Command::new("tar");
    tar.arg("-C").arg(folder.path()).arg("-cf").arg(&shard).args(["snow.png", "snow.txt", "road.png", "road.txt"]);
    assert!(tar.status().unwrap().success());

    let mut window = window_with_session(home.path());
    window.edit(|form| form.run_on_open = false);
    window.drop_on(std::slice::from_ref(&shard));
    window.wait_until(|app| app.state().picture().is_some_and(|picture| picture.name == "snow.png"));
    let caption = |window: &Window| window.state().state().answer().caption().unwrap().text.clone();
    assert_eq!(
        (window.state().state().pictures().entries().len(), caption(&window)),
        (2, "snow, as before".to_owned())
    );
    window.drop_on(&[shard]);
    window.perform(Command::Correct);
    window.perform(CorrectAction::Make(Correction::Reword("Snow, by hand".to_owned())));
    assert_eq!(window.state().state().pictures().entries().len(), 2, "nothing is taken twice");
    window.perform(Command::Run);
    let n_results = |app: &ui::App, at: usize| app.state().pictures().entries()[at].results.len();
    window.wait_until(|app| n_results(app, 0) > 1);
    window.wait_until(|_| {
        std::fs::read_to_string(home.path().join("session.json")).is_ok_and(|kept| kept.contains("by hand"))
    });
    kill(window, home.path());

    let mut window = window_with_session(home.path());
    window.wait_until(|app| app.state().picture().is_some_and(|picture| picture.name == "snow.png"));
    assert!(n_results(window.state(), 0) > 1, "all results are there again");
    window.perform(DialogAction::EditDataset(DatasetWish { images: Images::Copy, ..DatasetWish::default() }));
    let effects = window.effects(Command::SaveDataset);
    let [Effect::Pick(Pick::Target(export))] = &effects[..] else { panic!("{effects:?}") };
    let target = folder.path().join("out");
    window.state_mut().apply(ui::Event::Job(JobEvent::PickedTarget(export.clone(), target.clone())));
    window.wait_until(|app| {
        notices(app).iter().any(|notice| notice.text().starts_with("Saved 2 records and 2 pictures"))
    });
    assert!(image::open(target.join("kosmoscope-grit/images/road.png")).is_ok());
}
