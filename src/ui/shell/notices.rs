//! Sentences over the canvas: what went wrong. They stay until taken away; what was done is a toast.

use egui::{Align, Button, Color32, Frame, Label, Layout, Margin, RichText, Stroke, Ui};

use crate::{
    ui::{
        state::{Action, Actions, AppState, CheckpointAction, Model, Notice, PictureAction},
        theme,
        widgets::{cost, full_model_button, remark},
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
    if state.should_offer_full_model() {
        level_frame(ui, Level::Warning).show(ui, |ui| offer_ui(ui, state, actions));
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
    has_failed || has_notice || state.should_offer_full_model() || matches!(state.model, Model::Failed(_))
}

/// What to think of boxes that the built-in model has drawn on a photo, and what knows more.
fn offer_ui(ui: &mut Ui, state: &AppState, actions: &mut Actions) {
    ui.set_min_width(ui.available_width());
    ui.horizontal_top(|ui| {
        sign_ui(ui, Level::Warning);
        ui.add(Label::new("The built-in model knows drawn scenes only: these boxes are guesses").wrap());
    });
    ui.add_space(theme::GRID / 2.0);
    ui.horizontal_wrapped(|ui| {
        full_model_button(ui, state, actions);
        let not_now = ui.add(Button::new("Not now").frame(false));
        if not_now.on_hover_text("Don't show this again until the next start").clicked() {
            actions.push(CheckpointAction::DeclineOffer);
        }
    });
    if let Some(full_model) = state.full_model() {
        remark(ui, &cost(full_model));
    }
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
    level_frame(ui, level).show(ui, |ui| {
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            at_the_end(ui);
            ui.with_layout(Layout::left_to_right(Align::Min).with_main_wrap(false), |ui| {
                sign_ui(ui, level);
                ui.add(Label::new(repeated(text, theme::LONGEST_TEXT)).wrap());
            });
        });
    });
}

fn level_frame(ui: &Ui, level: Level) -> Frame {
    let colours = theme::colours(ui.visuals().dark_mode);
    let ground = match level {
        Level::Warning => colours.warning,
        Level::Problem => colours.problem,
    };
    let frame = Frame::new().fill(ground).stroke(Stroke::new(1.0, line(ui, level))).corner_radius(theme::RADIUS);
    frame.inner_margin(Margin::symmetric(12, 8))
}

fn sign_ui(ui: &mut Ui, level: Level) {
    let (sign, name) = match level {
        Level::Warning => ("⚠", "Warning"),
        Level::Problem => ("🚫", "Problem"),
    };
    let sign = ui.label(RichText::new(sign).color(line(ui, level)));
    sign.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, name));
}

fn line(ui: &Ui, level: Level) -> Color32 {
    let colours = theme::colours(ui.visuals().dark_mode);
    match level {
        Level::Warning => colours.warning_line,
        Level::Problem => colours.problem_line,
    }
}
