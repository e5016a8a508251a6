//! The list of keys and gestures.

use egui::{RichText, ScrollArea, Ui};
use egui_extras::{Column, TableBuilder};

use crate::ui::{
    command::Command,
    state::{Actions, DialogAction},
    theme,
};

/// What the mouse does; keys come from the table of commands.
const GESTURES: [(&str, &str); 6] = [
    ("Zoom at the pointer", "Wheel or pinch"),
    ("Move the picture", "Drag; in the Region task with the middle button"),
    ("Draw a region", "Shift+drag; in the Region task a plain drag"),
    ("Highlight a phrase and its boxes", "Click either; again to show all"),
    ("Go from phrase to phrase", "Tab, then Enter"),
    ("Open pictures or folders", "Drop them, or paste them (Ctrl+V)"),
];

/// Height of all but the list in the dialog of keys, and of what is seen of the window around it.
const AROUND_SHORTCUTS: f32 = 130.0;

/// Paints the list.
pub(super) fn shortcuts_ui(ui: &mut Ui, actions: &mut Actions) {
    ui.set_width(580.0);
    ui.horizontal(|ui| {
        ui.heading("Keyboard and mouse");
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if ui.button("Close").clicked() {
                actions.push(DialogAction::Close);
            }
        });
    });
    ui.add_space(theme::GRID);
    let keys = Command::with_keys().map(|command| {
        let presentation = command.presentation();
        let keys: Vec<String> = presentation.shortcuts.iter().map(|key| ui.ctx().format_shortcut(key)).collect();
        (presentation.label, keys.join(" or ").replace("Questionmark", "?"))
    });
    let rows: Vec<(&str, String)> =
        GESTURES.map(|(what, how)| (what, how.to_owned())).into_iter().chain(keys).collect();
    ui.spacing_mut().item_spacing.y = 0.0;
    let room = ui.ctx().content_rect().height() - AROUND_SHORTCUTS;
    ScrollArea::vertical().max_height(room).show(ui, |ui| {
        let table = TableBuilder::new(ui).column(Column::exact(240.0)).column(Column::remainder());
        table.vscroll(false).body(|body| {
            body.rows(24.0, rows.len(), |mut row| {
                let (what, how) = &rows[row.index()];
                row.col(|ui| {
                    ui.label(*what);
                });
                row.col(|ui| {
                    ui.label(RichText::new(how).weak());
                });
            });
        });
    });
}
