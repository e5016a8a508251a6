//! The panel at the right: what was asked and the answer first, conversations, earlier results, and what it remembers.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use egui::{Key, Theme};
use egui_kittest::kittest::Queryable as _;
use kosmoscope::{
    caption::{Caption, Phrase},
    engine::{Answer, Sampling},
    overlay::Look,
    text::{Task, TaskKind},
    ui::{Action, AnswerState, Command, Form, FormAction, Panes, ResultAction},
    worker::Event,
};

use crate::support::window::{
    Window, answer, info, kill, picture, window_with, window_with_engine, window_with_picture, window_with_session,
};

fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).scroll_to_me();
    window.run();
    window.get_by_label(label).click();
    window.run();
}

fn give(window: &mut Window, answer: Answer) {
    let id = window.run_task();
    window.apply(Event::Finished { id, answer: Box::new(answer) });
}

#[test]
fn the_answer_is_in_sight_with_the_settings_open_in_the_smallest_window() {
    let mut window = window_with(Theme::Dark, [800.0, 600.0]);
    window.apply(Event::Ready(info()));
    window.open_with(Ok(picture("meadow.png")));
    let id = window.running();
    window.apply(Event::Finished { id, answer: answer() });
    click(&mut window, "Settings");
    let caption = window.get_by_label(&answer().caption.text).rect();
    assert!(caption.bottom() < 600.0 - 28.0, "{caption:?}");
    for setting in ["Maximum length", "Run when a picture is opened"] {
        let rect = window.get_by_label(setting).rect();
        assert!(rect.right() < caption.left() && rect.left() >= 0.0, "{setting} is over the picture: {rect:?}");
        assert!(rect.bottom() < 600.0, "{rect:?}");
    }
}

#[test]
fn an_earlier_result_brings_back_how_it_was_asked() {
    let mut window = window_with_picture();
    let mut found = *answer();
    found.task = Task::Find { phrase: "a dog".to_owned() };
    found.made_by.options.max_new_tokens = 17;
    found.made_by.options.sampling = Sampling::TopP { temperature: 0.5, top_p: 0.75, seed: 42 };
    give(&mut window, found);
    window.get_by_label("Found");
    give(&mut window, *answer());
    window.get_by_label("Caption");
    window.get_by_label_contains("Result 1: Find a dog");
    click(&mut window, &format!("Result 1: Find a dog: {}", answer().caption.text));
    let form = window.state().state().form();
    assert_eq!((form.kind, form.words[TaskKind::Find].as_str()), (TaskKind::Find, "a dog"));
    assert_eq!(form.decoding.max_new_tokens, 17);
    assert_eq!((form.decoding.sampled, form.decoding.temperature, form.decoding.seed), (true, 0.5, 42));
    click(&mut window, &format!("Result 2: Brief: {}", answer().caption.text));
    let form = window.state().state().form();
    assert_eq!((form.kind, form.decoding.sampled), (TaskKind::Brief, false));
}

#[test]
fn each_sampled_run_has_a_seed_of_its_own_unless_it_is_fixed() {
    let mut window = window_with_picture();
    window.edit(|form| form.decoding.sampled = true);
    let mut seed = || {
        give(&mut window, *answer());
        window.state().state().form().decoding.seed
    };
    let [first, second] = [seed(), seed()];
    assert_ne!(first, second);
    window.edit(|form| form.decoding.new_seed = false);
    give(&mut window, *answer());
    assert_eq!(window.state().state().form().decoding.seed, second);
}

#[test]
fn a_conversation_is_read_from_top_to_bottom_and_begun_anew() {
    let mut window = window_with_engine(Theme::Dark, [1100.0, 800.0], 1.0);
    window.edit(|form| form.run_on_open = false);
    window.open_with(Ok(picture("meadow.png")));
    for question in ["Is there a dog?", "Where is the sun?"] {
        window.perform(FormAction::Edit(Form::with_words(TaskKind::Ask, question)));
        window.perform(Command::Run);
        window.wait_until(|app| matches!(app.state().answer(), AnswerState::Finished(_)));
    }
    window.run();
    let tops =
        ["Conversation", "Is there a dog?", "Where is the sun?"].map(|label| window.get_by_label(label).rect().top());
    assert!(tops.is_sorted(), "{tops:?}");
    let field = window.get_by_role_and_label(egui::Role::TextInput, "Ask").rect();
    assert!(field.top() > tops[2], "the next question comes last");
    let first = window.state().state().transcript()[0].1.clone();
    click(&mut window, &format!("Answer: {}", first.caption.text));
    assert_eq!(window.state().state().answer().finished().unwrap().task, first.task, "its boxes are shown");

    click(&mut window, "New conversation");
    assert!(window.query_by_label("Conversation").is_none());
    assert_eq!(window.state().state().pictures().current().unwrap().results.len(), 2, "nothing is lost");
    assert!(window.get_by_role_and_label(egui::Role::TextInput, "Ask").is_focused());
    window.edit(|form| form.keeps_conversation = true);
    window.perform(Command::Run);
    window.wait_until(|app| matches!(app.state().answer(), AnswerState::Finished(_)));
    let Task::Ask { earlier, .. } = &window.state().state().answer().finished().unwrap().task else {
        panic!("no question")
    };
    assert!(earlier.is_empty(), "{earlier:?}");
    assert_eq!(window.state().state().transcript().len(), 1);
}

#[test]
fn widths_are_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window_with_session(folder.path());
    window.run();
    let edge = |window: &Window| window.get_by_label("Task").rect().left() - 16.0;
    let before = edge(&window);
    let at = egui::pos2(before, 400.0);
    window.drag_at(at);
    window.run();
    window.hover_at(at - egui::vec2(90.0, 0.0));
    window.run();
    window.drop_at(at - egui::vec2(90.0, 0.0));
    window.run();
    let after = edge(&window);
    assert!((before - after - 90.0).abs() < 4.0, "from {before} to {after}");
    window.wait_until(|_| {
        std::fs::read_to_string(folder.path().join("session.json")).is_ok_and(|text| text.contains("side_width\":42"))
    });
    kill(window, folder.path());
    let mut window = window_with_session(folder.path());
    window.run();
    assert!((edge(&window) - after).abs() < 2.0);
    let odd = Panes { side_width: f32::NAN, strip_width: 1e9, ..Panes::default() };
    window.perform(Action::Divide(odd));
    window.run();
    assert!(window.state().state().panes().strip_width <= *Panes::STRIP_WIDTHS.end());
}

#[test]
fn a_presentation_is_the_picture_and_its_caption() {
    let mut window = window_with_picture();
    give(&mut window, *answer());
    window.key_press(Key::F11);
    window.run();
    assert!(window.query_by_label("File").is_none() && window.query_by_label("Run").is_none());
    let usual = 27.0;
    assert!(window.get_by_label(&answer().caption.text).rect().height() > 1.5 * usual, "it is large");
    window.get_by_label("two dogs").click();
    window.run();
    assert_eq!(window.state().state().chosen(), Some(0));
    window.key_press(Key::Escape);
    window.run();
    window.get_by_label("File");
    assert_eq!(window.state().state().chosen(), Some(0), "one step at a time");
}

#[test]
fn a_place_is_called_by_what_is_there() {
    let mut window = window_with_picture();
    let region = answer().caption.phrases[1].regions[0].clone();
    let said = Answer {
        task: Task::Region { region: region.norm },
        caption: Caption {
            text: "It is a tall tree.".to_owned(),
            phrases: vec![Phrase { span: 0..2, regions: vec![region], lost: None }],
        },
        ..*answer()
    };
    give(&mut window, said);
    assert_eq!(window.query_all_by_label("Region").count(), 2, "the task and the heading");
    window.get_by_label_contains("Phrase 1: a tall tree");
    window.get_by_label("box 1 of 1, a tall tree, right");
}

#[test]
fn hidden_boxes_are_said_and_shown_again() {
    let mut window = window_with_picture();
    give(&mut window, *answer());
    assert!(window.query_by_label_contains("hidden by the threshold").is_none());
    window.perform(ResultAction::SetLook(Look { least_score: 0.8, ..Look::default() }));
    window.run();
    window.get_by_label("2 of 4 boxes hidden by the threshold");
    click(&mut window, "Show");
    assert!(window.query_by_label_contains("hidden by the threshold").is_none());
    assert_eq!(*window.state().state().look(), Look::default());
}

#[test]
fn a_row_lights_its_one_box() {
    let mut window = window_with_picture();
    give(&mut window, *answer());
    click(&mut window, "two dogs");
    let is_lit = |window: &Window, label: &str| {
        let node = window.get_by_label(label);
        egui_kittest::kittest::NodeT::accesskit_node(&node).toggled() == Some(egui::accesskit::Toggled::True)
    };
    window.get_by_label("Box 2 of 2, bottom").scroll_to_me();
    window.run();
    window.get_by_label("Box 2 of 2, bottom").hover();
    window.run();
    window.run();
    assert!(is_lit(&window, "box 2 of 2, two dogs, bottom"));
    assert!(!is_lit(&window, "box 1 of 2, two dogs, left"));
    for name in ["Describe", "Ask", "Remove"] {
        assert!(window.query_by_label(&format!("{name} box 2")).is_none(), "not before it is chosen");
    }
    click(&mut window, "Box 2 of 2, bottom");
    let panel = 1000.0 - 16.0;
    for name in ["Describe", "Ask", "Remove"] {
        let rect = window.get_by_label(&format!("{name} box 2")).rect();
        assert!(rect.right() <= panel, "{name} is clipped: {rect:?}");
    }
}

#[test]
fn a_long_question_leaves_run_and_the_answer_in_sight() {
    let mut window = window_with_picture();
    give(&mut window, *answer());
    window.edit(|form| {
        form.kind = TaskKind::Ask;
        form.words[TaskKind::Ask] = "Is the dog really so big? ".repeat(220);
    });
    window.run();
    let run = window.get_all_by_label("Run").last().unwrap().rect();
    assert!(run.bottom() < 500.0, "{run:?}");
    let caption = window.get_by_label(&answer().caption.text).rect();
    assert!(caption.bottom() < 700.0 - 28.0, "{caption:?}");
}
