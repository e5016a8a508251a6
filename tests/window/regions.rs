//! The rectangle on the picture: moved and sized by pointer and by keys, and made from boxes.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use egui::{Key, Modifiers, PointerButton, Theme};
use egui_kittest::kittest::Queryable as _;
use kosmoscope::{
    geometry::NormBox,
    text::{Task, TaskKind},
    ui::{AnswerState, Command, Dialog, Form, FormAction},
};

use crate::support::window::{Window, picture, window_with_engine, window_with_picture};

const CELL: f32 = 1.0 / 32.0;

fn region(window: &Window) -> NormBox {
    window.state().state().form().region.unwrap()
}

fn is_near(a: NormBox, b: [f32; 4]) -> bool {
    a.to_array().iter().zip(b).all(|(a, b)| (a - b).abs() < 0.02)
}

#[test]
fn a_region_is_moved_and_sized_by_the_pointer() {
    let mut window = window_with_picture();
    window.get_by_label("Region").click();
    window.run();
    window.perform(FormAction::DrawRegion(NormBox::new(0.25, 0.25, 0.5, 0.5)));
    window.run();
    window.drag((0.4, 0.4), (0.6, 0.5));
    assert!(is_near(region(&window), [0.45, 0.35, 0.7, 0.6]), "moved: {:?}", region(&window));
    window.drag((0.7, 0.6), (0.9, 0.8));
    assert!(is_near(region(&window), [0.45, 0.35, 0.9, 0.8]), "by a corner: {:?}", region(&window));
    window.drag((0.45, 0.5), (0.2, 0.9));
    assert!(is_near(region(&window), [0.2, 0.35, 0.9, 0.8]), "by an edge: {:?}", region(&window));
    window.perform(Command::Undo);
    assert!(is_near(region(&window), [0.45, 0.35, 0.9, 0.8]), "taken back: {:?}", region(&window));
}

#[test]
fn a_region_needs_no_pointer() {
    let mut window = window_with_picture();
    window.key_press(Key::R);
    window.run();
    assert_eq!(
        (window.state().state().form().kind, region(&window)),
        (TaskKind::Region, NormBox::new(0.25, 0.25, 0.75, 0.75))
    );
    window.run();
    window.key_press(Key::ArrowRight);
    window.run();
    assert_eq!(region(&window), NormBox::new(0.25 + CELL, 0.25, 0.75 + CELL, 0.75));
    window.key_press_modifiers(Modifiers::SHIFT, Key::ArrowUp);
    window.run();
    assert_eq!(region(&window), NormBox::new(0.25 + CELL, 0.25, 0.75 + CELL, 0.75 - CELL));
    window.get_by_label("Region, 16 × 15 cells, middle");
}

#[test]
fn single_letters_are_text_while_typing() {
    let mut window = window_with_picture();
    window.get_by_label("Find").click();
    window.run();
    window.get_by_role(egui::Role::TextInput).focus();
    window.run();
    window.key_press(Key::R);
    window.event(egui::Event::Text("r?".to_owned()));
    window.key_press_modifiers(Modifiers::SHIFT, Key::Questionmark);
    window.run();
    assert_eq!(
        (window.state().state().form().region, window.state().state().form().words[TaskKind::Find].as_str()),
        (None, "r?")
    );
    // Without the focus too: who types blindly means the field.
    window.key_press(Key::Escape);
    window.run();
    for key in [Key::A, Key::D, Key::R, Key::Questionmark] {
        window.key_press(key);
        window.run();
    }
    assert_eq!((window.state().state().form().region, window.state().state().dialog()), (None, &Dialog::Closed));
    window.get_by_label("Describe").click();
    window.run();
    window.key_press(Key::R);
    window.run();
    assert!(window.state().state().form().region.is_some());
}

/// The meadow with what the built-in checkpoint finds for "a dog".
fn with_a_dog() -> Window {
    let mut window = window_with_engine(Theme::Dark, [1100.0, 800.0], 1.0);
    window.edit(|form| form.run_on_open = false);
    window.open_with(Ok(picture("meadow.png")));
    let form = Form { run_on_open: false, ..Form::with_words(TaskKind::Find, "a dog") };
    window.perform(FormAction::Edit(form));
    window.perform(Command::Run);
    window.wait_until(|app| matches!(app.state().answer(), AnswerState::Finished(_)));
    window
}

/// The first box of the answer shown.
fn first_box(window: &Window) -> NormBox {
    window.state().state().answer().caption().unwrap().phrases[0].regions[0].norm
}

#[test]
fn a_box_is_described_with_one_click() {
    let mut window = with_a_dog();
    let found = first_box(&window);
    window.get_by_role_and_label(egui::Role::Button, "a dog").click();
    window.run();
    window.get_by_label("Describe box 1").click();
    window.run();
    window.wait_until(
        |app| matches!(app.state().answer(), AnswerState::Finished(answer) if matches!(answer.task, Task::Region { .. })),
    );
    assert_eq!(window.state().state().answer().finished().unwrap().task, Task::Region { region: found });
    assert_eq!(window.state().state().pictures().current().unwrap().results.len(), 2, "the first answer is kept");
}

#[test]
fn a_box_can_be_asked_about_and_removed_from_its_menu() {
    let mut window = with_a_dog();
    let found = first_box(&window);
    let menu = |window: &mut Window, entry: &str| {
        let name = format!("box 1 of 1, a dog, {}", found.place_in_words());
        let place = window.get_by_label(&name).rect().center();
        window.hover_at(place);
        for pressed in [true, false] {
            let modifiers = Modifiers::NONE;
            window.event(egui::Event::PointerButton {
                pos: place,
                button: PointerButton::Secondary,
                pressed,
                modifiers,
            });
            window.step();
        }
        window.run();
        window.get_by_label(entry).click();
        window.run();
    };
    menu(&mut window, "Ask about this place…");
    assert_eq!((window.state().state().form().kind, region(&window)), (TaskKind::Ask, found));

    menu(&mut window, "Remove this box");
    let shown = window.state().state().answer().finished().unwrap().clone();
    assert_eq!((shown.caption.linked().count(), shown.made_by.edited), (0, true));
    assert!(shown.record("a.png").edited);
    window.perform(Command::Undo);
    let shown = window.state().state().answer().finished().unwrap();
    assert_eq!((shown.caption.linked().count(), shown.made_by.edited), (1, false));
}
