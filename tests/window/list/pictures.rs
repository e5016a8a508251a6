//! Many pictures in one window: how they come in, how one goes from one to the next, and what is asked about them.
//!
//! The real `App` runs on a worker whose model never finishes loading; the tests tell it what a model would tell.

#![allow(clippy::print_stdout, reason = "a measurement is for whoever asks with --nocapture")]
#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::time::{Duration, Instant};

use egui_kittest::kittest::Queryable as _;
use kosmoscope::{
    picture::PictureSource,
    ui::{App, Command, DialogAction, Model, Notice, PictureAction, Work},
    worker::Event,
};
use tempfile::TempDir;

use crate::support::{
    files::sample,
    window::{Window, answer, notices, picture, window, window_with_engine, window_with_picture},
};

/// Of the pictures in the list.
fn names(window: &Window) -> Vec<&str> {
    window.state().state().pictures().entries().iter().map(|entry| entry.name.as_str()).collect()
}

/// Copies of the sample under these names.
fn folder_with(names: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        std::fs::copy(sample("meadow.png"), folder.path().join(name)).unwrap();
    }
    folder
}

#[test]
fn dropped_files_and_folders_are_opened_and_the_first_is_shown() {
    let folder = folder_with(&["b 10.png", "b 9.png"]);
    std::fs::write(folder.path().join("notes.txt"), "no picture").unwrap();
    let mut window = window();
    window.drop_on(&[folder.path().join("notes.txt"), folder.path().to_owned()]);
    window.wait_until(|app| app.state().pictures().entries().len() == 3 && app.is_fully_shown());
    assert_eq!(names(&window), ["notes.txt", "b 9.png", "b 10.png"]);
    assert_eq!(window.state().state().pictures().current_place(), Some(0));
    window.get_by_label("notes.txt, failed");
    window.get_by_label("b 9.png, nothing asked yet").click();
    window.wait_until(App::is_fully_shown);
    window.get_by_label("Picture b 9.png, 1200 × 900 pixels");
}

#[test]
fn pasted_files_are_opened_and_those_open_already_are_shown() {
    let folder = folder_with(&["a b ü.png", "c.png"]);
    let mut window = window();
    let path = |name| folder.path().join(name).display().to_string();
    window.event(egui::Event::Paste(format!("file://{}\n{}", path("a b ü.png").replace(' ', "%20"), path("c.png"))));
    window.wait_until(|app| app.state().pictures().entries().len() == 2);
    window.event(egui::Event::Paste(path("c.png")));
    window.wait_until(|app| app.state().pictures().current_place() == Some(1));
    assert_eq!(names(&window), ["a b ü.png", "c.png"]);
}

/// What a person is told after this text is pasted on the picture, and how many pictures are open then.
fn after_pasting(text: &str) -> (Vec<Notice>, usize) {
    let mut window = window_with_picture().at_home("/nowhere".as_ref());
    window.event(egui::Event::Paste(text.to_owned()));
    window.wait_until(|app| !notices(app).is_empty());
    window.get_by_label("Picture meadow.png, 1200 × 900 pixels");
    (window.notices(), names(&window).len())
}

#[test]
fn pasted_text_that_is_no_path_is_told_once_and_adds_nothing() {
    let notes = "a line of a note that is no path\n".repeat(300);
    let data = format!("data:image/png;base64,{}", "A".repeat(100_000));
    let web = "Nothing is downloaded from the web. Save the picture, or copy the picture itself: ";
    let none = "There is no picture in the clipboard, and no file's path. Copy a picture or its file first";
    for (text, told) in [
        ("An image of a snowman warming himself by a fire.", none),
        ("cat.png", none),
        (&notes, none),
        ("~/Pictures/cat.png", "There is no such file. Check its name: ~/Pictures/cat.png"),
        ("https://example.com/cat.jpg", web),
        (&data, none),
    ] {
        let (notices, n_pictures) = after_pasting(text);
        let [Notice::Warning(problem)] = &notices[..] else { panic!("{text:.40}: {notices:?}") };
        assert!(problem.starts_with(told) && problem.chars().count() < 300, "{text:.40}: {problem:.400}");
        assert_eq!(n_pictures, 1, "{text:.40}");
    }
}

#[test]
fn pasted_lists_of_file_managers_open_what_is_there_and_name_the_rest() {
    let folder = folder_with(&["a b ü.png", "c.png"]);
    let mut window = window().at_home(folder.path());
    let address = format!("file://{}", folder.path().join("a%20b%20%C3%BC.png").display());
    window.event(egui::Event::Paste(format!("x-special/nautilus-clipboard\ncopy\n{address}\n/nowhere/d.png\n")));
    window.wait_until(|app| app.state().pictures().entries().len() == 1);
    window.get_by_label("There is no such file. Check its name: /nowhere/d.png");
    window.event(egui::Event::Paste("\"~/c.png\"".to_owned()));
    window.wait_until(|app| app.state().pictures().entries().len() == 2);
    assert_eq!(names(&window), ["a b ü.png", "c.png"]);
}

#[test]
fn a_typed_path_may_be_an_address_have_quotes_or_begin_at_home() {
    let folder = folder_with(&["a b.png", "c.png", "d.png"]);
    let mut window = window().at_home(folder.path());
    let place = |name: &str| folder.path().join(name).display().to_string();
    for text in ["~/c.png".to_owned(), format!("\"{}\"", place("a b.png")), format!("file://{}", place("d.png"))] {
        window.perform(Command::OpenPath);
        window.perform(DialogAction::EditPath(text));
        window.perform(DialogAction::UsePath);
        let n_before = names(&window).len();
        window.wait_until(|app| app.state().pictures().entries().len() > n_before);
    }
    assert_eq!(names(&window), ["c.png", "a b.png", "d.png"]);
}

#[test]
fn pictures_of_a_folder_that_are_not_read_are_counted() {
    let folder = folder_with(&["a.jpe"]);
    for name in ["1.HEIC", "2.heic", "3.avif"] {
        std::fs::write(folder.path().join(name), "").unwrap();
    }
    let mut window = window();
    window.drop_on(&[folder.path().to_owned()]);
    window.wait_until(|app| app.state().pictures().entries().len() == 1);
    let told = "3 pictures here are HEIC or AVIF, which Kosmoscope does not read; convert them to JPEG or PNG: ";
    window.get_by_label(&format!("{told}{}", folder.path().display()));
}

#[test]
fn a_picture_is_removed_by_its_button_and_the_strip_goes_with_the_last_but_one() {
    let folder = folder_with(&["a.png", "b.png"]);
    let mut window = window();
    window.drop_on(&[folder.path().to_owned()]);
    window.wait_until(|app| app.state().pictures().entries().len() == 2 && app.is_fully_shown());
    window.get_by_label("b.png, nothing asked yet").hover();
    window.run();
    window.get_by_label("Remove b.png from the list").click();
    window.run();
    assert_eq!(names(&window), ["a.png"]);
    assert!(window.query_by_label("a.png, nothing asked yet").is_none());
    assert!(folder.path().join("b.png").exists());
}

#[test]
fn all_pictures_are_asked_about_and_the_view_stays() {
    let folder = folder_with(&["a.png", "b.png", "c.png"]);
    std::fs::write(folder.path().join("d.png"), "no picture").unwrap();
    let mut window = window_with_engine(egui::Theme::Dark, [1000.0, 700.0], 1.0);
    window.edit(|form| form.run_on_open = false);
    window.drop_on(&[folder.path().to_owned()]);
    window.wait_until(|app| app.state().pictures().entries().len() == 4 && app.is_fully_shown());
    window.get_by_label("Run on all").click();
    window.wait_until(|app| app.state().batch().is_none() && !notices(app).is_empty());
    window.get_by_label("3 of 4 pictures are done; 1 failed, and its picture says why");
    for label in ["a.png, done", "b.png, done", "c.png, done", "d.png, failed"] {
        window.get_by_label(label);
    }
    assert_eq!(window.state().state().pictures().current_place(), Some(0));
}

#[test]
fn asking_all_can_be_paused_and_goes_on() {
    let folder = folder_with(&["a.png", "b.png", "c.png"]);
    let mut window = window();
    window.edit(|form| form.run_on_open = false);
    window.drop_on(&[folder.path().to_owned()]);
    window.wait_until(|app| app.state().pictures().entries().len() == 3 && app.is_fully_shown());
    window.perform(Command::RunAll);
    let first = window.running();
    window.get_by_label("a.png, running");
    window.get_by_label("Pause").click();
    window.run();
    window.apply(Event::Finished { id: first, answer: answer() });
    assert!(matches!(window.state().state().work(), Work::Idle));
    window.get_by_label("1 of 3 done");
    window.get_by_label("Continue").click();
    window.run();
    let second = window.running();
    window.get_by_label("b.png, running");
    // A run of one's own comes first, and the one it interrupts takes its turn again.
    window.run_task();
    window.get_by_label("a.png, running");
    window.get_by_label("b.png, waiting");
    window.apply(Event::Finished { id: second, answer: answer() });
    window.get_by_label("b.png, waiting");
    window.get_by_label("Stop all").click();
    window.run();
    window.get_by_label("b.png, nothing asked yet");
}

#[test]
fn ten_thousand_pictures_take_no_time_to_scroll() {
    let folder = tempfile::tempdir().unwrap();
    let first = folder.path().join("0.png");
    image::RgbImage::from_pixel(64, 48, image::Rgb([90, 160, 70])).save(&first).unwrap();
    let png = std::fs::read(&first).unwrap();
    for n in 1..10_000 {
        std::fs::write(folder.path().join(format!("{n}.png")), &png).unwrap();
    }
    let mut window = window();
    window.edit(|form| form.run_on_open = false);
    let start = Instant::now();
    window.drop_on(&[folder.path().to_owned()]);
    window.wait_until(|app| app.state().pictures().entries().len() == 10_000);
    println!("opened after {:?}", start.elapsed());
    window.wait_until(App::is_fully_shown);
    println!("shown after {:?}", start.elapsed());
    let start = Instant::now();
    for _ in 0..100 {
        window.hover_at(egui::pos2(60.0, 300.0));
        window.event(egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: egui::vec2(0.0, -2000.0),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Wheel,
            modifiers: egui::Modifiers::NONE,
        });
        window.step();
    }
    let per_frame = start.elapsed() / 100;
    println!("{:.2} ms a frame", per_frame.as_secs_f64() * 1e3);
    window.wait_until(App::is_fully_shown);
    assert!(per_frame < Duration::from_millis(50), "{per_frame:?} a frame");
    assert!(window.query_by_label("3.png, nothing asked yet").is_none(), "it did not scroll");
    assert!((3..12).contains(&window.query_all_by_label_contains(".png, ").count()), "only what is seen is laid out");
}

#[test]
fn a_run_goes_on_while_another_picture_is_looked_at() {
    let mut window = window_with_picture();
    let id = window.run_task();
    window.edit(|form| form.run_on_open = false);
    window.open_with(Ok(picture("snow.png")));
    window.apply(Event::Finished { id, answer: answer() });
    assert!(window.query_by_label("two dogs").is_none());
    window.key_press(egui::Key::PageUp);
    window.run();
    window.get_by_label("Picture meadow.png, 1200 × 900 pixels");
    window.get_by_label("two dogs");
}

#[test]
fn a_picture_that_cannot_be_opened_says_why_and_leaves_the_others() {
    let mut window = window_with_picture();
    window.open_with(Err("This file is no picture: /tmp/a.txt".to_owned()));
    window.get_by_label("This file is no picture: /tmp/a.txt");
    assert_eq!(window.state().state().why_disabled(Command::Run), Some("This picture can't be opened"));
    window.get_by_label("Remove from the list").click();
    window.run();
    window.get_by_label("Picture meadow.png, 1200 × 900 pixels");
}

#[test]
fn pictures_open_while_the_model_is_loading() {
    let mut window = window();
    window.drop_on(&[sample("meadow.png")]);
    window.wait_until(|app| app.state().picture().is_some());
    assert!(matches!(window.state().state().model(), Model::Loading(_)));
    window.perform(PictureAction::Open(vec![PictureSource::Path("/nowhere/at all.png".into())]));
    window.wait_until(|app| app.state().pictures().current().is_some_and(|entry| entry.problem().is_some()));
    let problem = window.state().state().pictures().current().unwrap().problem().unwrap();
    assert!(problem.contains("/nowhere/at all.png"), "{problem}");
}
