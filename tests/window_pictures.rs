//! Many pictures in one window: how they come in, how one goes from one to the next, and what is asked about them.
//!
//! The real `App` runs on a worker whose model never finishes loading; the tests tell it what a model would tell.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod support;

use std::{path::Path, sync::Arc};

use egui_kittest::kittest::Queryable as _;
use kosmoscope::{ui::Command, worker::Event};
use support::{Window, answer, picture, window, window_with_picture};

/// Of the pictures in the list.
fn names(window: &Window) -> Vec<&str> {
    window.state().state.pictures.entries().iter().map(|entry| entry.name.as_str()).collect()
}

#[test]
fn dropped_and_pasted_files_are_opened() {
    #[derive(Debug)]
    struct Dropped(std::path::PathBuf);
    impl egui::DroppedFile for Dropped {
        fn path(&self) -> &Path {
            &self.0
        }
        fn bytes(&self) -> Result<Vec<u8>, String> {
            Err("not needed".to_owned())
        }
    }
    let mut window = window();
    window.input_mut().dropped_files.push(Arc::new(Dropped("/tmp/nowhere/a b ü.png".into())));
    window.step();
    assert_eq!(names(&window), ["a b ü.png"]);
    window.event(egui::Event::Paste("file:///tmp/nowhere/c.png".to_owned()));
    window.step();
    assert_eq!(names(&window), ["a b ü.png", "c.png"]);
    assert_eq!(window.state().state.pictures.current_place(), Some(1));
}

#[test]
fn a_run_goes_on_while_another_picture_is_looked_at() {
    let mut window = window_with_picture();
    let id = window.run_task();
    window.state_mut().state.form.run_on_open = false;
    window.open_with(Ok(picture("snow.png")));
    window.apply(Event::Finished { id, answer: answer() });
    assert!(window.query_by_label("two dogs").is_none());
    window.key_press(egui::Key::PageUp);
    window.run();
    window.get_by_label("Picture meadow.png, 960 × 720 pixels");
    window.get_by_label("two dogs");
}

#[test]
fn a_picture_that_cannot_be_opened_says_why_and_leaves_the_others() {
    let mut window = window_with_picture();
    window.open_with(Err("This file is no picture: /tmp/a.txt".to_owned()));
    window.get_by_label("This file is no picture: /tmp/a.txt");
    assert_eq!(window.state().state.unavailable(Command::Run), Some("This picture can't be opened"));
    window.get_by_label("Remove from the list").click();
    window.run();
    window.get_by_label("Picture meadow.png, 960 × 720 pixels");
}
