//! Sentences over the canvas: what went wrong. They stay until taken away; what was done is a toast.

use egui::{Align, Button, Frame, Label, Layout, Margin, Stroke, Ui};

use crate::{
    ui::{
        state::{Action, Actions, AppState, Model, PictureAction},
        theme,
    },
    words::shortened,
};

/// Paints them above the canvas; nothing if there are none.
pub(crate) fn notices_ui(ui: &mut Ui, state: &AppState, actions: &mut Actions) {
    if let Model::Failed(error) = &state.model {
        // No way to take it away: nothing works until it is mended.
        problem_ui(ui, error, |_| {});
    }
    if let Some(failure) = state.pictures.current().and_then(|entry| entry.failure.as_ref()) {
        problem_ui(ui, failure, |ui| dismiss_ui(ui, PictureAction::DismissFailure, actions));
    }
    for (id, problem) in state.notices.problems() {
        problem_ui(ui, problem, |ui| dismiss_ui(ui, Action::Dismiss(id), actions));
    }
}

/// Whether there is anything to paint.
pub(crate) fn has_notices(state: &AppState) -> bool {
    let has_failed = state.pictures.current().is_some_and(|entry| entry.failure.is_some());
    let has_problem = state.notices.problems().next().is_some();
    has_failed || has_problem || matches!(state.model, Model::Failed(_))
}

fn dismiss_ui(ui: &mut Ui, dismissal: impl Into<Action>, actions: &mut Actions) {
    let close = ui.add(Button::new("✖").frame(false).small());
    close.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, "Dismiss"));
    if close.on_hover_text("Dismiss").clicked() {
        actions.push(dismissal);
    }
}

fn problem_ui(ui: &mut Ui, problem: &str, at_the_end: impl FnOnce(&mut Ui)) {
    let colours = theme::colours(ui.visuals().dark_mode);
    let stroke = Stroke::new(1.0, colours.problem_line);
    let frame = Frame::new().fill(colours.problem).stroke(stroke).corner_radius(theme::RADIUS);
    frame.inner_margin(Margin::symmetric(12, 8)).show(ui, |ui| {
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            at_the_end(ui);
            ui.with_layout(Layout::left_to_right(Align::Min).with_main_wrap(false), |ui| {
                ui.add(Label::new(shortened(problem, theme::LONGEST_TEXT)).wrap());
            });
        });
    });
}
