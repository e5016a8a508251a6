//! The window with the real model behind it, from a click on a sample to highlighted boxes.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod support;

use egui::Theme;
use egui_kittest::kittest::Queryable as _;
use kosmoscope::{
    caption::Phrase,
    geometry::NormBox,
    ui::{Action, App, Model, Reply},
};
use support::{Window, window_with_engine, window_with_session};

const SAMPLE: &str = "Sample Meadow: Describe it";

fn described_sample() -> Window {
    let mut window = window_with_engine(Theme::Dark, [1100.0, 720.0], 1.0);
    window.wait_until(App::is_fully_shown);
    window.get_by_label(SAMPLE).click();
    window.wait_until(|app| matches!(app.state.reply(), Reply::Finished(_)) && app.is_fully_shown());
    window.remove_cursor();
    window.run();
    window
}

fn phrases(app: &App) -> Vec<String> {
    let caption = app.state.reply().caption().unwrap();
    caption.phrases.iter().map(|phrase| caption.words(phrase).to_owned()).collect()
}

#[test]
fn a_sample_is_described_and_its_phrases_light_up() {
    let mut window = described_sample();
    let phrases = phrases(window.state());
    assert!(!phrases.is_empty(), "no phrase is linked");
    assert_eq!(window.state().state.chosen, None);
    window.get_by_label(&phrases[0]).click();
    window.run();
    assert_eq!(window.state().state.chosen, Some(0));
}

/// Opens a sample from the menu and waits for its answer: the words, and phrases with their boxes as edges 0..1.
fn try_sample(window: &mut Window, item: &str) -> (String, Vec<(String, Vec<NormBox>)>) {
    for label in ["Help", "Sample pictures", item] {
        window.get_by_label(label).click();
        window.run();
    }
    window.wait_until(|app| matches!(app.state.reply(), Reply::Finished(_)));
    let caption = window.state().state.reply().caption().unwrap();
    let boxes = |phrase: &Phrase| phrase.regions.iter().map(|region| region.norm).collect();
    (caption.text.clone(), caption.phrases.iter().map(|p| (caption.words(p).to_owned(), boxes(p))).collect())
}

/// Whether a box lies around a point of the picture, and not around much else.
fn is_around(found: &NormBox, x: f32, y: f32) -> bool {
    found.x_min < x && x < found.x_max && found.y_min < y && y < found.y_max && found.x_max - found.x_min < 0.5
}

#[test]
#[ignore = "the checkpoint under training does not count well yet"]
fn every_sample_is_answered_rightly() {
    let mut window = window_with_engine(Theme::Dark, [1100.0, 720.0], 1.0);
    let (text, phrases) = try_sample(&mut window, "Meadow: Describe it");
    assert!(text.contains("a tree") && text.contains("a dog") && phrases.len() == 5, "{text}");
    let (text, _) = try_sample(&mut window, "Bees: How many bees?");
    assert!(text.ends_with("Four."), "{text}");
    let (_, phrases) = try_sample(&mut window, "Harbor: Which is larger?");
    assert!(phrases[0].1.len() == 1 && is_around(&phrases[0].1[0], 0.36, 0.5), "{phrases:?}");
    let (text, _) = try_sample(&mut window, "Table: What is this?");
    assert!(text.contains("donut"), "{text}");
    let (_, phrases) = try_sample(&mut window, "Road: Where is it?");
    assert!(phrases[0].0.contains("bicycle") && is_around(&phrases[0].1[0], 0.5, 0.8), "{phrases:?}");
    let (text, phrases) = try_sample(&mut window, "Snow: In detail");
    assert!(text.contains("three penguins") && text.contains("a snowman") && phrases.len() >= 3, "{text}");
    let (_, phrases) = try_sample(&mut window, "Party: Many things");
    assert!(phrases.iter().map(|(_, boxes)| boxes.len()).sum::<usize>() == 6, "{phrases:?}");
    let (_, phrases) = try_sample(&mut window, "Night: Something small");
    assert!(phrases[0].1.len() == 1 && is_around(&phrases[0].1[0], 0.62, 0.36), "{phrases:?}");
}

#[test]
fn another_checkpoint_is_dropped_used_and_remembered() {
    let tiny = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/tiny");
    let folder = tempfile::tempdir().unwrap();
    let is_ready =
        |name: &'static str| move |app: &App| matches!(&app.state.model, Model::Ready(info) if info.name == name);
    let mut window = window_with_session(folder.path());
    window.wait_until(is_ready("kosmos-2 mini"));
    window.drop_on(&[tiny.into()]);
    window.wait_until(is_ready("tiny"));
    assert!(window.state().state.pictures.entries().is_empty(), "it is no folder of pictures");
    window.get_by_label("tiny ⏷");
    window.wait_until(|_| {
        let session = std::fs::read_to_string(folder.path().join("session.json"));
        session.is_ok_and(|session| session.contains("data/tiny"))
    });
    drop(window);

    let mut window = window_with_session(folder.path());
    window.wait_until(is_ready("tiny"));
    window.state_mut().state.perform(Action::UseCheckpoint(None));
    window.wait_until(is_ready("kosmos-2 mini"));
    window.state_mut().state.perform(Action::UseCheckpoint(Some("/nowhere/kosmos".into())));
    window.wait_until(|app| matches!(app.state.model, Model::Failed(_)));
    window.get_by_label_contains("/nowhere/kosmos");
}
