//! The window as a person uses it: by pointer, by key and by what it says, without a display.
//!
//! The real `App` runs on a worker whose model never finishes loading; the tests tell it what a model would tell.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kosmoscope::{
    engine::{Ending, LoadProgress, Stage},
    geometry::NormBox,
    picture::PictureSource,
    text::{Task, TaskKind},
    ui::{
        AnswerState, Command, Dialog, DialogAction, ExportAction, ExportKind, FormAction, Model, Notice, PathPurpose,
        PictureAction,
    },
    worker::Event,
};

use crate::support::files::sample;
use crate::support::window::{Window, answer, caption, info, notices, picture, progress, window, window_with_picture};

#[test]
fn a_phrase_lights_up_its_boxes_and_a_box_its_phrase() {
    let mut window = with_answer();
    window.get_by_label("two dogs").click();
    window.run();
    assert_eq!(window.state().state().chosen(), Some(0));
    for name in ["box 1 of 2, two dogs, left", "box 2 of 2, two dogs, bottom"] {
        assert_eq!(toggled(&window, name), Some(egui::accesskit::Toggled::True), "{name}");
    }
    window.get_by_label("box 1 of 1, a tree, right").click();
    window.run();
    assert_eq!(window.state().state().chosen(), Some(1));
    assert_eq!(toggled(&window, "a tree"), Some(egui::accesskit::Toggled::True));
    window.get_by_label("a tree").click();
    window.run();
    assert_eq!(window.state().state().chosen(), None, "a second click shows all");
}

#[test]
fn the_pointer_lights_up_the_smallest_box_under_it() {
    let mut window = with_answer();
    window.get_by_label("box 1 of 1, the grass, bottom").hover();
    window.run();
    assert_eq!(window.state().state().pointed_at(), Some(2));
    // The second dog stands on the grass, inside its box.
    window.get_by_label("box 2 of 2, two dogs, bottom").hover();
    window.run();
    assert_eq!(window.state().state().pointed_at(), Some(0));
}

#[test]
fn phrases_and_boxes_are_reached_by_keys() {
    let mut window = with_answer();
    for (name, phrase, key) in [("a tree", 1, egui::Key::Enter), ("box 1 of 1, the grass, bottom", 2, egui::Key::Space)]
    {
        window.get_by_label(name).focus();
        window.run();
        window.key_press(key);
        window.run();
        assert_eq!(window.state().state().chosen(), Some(phrase), "{name}");
    }
    window.key_press(egui::Key::Escape);
    window.run();
    assert_eq!(window.state().state().chosen(), None);
}

#[test]
fn a_click_on_plain_words_shows_all() {
    let mut window = with_answer();
    window.get_by_label("two dogs").click();
    window.run();
    // The middle of the caption's last line, which is empty, belongs to no phrase.
    let caption = window.get_by_label(&caption().text).rect();
    window.hover_at(caption.right_bottom() - egui::vec2(2.0, 2.0));
    window.run();
    assert_eq!(window.state().state().pointed_at(), None);
    window.get_by_label("Picture meadow.png, 1200 × 900 pixels").click();
    window.run();
    assert_eq!(window.state().state().chosen(), Some(2), "the middle of the picture is grass");
}

#[test]
fn words_and_boxes_appear_while_the_model_writes() {
    let mut window = window_with_picture();
    let id = window.run_task();
    window.get_by_label("Waiting for the model");
    window.apply(Event::Progress { id, progress: progress(Stage::Looking, 0, 0) });
    window.get_by_label("Looking at the picture");
    window.apply(Event::Progress { id, progress: progress(Stage::Writing, 9, 1) });
    window.get_by_label("Writing… 9 tokens · 9.5 tokens/s");
    assert!(window.query_by_label("a tree").is_none());
    window.get_by_label("box 2 of 2, two dogs, bottom");
    window.apply(Event::Progress { id, progress: progress(Stage::Writing, 14, 2) });
    window.get_by_label("a tree");
    window.apply(Event::Finished { id, answer: answer() });
    window.get_by_label("the grass");
    assert!(window.query_by_label("Stop").is_none());
}

#[test]
fn stop_takes_the_place_of_run_and_keeps_what_is_written() {
    let mut window = window_with_picture();
    let id = window.run_task();
    assert_eq!(window.query_all_by_label("Run").count(), 1, "the menu is left");
    window.apply(Event::Progress { id, progress: progress(Stage::Writing, 9, 1) });
    window.get_by_label("Stop").click();
    window.run();
    window.apply(Event::Cancelled(id));
    window.get_by_label("two dogs");
    window.get_by_label("Stopped before the end");
}

#[test]
fn escape_stops_and_the_earlier_answer_comes_back() {
    let mut window = with_answer();
    let id = window.run_task();
    assert!(window.query_by_label("two dogs").is_none());
    window.key_press(egui::Key::Escape);
    window.run();
    window.apply(Event::Cancelled(id));
    window.get_by_label("two dogs");
    window.get_by_label("the grass");
}

#[test]
fn news_of_a_past_run_is_dropped() {
    let mut window = window_with_picture();
    let past = window.run_task();
    window.perform(Command::Run);
    assert!(window.running() > past);
    window.apply(Event::Progress { id: past, progress: progress(Stage::Writing, 9, 1) });
    window.apply(Event::Failed { id: past, error: "Old news".to_owned() });
    window.apply(Event::Finished { id: past, answer: answer() });
    assert!(window.query_by_label("two dogs").is_none());
    assert_eq!(window.notices(), []);
    assert!(window.state().state().answer().is_under_way());
}

#[test]
fn a_failed_run_says_why_and_loses_nothing() {
    let mut window = with_answer();
    let id = window.run_task();
    window.apply(Event::Failed { id, error: "The model gave invalid numbers".to_owned() });
    window.get_by_label("The model gave invalid numbers");
    window.get_by_label("two dogs");
    window.get_by_label("Dismiss").click();
    window.run();
    assert!(window.query_by_label("The model gave invalid numbers").is_none());
}

#[test]
fn a_model_that_cannot_be_loaded_says_so_and_nothing_runs() {
    let mut window = window_with_picture();
    window.apply(Event::LoadFailed("The weights are cut off: /tmp/model.safetensors".to_owned()));
    window.get_by_label("The weights are cut off: /tmp/model.safetensors");
    assert_eq!(window.state().state().why_disabled(Command::Run), Some("There is no model"));
}

#[test]
fn loading_shows_how_far_it_is() {
    let mut window = window();
    window.apply(Event::Loading(LoadProgress { n_done: 25, n_total: 100 }));
    window.get_by_label("Loading the model, 25 %");
    window.apply(Event::Ready(info()));
    window.get_by_label("Ready");
    assert_eq!(*window.state().state().model(), Model::Ready(info()));
}

#[test]
fn a_new_picture_starts_afresh_and_is_described_at_once() {
    let mut window = with_answer();
    window.get_by_label("two dogs").click();
    window.run();
    window.open_with(Ok(picture("snow.png")));
    assert!(window.query_by_label("two dogs").is_none());
    assert!(matches!(window.state().state().answer(), AnswerState::Running { .. }));
    assert_eq!(window.state().state().chosen(), None);
}

#[test]
fn text_pasted_into_a_field_opens_nothing() {
    let mut window = with_answer();
    window.get_by_label("Find").click();
    window.run();
    window.get_by_role(egui::Role::TextInput).focus();
    window.run();
    window.event(egui::Event::Paste("a red car".to_owned()));
    window.run();
    assert_eq!(window.state().state().form().words[TaskKind::Find], "a red car");
    assert_eq!(window.state().state().pictures().entries().len(), 1);
    window.key_press(egui::Key::Enter);
    window.run();
    assert!(matches!(window.state().state().answer(), AnswerState::Running { .. }), "Enter runs");
}

fn ask(question: &str) -> Task {
    Task::Ask { question: question.to_owned(), region: None, grounded: false, earlier: Vec::new() }
}

#[test]
fn a_sample_is_opened_by_a_click() {
    let mut window = window();
    window.get_by_label("Sample Bees: How many bees?").click();
    window.run();
    let state = &window.state().state();
    assert_eq!(state.form().task(), Ok(ask("How many bees are there?")));
    assert_eq!(state.pictures().entries().len(), 1);
    window.get_by_label("Help").click();
    window.run();
    window.get_by_label("Sample pictures").click();
    window.run();
    window.get_by_label("Bees: How many bees?").click();
    window.run();
    assert_eq!(window.state().state().pictures().entries().len(), 1, "opened twice");
}

#[test]
fn a_rectangle_is_drawn_in_the_region_task() {
    let mut window = window_with_picture();
    window.get_by_label("Region").click();
    window.run();
    assert_eq!(window.state().state().why_disabled(Command::Run), Some("Drag a rectangle on the picture first"));
    let canvas = window.get_by_label("Picture meadow.png, 1200 × 900 pixels").rect();
    window.drag_at(canvas.center() - egui::vec2(60.0, 40.0));
    window.step();
    window.hover_at(canvas.center());
    window.step();
    window.drop_at(canvas.center() + egui::vec2(60.0, 40.0));
    window.run();
    let region = window.state().state().form().region.unwrap();
    assert!((region.x_min + region.x_max - 1.0).abs() < 0.02, "{region:?}");
    assert!((region.y_min + region.y_max - 1.0).abs() < 0.02, "{region:?}");
    assert_eq!(window.state().state().form().task(), Ok(Task::Region { region }));
    window.get_by_label("Clear region").click();
    window.run();
    assert_eq!(window.state().state().form().region, None);
}

#[test]
fn settings_reach_the_model_and_can_be_reset() {
    let mut window = window_with_picture();
    window.get_by_label("Settings").click();
    window.run();
    window.get_by_label("Vary the answer").click();
    window.run();
    assert!(window.state().state().form().decoding.sampled);
    assert_eq!(window.query_all_by_label("Top-p").count(), 2, "a slider and its number");
    window.get_by_label("Reset").click();
    window.run();
    assert!(!window.state().state().form().decoding.sampled);
}

#[test]
fn the_opened_picture_is_never_written_over() {
    let mut window = with_answer();
    window.edit(|form| form.run_on_open = false);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("meadow.png");
    std::fs::copy(sample("meadow.png"), &path).unwrap();
    let original = std::fs::read(&path).unwrap();
    window.perform(PictureAction::Open(vec![PictureSource::Path(path.clone())]));
    window.wait_until(|app| app.state().picture().is_some_and(|picture| picture.path.as_ref() == Some(&path)));
    let id = window.run_task();
    window.apply(Event::Finished { id, answer: answer() });
    let roundabout = folder.path().join(".").join("meadow.png");
    window.perform(ExportAction::SaveTo(ExportKind::Picture, roundabout));
    window.wait_until(|app| matches!(&notices(app)[..], [Notice::Problem(_)]));
    assert_eq!(std::fs::read(&path).unwrap(), original);
    let other = folder.path().join("other.png");
    window.perform(ExportAction::SaveTo(ExportKind::Picture, other.clone()));
    window.wait_until(|app| notices(app).iter().any(|notice| matches!(notice, Notice::Done(_))));
    assert!(image::open(&other).is_ok());
}

#[test]
fn a_typed_path_saves_the_annotated_picture() {
    let mut window = with_answer();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.png");
    window.perform(Command::ExportPath);
    window.run();
    assert!(matches!(
        &window.state().state().dialog(),
        Dialog::Path { purpose: PathPurpose::Save(export), .. } if export.kind == ExportKind::Picture
    ));
    let typed = path.display().to_string();
    window.perform(DialogAction::EditPath(typed.clone()));
    window.run();
    window.get_by_label("Save").click();
    window.wait_until(|app| matches!(&notices(app)[..], [Notice::Done(_)]));
    assert_eq!(image::open(&path).unwrap().into_rgb8().dimensions(), (1200, 900));
    window.get_by_label(&format!("Saved {typed}"));
}

#[test]
fn nobody_s_file_is_replaced_without_a_question() {
    let mut window = with_answer();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.png");
    let beside = folder.path().join("out-2.png");
    std::fs::write(&path, "theirs").unwrap();
    for (answer, n_saved) in [("Cancel", 0), ("Keep both", 1), ("Replace", 2)] {
        window.perform(Command::ExportPath);
        window.perform(DialogAction::EditPath(path.display().to_string()));
        window.perform(DialogAction::UsePath);
        window.wait_until(|app| matches!(app.state().dialog(), Dialog::Replace { .. }));
        window.get_by_label("Replace out.png?");
        assert_eq!(std::fs::read(&path).unwrap(), b"theirs");
        window.get_by_label(answer).click();
        window.run();
        assert_eq!(*window.state().state().dialog(), Dialog::Closed);
        let is_ours = |path: &std::path::Path| image::open(path).is_ok();
        window.wait_until(|_| [&path, &beside].into_iter().filter(|path| is_ours(path)).count() == n_saved);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn quiet_remarks_are_shown() {
    let mut window = window_with_picture();
    window.get_by_label(info().checkpoint.small_world.unwrap().caution);
    let id = window.run_task();
    let mut cut_off = answer();
    cut_off.ending = Ending::Limit;
    cut_off.made_by.options.max_new_tokens = cut_off.timings.n_new_tokens;
    window.apply(Event::Finished { id, answer: cut_off });
    window.get_by_label("Cut off at the limit of 24 new tokens; raise it for more");
    window.get_by_label("1 location token without a partner was left out");
}

#[test]
fn keys_list_themselves() {
    let mut window = window();
    window.key_press(egui::Key::F1);
    window.run();
    window.get_by_label("Zoom at the pointer");
    window.get_by_label("Close").click();
    window.run();
    assert_eq!(*window.state().state().dialog(), Dialog::Closed);
}

#[test]
fn zoom_commands_change_the_zoom_and_fit_restores_it() {
    let mut window = window_with_picture();
    let fitting = window.state().zoom().unwrap();
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Num0);
    window.run();
    assert_eq!(window.state().zoom(), Some(1.0));
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Equals);
    window.run();
    assert_eq!(window.state().zoom(), Some(1.25));
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Num9);
    window.run();
    assert_eq!(window.state().zoom(), Some(fitting));
}

#[test]
fn drawn_regions_can_be_asked_about() {
    let mut window = window_with_picture();
    window.edit(|form| form.kind = TaskKind::Ask);
    window.perform(FormAction::DrawRegion(NormBox::new(0.1, 0.1, 0.4, 0.4)));
    window.run();
    window.get_by_label("10 × 10 cells of the 32 × 32 grid");
}

#[test]
fn a_key_with_shift_is_another_command() {
    let mut window = window_with_picture();
    window.edit(|form| form.run_on_open = false);
    window.open_with(Ok(picture("snow.png")));
    window.perform(FormAction::DrawRegion(NormBox::new(0.1, 0.1, 0.4, 0.4)));
    window.perform(Command::ClearRegion);
    let with_shift = egui::Modifiers { shift: true, ..egui::Modifiers::COMMAND };
    window.key_press_modifiers(with_shift, egui::Key::Z);
    window.run();
    assert_eq!(window.state().state().form().region, None, "nothing is there to do again, and nothing is undone");
    window.edit(|form| form.kind = TaskKind::Brief);
    window.key_press_modifiers(with_shift, egui::Key::Enter);
    window.run();
    assert!(window.state().state().batch().is_some(), "all are asked about, not this one");
}

fn with_answer() -> Window {
    let mut window = window_with_picture();
    let id = window.run_task();
    window.apply(Event::Finished { id, answer: answer() });
    window
}

fn toggled(window: &Window, name: &str) -> Option<egui::accesskit::Toggled> {
    window.get_by_label(name).accesskit_node().toggled()
}
