//! The list of keys and gestures.

use egui::{Label, RichText, ScrollArea, Ui};
use egui_extras::{Column, TableBuilder};

use crate::ui::{
    command::Command,
    state::{Actions, DialogAction},
    theme,
};

/// What the mouse does; keys come from the table of commands.
const GESTURES: [(&str, &str); 6] = [
    ("Zoom at the pointer", "Wheel or pinch"),
    ("Move the picture", "Drag, or middle button"),
    ("Draw a region", "Shift+drag"),
    ("Highlight a phrase and its boxes", "Click; again for all"),
    ("Go from phrase to phrase", "Tab, then Enter"),
    ("Open pictures or folders", "Drop or paste them"),
];

/// Two lists beside each other, which the smallest window has room for.
const WIDTH: f32 = 740.0;
const ROW_HEIGHT: f32 = 24.0;
/// Height of all but the list in the dialog of keys, and of what is seen of the window around it.
const AROUND_SHORTCUTS: f32 = 130.0;

/// Paints the list.
pub(super) fn shortcuts_ui(ui: &mut Ui, actions: &mut Actions) {
    ui.set_width(WIDTH);
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
    let gestures = GESTURES.map(|(what, how)| (what, how.to_owned()));
    let rows: Vec<(&str, String)> = gestures.into_iter().chain(keys).collect();
    let (left, right) = rows.split_at(rows.len().div_ceil(2));
    ui.spacing_mut().item_spacing.y = 0.0;
    let room = ui.ctx().content_rect().height() - AROUND_SHORTCUTS;
    ScrollArea::vertical().max_height(room).min_scrolled_height(room).show(ui, |ui| {
        let widths = [Column::exact(204.0), Column::exact(150.0)];
        let mut table = TableBuilder::new(ui);
        for column in widths.into_iter().chain(widths) {
            table = table.column(column);
        }
        table.vscroll(false).body(|body| {
            body.rows(ROW_HEIGHT, left.len(), |mut row| {
                for (what, how) in [left.get(row.index()), right.get(row.index())].into_iter().flatten() {
                    row.col(|ui| {
                        ui.add(Label::new(*what).truncate());
                    });
                    row.col(|ui| {
                        ui.add(Label::new(RichText::new(how).weak()).truncate());
                    });
                }
            });
        });
    });
}
