//! What keys do: they go to the field of the chosen task, delete what is chosen, and step back one thing at a time.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use egui::{Color32, Key, Modifiers, Theme};
use egui_kittest::kittest::Queryable as _;
use kosmoscope::{
    caption::Choice,
    geometry::NormBox,
    text::TaskKind,
    ui::{Command, Dialog, FormAction, PictureAction, ResultAction, Work},
    worker::Event,
};

use crate::support::{
    files::sample,
    window::{Window, answer, info, picture, window_with, window_with_picture},
};

fn with_answer() -> Window {
    let mut window = window_with_picture();
    let id = window.run_task();
    window.apply(Event::Finished { id, answer: answer() });
    window
}

fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    window.run();
}

fn press(window: &mut Window, key: Key) {
    window.key_press(key);
    window.run();
}

fn type_text(window: &mut Window, text: &str) {
    window.event(egui::Event::Text(text.to_owned()));
    window.run();
}

fn words(window: &Window, kind: TaskKind) -> String {
    window.state().state().form().words[kind].clone()
}

fn n_boxes(window: &Window) -> usize {
    let caption = window.state().state().answer().caption().unwrap();
    caption.phrases.iter().map(|phrase| phrase.regions.len()).sum()
}

#[test]
fn a_task_that_needs_words_gets_them_at_once() {
    let mut window = window_with_picture();
    for (label, kind) in
        [("Find", TaskKind::Find), ("Ask", TaskKind::Ask), ("Link", TaskKind::Link), ("Prompt", TaskKind::Raw)]
    {
        click(&mut window, label);
        type_text(&mut window, "is it big?");
        assert!(words(&window, kind).ends_with("is it big?"), "{label}: {}", words(&window, kind));
        assert_eq!(window.state().state().dialog(), &Dialog::Closed);
    }
}

#[test]
fn enter_asks_and_leaves_the_words_to_be_typed_over() {
    let mut window = window_with_picture();
    for (label, kind) in [("Find", TaskKind::Find), ("Link", TaskKind::Link)] {
        click(&mut window, label);
        type_text(&mut window, "a dog");
        window.key_press_modifiers(Modifiers::SHIFT, Key::Enter);
        window.run();
        type_text(&mut window, "or two");
        assert_eq!(words(&window, kind), "a dog\nor two");
        assert!(matches!(window.state().state().work(), Work::Idle), "a line was begun, and nothing asked");
        press(&mut window, Key::Enter);
        let id = window.running();
        window.apply(Event::Finished { id, answer: answer() });
        assert!(window.get_by_role_and_label(egui::Role::TextInput, label).is_focused());
        type_text(&mut window, "a cat");
        assert_eq!(words(&window, kind), "a cat");
    }
}

#[test]
fn to_ask_about_a_box_leads_to_the_question() {
    let mut window = with_answer();
    click(&mut window, "a tree");
    click(&mut window, "Ask box 1");
    assert_eq!(window.state().state().form().kind, TaskKind::Ask);
    let field = window.get_by_role_and_label(egui::Role::TextInput, "Ask");
    assert!(field.is_focused());
    assert!(field.rect().bottom() < 700.0 - 28.0, "it is in sight: {:?}", field.rect());
}

#[test]
fn delete_takes_away_what_is_chosen_and_nothing_else() {
    let mut window = with_answer();
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other.png");
    std::fs::copy(sample("snow.png"), &other).unwrap();
    window.edit(|form| form.run_on_open = false);
    window.perform(PictureAction::OpenPaths(vec![other]));
    window.wait_until(|app| app.state().pictures().entries().len() == 2);
    let first = window.state().state().pictures().entries()[0].id;
    window.perform(PictureAction::Show(first));
    window.perform(FormAction::BeginRegion);
    window.perform(FormAction::DrawRegion(NormBox::new(0.1, 0.1, 0.3, 0.3)));
    window.run();
    let n_pictures = |window: &Window| window.state().state().pictures().entries().len();
    let region = |window: &Window| window.state().state().form().region;

    window.get_by_label_contains(", done").focus();
    window.run();
    window.perform(ResultAction::Choose(Choice { phrase: 0, region: Some(1) }));
    window.run();
    press(&mut window, Key::Delete);
    assert_eq!((n_boxes(&window), n_pictures(&window), region(&window).is_some()), (3, 2, true), "the box");
    press(&mut window, Key::Delete);
    assert_eq!((n_boxes(&window), n_pictures(&window), region(&window)), (3, 2, None), "then the region");
    press(&mut window, Key::Delete);
    assert_eq!(n_pictures(&window), 1, "then the picture of the strip");
    press(&mut window, Key::Delete);
    assert_eq!(n_pictures(&window), 1, "no strip has the focus any more");
    for _ in 0..3 {
        window.perform(Command::Undo);
    }
    window.run();
    assert_eq!((n_pictures(&window), n_boxes(&window)), (2, 4));
}

#[test]
fn a_phrase_of_several_boxes_is_not_deleted_by_a_key() {
    let mut window = with_answer();
    window.perform(ResultAction::Choose(Choice::phrase(0)));
    window.run();
    press(&mut window, Key::Delete);
    assert_eq!((n_boxes(&window), window.state().state().pictures().entries().len()), (4, 1));
    window.perform(ResultAction::Choose(Choice::phrase(1)));
    window.run();
    press(&mut window, Key::Delete);
    assert_eq!(n_boxes(&window), 3, "of a phrase with one box, that box is meant");
    window.get_by_label_contains("Phrase 1: two dogs");
    window.get_by_label_contains("Phrase 3: the grass");
    assert!(
        window.query_by_label_contains("Phrase 2").is_none(),
        "it is plain words now, and nobody else gets its number"
    );
}

#[test]
fn escape_steps_back_one_thing_at_a_time() {
    let mut window = with_answer();
    let id = window.run_task();
    window.apply(Event::Finished { id, answer: answer() });
    window.perform(FormAction::BeginRegion);
    window.perform(FormAction::DrawRegion(NormBox::new(0.1, 0.1, 0.3, 0.3)));
    window.perform(ResultAction::Compare(0));
    window.perform(ResultAction::Choose(Choice::phrase(1)));
    window.run();
    click(&mut window, "File");
    window.get_by_label_contains("Quit");
    press(&mut window, Key::Escape);
    assert!(window.query_by_label_contains("Quit").is_none(), "the menu");
    window.perform(Command::Shortcuts);
    window.run();
    press(&mut window, Key::Escape);
    let mut left = Vec::new();
    for _ in 0..4 {
        let state = window.state().state();
        left.push((
            *state.dialog() == Dialog::Closed,
            state.compared().is_none(),
            state.form().region.is_none(),
            state.chosen().is_none(),
        ));
        press(&mut window, Key::Escape);
    }
    assert_eq!(
        left,
        [(true, false, false, false), (true, true, false, false), (true, true, true, false), (true, true, true, true)]
    );
}

/// The accent of the dark theme.
const RING: Color32 = Color32::from_rgb(0xa5, 0x99, 0xf5);

/// Whether something in the accent's colour is painted around this place.
fn has_ring(window: &Window, around: egui::Rect) -> bool {
    window.output().shapes.iter().any(|shape| match &shape.shape {
        egui::Shape::Rect(rect) => {
            rect.stroke.color == RING && rect.stroke.width >= 1.5 && rect.rect.expand(4.0).contains_rect(around)
        }
        _ => false,
    })
}

#[test]
fn every_stop_of_tab_is_seen() {
    let mut window = with_answer();
    let id = window.run_task();
    window.apply(Event::Finished { id, answer: answer() });
    window.perform(ResultAction::Choose(Choice::phrase(1)));
    window.run();
    let mut stops = Vec::new();
    for _ in 0..120 {
        press(&mut window, Key::Tab);
        let Some(focused) = window.ctx.memory(egui::Memory::focused) else { continue };
        if stops.contains(&focused) {
            break;
        }
        stops.push(focused);
        let rect = window.ctx.read_response(focused).unwrap().interact_rect.shrink(3.0);
        let is_field = window.ctx.text_edit_focused();
        assert!(is_field || has_ring(&window, rect), "stop {} at {rect:?} shows nothing", stops.len());
    }
    assert!(stops.len() > 30, "only {} stops", stops.len());
}

#[test]
fn tab_goes_through_the_panel_as_one_reads() {
    let mut window = window_with(Theme::Dark, [1000.0, 1300.0]);
    window.apply(Event::Ready(info()));
    window.open_with(Ok(picture("meadow.png")));
    let id = window.running();
    window.apply(Event::Finished { id, answer: answer() });
    let id = window.run_task();
    window.apply(Event::Finished { id, answer: answer() });
    window.perform(ResultAction::Choose(Choice { phrase: 0, region: Some(0) }));
    window.run();
    let panel = window.get_by_label("Task").rect().left() - 1.0;
    let mut stops: Vec<egui::Rect> = Vec::new();
    for _ in 0..100 {
        press(&mut window, Key::Tab);
        let focused = window.ctx.memory(egui::Memory::focused).and_then(|id| window.ctx.read_response(id));
        let Some(rect) = focused.map(|response| response.rect).filter(|rect| rect.left() > panel && rect.top() > 40.0)
        else {
            if stops.is_empty() {
                continue;
            }
            break;
        };
        if let Some(last) = stops.last() {
            let is_below = rect.center().y > last.center().y + 6.0;
            let is_right = (rect.center().y - last.center().y).abs() <= 22.0 && rect.left() > last.left();
            assert!(is_below || is_right, "after {last:?} comes {rect:?}");
        }
        stops.push(rect);
    }
    assert!(stops.len() > 20, "{} stops", stops.len());
}

#[test]
fn a_key_leads_to_the_picture() {
    let mut window = with_answer();
    press(&mut window, Key::F6);
    assert!(window.get_by_label("Picture meadow.png, 1200 × 900 pixels").is_focused());
    press(&mut window, Key::Tab);
    let focused = window.ctx.memory(egui::Memory::focused).unwrap();
    let place = window.ctx.read_response(focused).unwrap().rect;
    assert_eq!(place, window.get_by_label("box 1 of 1, the grass, bottom").rect());
}

#[test]
fn keys_that_come_in_one_slow_frame_all_count() {
    let mut window = with_answer();
    for (phrase, region) in [(0, 0), (1, 0)] {
        window.perform(ResultAction::RemoveBox { phrase, region });
    }
    window.run();
    assert_eq!(n_boxes(&window), 2);
    let modifiers = Modifiers::COMMAND;
    let press = |pressed| egui::Event::Key { key: Key::Z, physical_key: None, pressed, repeat: false, modifiers };
    window.event(egui::Event::ModifiersChanged(modifiers));
    window.step();
    window.input_mut().events.extend([true, false, true, false].map(press));
    window.step();
    window.event(egui::Event::ModifiersChanged(Modifiers::NONE));
    window.run();
    assert_eq!(n_boxes(&window), 4, "both are undone");
}
