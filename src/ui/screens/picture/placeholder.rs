//! The canvas for a picture whose pixels are not there: still being read, or why they can't be read.

use egui::{Align2, Color32, Label, RichText, Ui, UiBuilder, vec2};

use crate::{
    ui::{
        command::Command,
        state::{Actions, AppState, Content, Entry},
        theme,
        widgets::command_button,
    },
    words::shortened,
};

/// The size of all that stands in the middle.
const CONTENT: egui::Vec2 = vec2(440.0, 230.0);

/// Paints what is to be known about the entry.
pub(super) fn placeholder_ui(ui: &mut Ui, state: &AppState, entry: &Entry, actions: &mut Actions) {
    let canvas = ui.available_rect_before_wrap();
    let colours = theme::colours(ui.visuals().dark_mode);
    ui.painter().rect_filled(canvas, 0.0, colours.canvas);
    let content =
        Align2::CENTER_CENTER.align_size_within_rect(CONTENT.min(canvas.shrink(theme::CANVAS_MARGIN).size()), canvas);
    ui.scope_builder(UiBuilder::new().max_rect(content), |ui| {
        ui.vertical_centered(|ui| match &entry.content {
            Content::Failed(error) => failed_ui(ui, state, error, colours.problem_line, actions),
            Content::Unread { .. } | Content::Reading(_) | Content::Read(_) => {
                ui.add(Label::new(RichText::new(format!("Opening {}", entry.name)).weak()).truncate());
            }
        });
    });
}

fn failed_ui(ui: &mut Ui, state: &AppState, error: &str, sign: Color32, actions: &mut Actions) {
    ui.label(RichText::new("⚠").size(32.0).color(sign));
    ui.add_space(theme::GRID);
    ui.add(Label::new(shortened(error, theme::LONGEST_TEXT)).wrap());
    ui.add_space(theme::SECTION_GAP);
    command_button(ui, state, Command::TryAgain, actions);
    ui.add_space(theme::GRID);
    command_button(ui, state, Command::FindPictures, actions);
    ui.add_space(theme::GRID);
    command_button(ui, state, Command::Remove, actions);
}
