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

/// One list: what is done, and the keys. The smallest window has room for two of them, unless its interface was enlarged.
const WIDTHS: [f32; 2] = [204.0, 150.0];
const LIST_WIDTH: f32 = 370.0;
const ROW_HEIGHT: f32 = 24.0;
/// Height of all but the list in the dialog of keys, and of what is seen of the window around it.
const AROUND_SHORTCUTS: f32 = 130.0;

/// Paints the list.
pub(super) fn shortcuts_ui(ui: &mut Ui, actions: &mut Actions) {
    let room = ui.ctx().content_rect().width() - 2.0 * f32::from(theme::PANEL_MARGIN);
    let n_lists = if room < 2.0 * LIST_WIDTH { 1 } else { 2 };
    ui.set_width(n_lists as f32 * LIST_WIDTH);
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
    let lists: Vec<&[(&str, String)]> = rows.chunks(rows.len().div_ceil(n_lists)).collect();
    ui.spacing_mut().item_spacing.y = 0.0;
    let room = ui.ctx().content_rect().height() - AROUND_SHORTCUTS;
    ScrollArea::vertical().max_height(room).min_scrolled_height(room).show(ui, |ui| {
        let mut table = TableBuilder::new(ui);
        for width in lists.iter().flat_map(|_| WIDTHS) {
            table = table.column(Column::exact(width));
        }
        table.vscroll(false).body(|body| {
            body.rows(ROW_HEIGHT, rows.len().div_ceil(n_lists), |mut row| {
                let at = row.index();
                for (what, how) in lists.iter().filter_map(|list| list.get(at)) {
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
