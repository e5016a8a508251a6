//! What to ask: the kind of task, its words, and how the answer is written.

use std::num::NonZero;

use egui::{Button, CollapsingHeader, DragValue, Frame, Key, Margin, RichText, Slider, TextEdit, Ui, vec2};

use crate::{
    text::{Entry, TaskKind},
    ui::{
        canvas::n_cells,
        command::Command,
        state::{Actions, AppState, DecodingForm, Form, FormAction},
        theme,
        widgets::{command_button, main_button, remark, section_title},
    },
};

/// Paints the panel. What is changed is pushed as one action.
pub(super) fn task_panel_ui(ui: &mut Ui, state: &AppState, actions: &mut Actions) {
    let mut form = state.form.clone();
    section_title(ui, "Task");
    kinds_ui(ui, &mut form.kind);
    remark(ui, form.kind.row().explanation);
    region_ui(ui, state, &mut form, actions);
    let is_entered = words_ui(ui, &mut form);
    let needs = form.kind.row().needs;
    if needs.grounding {
        ui.checkbox(&mut form.grounded, "Link phrases to boxes");
    }
    if needs.conversation {
        conversation_ui(ui, state, &mut form.keeps_conversation);
    }
    ui.add_space(theme::GRID);
    let command = if state.answer().is_under_way() { Command::Stop } else { Command::Run };
    main_button(ui, state, command, actions);
    CollapsingHeader::new("Settings").show(ui, |ui| settings_ui(ui, state, &mut form, actions));
    if is_entered {
        actions.push(FormAction::Run(form));
    } else if form != state.form {
        actions.push(FormAction::Edit(form));
    }
}

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
                    if response.on_hover_text(segment.tooltip).clicked() {
                        *kind = segment.kind;
                    }
                }
            });
        }
    });
}

/// The field of the kinds that need words. Returns whether they are to be asked now.
fn words_ui(ui: &mut Ui, form: &mut Form) -> bool {
    let row = form.kind.row();
    let Some(words) = row.needs.words else { return false };
    let typed = &mut form.words[form.kind];
    let field = match words.entry {
        Entry::Line => TextEdit::singleline(typed),
        Entry::Lines => TextEdit::multiline(typed).desired_rows(3),
        Entry::Verbatim => TextEdit::multiline(typed).desired_rows(3).font(egui::TextStyle::Monospace),
    };
    // It keeps the focus wherever the panel stands, so that what is typed on is no shortcut.
    let field = field.id(egui::Id::unique(("words", row.name)));
    let response = ui.add(field.hint_text(words.hint).desired_width(f32::INFINITY).margin(Margin::symmetric(8, 6)));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, row.label));
    let is_entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if words.entry != Entry::Line || !is_entered {
        return false;
    }
    response.request_focus();
    true
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

/// Whether a question follows the ones before it, and how many those are.
fn conversation_ui(ui: &mut Ui, state: &AppState, keeps: &mut bool) {
    ui.checkbox(keeps, "Keep the conversation")
        .on_hover_text("Earlier questions and their answers stay in the prompt, the latest first if there is not room for all; otherwise each question starts afresh");
    match state.conversation().len() {
        0 if *keeps => remark(ui, "This question begins the conversation"),
        0 => {}
        1 => remark(ui, "Follows 1 question"),
        n_earlier => remark(ui, &format!("Follows {n_earlier} questions")),
    }
}

/// How the answer is written.
fn settings_ui(ui: &mut Ui, state: &AppState, form: &mut Form, actions: &mut Actions) {
    let decoding = &mut form.decoding;
    number_ui(ui, "Maximum tokens", "The answer is cut off after this many", |ui| {
        ui.add(DragValue::new(&mut decoding.max_new_tokens).range(1..=1024))
    });
    number_ui(ui, "No-repeat n-gram", "No run of this many tokens occurs twice; 0 allows all", |ui| {
        let mut size = decoding.no_repeat_ngram.size(state.no_repeat_ngram()).map_or(0, NonZero::get);
        let response = ui.add(DragValue::new(&mut size).range(0..=10));
        if response.changed() {
            decoding.no_repeat_ngram = Some(size).into();
        }
        response
    });
    ui.checkbox(&mut decoding.sampled, "Sample")
        .on_hover_text("Pick tokens at random among the likely ones; otherwise always take the likeliest");
    if decoding.sampled {
        sampling_ui(ui, decoding);
    }
    ui.checkbox(&mut form.run_on_open, "Run when a picture is opened")
        .on_hover_text("One that is in the list already is only shown");
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
    number_ui(ui, "Seed", "The same seed gives the same answer", |ui| ui.add(DragValue::new(&mut decoding.seed)));
}

/// A named value: name at the left, value at the right.
fn number_ui(ui: &mut Ui, name: &str, tooltip: &str, value: impl FnOnce(&mut Ui) -> egui::Response) {
    ui.horizontal(|ui| {
        let label = ui.label(name).on_hover_text(tooltip);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            value(ui).labelled_by(label.id).on_hover_text(tooltip);
        });
    });
}
