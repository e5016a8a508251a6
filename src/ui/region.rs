//! The rectangle a person drew, and the cells of the location grid that the model will get for it.

use egui::{Color32, Painter, Rect, Stroke, StrokeKind, pos2};

use super::theme;
use crate::{
    geometry::{GRID, NormBox},
    overlay::Target,
};

/// Cells narrower than this are not drawn one by one.
const MIN_CELL_SIDE: f32 = 5.0;

/// Paints the rectangle, and under it the cells it snaps to.
pub(super) fn paint(painter: &Painter, target: &Target, region: Option<NormBox>, dark: bool) {
    let Some(region) = region else { return };
    let accent = theme::colours(dark).accent_line;
    let cells = snapped(region);
    let snapped = target.from_norm(cells);
    painter.rect_filled(snapped, 0.0, accent.gamma_multiply(0.18));
    grid_lines(painter, snapped, target.picture, accent.gamma_multiply(0.35));
    painter.rect_stroke(snapped, 0.0, Stroke::new(1.0, accent), StrokeKind::Inside);
    let drawn = target.from_norm(region);
    painter.rect_stroke(drawn, 0.0, Stroke::new(3.0, Color32::from_black_alpha(150)), StrokeKind::Middle);
    painter.rect_stroke(drawn, 0.0, Stroke::new(1.5, Color32::WHITE), StrokeKind::Middle);
}

/// The whole cells that stand for the rectangle.
fn snapped(region: NormBox) -> NormBox {
    let (upper_left, lower_right) = region.to_patches();
    let ((left, top), (right, bottom)) = (upper_left.column_row(), lower_right.column_row());
    let edge = |cell: u32| cell as f32 / GRID as f32;
    NormBox::new(edge(left), edge(top), edge(right + 1), edge(bottom + 1))
}

fn grid_lines(painter: &Painter, snapped: Rect, picture: Rect, colour: Color32) {
    let cell = picture.size() / GRID as f32;
    if cell.min_elem() < MIN_CELL_SIDE {
        return;
    }
    let stroke = Stroke::new(1.0, colour);
    for line in 1..GRID {
        let at = pos2(picture.min.x + cell.x * line as f32, picture.min.y + cell.y * line as f32);
        if snapped.shrink(1.0).x_range().contains(at.x) {
            painter.vline(at.x, snapped.y_range(), stroke);
        }
        if snapped.shrink(1.0).y_range().contains(at.y) {
            painter.hline(snapped.x_range(), at.y, stroke);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rectangle_snaps_to_whole_cells() {
        assert_eq!(snapped(NormBox::new(0.01, 0.0, 0.05, 0.03)), NormBox::new(0.0, 0.0, 0.0625, 0.03125));
        assert_eq!(snapped(NormBox::whole()), NormBox::whole());
    }
}
