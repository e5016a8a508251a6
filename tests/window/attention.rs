//! Where the eyes and the keys are: what explains a thing comes after a while and hides nothing of what stands around it, and
//! the focus stays where it is when something appears elsewhere.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use egui::{Key, Rect, Role};
use egui_kittest::{Node, kittest::Queryable as _};
use kosmoscope::{
    caption::SCORE_MEANING,
    engine::Answer,
    text::{Task, TaskKind},
    ui::{Event, JobEvent, PictureAction},
    worker,
};

use crate::support::{
    files::sample,
    window::{Window, answer, info, picture, window_with, window_with_picture},
};

fn answered() -> Window {
    let mut window = window_with_picture();
    let id = window.run_task();
    window.apply(worker::Event::Finished { id, answer: answer() });
    window
}

/// The button of the panel, not the menu of the same name.
fn main_button<'a>(window: &'a Window, label: &'a str) -> Node<'a> {
    window.get_all_by_role_and_label(Role::Button, label).last().unwrap()
}

/// Rests the pointer on something for so many seconds; frames of the harness take a quarter of one.
fn rest(window: &mut Window, on: Rect, secs: f64) {
    window.hover_at(on.center());
    window.step();
    let begin = window.ctx.input(|input| input.time);
    while window.ctx.input(|input| input.time) < begin + secs {
        window.step();
    }
}

/// The words that explain what is pointed at.
fn tooltip(window: &Window, words: &str) -> Option<Rect> {
    window.query_by_label(words).map(|node| node.rect())
}

#[test]
fn what_explains_a_thing_comes_after_a_while_and_beside_it() {
    let mut window = answered();
    let row = window.get_by_label_contains("Phrase 1: two dogs").rect();
    rest(&mut window, row, 0.4);
    assert_eq!(tooltip(&window, SCORE_MEANING), None, "not on the way to something else");
    rest(&mut window, row, 1.0);
    let told = tooltip(&window, SCORE_MEANING).expect("after 600 ms");
    assert!(told.right() < row.left(), "beside the panel: {told:?}, {row:?}");

    let chip = window.get_by_label("two dogs").rect();
    rest(&mut window, chip, 1.0);
    let told = tooltip(&window, "2 boxes").unwrap();
    let words = window.get_by_label(&answer().caption.text).rect();
    assert!(told.right() < words.left(), "no word of the caption is covered: {told:?}, {words:?}");

    let task = window.get_by_role_and_label(Role::Button, "Find").rect();
    rest(&mut window, task, 1.0);
    let told = tooltip(&window, TaskKind::Find.row().explanation).unwrap();
    assert!(told.right() < window.get_by_role_and_label(Role::Button, "Region").rect().left(), "{told:?}");
}

#[test]
fn menus_stay_below_their_bar_and_what_explains_a_line_beside_it() {
    let mut window = window_with(egui::Theme::Light, [800.0, 600.0]);
    window.apply(worker::Event::Ready(info()));
    window.open_with(Ok(picture("meadow.png")));
    for (menu, first, last) in [
        ("File", "Open path", "Quit"),
        ("View", "Next picture", "Smaller interface"),
        ("Review", "Correct by hand", "Next unreviewed"),
    ] {
        let bar = window.get_by_role_and_label(Role::Button, menu).rect();
        window.get_by_role_and_label(Role::Button, menu).click();
        window.run();
        let first = window.get_by_label_contains(first).rect();
        assert!(first.top() >= bar.bottom(), "{menu}: {first:?}, and the bar is {bar:?}");
        window.get_by_label_contains(last).scroll_to_me();
        window.run();
        assert!(window.get_by_label_contains(last).rect().bottom() < 600.0, "{menu}: {last} can be reached");
        window.key_press(Key::Escape);
        window.run();
    }
    window.get_by_label("View").click();
    window.run();
    let fit = window.get_by_label_contains("Fit to window").rect();
    rest(&mut window, fit, 1.0);
    let told = window.get_by_label_contains("Show the whole picture").rect();
    assert!(told.left() > fit.right() && told.right() < 800.0, "{told:?} beside {fit:?}");
}

#[test]
fn the_focus_stays_when_something_appears_elsewhere() {
    let mut window = answered();
    window.edit(|form| form.run_on_open = false);
    let run = |window: &Window| main_button(window, "Run").is_focused();
    let on_picture = |window: &Window| window.get_by_label_contains("Picture meadow.png").is_focused();
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other.png");
    std::fs::copy(sample("snow.png"), &other).unwrap();

    main_button(&window, "Run").focus();
    window.run();
    window.perform(PictureAction::OpenPaths(vec![other]));
    window.wait_until(|app| app.state().pictures().entries().len() == 2);
    let first = window.state().state().pictures().entries()[0].id;
    window.perform(PictureAction::Show(first));
    window.run();
    assert!(run(&window), "the strip has come");

    window.key_press(Key::F6);
    window.run();
    assert!(on_picture(&window));
    window.state_mut().apply(Event::Job(JobEvent::Failed("The disk is full".to_owned())));
    window.run();
    window.get_by_label("Dismiss");
    assert!(on_picture(&window), "a notice has come");
}

#[test]
fn run_keeps_the_focus_while_a_conversation_grows_above_it() {
    let mut window = window_with_picture();
    window.edit(|form| {
        form.kind = TaskKind::Ask;
        form.words[TaskKind::Ask] = "What is it?".to_owned();
    });
    window.run();
    main_button(&window, "Run").focus();
    window.run();
    for _ in 0..2 {
        window.key_press(Key::Space);
        let id = window.running();
        window.run();
        assert!(window.get_by_role_and_label(Role::Button, "Stop").is_focused());
        let task = Task::Ask { question: "What is it?".to_owned(), region: None, grounded: true, earlier: Vec::new() };
        let answer = Box::new(Answer { task, ..*answer() });
        window.apply(worker::Event::Finished { id, answer });
        assert!(main_button(&window, "Run").is_focused());
    }
}

#[test]
fn keys_lead_from_phrase_to_phrase_while_an_answer_is_corrected() {
    let mut window = answered();
    let press = |window: &mut Window, key: Key| {
        window.key_press(key);
        window.run();
    };
    let is_at = |window: &Window, phrase: &str| window.get_by_label_contains(phrase).is_focused();
    press(&mut window, Key::F2);
    assert!(is_at(&window, "Phrase 1: two dogs"));
    press(&mut window, Key::Tab);
    press(&mut window, Key::Enter);
    assert_eq!(window.state().state().chosen_box(), Some((1, 0)));
    press(&mut window, Key::Escape);
    assert!(is_at(&window, "Phrase 2: a tree"), "back at the phrase, not at the menus");
    press(&mut window, Key::Enter);
    press(&mut window, Key::Delete);
    assert!(is_at(&window, "Phrase 1: two dogs"), "its only box is gone, and so is its row");
    press(&mut window, Key::Escape);
    assert!(window.state().state().correcting().is_none());
}

#[test]
fn a_click_takes_the_keys_nowhere() {
    let mut window = answered();
    window.get_by_label("Correct by hand").click();
    window.run();
    window.get_by_label("Text of the answer");
    assert_eq!(window.ctx.memory(egui::Memory::focused), None);
}

#[test]
fn the_list_of_keys_fits_into_a_window_with_an_enlarged_interface() {
    for (size, n_lists) in [([800.0, 600.0], 2), ([640.0, 400.0], 1)] {
        let mut window = window_with(egui::Theme::Dark, size);
        window.key_press(Key::F1);
        window.run();
        let close = window.get_by_label("Close").rect();
        let first = window.get_by_label("Zoom at the pointer").rect();
        assert!(first.left() > 0.0 && close.right() < size[0], "{first:?}, {close:?}");
        assert_eq!(if close.right() - first.left() > 600.0 { 2 } else { 1 }, n_lists);
    }
}
