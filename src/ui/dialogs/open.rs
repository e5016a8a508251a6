//! Which dialog is painted over the window.

use egui::{Context, Frame, Id, Modal};

use super::{
    batch::batch_ui,
    conversion::conversion_ui,
    dataset::dataset_ui,
    download::{discard_ui, download_ui},
    path::path_ui,
    replace::replace_ui,
    shortcuts::shortcuts_ui,
};
use crate::ui::{
    state::{Actions, AppState, Dialog, DialogAction},
    theme,
};

/// Paints the dialog that is open, if any.
pub(crate) fn dialogs_ui(ctx: &Context, state: &AppState, actions: &mut Actions) {
    let frame = Frame::popup(&ctx.global_style()).inner_margin(theme::PANEL_MARGIN);
    // Each kind has a size of its own.
    let modal = Modal::new(Id::unique(("dialog", std::mem::discriminant(&state.dialog)))).frame(frame);
    let shown = match &state.dialog {
        Dialog::Closed => return,
        Dialog::Shortcuts => modal.show(ctx, |ui| shortcuts_ui(ui, actions)),
        Dialog::Download => modal.show(ctx, |ui| download_ui(ui, state, actions)),
        Dialog::Discard => modal.show(ctx, |ui| discard_ui(ui, state, actions)),
        Dialog::Conversion => modal.show(ctx, |ui| conversion_ui(ui, state, actions)),
        Dialog::Dataset(draft) => modal.show(ctx, |ui| dataset_ui(ui, state, draft, actions)),
        Dialog::Batch => modal.show(ctx, |ui| batch_ui(ui, state, actions)),
        Dialog::Path { purpose, typed } => modal.show(ctx, |ui| path_ui(ui, purpose, typed, actions)),
        Dialog::Replace { path, .. } => modal.show(ctx, |ui| replace_ui(ui, path, actions)),
    };
    if shown.should_close() {
        actions.push(DialogAction::Close);
    }
}
