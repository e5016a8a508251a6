//! Sentences over the canvas: what went wrong. They stay until taken away; what was done is a toast.

use egui::{Align, Button, Frame, Label, Layout, Margin, RichText, Stroke, Ui};

use crate::{
    ui::{
        state::{Action, Actions, AppState, Model, Notice, PictureAction},
        theme,
    },
    words::repeated,
};

/// Paints them above the canvas; nothing if there are none.
pub(crate) fn notices_ui(ui: &mut Ui, state: &AppState, actions: &mut Actions) {
    if let Model::Failed(error) = &state.model {
        // No way to take it away: nothing works until it is mended.
        notice_ui(ui, Level::Problem, error, |_| {});
    }
    if let Some(failure) = state.pictures.current().and_then(|entry| entry.failure.as_ref()) {
        notice_ui(ui, Level::Problem, failure, |ui| dismiss_ui(ui, PictureAction::DismissFailure, actions));
    }
    for (id, notice) in state.notices.standing() {
        let level = if matches!(notice, Notice::Warning(_)) { Level::Warning } else { Level::Problem };
        notice_ui(ui, level, notice.text(), |ui| dismiss_ui(ui, Action::Dismiss(id), actions));
    }
}

/// Whether there is anything to paint.
pub(crate) fn has_notices(state: &AppState) -> bool {
    let has_failed = state.pictures.current().is_some_and(|entry| entry.failure.is_some());
    let has_notice = state.notices.standing().next().is_some();
    has_failed || has_notice || matches!(state.model, Model::Failed(_))
}

fn dismiss_ui(ui: &mut Ui, dismissal: impl Into<Action>, actions: &mut Actions) {
    let close = ui.add(Button::new("✖").frame(false).small());
    close.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, "Dismiss"));
    if close.on_hover_text("Dismiss").clicked() {
        actions.push(dismissal);
    }
}

/// How much a notice matters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Warning,
    Problem,
}

fn notice_ui(ui: &mut Ui, level: Level, text: &str, at_the_end: impl FnOnce(&mut Ui)) {
    let colours = theme::colours(ui.visuals().dark_mode);
    let (ground, line, sign, name) = match level {
        Level::Warning => (colours.warning, colours.warning_line, "⚠", "Warning"),
        Level::Problem => (colours.problem, colours.problem_line, "🚫", "Problem"),
    };
    let frame = Frame::new().fill(ground).stroke(Stroke::new(1.0, line)).corner_radius(theme::RADIUS);
    frame.inner_margin(Margin::symmetric(12, 8)).show(ui, |ui| {
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            at_the_end(ui);
            ui.with_layout(Layout::left_to_right(Align::Min).with_main_wrap(false), |ui| {
                let sign = ui.label(RichText::new(sign).color(line));
                sign.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, name));
                ui.add(Label::new(repeated(text, theme::LONGEST_TEXT)).wrap());
            });
        });
    });
}
