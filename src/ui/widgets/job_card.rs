//! The card of something that runs beside the window: what it is about, how far it is, what to press next.

use egui::{ProgressBar, Ui, WidgetInfo};

use super::buttons::remark;
use crate::ui::{
    state::{Actions, DialogAction},
    theme,
};

const WIDTH: f32 = 440.0;

/// Paints a card with a title, what there is to know, and the way out at its foot. Closing it stops nothing, which
/// `on_close` says; beside that button `foot` may put others.
pub(crate) fn job_card_ui(
    ui: &mut Ui,
    title: &str,
    on_close: &str,
    actions: &mut Actions,
    body: impl FnOnce(&mut Ui, &mut Actions),
    foot: impl FnOnce(&mut Ui, &mut Actions),
) {
    ui.set_width(WIDTH);
    ui.heading(title);
    ui.add_space(theme::GRID);
    body(ui, actions);
    ui.add_space(theme::GRID);
    ui.horizontal(|ui| {
        if ui.button("Close").on_hover_text(on_close).clicked() {
            actions.push(DialogAction::Close);
        }
        foot(ui, actions);
    });
}

/// How far a job is, in a bar and in words; `share` is from 0 to 1.
pub(crate) fn job_progress_ui(ui: &mut Ui, name: &str, share: f32, words: &str) {
    let bar = ui.add(ProgressBar::new(share).desired_height(8.0));
    bar.widget_info(|| WidgetInfo::labeled(egui::Role::ProgressIndicator, true, name));
    remark(ui, words);
}
