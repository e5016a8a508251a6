//! Buttons for commands, and the small pieces that panels and cards are made of.

use std::path::Path;

use egui::{Button, Color32, Frame, Id, Label, Margin, Response, RichText, Ui, UiBuilder, vec2};

use super::tooltip::explain_beside;
use crate::ui::{
    command::Command,
    state::{Actions, AppState, CheckpointAction, DialogAction},
    theme,
};

/// A button for a command, with its tooltip and key; greyed out, with the reason, while it is not possible.
pub(crate) fn command_button(ui: &mut Ui, state: &AppState, command: Command, actions: &mut Actions) -> Response {
    let presentation = command.presentation();
    let response = add_command(ui, state, command, Button::new(presentation.label));
    if response.clicked() {
        actions.push(command);
    }
    response
}

/// The same as a line of a menu, with the key at its right.
pub(crate) fn command_item(ui: &mut Ui, state: &AppState, command: Command, actions: &mut Actions) {
    let presentation = command.presentation();
    let ticked = state.is_ticked(command);
    let label =
        if ticked == Some(true) { format!("✔ {}", presentation.label) } else { presentation.label.to_owned() };
    let mut button = Button::new(label);
    if let Some(shortcut) = presentation.shortcut() {
        button = button.shortcut_text(ui.ctx().format_shortcut(shortcut));
    }
    let response = ui.add_enabled(state.why_disabled(command).is_none(), button);
    explain_beside(&response, response.rect.x_range(), |ui| {
        ui.label(explanation(ui, state, command));
    });
    if response.clicked() {
        actions.push(command);
        ui.close();
    }
}

/// The one thing to press next: filled with the accent, as wide as its place.
pub(crate) fn main_button(ui: &mut Ui, state: &AppState, command: Command, actions: &mut Actions) {
    let label = command.presentation().label;
    let button = match command {
        Command::Stop | Command::StopConversion | Command::StopEvaluation => {
            wide(ui, Button::new(RichText::new(label).size(15.0)))
        }
        _ => accented(ui, label),
    };
    ui.vertical_centered_justified(|ui| {
        if add_command(ui, state, command, button).clicked() {
            actions.push(command);
        }
    });
}

/// The same for a checkpoint that has just come: it is used, and the card is closed.
pub(crate) fn use_button(ui: &mut Ui, path: &Path, actions: &mut Actions) {
    let button = accented(ui, "Use it");
    ui.vertical_centered_justified(|ui| {
        if ui.add(button).clicked() {
            actions.push(CheckpointAction::Use(Some(path.to_owned())));
            actions.push(DialogAction::Close);
        }
    });
}

fn accented(ui: &Ui, label: &str) -> Button<'static> {
    let text = RichText::new(label).size(15.0).color(Color32::WHITE);
    wide(ui, Button::new(text).fill(theme::colours(ui.visuals().dark_mode).accent))
}

fn wide<'a>(ui: &Ui, button: Button<'a>) -> Button<'a> {
    button.min_size(vec2(ui.available_width(), theme::RUN_BUTTON_HEIGHT))
}

/// What there is to know, one below the other; long ones wrap beside their names.
pub(crate) fn facts_ui(ui: &mut Ui, facts: &[(&str, String)]) {
    ui.scope(|ui| {
        ui.spacing_mut().interact_size.y = 0.0;
        for (what, fact) in facts {
            ui.horizontal_top(|ui| {
                let start = ui.cursor().left();
                ui.label(RichText::new(*what).weak());
                ui.add_space(start + theme::FACT_INDENT - ui.cursor().left());
                ui.add(Label::new(fact).wrap());
            });
        }
    });
}

fn add_command(ui: &mut Ui, state: &AppState, command: Command, button: Button<'_>) -> Response {
    let words = explanation(ui, state, command);
    let response = ui.add_enabled(state.why_disabled(command).is_none(), button);
    response.on_hover_text(&words).on_disabled_hover_text(&words)
}

/// What a command does, with its key; while it is not possible, why.
fn explanation(ui: &Ui, state: &AppState, command: Command) -> String {
    let presentation = command.presentation();
    match (state.why_disabled(command), presentation.shortcut()) {
        (Some(reason), _) => reason.to_owned(),
        (None, Some(key)) => format!("{} ({})", presentation.tooltip, ui.ctx().format_shortcut(key)),
        (None, None) => presentation.tooltip.to_owned(),
    }
}

/// The title of a part of a panel.
pub(crate) fn section_title(ui: &mut Ui, title: &str) {
    ui.label(RichText::new(title).text_style(egui::TextStyle::Heading).strong());
}

/// The frame around the bars at the head and the foot of the window.
pub(crate) fn bar_frame(ui: &Ui) -> Frame {
    Frame::new().fill(ui.visuals().panel_fill).inner_margin(Margin::symmetric(8, 2))
}

/// A part of the window whose widgets keep the focus, whatever comes and goes before it. There is one of each name.
pub(crate) fn part<R>(ui: &mut Ui, name: &str, content: impl FnOnce(&mut Ui) -> R) -> R {
    ui.scope_builder(UiBuilder::new().scope_id(Id::unique(("part", name))), content).inner
}

/// A line between two parts of a panel.
pub(crate) fn parted(ui: &mut Ui) {
    ui.add_space(theme::GRID);
    ui.separator();
    ui.add_space(theme::GRID);
}

/// A small remark that wraps.
pub(crate) fn remark(ui: &mut Ui, text: &str) {
    ui.add(Label::new(RichText::new(text).small().weak()).wrap());
}
