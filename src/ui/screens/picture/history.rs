//! The results of the picture shown, the newest first: one click shows an earlier one again.

use std::sync::Arc;

use egui::{Align, Button, Layout, RichText, ScrollArea, Ui, WidgetInfo, vec2};

use crate::{
    engine::Answer,
    ui::{
        state::{Actions, Entry, ResultAction},
        theme,
        widgets::section_title,
    },
    words::shortened,
};

const DELETE_WIDTH: f32 = 22.0;

/// Whether there is more to an entry than the result shown.
#[must_use]
pub(super) fn has_history(entry: &Entry) -> bool {
    match &entry.results[..] {
        [] => false,
        [_] => entry.answer.finished().is_none(),
        _ => true,
    }
}

/// Paints the results of an entry, as many as there is room for at a time.
pub(super) fn history_ui(ui: &mut Ui, entry: &Entry, actions: &mut Actions) {
    section_title(ui, "Results of this picture");
    // The bar has a place of its own beside the buttons, not over them.
    let scroll = &mut ui.spacing_mut().scroll;
    scroll.floating_allocated_width = scroll.bar_width;
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.add_enabled_ui(!entry.answer.is_under_way(), |ui| {
            for (at, result) in entry.results.iter().enumerate().rev() {
                row_ui(ui, entry, at, result, actions);
            }
        });
    });
}

/// What a result is to what is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    /// It is shown.
    Shown,
    /// It is shown beside that one.
    Compared,
    /// It could be shown beside that one.
    Comparable,
    /// Nothing is shown.
    Alone,
}

/// What a result of an entry is to what is shown of it.
fn relation(entry: &Entry, result: &Arc<Answer>) -> Relation {
    let is = |other: Option<&Arc<Answer>>| other.is_some_and(|other| Arc::ptr_eq(other, result));
    let shown = entry.answer.finished();
    if is(shown) {
        Relation::Shown
    } else if is(entry.compared()) {
        Relation::Compared
    } else if shown.is_some() {
        Relation::Comparable
    } else {
        Relation::Alone
    }
}

/// One result: what was asked, and the words of the answer as far as there is room.
fn row_ui(ui: &mut Ui, entry: &Entry, at: usize, result: &Arc<Answer>, actions: &mut Actions) {
    let relation = relation(entry, result);
    let is_shown = relation == Relation::Shown;
    let row = vec2(ui.available_width(), theme::SEGMENT_HEIGHT);
    ui.allocate_ui_with_layout(row, Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = theme::GRID / 2.0;
        ui.spacing_mut().button_padding.x = 2.0 * theme::GRID;
        let delete = ui.add(Button::new("×").frame(false).min_size(vec2(DELETE_WIDTH, theme::SEGMENT_HEIGHT)));
        delete.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, format!("Delete result {}", at + 1)));
        if delete.on_hover_text("Delete this result; Undo brings it back").clicked() {
            actions.push(ResultAction::Delete(at));
        }
        compare_ui(ui, at, relation, actions);
        ui.with_layout(Layout::left_to_right(Align::Center).with_main_wrap(false), |ui| {
            let edited = if result.made_by.edited { " (edited)" } else { "" };
            let earlier = if entry.has_changed_since(result) { " (of the earlier picture)" } else { "" };
            let text = format!("{}{edited}{earlier}: {}", result.task.summary(), result.caption.text);
            let text = shortened(&text, theme::LONGEST_TEXT);
            let words = RichText::new(&text).small().color(ui.visuals().text_color());
            let button = Button::selectable(is_shown, words).truncate();
            let response = ui.add(button.min_size(vec2(ui.available_width(), theme::SEGMENT_HEIGHT)));
            let name = format!("Result {}: {text}", at + 1);
            response.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, is_shown, &name));
            if response.on_hover_ui(|ui| provenance_ui(ui, result)).clicked() {
                actions.push(ResultAction::Show(at));
            }
        });
    });
}

/// Shows a result beside the one shown, or no more.
fn compare_ui(ui: &mut Ui, at: usize, relation: Relation, actions: &mut Actions) {
    let is_compared = relation == Relation::Compared;
    let is_possible = is_compared || relation == Relation::Comparable;
    let mut label = RichText::new("Compare").small();
    if is_compared {
        label = label.color(ui.visuals().text_color());
    }
    let button = Button::selectable(is_compared, label);
    let response = ui.add_enabled(is_possible, button.min_size(vec2(0.0, theme::SEGMENT_HEIGHT)));
    let name = format!("Compare result {}", at + 1);
    response.widget_info(|| WidgetInfo::selected(egui::Role::Button, is_possible, is_compared, &name));
    if response.on_hover_text("Show this result beside the current one, with the differences marked").clicked() {
        actions.push(ResultAction::Compare(at));
    }
}

/// Where a result came from.
fn provenance_ui(ui: &mut Ui, result: &Answer) {
    let made_by = &result.made_by;
    ui.set_max_width(360.0);
    ui.label(&result.caption.text);
    ui.label(RichText::new(format!("Prompt: {}", shortened(&result.prompt, theme::LONGEST_TEXT))).monospace().small());
    let checkpoint = format!("{} ({}) · {}", made_by.checkpoint, made_by.fingerprint, made_by.precision);
    ui.label(RichText::new(checkpoint).small());
    let options = &made_by.options;
    let sampling = match options.sampling {
        crate::engine::Sampling::Greedy => "always the likeliest token".to_owned(),
        crate::engine::Sampling::TopP { temperature, top_p, seed } => {
            format!("sampled at temperature {temperature:.2}, top-p {top_p:.2}, seed {seed}")
        }
    };
    let no_repeat = Option::from(options.no_repeat_ngram).unwrap_or(0_usize);
    let settings = format!("At most {} tokens, no-repeat n-gram {no_repeat}, {sampling}", options.max_new_tokens);
    ui.label(RichText::new(settings).small());
    let edited = if made_by.edited { " · edited by a person" } else { "" };
    ui.label(RichText::new(format!("Kosmoscope {}{edited}", made_by.version)).small().weak());
}
