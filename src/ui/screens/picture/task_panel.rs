//! What to ask: the kind of task, its words, and how the answer is written.

use std::num::NonZero;

use egui::{
    Button, DragValue, Frame, Key, KeyboardShortcut, Margin, Modifiers, Popup, PopupCloseBehavior, RectAlign, RichText,
    ScrollArea, Slider, TextEdit, Ui, pos2,
    text::{CCursor, CCursorRange},
    text_edit::TextEditState,
    vec2,
};

use super::{
    side_view::SideView,
    transcript::{context_ui, is_in_transcript, transcript_ui},
};

use crate::{
    caption::Choice,
    text::{Entry, TaskKind},
    ui::{
        canvas::n_cells,
        command::Command,
        state::{Actions, AppState, DecodingForm, Form, FormAction},
        theme,
        widgets::{command_button, explain_beside, main_button, part, remark, section_title},
    },
};

/// Paints the panel. What is changed is pushed as one action. Returns what is pointed at in a conversation.
pub(super) fn task_panel_ui(
    ui: &mut Ui,
    view: &mut SideView,
    state: &AppState,
    actions: &mut Actions,
) -> Option<Choice> {
    let mut form = state.form.clone();
    section_title(ui, "Task");
    part(ui, "kinds", |ui| kinds_ui(ui, &mut form.kind));
    let talks = is_in_transcript(state) && form.kind == state.form.kind;
    let pointed_at = if talks {
        transcript_ui(ui, state, actions)
    } else {
        remark(ui, form.kind.row().explanation);
        None
    };
    region_ui(ui, state, &mut form, actions);
    let is_entered = words_ui(ui, view, state, &mut form);
    let needs = form.kind.row().needs;
    if needs.grounding {
        part(ui, "grounding", |ui| ui.checkbox(&mut form.grounded, "Link phrases to boxes"));
    }
    if needs.conversation {
        part(ui, "context", |ui| context_ui(ui, state, &mut form.keeps_conversation));
    }
    ui.add_space(theme::GRID);
    part(ui, "run", |ui| run_ui(ui, state, &mut form, actions));
    if is_entered {
        actions.push(FormAction::Run(form));
    } else if form != state.form {
        actions.push(FormAction::Edit(form));
    }
    pointed_at
}

/// The button that runs, and beside it the one that unfolds the settings: over the picture, so that the answer stays in
/// sight.
fn run_ui(ui: &mut Ui, state: &AppState, form: &mut Form, actions: &mut Actions) {
    ui.horizontal(|ui| {
        let size = vec2(ui.available_width() - GEAR_WIDTH - ui.spacing().item_spacing.x, theme::RUN_BUTTON_HEIGHT);
        ui.allocate_ui(size, |ui| {
            let command = if state.answer().is_under_way() { Command::Stop } else { Command::Run };
            main_button(ui, state, command, actions);
        });
        let is_usual = form.decoding == DecodingForm::default();
        let gear = RichText::new("⚙").size(17.0);
        let gear = if is_usual { gear } else { gear.color(theme::colours(ui.visuals().dark_mode).accent_line) };
        let response = ui.add(Button::new(gear).min_size(vec2(GEAR_WIDTH, theme::RUN_BUTTON_HEIGHT)));
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, "Settings"));
        let panel_left = ui.clip_rect().left() - f32::from(theme::PANEL_MARGIN);
        let corner = pos2(panel_left, response.rect.top());
        let response = response.on_hover_text("How the answer is written");
        Popup::from_toggle_button_response(&response)
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .at_position(corner)
            .align(RectAlign::LEFT_START)
            .show(|ui| {
                ui.set_width(SETTINGS_WIDTH);
                settings_ui(ui, state, form, actions);
            });
    });
}

const GEAR_WIDTH: f32 = 40.0;
const SETTINGS_WIDTH: f32 = 300.0;

/// Buttons side by side.
const ACROSS: usize = 3;

/// All groups of kinds at once, three in a row, and below them the kinds of the chosen one if it has several.
fn kinds_ui(ui: &mut Ui, kind: &mut TaskKind) {
    let groups: Vec<&[TaskKind]> = TaskKind::ALL.chunk_by(|a, b| a.row().group == b.row().group).collect();
    let of_group = |kinds: &&[TaskKind]| {
        let first = kinds.first().copied()?;
        let chosen = if kinds.contains(kind) { *kind } else { first };
        Some(Segment { label: first.row().group, kind: chosen, tooltip: first.row().explanation })
    };
    let rows: Vec<Vec<Segment>> = groups.chunks(ACROSS).map(|row| row.iter().filter_map(of_group).collect()).collect();
    segments_ui(ui, &rows, ACROSS, kind);
    if let Some(kinds) = groups.into_iter().find(|kinds| kinds.len() > 1 && kinds.contains(kind)) {
        let of_kind = |kind: &TaskKind| {
            let row = kind.row();
            Segment { label: row.label, kind: *kind, tooltip: row.explanation }
        };
        segments_ui(ui, &[kinds.iter().map(of_kind).collect()], kinds.len(), kind);
    }
}

struct Segment {
    label: &'static str,
    kind: TaskKind,
    tooltip: &'static str,
}

/// Buttons side by side in an inset, one of which is chosen.
fn segments_ui(ui: &mut Ui, rows: &[Vec<Segment>], across: usize, kind: &mut TaskKind) {
    let gap = theme::GRID / 2.0;
    let column = ui.clip_rect().x_range();
    let colours = theme::colours(ui.visuals().dark_mode);
    let frame = Frame::new().fill(colours.inset).corner_radius(theme::RADIUS);
    frame.inner_margin(Margin::same(gap as i8)).show(ui, |ui| {
        ui.spacing_mut().item_spacing = vec2(gap, gap);
        let width = (ui.available_width() - (across as f32 - 1.0) * gap) / across as f32;
        for row in rows {
            ui.horizontal(|ui| {
                for segment in row {
                    let is_chosen = *kind == segment.kind;
                    let button = if is_chosen {
                        let text = RichText::new(segment.label).color(egui::Color32::WHITE);
                        Button::selectable(true, text).fill(colours.accent)
                    } else {
                        Button::selectable(false, segment.label)
                    };
                    let response = ui.add(button.min_size(vec2(width, theme::SEGMENT_HEIGHT)));
                    explain_beside(&response, column, |ui| {
                        ui.label(segment.tooltip);
                    });
                    if response.clicked() {
                        *kind = segment.kind;
                    }
                }
            });
        }
    });
}

/// The field of the kinds that need words. Enter asks, and with Shift begins a line. Returns whether they are to be asked
/// now.
fn words_ui(ui: &mut Ui, view: &mut SideView, state: &AppState, form: &mut Form) -> bool {
    let row = form.kind.row();
    let Some(words) = row.needs.words else { return false };
    let typed = &mut form.words[form.kind];
    let n_rows = if words.entry == Entry::Line { 1 } else { 3 };
    let field = TextEdit::multiline(typed).desired_rows(n_rows).return_key(NEW_LINE);
    let field = if words.entry == Entry::Verbatim { field.font(egui::TextStyle::Monospace) } else { field };
    // It keeps the focus wherever the panel stands, so that what is typed on is no shortcut.
    let field = field.id(egui::Id::unique(("words", row.name)));
    let field = field.hint_text(words.hint).desired_width(f32::INFINITY).margin(Margin::symmetric(8, 6));
    let response = ScrollArea::vertical().max_height(theme::FIELD_HEIGHT).show(ui, |ui| ui.add(field)).inner;
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, row.label));
    let n_said = state.transcript().len();
    let is_longer = std::mem::replace(&mut view.n_said, n_said) < n_said;
    if std::mem::take(&mut view.wants_words) {
        response.request_focus();
        response.scroll_to_me(None);
    } else if is_longer && response.has_focus() {
        response.scroll_to_me(None);
    }
    let is_entered =
        response.has_focus() && ui.input(|input| input.modifiers.is_none() && input.key_pressed(Key::Enter));
    if is_entered {
        select_all(ui, response.id, typed);
    }
    is_entered
}

const NEW_LINE: KeyboardShortcut = KeyboardShortcut::new(Modifiers::SHIFT, Key::Enter);

/// So that what is typed next takes the place of what was asked.
fn select_all(ui: &Ui, field: egui::Id, typed: &str) {
    let mut editing = TextEditState::load(ui.ctx(), field).unwrap_or_default();
    let end = CCursor::new(typed.chars().count());
    editing.cursor.set_char_range(Some(CCursorRange::two(CCursor::new(0), end)));
    editing.store(ui.ctx(), field);
}

/// Whether a rectangle is drawn, for the kinds that look at it, and what to ask about it.
fn region_ui(ui: &mut Ui, state: &AppState, form: &mut Form, actions: &mut Actions) {
    let Some(region_use) = form.kind.row().needs.region else { return };
    if form.region.is_some() {
        let uses = TaskKind::ALL.into_iter().filter_map(|kind| Some((kind, kind.row().needs.region?)));
        // What is about nothing but the rectangle stands first.
        let (only_it, others): (Vec<_>, Vec<_>) = uses.partition(|(_, region_use)| region_use.is_required);
        let choices: Vec<Segment> = only_it
            .into_iter()
            .chain(others)
            .map(|(kind, region_use)| Segment { label: region_use.label, kind, tooltip: kind.row().explanation })
            .collect();
        let across = choices.len();
        segments_ui(ui, &[choices], across, &mut form.kind);
    }
    match form.region {
        Some(region) => {
            ui.horizontal(|ui| {
                let (columns, rows) = n_cells(region);
                ui.label(format!("{columns} × {rows} cells of the 32 × 32 grid"))
                    .on_hover_text("The model names places in steps of these cells");
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    command_button(ui, state, Command::ClearRegion, actions);
                });
            });
        }
        None if region_use.is_required => {
            command_button(ui, state, Command::PlaceRegion, actions);
        }
        None => {}
    }
}

/// How the answer is written.
fn settings_ui(ui: &mut Ui, state: &AppState, form: &mut Form, actions: &mut Actions) {
    let decoding = &mut form.decoding;
    number_ui(ui, "Maximum length", "The answer ends after this many tokens, about four letters each", |ui| {
        ui.add(DragValue::new(&mut decoding.max_new_tokens).range(1..=1024).suffix(" tokens"))
    });
    number_ui(ui, "No repeated phrases", "No run of this many tokens (n-gram) occurs twice; 0 allows all", |ui| {
        let mut size = decoding.no_repeat_ngram.size(state.no_repeat_ngram()).map_or(0, NonZero::get);
        let response = ui.add(DragValue::new(&mut size).range(0..=10));
        if response.changed() {
            decoding.no_repeat_ngram = Some(size).into();
        }
        response
    });
    explained(ui, "Vary the answer", "Pick tokens at random among the likely ones (sampling)", &mut decoding.sampled);
    if decoding.sampled {
        sampling_ui(ui, decoding);
    }
    explained(
        ui,
        "Run when a picture is opened",
        "One that is in the list already is only shown",
        &mut form.run_on_open,
    );
    if form.decoding != DecodingForm::default() && state.form.decoding != DecodingForm::default() {
        command_button(ui, state, Command::ResetSettings, actions);
    }
}

fn sampling_ui(ui: &mut Ui, decoding: &mut DecodingForm) {
    number_ui(ui, "Temperature", "Higher values give more varied answers", |ui| {
        ui.add(Slider::new(&mut decoding.temperature, 0.1..=1.0).step_by(0.01))
    });
    number_ui(ui, "Top-p", "Pick among the likeliest tokens that make up this share of the probability", |ui| {
        ui.add(Slider::new(&mut decoding.top_p, 0.1..=1.0).step_by(0.01))
    });
    explained(ui, "New seed for each run", "Otherwise the same seed gives the same answer", &mut decoding.new_seed);
    number_ui(ui, "Seed", "The one of the next run, or of the last if each has its own", |ui| {
        ui.add_enabled(!decoding.new_seed, DragValue::new(&mut decoding.seed))
    });
}

/// A choice with what it means below.
fn explained(ui: &mut Ui, name: &str, meaning: &str, is_on: &mut bool) {
    ui.checkbox(is_on, name);
    remark(ui, meaning);
}

/// A named value, name at the left, value at the right, with what it means below.
fn number_ui(ui: &mut Ui, name: &str, meaning: &str, value: impl FnOnce(&mut Ui) -> egui::Response) {
    ui.horizontal(|ui| {
        let label = ui.label(name);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            value(ui).labelled_by(label.id);
        });
    });
    remark(ui, meaning);
}
