//! The question whether a file is to be replaced by one that is saved under its name.

use std::path::Path;

use egui::Ui;

use crate::{
    ui::{
        state::{Actions, DialogAction, IfTaken},
        theme,
        widgets::remark,
    },
    words::{printable, repeated},
};

/// Characters of a name in the heading; a longer one keeps its ends.
const LONGEST_NAME: usize = 40;

/// Paints the question. The answer that loses nothing has the focus.
pub(super) fn replace_ui(ui: &mut Ui, path: &Path, actions: &mut Actions) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    ui.set_width(440.0);
    ui.heading(format!("Replace {}?", repeated(&name, LONGEST_NAME)));
    ui.add_space(theme::GRID);
    ui.label("There is already a file of this name, and what is in it would be lost");
    if let Some(folder) = folder {
        remark(ui, &format!("In {}", printable(&folder.to_string_lossy())));
    }
    ui.add_space(theme::GRID);
    ui.horizontal(|ui| {
        if ui.button("Replace").clicked() {
            actions.push(DialogAction::Settle(IfTaken::Replace));
        }
        let keep = ui.button("Keep both").on_hover_text("Save under the same name with a number");
        if keep.clicked() {
            actions.push(DialogAction::Settle(IfTaken::KeepBoth));
        }
        if ui.button("Cancel").clicked() {
            actions.push(DialogAction::Close);
        }
        if ui.memory(|memory| memory.focused().is_none()) {
            keep.request_focus();
        }
    });
}
