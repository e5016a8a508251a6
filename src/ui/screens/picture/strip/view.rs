//! What the strip and the table of pictures remember: which row is in sight, and which has the keys.

use std::ops::Range;

use egui::{Rect, ScrollArea, Ui, pos2, style::ScrollAnimation};

use super::row::row_id;
use crate::ui::{
    state::{AppState, Entry, EntryId},
    textures::Thumbnails,
    widgets::remark,
};

/// What the strip remembers between frames.
#[derive(Debug, Default)]
pub(crate) struct StripView {
    /// The entry that was scrolled into sight.
    pub(super) followed: Option<EntryId>,
    /// The row that had the focus when the strip was painted.
    pub(super) focused: Option<EntryId>,
    /// Rows that fit into the strip.
    pub(super) n_rows_in_sight: usize,
    /// The row that is to have the focus as soon as it is in sight.
    pub(super) wanted: Option<EntryId>,
}

impl StripView {
    /// Paints the rows in sight, all of this height, each by `row_ui`, which says whether it has the focus; the picture shown
    /// is scrolled into sight when it is another one.
    pub(super) fn rows_ui(
        &mut self,
        ui: &mut Ui,
        state: &AppState,
        thumbnails: &mut Thumbnails,
        row_height: f32,
        mut row_ui: impl FnMut(&mut Ui, &Entry, &mut Thumbnails) -> bool,
    ) {
        self.focused = None;
        if state.n_listed() == 0 {
            ui.centered_and_justified(|ui| remark(ui, "No picture matches"));
            return;
        }
        let current = state.pictures.current();
        self.n_rows_in_sight = (ui.available_height() / row_height) as usize;
        ui.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::vertical().auto_shrink(false).show_rows(ui, row_height, state.n_listed(), |ui, rows| {
            let top = ui.max_rect().top();
            if let Some(current) = current
                && self.followed.replace(current.id) != Some(current.id)
                && let Some(place) = state.listed_place(current.id)
            {
                follow(ui, top, &rows, place, row_height);
            }
            let visible: Vec<&Entry> = rows.filter_map(|place| state.listed(place)).collect();
            for entry in &visible {
                if row_ui(ui, entry, thumbnails) {
                    self.focused = Some(entry.id);
                }
            }
            self.hand_focus(ui, &visible);
            thumbnails.want(visible.iter().map(|entry| ((entry.id, entry.edition), &entry.source)));
        });
    }

    /// Gives the keys to the row that is to have them, once it is in sight.
    fn hand_focus(&mut self, ui: &Ui, visible: &[&Entry]) {
        if let Some(wanted) = self.wanted {
            ui.memory_mut(|memory| memory.request_focus(row_id(wanted)));
            self.wanted = self.wanted.filter(|_| visible.iter().all(|entry| entry.id != wanted));
        }
    }
}

/// Scrolls just as far as needed for a row to be in sight.
fn follow(ui: &Ui, top: f32, rows: &Range<usize>, place: usize, row_height: f32) {
    let top = top + (place as f32 - rows.start as f32) * row_height;
    let row = Rect::from_min_max(pos2(ui.max_rect().left(), top), pos2(ui.max_rect().right(), top + row_height));
    ui.scroll_to_rect_animation(row, None, ScrollAnimation::none());
}
