//! Words that explain one of several things in a column: beside the column, so that what stands above and below stays in
//! sight.

use egui::{Rangef, Rect, RectAlign, Response, Tooltip, Ui};

use crate::ui::theme;

/// Where the words are, from the best place on: what is explained at the right of the window has the picture at its left.
const PLACES: [RectAlign; 6] = [
    RectAlign::LEFT_START,
    RectAlign::LEFT_END,
    RectAlign::RIGHT_START,
    RectAlign::RIGHT_END,
    RectAlign::BOTTOM_START,
    RectAlign::TOP_START,
];

/// Shows them while the pointer rests on the thing; of a disabled one, why it is. `column` is where the things lie from left
/// to right: the words are at the side of it that has room, or else below or above the thing.
pub(crate) fn explain_beside(response: &Response, column: Rangef, content: impl FnOnce(&mut Ui)) {
    let mut tooltip = if response.enabled() { Tooltip::for_enabled(response) } else { Tooltip::for_disabled(response) };
    let row = Rect::from_x_y_ranges(column, response.rect.y_range());
    tooltip.popup = tooltip.popup.anchor(row).align(PLACES[0]).align_alternatives(&PLACES);
    tooltip.gap(2.0 * theme::GRID).show(content);
}
