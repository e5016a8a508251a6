//! What is asked: about all pictures, one after the other, and how it is stopped.
//!
//! There are three wishes: stop what is asked, stop asking about all, stop loading. None of them means another one.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use egui_kittest::kittest::Queryable as _;
use kosmoscope::{
    engine::Stage,
    picture::PictureSource,
    ui::{AnswerState, CheckpointAction, Command, Effect, Model, Notice, Pace, PictureAction, Work},
    worker::Event,
};
use tempfile::TempDir;

use crate::support::window::{Window, answer, info, picture, progress, window, window_with_picture};

/// A run over three pictures, of which the first is being asked about, and their folder.
fn run_over_three() -> (Window, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let sources = ["a.png", "b.png", "c.png"].map(|name| {
        let path = folder.path().join(name);
        image::RgbImage::from_pixel(8, 6, image::Rgb([90, 160, 70])).save(&path).unwrap();
        PictureSource::Path(path)
    });
    let mut window = window();
    window.apply(Event::Ready(info()));
    window.edit(|form| form.run_on_open = false);
    window.perform(PictureAction::Open(sources.to_vec()));
    window.perform(Command::RunAll);
    window.running();
    (window, folder)
}

/// The name of the picture being asked about.
fn asked(window: &Window) -> Option<String> {
    let state = window.state().state();
    Some(state.pictures().get(state.work().entry()?)?.name.clone())
}

/// The picture being asked about gets its answer.
fn finish(window: &mut Window) {
    let id = window.running();
    window.apply(Event::Finished { id, answer: answer() });
    window.wait_until(|app| app.state().batch().is_none() || matches!(app.state().work(), Work::Running { .. }));
}

fn done(sentence: &str) -> [Notice; 1] {
    [Notice::Done(sentence.to_owned())]
}

#[test]
fn a_stopped_picture_does_not_count_as_done() {
    let (mut window, _folder) = run_over_three();
    finish(&mut window);
    let id = window.running();
    window.apply(Event::Progress { id, progress: progress(Stage::Writing, 9, 1) });
    window.key_press(egui::Key::Escape);
    window.run();
    window.apply(Event::Cancelled(id));
    window.running();
    assert_eq!(asked(&window).as_deref(), Some("c.png"), "the next one follows");
    window.get_by_label("1 of 3 done");
    finish(&mut window);
    assert_eq!(window.notices(), done("2 of 3 pictures are done; 1 was stopped"));
}

#[test]
fn what_leaves_the_list_leaves_the_count() {
    let (mut window, _folder) = run_over_three();
    finish(&mut window);
    let [first, second, third] = [0, 1, 2].map(|at| window.state().state().pictures().entries()[at].id);
    window.perform(PictureAction::Remove(third));
    window.run();
    window.get_by_label("1 of 2 done");
    // The one being asked about goes too, and with it the last one that waited.
    window.perform(PictureAction::Remove(second));
    window.run();
    assert!(matches!(window.state().state().work(), Work::Idle));
    assert_eq!(window.notices(), done("1 picture is done"));
    assert_eq!(window.state().state().pictures().entries()[0].id, first);
}

#[test]
fn closing_all_ends_it_without_a_word() {
    let (mut window, _folder) = run_over_three();
    let effects = window.effects(Command::CloseAll);
    assert!(matches!(effects[..], [Effect::CancelRuns]), "{effects:?}");
    window.perform(Command::CloseAll);
    window.run();
    assert!(window.state().state().batch().is_none());
    assert_eq!(window.notices(), []);
}

#[test]
fn another_checkpoint_in_the_middle_skips_no_picture() {
    let (mut window, _folder) = run_over_three();
    let id = window.running();
    window.apply(Event::Progress { id, progress: progress(Stage::Writing, 9, 1) });
    window.perform(CheckpointAction::Use(Some("/nowhere/kosmos".into())));
    assert_eq!(asked(&window).as_deref(), Some("a.png"), "asked again, of the new checkpoint");
    assert!(window.running() > id);
    window.apply(Event::Cancelled(id));
    window.apply(Event::Ready(info()));
    for _ in 0..3 {
        finish(&mut window);
    }
    assert_eq!(window.notices(), done("All 3 pictures are done"));
}

#[test]
fn without_a_model_the_rest_waits() {
    let (mut window, _folder) = run_over_three();
    finish(&mut window);
    window.apply(Event::LoadFailed("The weights are cut off: /nowhere/kosmos".to_owned()));
    assert_eq!(window.state().state().batch().as_ref().unwrap().pace, Pace::Paused);
    assert_eq!(window.state().state().why_disabled(Command::Continue), Some("There is no model"));
    window.perform(CheckpointAction::Use(None));
    window.apply(Event::Ready(info()));
    window.get_by_label("Continue").click();
    window.run();
    for name in ["b.png", "c.png"] {
        assert_eq!(asked(&window).as_deref(), Some(name));
        finish(&mut window);
    }
    assert_eq!(window.notices(), done("All 3 pictures are done"));
}

#[test]
fn a_picture_of_the_list_is_never_asked_about_because_it_is_opened_again() {
    let (mut window, folder) = run_over_three();
    window.perform(Command::StopAll);
    window.run();
    window.edit(|form| form.run_on_open = true);
    // The first is in memory or not: the same deed has the same effect.
    for name in ["c.png", "a.png", "b.png", "a.png"] {
        window.perform(PictureAction::Open(vec![PictureSource::Path(folder.path().join(name))]));
        assert!(matches!(window.state().state().work(), Work::Idle), "{name} is only shown");
    }
    window.perform(PictureAction::Open(vec![PictureSource::Path("/nowhere/new.png".into())]));
    assert!(!matches!(window.state().state().work(), Work::Idle), "a new one is asked about");
}

/// Two pictures that are open while the model is still being loaded.
fn two_pictures() -> Window {
    let mut window = window();
    window.edit(|form| form.run_on_open = false);
    window.open_with(Ok(picture("meadow.png")));
    window.open_with(Ok(picture("snow.png")));
    window
}

fn is_idle(window: &Window) -> bool {
    matches!(window.state().state().work(), Work::Idle)
}

fn stops_loading(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::StopLoading))
}

fn stops_runs(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::CancelRuns))
}

#[test]
fn a_picture_is_removed_while_the_model_loads_and_loading_goes_on() {
    let mut window = two_pictures();
    window.perform(Command::Run);
    window.running();
    for command in [Command::Remove, Command::CloseAll, Command::Stop] {
        let effects = window.effects(command);
        assert!(stops_runs(&effects) && !stops_loading(&effects), "{command:?}: {effects:?}");
    }
    window.perform(Command::Remove);
    assert!(is_idle(&window), "nobody asks about it any more");
    assert!(matches!(window.state().state().model(), Model::Loading(_)));
}

#[test]
fn stopping_all_while_the_model_loads_stops_no_loading() {
    let mut window = two_pictures();
    window.perform(Command::RunAll);
    window.running();
    let effects = window.effects(Command::StopAll);
    assert!(stops_runs(&effects) && !stops_loading(&effects), "{effects:?}");
    window.perform(Command::StopAll);
    window.run();
    assert!(is_idle(&window) && window.state().state().batch().is_none());
}

#[test]
fn stopping_all_leaves_a_run_of_ones_own() {
    let mut window = two_pictures();
    window.perform(Command::RunAll);
    window.running();
    window.perform(Command::Run);
    assert!(!stops_runs(&window.effects(Command::StopAll)));
}

#[test]
fn loading_is_stopped_by_its_own_command_and_by_escape_when_nothing_is_asked() {
    let mut window = two_pictures();
    assert_eq!(window.state().state().why_disabled(Command::Stop), Some("Nothing is running"));
    let effects = window.effects(Command::StopLoading);
    assert!(matches!(effects[..], [Effect::StopLoading]), "{effects:?}");
    // What waits for the model is stopped first, and at once.
    window.perform(Command::Run);
    window.running();
    window.key_press(egui::Key::Escape);
    window.run();
    assert!(is_idle(&window));
    window.apply(Event::Ready(info()));
    assert_eq!(window.state().state().why_disabled(Command::StopLoading), Some("No checkpoint is being loaded"));
}

#[test]
fn escape_closes_an_open_menu_before_it_stops_anything() {
    let mut window = window_with_picture();
    let id = window.run_task();
    window.apply(Event::Progress { id, progress: progress(Stage::Writing, 9, 1) });
    window.get_by_label("Help").click();
    window.run();
    window.get_by_label("Sample pictures");
    window.key_press(egui::Key::Escape);
    window.run();
    assert!(window.query_by_label("Sample pictures").is_none(), "the menu is closed");
    assert!(window.state().state().answer().is_running(id));
    window.get_by_label("Writing… 9 tokens · 9.5 tokens/s");
}

#[test]
fn what_waits_for_one_checkpoint_is_asked_of_the_next() {
    let mut window = two_pictures();
    window.perform(Command::Run);
    let first = window.running();
    let effects = window.effects(CheckpointAction::Use(Some("/nowhere/kosmos".into())));
    let [Effect::Load(..), Effect::ListCheckpoints, Effect::Submit { id, picture, .. }] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert!(*id > first);
    assert_eq!(picture.name, "snow.png");
}

#[test]
fn what_is_stopped_when_its_picture_goes_stays_stopped_when_that_comes_back() {
    let mut window = window_with_picture();
    let id = window.run_task();
    window.apply(Event::Progress { id, progress: progress(Stage::Writing, 9, 1) });
    window.perform(Command::Remove);
    assert!(is_idle(&window));
    window.perform(Command::Undo);
    // The worker had its answer before it was told to stop.
    window.apply(Event::Finished { id, answer: answer() });
    let entry = window.state().state().pictures().current().unwrap();
    assert!(matches!(entry.answer, AnswerState::Stopped { .. }), "{:?}", entry.answer);
    assert_eq!(entry.results.len(), 0);
}
