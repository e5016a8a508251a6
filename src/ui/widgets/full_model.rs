//! The way from the built-in model to the full one: what it costs, and the button that leads on.

use egui::Ui;

use crate::{
    hub::{PUBLISHED_BYTES, PUBLISHED_MEMORY_BYTES, USUAL_MBITS_PER_SEC, published_secs},
    ui::{
        command::Command,
        state::{Action, Actions, AppState, CheckpointAction, FullModel},
    },
    words::{duration, rough_size},
};

/// The button that leads to the full model; none while that is in use or can't be had.
pub(crate) fn full_model_button(ui: &mut Ui, state: &AppState, actions: &mut Actions) {
    let Some(full_model) = state.full_model() else { return };
    let (label, action): (String, Action) = match full_model {
        FullModel::ToGet(_) => {
            (format!("Get the full Kosmos-2 ({})", rough_size(PUBLISHED_BYTES)), Command::GetCheckpoint.into())
        }
        FullModel::Begun(_) => ("Show the download".to_owned(), Command::GetCheckpoint.into()),
        FullModel::Here(path) => {
            ("Use the full Kosmos-2".to_owned(), CheckpointAction::Use(Some(path.to_owned())).into())
        }
    };
    if ui.button(label).on_hover_text(cost(full_model)).clicked() {
        actions.push(action);
    }
}

/// What there is to know before the full model is got or used, in one sentence.
pub(crate) fn cost(full_model: FullModel<'_>) -> String {
    let memory = format!("It needs {} of memory", rough_size(PUBLISHED_MEMORY_BYTES));
    match full_model {
        FullModel::ToGet(_) => format!("{memory}; the download takes {}", download_time()),
        FullModel::Begun(_) => format!("{memory}, and is being downloaded"),
        FullModel::Here(_) => format!("{memory}, and is on this computer"),
    }
}

/// How long the download takes.
pub(crate) fn download_time() -> String {
    format!("about {} at {USUAL_MBITS_PER_SEC} Mbit/s", duration(published_secs()))
}
