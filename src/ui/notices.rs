//! Sentences over the canvas: what went wrong, and what was done. They stay until taken away.

use egui::{Align, Button, Frame, Label, Layout, Margin, Stroke, Ui};

use super::{
    action::Action,
    state::{AppState, Model, Notice},
    theme,
};

/// Paints them above the canvas; nothing if there are none.
pub(super) fn notices_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    if let Model::Failed(error) = &state.model {
        // No way to take it away: nothing works until it is mended.
        notice_ui(ui, &Notice::Problem(error.clone()), |_| {});
    }
    if let Some(failure) = state.pictures.current().and_then(|entry| entry.failure.as_ref()) {
        notice_ui(ui, &Notice::Problem(failure.clone()), |ui| dismiss_ui(ui, Action::DismissFailure, actions));
    }
    for (index, notice) in state.notices.iter().enumerate() {
        notice_ui(ui, notice, |ui| dismiss_ui(ui, Action::DismissNotice(index), actions));
    }
}

/// Whether there is anything to paint.
pub(super) fn has_notices(state: &AppState) -> bool {
    let has_failed = state.pictures.current().is_some_and(|entry| entry.failure.is_some());
    has_failed || !state.notices.is_empty() || matches!(state.model, Model::Failed(_))
}

fn dismiss_ui(ui: &mut Ui, dismissal: Action, actions: &mut Vec<Action>) {
    let close = ui.add(Button::new("✖").frame(false).small());
    close.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, "Dismiss"));
    if close.on_hover_text("Dismiss").clicked() {
        actions.push(dismissal);
    }
}

fn notice_ui(ui: &mut Ui, notice: &Notice, at_the_end: impl FnOnce(&mut Ui)) {
    let colours = theme::colours(ui.visuals().dark_mode);
    let (text, fill, line) = match notice {
        Notice::Done(text) => (text, colours.done, colours.done_line),
        Notice::Problem(text) => (text, colours.problem, colours.problem_line),
    };
    let frame = Frame::new().fill(fill).stroke(Stroke::new(1.0, line)).corner_radius(theme::RADIUS);
    frame.inner_margin(Margin::symmetric(12, 8)).show(ui, |ui| {
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            at_the_end(ui);
            ui.with_layout(Layout::left_to_right(Align::Min).with_main_wrap(false), |ui| {
                ui.add(Label::new(text).wrap());
            });
        });
    });
}
