//! What the strip and the table of pictures remember: which row is in sight, and which has the keys.

use std::ops::Range;

use egui::{Rect, Ui, pos2, style::ScrollAnimation};

use super::row::row_id;
use crate::ui::state::{Entry, EntryId};

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
    /// Gives the keys to the row that is to have them, once it is in sight.
    pub(super) fn hand_focus(&mut self, ui: &Ui, visible: &[&Entry]) {
        if let Some(wanted) = self.wanted {
            ui.memory_mut(|memory| memory.request_focus(row_id(wanted)));
            self.wanted = self.wanted.filter(|_| visible.iter().all(|entry| entry.id != wanted));
        }
    }
}

/// Scrolls just as far as needed for a row to be in sight.
pub(super) fn follow(ui: &Ui, top: f32, rows: &Range<usize>, place: usize, row_height: f32) {
    let top = top + (place as f32 - rows.start as f32) * row_height;
    let row = Rect::from_min_max(pos2(ui.max_rect().left(), top), pos2(ui.max_rect().right(), top + row_height));
    ui.scroll_to_rect_animation(row, None, ScrollAnimation::none());
}
