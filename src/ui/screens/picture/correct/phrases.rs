//! The phrases of an answer that is corrected; the chosen one with its words and boxes, and what can be done with them.

use egui::{Button, Id, Key, RichText, TextEdit, Ui, WidgetInfo};

use crate::{
    caption::{Caption, Choice, Correction, Phrase},
    ui::{
        state::{Actions, AppState, CorrectAction, EntryId, ResultAction},
        theme,
        widgets::{Gesture, box_in_words, phrase_row_ui, remark, section_title},
    },
    words::shortened,
};

/// Characters of a phrase in a menu.
const NAME_CHARS: usize = 40;

/// Paints them. The last one up to the one `wanted`, or else the first, gets the keys. Returns what is pointed at.
pub(super) fn phrases_ui(
    ui: &mut Ui,
    state: &AppState,
    caption: &Caption,
    wanted: Option<usize>,
    actions: &mut Actions,
) -> Option<Choice> {
    section_title(ui, "Phrases");
    ui.spacing_mut().item_spacing.y = theme::GRID / 2.0;
    let mut pointed_at = None;
    let chosen = state.chosen();
    let listed = |(at, phrase): &(usize, &Phrase)| !phrase.regions.is_empty() || chosen == Some(*at);
    let mut n_listed = 0;
    for (index, phrase) in caption.phrases.iter().enumerate().filter(listed) {
        n_listed += 1;
        let is_lit = state.highlight().is_some_and(|choice| choice.phrase == index);
        let mut gestures = Vec::new();
        let row = phrase_row_ui(ui, caption, index, phrase, is_lit, &mut gestures);
        if wanted.is_some_and(|wanted| index <= wanted || n_listed == 1) {
            row.request_focus();
        }
        if row.hovered() || row.has_focus() {
            pointed_at = Some(Choice::phrase(index));
        }
        // One click chooses it; a second one, on the same, chooses nothing.
        for gesture in gestures {
            if let Gesture::Choose(choice) = gesture {
                actions.push(ResultAction::Choose(choice));
            }
        }
        if chosen == Some(index) {
            ui.indent("chosen phrase", |ui| {
                chosen_ui(ui, state, caption, index, phrase, actions);
                for region in 0..phrase.regions.len() {
                    let choice = Choice { phrase: index, region: Some(region) };
                    if box_ui(ui, state, caption, choice, actions) {
                        pointed_at = Some(choice);
                    }
                }
            });
        }
    }
    if n_listed == 0 {
        remark(ui, "No words are linked to a place yet");
    }
    pointed_at
}

/// The words of the chosen phrase and what can be done with it.
fn chosen_ui(ui: &mut Ui, state: &AppState, caption: &Caption, index: usize, phrase: &Phrase, actions: &mut Actions) {
    if let Some(entry) = state.pictures().current() {
        name_ui(ui, entry.id, caption, index, phrase, actions);
    }
    if phrase.lost.is_some() {
        remark(ui, "Its words are not in the text: select others there, type them here, or unlink it");
    } else if phrase.is_unnamed(caption) {
        remark(ui, "Select its words in the text, or type them here");
    } else if phrase.regions.is_empty() {
        remark(ui, "Draw its box on the picture");
    }
    ui.horizontal_wrapped(|ui| {
        let mut small = small_buttons(ui);
        let mut button = |ui: &mut Ui, label: &str, tooltip: &str, is_possible: bool, action: CorrectAction| {
            small(ui, label, &format!("{label} phrase {}", index + 1), tooltip, is_possible.then_some(action), actions);
        };
        let make = |correction: Correction| CorrectAction::Make(correction);
        let tooltip = "Its words stay as plain text, and its boxes go";
        button(ui, "Unlink", tooltip, !phrase.regions.is_empty(), make(Correction::Unlink(index)));
        let merge = Correction::MergeNext(index);
        let can_merge = caption.corrected(&merge).is_some();
        button(ui, "Merge with next", "Both and the words between become one phrase", can_merge, make(merge));
        let tooltip = "Ask the model where this is, and take over its boxes";
        let can_ask = state.cannot_run().is_none() && !phrase.is_unnamed(caption);
        button(ui, "Ask where", tooltip, can_ask, CorrectAction::AskWhere(index));
    });
}

/// The words of a phrase, to be typed anew.
fn name_ui(ui: &mut Ui, entry: EntryId, caption: &Caption, index: usize, phrase: &Phrase, actions: &mut Actions) {
    let words = caption.words(phrase);
    // What is being typed belongs to this phrase with these words only.
    let draft = Id::unique(("words of a phrase", entry, index, words));
    let mut typed = ui.data_mut(|data| data.get_temp::<String>(draft)).unwrap_or_else(|| words.to_owned());
    let field = TextEdit::singleline(&mut typed).id(Id::unique(("words of the chosen phrase", index)));
    let response = ui.add(field.hint_text("Its words").desired_width(f32::INFINITY));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, format!("Words of phrase {}", index + 1)));
    if phrase.is_unnamed(caption) && is_drawn_now(ui) {
        response.request_focus();
    }
    let is_over = response.lost_focus();
    let is_given_up = is_over && ui.input(|input| input.key_pressed(Key::Escape));
    if is_over && !is_given_up && typed.trim() != words && !typed.trim().is_empty() {
        actions.push(CorrectAction::Make(Correction::Name(index, typed.clone())));
    }
    ui.data_mut(|data| {
        if is_over {
            data.remove::<String>(draft);
        } else {
            data.insert_temp(draft, typed);
        }
    });
}

/// Whether the pointer has just let go of something on the picture: who has drawn a box goes on with its words.
fn is_drawn_now(ui: &Ui) -> bool {
    let panel = ui.clip_rect();
    ui.input(|input| {
        let pointer = &input.pointer;
        pointer.any_released() && pointer.latest_pos().is_some_and(|at| !panel.contains(at))
    })
}

/// A box of the chosen phrase and what can be done with it. Returns whether it is pointed at.
fn box_ui(ui: &mut Ui, state: &AppState, caption: &Caption, choice: Choice, actions: &mut Actions) -> bool {
    let Some((phrase, at)) = caption.phrases.get(choice.phrase).zip(choice.region) else { return false };
    let Some(region) = phrase.regions.get(at) else { return false };
    let is_chosen = state.chosen_box() == Some((choice.phrase, at));
    let words = RichText::new(box_in_words(phrase, at, region, state.look)).small().color(ui.visuals().text_color());
    let response = ui.add(Button::selectable(is_chosen, words).wrap());
    let name = format!("Box {} of {}, {}", at + 1, phrase.regions.len(), region.norm.place_in_words());
    response.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, is_chosen, &name));
    if response.clicked() {
        actions.push(ResultAction::Choose(choice));
    }
    if is_chosen {
        ui.horizontal_wrapped(|ui| {
            let mut small = small_buttons(ui);
            move_ui(ui, caption, choice.phrase, at, actions);
            let mut button = |ui: &mut Ui, label: &str, tooltip: &str, action: Option<CorrectAction>| {
                small(ui, label, &format!("{label} box {}", at + 1), tooltip, action, actions);
            };
            let make = |correction: Correction| Some(CorrectAction::Make(correction));
            button(ui, "Remove", "Undo brings it back", make(Correction::Remove(choice.phrase, at)));
            button(ui, "Duplicate", "A twin of it, beside it", make(Correction::Duplicate(choice.phrase, at)));
            let earlier = (at > 0).then_some(CorrectAction::Make(Correction::Earlier(choice.phrase, at)));
            button(ui, "Earlier", "It changes places with the box before it", earlier);
            let can_ask = state.cannot_run().is_none();
            let ask = can_ask.then_some(CorrectAction::AskWhat(choice.phrase, at));
            button(ui, "Ask what", "Ask the model what it shows, and take over its words", ask);
        });
    }
    response.hovered() || response.has_focus()
}

/// The other phrases, one of which can get the box.
fn move_ui(ui: &mut Ui, caption: &Caption, phrase: usize, region: usize, actions: &mut Actions) {
    let others: Vec<(usize, &Phrase)> = caption.linked().filter(|(at, _)| *at != phrase).collect();
    let label = RichText::new("To phrase ⏷").small();
    let menu = ui.add_enabled_ui(!others.is_empty(), |ui| {
        ui.menu_button(label, |ui| {
            ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
            for (at, other) in others {
                let name = format!("{} {}", at + 1, shortened(&other.label(caption), NAME_CHARS));
                if ui.button(name).clicked() {
                    actions.push(CorrectAction::Make(Correction::Move(phrase, region, at)));
                    ui.close();
                }
            }
        })
    });
    let name = format!("To phrase box {}", region + 1);
    menu.inner.response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &name));
}

/// A way to paint small buttons in a row: label, name, tooltip, and what a click does, if anything is possible.
fn small_buttons(ui: &mut Ui) -> impl FnMut(&mut Ui, &str, &str, &str, Option<CorrectAction>, &mut Actions) + use<> {
    ui.spacing_mut().button_padding = egui::vec2(8.0, 2.0);
    ui.spacing_mut().interact_size.y = 22.0;
    |ui, label, name, tooltip, action, actions| {
        let response = ui.add_enabled(action.is_some(), Button::new(RichText::new(label).small()));
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, action.is_some(), name));
        if let Some(action) = action.filter(|_| response.on_hover_text(tooltip).clicked()) {
            actions.push(action);
        }
    }
}
