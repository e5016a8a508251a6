//! The panel in which an answer is corrected by hand: what was decided, the words, the phrases with their boxes.

mod phrases;
mod words;

use egui::{Align, Button, Layout, RichText, Spinner, Ui, vec2};

use self::{phrases::phrases_ui, words::words_ui};
use crate::{
    caption::Choice,
    overlay::palette,
    ui::{
        command::Command,
        state::{Actions, AppState, CorrectAction},
        theme,
        widgets::{command_button, main_button, parted, remark, section_title},
    },
};

/// Paints the panel. The phrase that is `wanted`, or the last before it, gets the keys. Returns what is pointed at.
pub(super) fn correct_ui(
    ui: &mut Ui,
    state: &AppState,
    wanted: Option<usize>,
    actions: &mut Actions,
) -> Option<Choice> {
    ui.horizontal(|ui| {
        section_title(ui, "Correct by hand");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            command_button(ui, state, Command::EndCorrection, actions);
        });
    });
    verdict_ui(ui, state, actions);
    parted(ui);
    if state.answer().is_under_way() {
        ui.horizontal(|ui| {
            ui.add(Spinner::new());
            ui.label("The model is being asked");
        });
        main_button(ui, state, Command::Stop, actions);
        return None;
    }
    let Some(answer) = state.answer().finished() else {
        remark(ui, "There is no finished answer about this picture to correct yet");
        main_button(ui, state, Command::Run, actions);
        return None;
    };
    words_ui(ui, state, &answer.caption, actions);
    parted(ui);
    let pointed_at = phrases_ui(ui, state, &answer.caption, wanted, actions);
    ui.add_space(theme::GRID);
    ui.horizontal(|ui| {
        command_button(ui, state, Command::AddBox, actions);
        snap_ui(ui, state, actions);
    });
    remark(
        ui,
        "Drag on the picture to draw a box of the chosen phrase. With none chosen, the box waits for its words: select \
         them in the text, or type them.",
    );
    ui.add_space(theme::GRID);
    command_button(ui, state, Command::ResetCorrections, actions);
    pointed_at
}

/// What was decided about the picture.
fn verdict_ui(ui: &mut Ui, state: &AppState, actions: &mut Actions) {
    let colours = theme::colours(ui.visuals().dark_mode);
    let verdicts = [
        (Command::Accept, "✔", colours.done_line),
        (Command::Unsure, "?", colours.warning_line),
        (Command::Reject, "✖", colours.problem_line),
    ];
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GRID;
        let width = (ui.available_width() - 2.0 * theme::GRID) / 3.0;
        for (command, sign, colour) in verdicts {
            let presentation = command.presentation();
            let is_decided = state.is_ticked(command) == Some(true);
            let text = RichText::new(format!("{sign} {}", presentation.label));
            let button = if is_decided {
                Button::selectable(true, text.color(palette::text_on(colour))).fill(colour)
            } else {
                Button::new(text)
            };
            let why_not = state.why_disabled(command);
            let response = ui.add_enabled(why_not.is_none(), button.min_size(vec2(width, theme::SEGMENT_HEIGHT)));
            let name = presentation.label;
            response
                .widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, why_not.is_none(), is_decided, name));
            if response
                .on_hover_text(presentation.tooltip)
                .on_disabled_hover_text(why_not.unwrap_or_default())
                .clicked()
            {
                actions.push(command);
            }
        }
    });
    ui.vertical_centered_justified(|ui| command_button(ui, state, Command::NextUnreviewed, actions));
}

fn snap_ui(ui: &mut Ui, state: &AppState, actions: &mut Actions) {
    let mut snaps = state.correcting().as_ref().is_some_and(|correcting| correcting.snaps);
    let tooltip = "Boxes that are drawn or moved keep to the 32 × 32 cells that the model names places by";
    if ui.checkbox(&mut snaps, "Snap to cells").on_hover_text(tooltip).changed() {
        actions.push(CorrectAction::Snap(snaps));
    }
}
