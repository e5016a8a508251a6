//! The card that begins a run over a folder of pictures, whose answers are kept in another one.

use egui::{Margin, TextEdit, Ui, Vec2, vec2};

use crate::ui::{
    command::Command,
    state::{Actions, AppState, DialogAction},
    theme,
    widgets::{command_button, job_card_ui, main_button, remark},
};

/// Paints the card.
pub(super) fn batch_ui(ui: &mut Ui, state: &AppState, actions: &mut Actions) {
    let mut wish = state.batch_wish.clone();
    let body = |ui: &mut Ui, actions: &mut Actions| {
        folder_ui(ui, state, "Pictures", &mut wish.pictures, Command::ChooseBatchPictures, actions);
        folder_ui(ui, state, "Answers", &mut wish.parts, Command::ChooseBatchFolder, actions);
        ui.add_space(theme::GRID);
        ui.checkbox(&mut wish.retry_failed, "Try again what failed before");
        ui.add_space(theme::GRID);
        let asked = state.form.task().map_or_else(str::to_owned, |task| task.summary());
        remark(
            ui,
            &format!(
                "Asked about each picture: {asked}, as in the task panel; a folder that was begun with something else goes on with that"
            ),
        );
        remark(
            ui,
            "Each answer is kept as it comes. Stop and begin again as often as you like, here or with kosmoscope batch: \
             pictures that have an answer are not asked about again",
        );
        ui.add_space(theme::GRID);
        main_button(ui, state, Command::StartBatch, actions);
    };
    job_card_ui(ui, "Run into a folder", "A run under way continues when this is closed", actions, body, |_, _| {});
    if wish != state.batch_wish {
        actions.push(DialogAction::EditBatch(wish));
    }
}

/// What the folder is for, its path, and a button that lets one choose it.
fn folder_ui(ui: &mut Ui, state: &AppState, name: &str, path: &mut String, choose: Command, actions: &mut Actions) {
    let label = ui.label(name);
    ui.horizontal(|ui| {
        let field = TextEdit::singleline(path).hint_text("The path of a folder").margin(Margin::symmetric(8, 6));
        ui.add_sized(FIELD_SIZE, field).labelled_by(label.id);
        command_button(ui, state, choose, actions);
    });
}

const FIELD_SIZE: Vec2 = vec2(290.0, 30.0);
