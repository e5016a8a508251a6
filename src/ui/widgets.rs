//! Small pieces that several views share.

use egui::{Button, Color32, Response, RichText, Ui, vec2};

use super::{
    action::{Action, Command},
    state::AppState,
    theme,
};

/// A button for a command, with its tooltip and key; greyed out, with the reason, while it can't be had.
pub(super) fn command_button(ui: &mut Ui, state: &AppState, command: Command, actions: &mut Vec<Action>) -> Response {
    let presentation = command.presentation();
    let response = add_command(ui, state, command, Button::new(presentation.label));
    if response.clicked() {
        actions.push(Action::Do(command));
    }
    response
}

/// The same as a line of a menu, with the key at its right.
pub(super) fn command_item(ui: &mut Ui, state: &AppState, command: Command, actions: &mut Vec<Action>) {
    let presentation = command.presentation();
    let mut button = Button::new(presentation.label);
    if let Some(shortcut) = presentation.shortcut() {
        button = button.shortcut_text(ui.ctx().format_shortcut(shortcut));
    }
    if add_command(ui, state, command, button).clicked() {
        actions.push(Action::Do(command));
        ui.close();
    }
}

/// The one thing to press next: filled with the accent, as wide as its place.
pub(super) fn main_button(ui: &mut Ui, state: &AppState, command: Command, actions: &mut Vec<Action>) {
    let colours = theme::colours(ui.visuals().dark_mode);
    let size = vec2(ui.available_width(), theme::RUN_BUTTON_HEIGHT);
    let text = RichText::new(command.presentation().label).size(15.0);
    let button = match command {
        Command::Stop => Button::new(text),
        _ => Button::new(text.color(Color32::WHITE)).fill(colours.accent),
    };
    ui.vertical_centered_justified(|ui| {
        if add_command(ui, state, command, button.min_size(size)).clicked() {
            actions.push(Action::Do(command));
        }
    });
}

fn add_command(ui: &mut Ui, state: &AppState, command: Command, button: Button<'_>) -> Response {
    let presentation = command.presentation();
    let reason = state.unavailable(command);
    let key = presentation.shortcut().map(|shortcut| ui.ctx().format_shortcut(shortcut));
    let tooltip = match key {
        Some(key) => format!("{} ({key})", presentation.tooltip),
        None => presentation.tooltip.to_owned(),
    };
    ui.add_enabled(reason.is_none(), button).on_hover_text(tooltip).on_disabled_hover_text(reason.unwrap_or_default())
}

/// The title of a part of a panel.
pub(super) fn section_title(ui: &mut Ui, title: &str) {
    ui.label(RichText::new(title).text_style(egui::TextStyle::Heading).strong());
}

/// A line between two parts of a panel.
pub(super) fn parted(ui: &mut Ui) {
    ui.add_space(theme::GRID);
    ui.separator();
    ui.add_space(theme::GRID);
}

/// A small remark that wraps.
pub(super) fn remark(ui: &mut Ui, text: &str) {
    ui.add(egui::Label::new(RichText::new(text).small().weak()).wrap());
}
