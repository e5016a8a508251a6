//! The results of the picture shown, the newest first: one click shows an earlier one again.

use std::sync::Arc;

use egui::{Align, Button, Layout, RichText, Ui, WidgetInfo, vec2};

use super::{
    action::Action,
    collection::Entry,
    theme,
    widgets::{remark, section_title},
};
use crate::{engine::Answer, text::Task};

const DELETE_WIDTH: f32 = 22.0;

/// Paints the results of an entry, if there is more than the one shown.
pub(super) fn history_ui(ui: &mut Ui, entry: &Entry, actions: &mut Vec<Action>) {
    let shown = entry.reply.answer();
    if entry.results.is_empty() || (entry.results.len() == 1 && shown.is_some()) {
        return;
    }
    ui.add_space(theme::GRID);
    ui.separator();
    ui.add_space(theme::GRID);
    section_title(ui, "Results of this picture");
    ui.add_enabled_ui(!entry.reply.is_under_way(), |ui| {
        for (at, result) in entry.results.iter().enumerate().rev() {
            row_ui(ui, at, result, shown.is_some_and(|shown| Arc::ptr_eq(shown, result)), actions);
        }
    });
    remark(ui, "Each keeps its prompt, checkpoint and settings");
}

/// One result: what was asked, and the words of the answer as far as there is room.
fn row_ui(ui: &mut Ui, at: usize, result: &Answer, is_shown: bool, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GRID / 2.0;
        let width = ui.available_width() - DELETE_WIDTH - theme::GRID;
        let text = format!("{}: {}", asked(&result.task), result.caption.text);
        let button = Button::selectable(is_shown, RichText::new(&text).small()).truncate();
        let response = ui
            .with_layout(Layout::left_to_right(Align::Center).with_main_wrap(false), |ui| {
                ui.set_max_width(width);
                ui.add(button.min_size(vec2(width, theme::SEGMENT_HEIGHT)))
            })
            .inner;
        let name = format!("Result {}: {text}", at + 1);
        response.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, is_shown, &name));
        if response.on_hover_ui(|ui| provenance_ui(ui, result)).clicked() {
            actions.push(Action::ShowResult(at));
        }
        let delete = ui.add(Button::new("×").frame(false).min_size(vec2(DELETE_WIDTH, theme::SEGMENT_HEIGHT)));
        delete.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, format!("Delete result {}", at + 1)));
        if delete.on_hover_text("Delete this result; Undo brings it back").clicked() {
            actions.push(Action::DeleteResult(at));
        }
    });
}

/// What was asked, in few words.
fn asked(task: &Task) -> String {
    match task {
        Task::Brief { .. } => "Brief".to_owned(),
        Task::Detailed { .. } => "Detailed".to_owned(),
        Task::Find { phrase } => format!("Find {phrase}"),
        Task::Ask { question, .. } => question.clone(),
        Task::Region { .. } => "Region".to_owned(),
        Task::Link { caption } => format!("Link {caption}"),
        Task::Raw { .. } => "Prompt".to_owned(),
    }
}

/// Where a result came from.
fn provenance_ui(ui: &mut Ui, result: &Answer) {
    let made_by = &result.made_by;
    ui.set_max_width(360.0);
    ui.label(&result.caption.text);
    ui.label(RichText::new(format!("Prompt: {}", result.prompt)).monospace().small());
    let checkpoint = format!("{} ({}) · {}", made_by.checkpoint, made_by.fingerprint, made_by.precision);
    ui.label(RichText::new(checkpoint).small());
    let options = &made_by.options;
    let sampling = match options.sampling {
        crate::engine::Sampling::Greedy => "always the likeliest token".to_owned(),
        crate::engine::Sampling::TopP { temperature, top_p, seed } => {
            format!("sampled at temperature {temperature:.2}, top-p {top_p:.2}, seed {seed}")
        }
    };
    let no_repeat = options.no_repeat_ngram_size.unwrap_or(0);
    let settings = format!("At most {} tokens, no-repeat n-gram {no_repeat}, {sampling}", options.max_new_tokens);
    ui.label(RichText::new(settings).small());
    ui.label(RichText::new(format!("Kosmoscope {}", made_by.version)).small().weak());
}
