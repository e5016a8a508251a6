//! An answer is corrected by hand: its words, its boxes and what is linked to what; by pointer and by keys alone.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use egui::{Key, Modifiers, Role, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kosmoscope::{
    caption::{Caption, Correction},
    dataset::Verdict,
    engine::Answer,
    geometry::NormBox,
    ui::{AnswerState, Command, CorrectAction, Filter, PictureAction, ResultAction},
    worker::Event,
};

use crate::support::window::{Window, answer, caption, picture, window_with_engine, window_with_picture};

/// A window with the answer about the meadow, which is being corrected.
fn correcting() -> Window {
    let mut window = answered();
    window.key_press(Key::F2);
    window.run();
    window.get_by_label("Text of the answer");
    window
}

fn answered() -> Window {
    let mut window = window_with_picture();
    let id = window.run_task();
    window.apply(Event::Finished { id, answer: answer() });
    window
}

fn shown(window: &Window) -> &Answer {
    window.state().state().answer().finished().unwrap()
}

/// The phrases with boxes: their words or lost words, and their boxes.
fn told(window: &Window) -> Vec<(String, Vec<[f32; 4]>)> {
    let caption = &shown(window).caption;
    let edges = |norm: NormBox| norm.to_array().map(|edge| (edge * 100.0).round() / 100.0);
    let phrase = |phrase: &kosmoscope::caption::Phrase| {
        (phrase.label(caption).into_owned(), phrase.regions.iter().map(|region| edges(region.norm)).collect())
    };
    caption.linked().map(|(_, of)| phrase(of)).collect()
}

fn words(window: &Window) -> Vec<String> {
    told(window).into_iter().map(|(words, _)| words).collect()
}

fn is_near(a: [f32; 4], b: [f32; 4]) -> bool {
    a.iter().zip(b).all(|(a, b)| (a - b).abs() < 0.02)
}

#[test]
fn boxes_are_drawn_moved_and_sized_on_the_picture() {
    let mut window = correcting();
    window.get_by_label_contains("Phrase 2: a tree").click();
    window.run();
    window.drag((0.78, 0.45), (0.58, 0.35));
    assert!(is_near(told(&window)[1].1[0], [0.4, 0.08, 0.76, 0.62]), "moved: {:?}", told(&window)[1]);
    window.drag((0.76, 0.62), (0.9, 0.8));
    assert!(is_near(told(&window)[1].1[0], [0.4, 0.08, 0.9, 0.8]), "by a corner: {:?}", told(&window)[1]);
    window.drag((0.05, 0.05), (0.2, 0.3));
    assert!(is_near(told(&window)[1].1[1], [0.05, 0.05, 0.2, 0.3]), "one more: {:?}", told(&window)[1]);
    window.get_by_label_contains("by hand");
    assert!(shown(&window).made_by.edited);
    for n_boxes in [1, 1, 1] {
        window.perform(Command::Undo);
        assert_eq!(told(&window)[1].1.len(), n_boxes);
    }
    assert_eq!(shown(&window).caption, caption(), "three changes were three steps");
    assert!(!shown(&window).made_by.edited, "it is again what the model said");
}

#[test]
fn a_box_drawn_with_nothing_chosen_waits_for_its_words() {
    let mut window = correcting();
    window.drag((0.05, 0.05), (0.2, 0.3));
    let (phrase, _) = window.state().state().chosen_box().unwrap();
    window.get_by_label("Phrase 4: unnamed place, by hand");
    assert!(window.get_by_label("Ask where phrase 4").accesskit_node().is_disabled(), "there are no words to look for");
    let field = format!("Words of phrase {}", phrase + 1);
    assert!(window.get_by_label(&field).is_focused(), "its words can be typed at once");
    window.get_by_label(&field).type_text("a cloud");
    window.run();
    window.key_press(Key::Enter);
    window.run();
    assert_eq!(words(&window), ["two dogs", "a tree", "the grass", "a cloud"]);
    assert_eq!(shown(&window).caption.text, "An image of two dogs under a tree on the grass. a cloud");
    window.drag((0.3, 0.05), (0.4, 0.3));
    assert_eq!(told(&window)[3].1.len(), 2, "the next one is of the same phrase, which is still chosen");
}

#[test]
fn a_slip_of_the_pointer_draws_nothing() {
    let mut window = correcting();
    window.drag((0.05, 0.05), (0.058, 0.058));
    assert_eq!((&shown(&window).caption, shown(&window).made_by.edited), (&caption(), false));
    window.drag((0.05, 0.05), (0.08, 0.08));
    assert_eq!(told(&window).len(), 4, "a small place is one");
}

#[test]
fn escape_gives_up_a_box_that_is_drawn() {
    let mut window = correcting();
    let canvas = window.get_by_label("Picture meadow.png, 1200 × 900 pixels").rect();
    window.drag_at(canvas.center());
    window.step();
    window.hover_at(canvas.center() + vec2(80.0, 60.0));
    window.step();
    assert_eq!(told(&window).len(), 4, "it follows the pointer");
    window.key_press(Key::Escape);
    window.step();
    assert_eq!(shown(&window).caption, caption());
    window.drop_at(canvas.center() + vec2(90.0, 60.0));
    window.run();
    assert_eq!(shown(&window).caption, caption());
    assert!(window.state().state().correcting().is_some(), "one thing at a time");
}

#[test]
fn a_text_is_typed_and_phrases_follow_it() {
    let mut window = correcting();
    let field = window.get_by_label("Text of the answer");
    field.focus();
    window.run();
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run();
    window.get_by_label("Text of the answer").type_text("Two brown dogs under a tree");
    window.run();
    assert_eq!(words(&window), ["Two brown dogs", "a tree", "the grass"]);
    window.get_by_label("Text of the answer").type_text(".");
    window.run();
    assert_eq!(shown(&window).caption.text, "Two brown dogs under a tree.");
    window.perform(CorrectAction::EndTyping);
    window.perform(Command::Undo);
    assert_eq!(shown(&window).caption, caption(), "all that was typed is one step");
    window.perform(Command::Redo);
    window.run();
    window.get_by_label_contains("Phrase 3: the grass, not in the text").click();
    window.run();
    window.get_by_label("Unlink phrase 3").click();
    window.run();
    assert_eq!(words(&window), ["Two brown dogs", "a tree"]);
}

#[test]
fn selected_words_are_linked_and_get_the_next_box() {
    let mut window = correcting();
    assert!(window.get_by_role_and_label(Role::Button, "Link to boxes").accesskit_node().is_disabled());
    window.get_by_label("Text of the answer").focus();
    window.run();
    window.key_press_modifiers(Modifiers::CTRL | Modifiers::COMMAND, Key::Home);
    for _ in 0.."An image".len() {
        window.key_press_modifiers(Modifiers::SHIFT, Key::ArrowRight);
    }
    window.run();
    window.get_by_role_and_label(Role::Button, "Link to boxes").click();
    window.run();
    window.get_by_label("Draw its box on the picture");
    window.drag((0.05, 0.05), (0.2, 0.3));
    assert_eq!(words(&window), ["An image", "two dogs", "a tree", "the grass"]);
    window.get_by_label("Merge with next phrase 1").click();
    window.run();
    assert_eq!(words(&window), ["An image of two dogs", "a tree", "the grass"]);
    assert_eq!(told(&window)[0].1.len(), 3);
}

#[test]
fn one_picture_is_corrected_by_keys_alone() {
    let mut window = correcting();
    window.get_by_label_contains("Phrase 3: the grass").focus();
    window.run();
    window.key_press(Key::Enter);
    window.run();
    assert_eq!(window.state().state().chosen_box(), Some((2, 0)));
    let before = shown(&window).caption.phrases[2].regions[0].norm;
    // The keys went to the corners of the box.
    window.key_press(Key::ArrowDown);
    window.run();
    window.key_press_modifiers(Modifiers::ALT, Key::ArrowUp);
    window.key_press_modifiers(Modifiers { alt: true, shift: true, ..Modifiers::NONE }, Key::ArrowLeft);
    window.run();
    let after = shown(&window).caption.phrases[2].regions[0].norm;
    let pixels = [before, after].map(|norm| norm.to_pixels(1200, 900).map(|edge| edge.round() as i32));
    let [[x1, y1, x2, y2], moved] = pixels;
    assert_eq!(moved, [x1, y1, x2 - 10, y2 - 1], "it can't go below the picture; smaller by 1 down and 10 across");
    // In one slow frame: three steps, and a large one.
    let press = |modifiers| egui::Event::Key {
        key: Key::ArrowLeft,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers,
    };
    let large = Modifiers { shift: true, ..Modifiers::ALT };
    window.input_mut().events.extend([Modifiers::ALT, Modifiers::ALT, large, Modifiers::ALT].map(press));
    window.step();
    let quick = shown(&window).caption.phrases[2].regions[0].norm.to_pixels(1200, 900)[2].round() as i32;
    assert_eq!(quick, x2 - 10 - 13);
    let ctrl = Modifiers::CTRL | Modifiers::COMMAND;
    window.key_press_modifiers(ctrl | Modifiers::SHIFT, Key::ArrowRight);
    window.run();
    let wide = shown(&window).caption.phrases[2].regions[0].norm.to_pixels(1200, 900)[2].round() as i32;
    assert_eq!(wide, x2 - 13, "Ctrl does the same, where a desktop takes Alt");
    window.key_press(Key::B);
    window.run();
    assert_eq!(told(&window)[2].1.len(), 2, "one more in the middle");
    window.key_press(Key::Delete);
    window.run();
    assert_eq!(told(&window)[2].1.len(), 1);
    window.key_press(Key::Y);
    window.run();
    assert_eq!(window.state().state().pictures().current().unwrap().verdict, Some(Verdict::Accept));
    window.key_press(Key::Escape);
    window.key_press(Key::Escape);
    window.run();
    assert!(window.state().state().correcting().is_none());
}

#[test]
fn what_was_corrected_can_be_reset_and_brought_back() {
    let mut window = correcting();
    window.perform(CorrectAction::Make(Correction::Unlink(0)));
    window.perform(CorrectAction::Make(Correction::Name(1, "an oak".to_owned())));
    let corrected = shown(&window).caption.clone();
    window.run();
    window.get_by_label("Reset to the model's answer").click();
    window.run();
    assert_eq!((&shown(&window).caption, shown(&window).made_by.edited), (&caption(), false));
    window.perform(Command::Undo);
    assert_eq!(shown(&window).caption, corrected);
    assert_eq!(shown(&window).said, Some(caption()));
}

#[test]
fn decisions_are_kept_filtered_and_stepped_through() {
    let mut window = answered();
    for _ in 0..2 {
        window.edit(|form| form.run_on_open = false);
        window.open_with(Ok(picture("meadow.png")));
        let id = window.run_task();
        window.apply(Event::Finished { id, answer: answer() });
    }
    let place = |window: &Window| window.state().state().pictures().current_place().unwrap();
    assert_eq!(place(&window), 2);
    window.key_press(Key::N);
    window.key_press(Key::J);
    window.run();
    assert_eq!(place(&window), 0, "after the last comes the first");
    window.key_press(Key::U);
    window.key_press(Key::J);
    window.run();
    assert_eq!(place(&window), 1);
    window.get_by_label_contains("rejected");
    let mut arrangement = window.state().state().arrangement().clone();
    arrangement.filter = Filter::Unsure;
    window.perform(PictureAction::Arrange(arrangement));
    assert_eq!(window.state().state().n_listed(), 1);
    window.perform(Command::Undo);
    assert_eq!(window.state().state().n_listed(), 0, "the decision is taken back");
}

#[test]
fn a_run_over_all_leaves_what_a_person_has_corrected_in_sight() {
    let mut window = correcting();
    window.edit(|form| form.run_on_open = false);
    window.open_with(Ok(picture("meadow.png")));
    window.perform(Command::Previous);
    window.perform(CorrectAction::Make(Correction::Unlink(0)));
    let corrected = shown(&window).caption.clone();
    window.perform(Command::EndCorrection);
    window.perform(Command::RunAll);
    window.run();
    let id = window.running();
    window.apply(Event::Finished { id, answer: answer() });
    assert_eq!(shown(&window).caption, corrected);
    assert_eq!(
        window.state().state().pictures().current().unwrap().results.len(),
        2,
        "the new one is among the results"
    );
}

/// What the built-in model says about one of its own pictures is corrected with its help.
#[test]
fn the_model_is_asked_again_about_one_phrase_or_box() {
    let mut window = window_with_engine(egui::Theme::Dark, [1100.0, 800.0], 1.0);
    window.get_by_label("Sample Party: Many things").click();
    let is_answered = |state: &kosmoscope::ui::AppState| {
        matches!(state.answer(), AnswerState::Finished(_)) && !state.answer().is_under_way()
    };
    window.wait_for(|app| is_answered(app.state()));
    let said: Caption = shown(&window).caption.clone();
    let n_results = window.state().state().pictures().current().unwrap().results.len();
    window.perform(Command::Correct);
    window.perform(CorrectAction::Make(Correction::Shape(0, 0, NormBox::new(0.0, 0.0, 0.05, 0.05))));
    window.perform(CorrectAction::AskWhere(0));
    window.wait_for(|app| is_answered(app.state()));
    let found = &shown(&window).caption.phrases[0].regions;
    assert!(found.iter().any(|region| region.norm.iou(said.phrases[0].regions[0].norm) > 0.5), "{found:?}");
    assert_eq!(shown(&window).caption.text, said.text);
    window.perform(CorrectAction::Make(Correction::Name(0, "something".to_owned())));
    window.perform(CorrectAction::AskWhat(0, 0));
    window.wait_for(|app| is_answered(app.state()));
    assert!(!shown(&window).caption.text.contains("something"), "{}", shown(&window).caption.text);
    assert_eq!(
        window.state().state().pictures().current().unwrap().results.len(),
        n_results,
        "no results of their own"
    );
    window.perform(ResultAction::Show(0));
    assert!(shown(&window).made_by.edited);
}
