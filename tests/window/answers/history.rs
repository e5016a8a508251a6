//! Results of a picture in the window: kept, shown again, deleted, brought back, saved for other programs.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::time::Duration;

use egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::Queryable as _;
use kosmoscope::{
    engine::Stage,
    geometry::NormBox,
    text::{Task, TaskKind},
    ui::{
        AnswerState, Command, DialogAction, Effect, Event, Form, FormAction, JobEvent, Notice, PathPurpose, Pick,
        PictureAction, ResultAction,
    },
    worker,
};

use crate::support::window::{Window, answer, notices, picture, progress, window_with_engine, window_with_picture};

const UNDO: (Modifiers, Key) = (Modifiers::COMMAND, Key::Z);
const REDO: (Modifiers, Key) = (Modifiers { shift: true, ..Modifiers::COMMAND }, Key::Z);

/// The real engine's window after these questions about one picture.
fn after(questions: &[&str]) -> Window {
    let mut window = window_with_engine(Theme::Dark, [1100.0, 800.0], 1.0);
    window.edit(|form| form.run_on_open = false);
    window.open_with(Ok(picture("meadow.png")));
    for question in questions {
        let form = Form::with_words(TaskKind::Ask, question);
        window.perform(FormAction::Edit(form));
        window.perform(Command::Run);
        window.wait_until(|app| matches!(app.state().answer(), AnswerState::Finished(_)));
    }
    window.run();
    window
}

fn n_results(window: &Window) -> usize {
    window.state().state().pictures().current().unwrap().results.len()
}

/// The question that the shown answer is to.
fn shown(window: &Window) -> Option<String> {
    let Task::Ask { question, .. } = &window.state().state().answer().finished()?.task else { panic!("another task") };
    Some(question.clone())
}

/// The objects in a file, one a line.
fn lines(path: &std::path::Path) -> Vec<serde_json::Value> {
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Scrolls to it first.
fn click_in_sight(window: &mut Window, label: &str) {
    window.get_by_label(label).scroll_to_me();
    window.run();
    window.get_by_label(label).click();
    window.run();
}

fn press(window: &mut Window, (modifiers, key): (Modifiers, Key)) {
    window.key_press_modifiers(modifiers, key);
    window.run();
}

#[test]
fn earlier_results_are_shown_again_deleted_and_brought_back() {
    let mut window = after(&["Is there a dog?", "Where is the sun?", "Is there a fish?"]);
    assert_eq!(shown(&window).as_deref(), Some("Is there a fish?"));
    let first = window.query_all_by_role(egui::accesskit::Role::Button);
    let first = first.into_iter().find_map(|node| {
        let label = egui_kittest::kittest::NodeT::accesskit_node(&node).label()?;
        label.starts_with("Result 1: Is there a dog?").then_some(label)
    });
    click_in_sight(&mut window, &first.expect("the first result is listed"));
    assert_eq!(shown(&window).as_deref(), Some("Is there a dog?"));

    click_in_sight(&mut window, "Delete result 1");
    assert_eq!((n_results(&window), shown(&window).as_deref()), (2, Some("Is there a fish?")));
    press(&mut window, UNDO);
    assert_eq!((n_results(&window), shown(&window).as_deref()), (3, Some("Is there a dog?")));
    press(&mut window, REDO);
    assert_eq!(n_results(&window), 2);
    press(&mut window, UNDO);
    window.perform(Command::Remove);
    assert!(window.state().state().pictures().current().is_none());
    press(&mut window, UNDO);
    assert_eq!((n_results(&window), shown(&window).as_deref()), (3, Some("Is there a dog?")));
}

#[test]
fn a_deleted_result_does_not_come_back_through_a_run_that_is_stopped() {
    let mut window = window_with_picture();
    let mut told = |words: &str| {
        let id = window.run_task();
        let mut said = answer();
        words.clone_into(&mut said.caption.text);
        said.caption.phrases.clear();
        window.apply(worker::Event::Finished { id, answer: said });
    };
    told("the first");
    told("the second");
    let words = |window: &Window| window.state().state().answer().caption().map(|caption| caption.text.clone());
    window.perform(ResultAction::Delete(1));
    // It is deleted while a run is under way, which then writes nothing.
    window.perform(Command::Undo);
    let id = window.run_task();
    window.perform(Command::Redo);
    window.apply(worker::Event::Cancelled(id));
    assert_eq!(words(&window).as_deref(), Some("the first"));
    // What is brought back while a run is under way is shown after it.
    let id = window.run_task();
    window.perform(Command::Undo);
    window.apply(worker::Event::Cancelled(id));
    assert_eq!((n_results(&window), words(&window).as_deref()), (2, Some("the second")));
    // Behind an answer that was stopped stands no deleted one either.
    let id = window.run_task();
    window.apply(worker::Event::Progress { id, progress: progress(Stage::Writing, 9, 1) });
    window.apply(worker::Event::Cancelled(id));
    window.perform(ResultAction::Delete(1));
    window.perform(ResultAction::Delete(0));
    let stopped = window.state().state().answer();
    assert!(matches!(stopped, AnswerState::Stopped { .. }) && stopped.latest().is_none(), "{stopped:?}");
}

#[test]
fn an_aborted_rectangle_has_never_been() {
    let mut window = window_with_picture();
    window.perform(FormAction::BeginRegion);
    window.perform(FormAction::DrawRegion(NormBox::new(0.1, 0.1, 0.3, 0.3)));
    let first = window.state().state().form().region;
    press(&mut window, UNDO);
    window.run();
    let canvas = window.get_by_label("Picture meadow.png, 1200 × 900 pixels").rect();
    let drag_half = |window: &mut Window| {
        window.drag_at(canvas.lerp_inside(egui::vec2(0.5, 0.5)));
        window.run();
        window.hover_at(canvas.lerp_inside(egui::vec2(0.7, 0.7)));
        window.run();
        assert!(window.state().state().form().region.is_some_and(|region| region.x_min > 0.4));
    };
    drag_half(&mut window);
    window.key_press(Key::Escape);
    window.run();
    assert_eq!(window.state().state().form().region, None);
    assert_eq!(window.state().state().why_disabled(Command::Undo), Some("There is nothing to undo"));
    press(&mut window, REDO);
    assert_eq!(window.state().state().form().region, first, "what could be done again still can");
    window.drop_at(canvas.lerp_inside(egui::vec2(0.7, 0.7)));
    window.run();
    // While the pointer draws nothing is taken back, and Escape means the rectangle and not the run.
    let id = window.run_task();
    drag_half(&mut window);
    press(&mut window, UNDO);
    assert_ne!(window.state().state().form().region, first);
    window.key_press(Key::Escape);
    window.run();
    assert_eq!(window.state().state().form().region, first);
    assert!(window.state().state().answer().is_running(id));
    // Another picture is shown meanwhile: what is drawn on that one is a change of its own.
    window.drop_at(canvas.lerp_inside(egui::vec2(0.7, 0.7)));
    window.edit(|form| form.run_on_open = false);
    window.open_with(Ok(picture("snow.png")));
    window.perform(FormAction::DrawRegion(NormBox::new(0.5, 0.5, 0.7, 0.7)));
    window.perform(FormAction::AbortRegion);
    assert_eq!(window.state().state().form().region, None);
    window.perform(Command::Previous);
    assert_eq!(window.state().state().form().region, first);
}

#[test]
fn a_picture_opened_again_and_the_one_brought_back_keep_their_own_answers() {
    let mut window = window_with_picture();
    let id = window.run_task();
    window.apply(worker::Event::Finished { id, answer: answer() });
    let source = window.state().state().pictures().current().unwrap().source.clone();
    window.edit(|form| form.run_on_open = false);
    window.perform(Command::Remove);
    window.perform(PictureAction::Open(vec![source]));
    assert_eq!(n_results(&window), 0);
    window.perform(Command::Undo);
    let entries = window.state().state().pictures().entries();
    assert_eq!(entries.iter().map(|entry| entry.results.len()).collect::<Vec<_>>(), [1, 0]);
    assert_ne!(entries[0].id, entries[1].id);
    assert_eq!(window.state().state().pictures().current_place(), Some(0), "the one brought back is shown");
    window.perform(Command::Redo);
    assert_eq!((window.state().state().pictures().entries().len(), n_results(&window)), (1, 0));
}

#[test]
fn a_drawn_region_is_one_change() {
    let mut window = window_with_picture();
    window.get_by_label("Region").click();
    window.run();
    let canvas = window.get_by_label("Picture meadow.png, 1200 × 900 pixels").rect();
    let region = |window: &Window| window.state().state().form().region;
    for (from, to) in [(0.3, 0.5), (0.6, 0.8)] {
        window.drag_at(canvas.lerp_inside(egui::vec2(from, from)));
        window.run();
        for step in [0.5, 1.0] {
            window.hover_at(canvas.lerp_inside(egui::Vec2::splat(from + (to - from) * step)));
            window.run();
        }
        window.drop_at(canvas.lerp_inside(egui::vec2(to, to)));
        window.run();
    }
    let second = region(&window).unwrap();
    press(&mut window, UNDO);
    let first = region(&window).unwrap();
    assert_ne!(first, second);
    press(&mut window, UNDO);
    assert_eq!(region(&window), None::<NormBox>);
    press(&mut window, REDO);
    press(&mut window, REDO);
    assert_eq!(region(&window), Some(second));
}

#[test]
fn results_are_saved_and_copied_with_where_they_came_from() {
    let mut window = after(&["Is there a dog?", "Where is the sun?"]);
    let effects = window.effects(Command::CopyJson);
    let [Effect::CopyText(copied)] = &effects[..] else { panic!("nothing is copied: {effects:?}") };
    let copied: serde_json::Value = serde_json::from_str(copied).unwrap();
    assert_eq!((&copied["image"], &copied["task"]), (&"/nowhere/1.png".into(), &"ask".into()));
    assert_eq!(copied["checkpoint"]["name"], "kosmos-2 mini");
    assert_eq!(copied["checkpoint"]["fingerprint"].as_str().unwrap().len(), 16);
    assert_eq!(copied["settings"]["sampling"], serde_json::Value::Null);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.json");
    let effects = window.effects(Command::ExportAllResults);
    let [Effect::Pick(Pick::Target(export))] = &effects[..] else { panic!("no dialog: {effects:?}") };
    let gone = JobEvent::NotPicked(PathPurpose::Save(export.clone()), Duration::ZERO);
    window.state_mut().apply(Event::Job(gone));
    window.perform(DialogAction::EditPath(path.display().to_string()));
    window.run();
    window.get_by_label("Save").click();
    window.wait_until(|app| matches!(&notices(app)[..], [Notice::Done(_)]));
    let all = lines(&path);
    assert_eq!(all.len(), 2);
    assert_eq!(all[1], copied);
    assert!(all[0]["prompt"].as_str().unwrap().contains("Is there a dog?"));
}

#[test]
fn what_is_saved_is_what_was_shown_when_it_was_wished_for() {
    let mut window = after(&["Is there a dog?", "Where is the sun?"]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result.json");
    std::fs::write(&path, "an older one, which the dialog has asked about").unwrap();
    let effects = window.effects(Command::ExportResults);
    let [Effect::Pick(Pick::Target(export))] = &effects[..] else { panic!("no dialog: {effects:?}") };
    // While the dialog is open, another result is shown.
    window.perform(ResultAction::Show(0));
    window.state_mut().apply(Event::Job(JobEvent::PickedTarget(export.clone(), path.clone())));
    window.wait_until(|app| matches!(&notices(app)[..], [Notice::Done(_)]));
    let saved = lines(&path);
    assert!(saved.len() == 1 && saved[0]["prompt"].as_str().unwrap().contains("Where is the sun?"), "{saved:?}");
}

#[test]
fn a_question_follows_the_one_shown_if_that_is_wanted() {
    let mut window = after(&["Is there a dog?", "Where is the sun?"]);
    let earlier = |window: &Window| match &window.state().state().answer().finished().unwrap().task {
        Task::Ask { earlier, .. } => earlier.iter().map(|exchange| exchange.question.clone()).collect::<Vec<_>>(),
        task => panic!("another task: {task:?}"),
    };
    assert_eq!(earlier(&window), [""; 0], "afresh, unless asked otherwise");
    window.get_by_label("Keep the conversation").click();
    window.run();
    window.get_by_label("1 question and its answer go along as context");
    for n_results in [3, 4] {
        window.perform(Command::Run);
        window.wait_until(|app| app.state().pictures().current().is_some_and(|entry| entry.results.len() == n_results));
    }
    assert_eq!(earlier(&window), ["Where is the sun?", "Where is the sun?"]);
    assert_eq!(window.state().state().answer().finished().unwrap().prompt.matches("Where is the sun?").count(), 3);
}

#[test]
fn asking_again_loses_nothing_of_the_conversation() {
    let mut window = window_with_picture();
    let mut form = Form::with_words(TaskKind::Ask, "Where is the sun?");
    form.keeps_conversation = true;
    window.perform(FormAction::Edit(form));
    window.run();
    window.get_by_label("This question begins the conversation");
    let earlier = |window: &Window| {
        let effects = window.effects(Command::Run);
        let asked = effects.into_iter().find_map(|effect| match effect {
            Effect::Submit { task: Task::Ask { earlier, .. }, .. } => Some(earlier),
            _ => None,
        });
        asked.expect("a question").into_iter().map(|exchange| exchange.question).collect::<Vec<_>>()
    };
    let id = window.run_task();
    let mut said = answer();
    said.task = window.state().state().form().task().unwrap();
    window.apply(worker::Event::Finished { id, answer: said });
    window.get_by_label("1 question and its answer go along as context");
    // While the next answer is written, and after it was stopped.
    let id = window.run_task();
    window.apply(worker::Event::Progress { id, progress: progress(Stage::Writing, 9, 1) });
    window.get_by_label("1 question and its answer go along as context");
    assert_eq!(earlier(&window), ["Where is the sun?"]);
    window.perform(Command::Stop);
    window.apply(worker::Event::Cancelled(id));
    window.get_by_label("Stopped before the end");
    window.get_by_label("1 question and its answer go along as context");
    assert_eq!(earlier(&window), ["Where is the sun?"]);
    // A description is no conversation, and the panel does not say so.
    let id = window.run_task();
    window.apply(worker::Event::Finished { id, answer: answer() });
    window.get_by_label("This question begins the conversation");
    assert_eq!(earlier(&window), [""; 0]);
}

#[test]
fn a_pasted_caption_is_linked() {
    let mut window = after(&[]);
    window.get_by_label("Link").click();
    window.run();
    let caption = "A sun over a house, and a dog.".to_owned();
    window.get_by_role(egui::Role::TextInput).focus();
    window.run();
    window.event(egui::Event::Paste(caption.clone()));
    window.run();
    window.perform(Command::Run);
    window.wait_until(|app| matches!(app.state().answer(), AnswerState::Finished(_)));
    let shown = window.state().state().answer().caption().unwrap();
    assert_eq!(shown.text, caption);
    let phrases: Vec<&str> = shown.phrases.iter().map(|phrase| shown.words(phrase)).collect();
    assert_eq!(phrases, ["A sun", "a house", "a dog"]);
}
