//! Boxes as fractions of the picture, and the grid of location tokens they are spoken in.
//!
//! Kosmos-2 names a place by two cells of a 32×32 grid laid over the upright picture: the upper-left and the
//! lower-right one. Both directions follow the published processor (Hugging Face `processing_kosmos2.py`),
//! except that boxes handed in are clamped to the picture, where the processor would leave the grid.

use serde::{Deserialize, Serialize};

/// Cells along one side of the location grid.
pub const GRID: u32 = 32;

/// Two boxes are of the same thing if their intersection over union is at least this: the usual bar of grounding tasks.
pub const SAME_PLACE: f32 = 0.5;

const CELL: f32 = 1.0 / GRID as f32;

/// A box in fractions of the upright picture: 0,0 is its top left corner, 1,1 its bottom right one.
///
/// One made of location tokens is in order, but one read from raw text may lie outside 0..1, and one that was handed in may
/// be anything; [`NormBox::tidied`] mends that.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NormBox {
    /// Left edge.
    pub x_min: f32,
    /// Top edge.
    pub y_min: f32,
    /// Right edge.
    pub x_max: f32,
    /// Bottom edge.
    pub y_max: f32,
}

/// Index of a grid cell, row by row from the top left; 0..1024 when it comes from a token, anything when from raw text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PatchIndex(pub u32);

impl PatchIndex {
    /// Column and row of the cell.
    #[must_use]
    pub fn column_row(self) -> (u32, u32) {
        (self.0 % GRID, self.0 / GRID)
    }

    /// Whether the grid has this cell.
    #[must_use]
    pub fn is_on_grid(self) -> bool {
        self.0 < GRID * GRID
    }
}

impl NormBox {
    /// A box from its edges, in the order of [`NormBox`]'s fields.
    #[must_use]
    pub fn new(x_min: f32, y_min: f32, x_max: f32, y_max: f32) -> Self {
        Self { x_min, y_min, x_max, y_max }
    }

    /// The whole picture.
    #[must_use]
    pub fn whole() -> Self {
        Self::new(0.0, 0.0, 1.0, 1.0)
    }

    /// The box that two location tokens stand for, with its edges in order whatever the order of the cells.
    ///
    /// Between the centres of the two cells; whole cells where both lie in one row or one column, so that no box is
    /// empty.
    #[must_use]
    pub fn from_patches(upper_left: PatchIndex, lower_right: PatchIndex) -> Self {
        let ((x1, y1), (x2, y2)) = (upper_left.column_row(), lower_right.column_row());
        Self::of_cells((x1.min(x2), y1.min(y2)), (x1.max(x2), y1.max(y2)))
    }

    /// As [`NormBox::from_patches`], but swapped cells give an inverted box, as in the reference.
    #[must_use]
    pub fn as_published(upper_left: PatchIndex, lower_right: PatchIndex) -> Self {
        Self::of_cells(upper_left.column_row(), lower_right.column_row())
    }

    fn of_cells((left, top): (u32, u32), (right, bottom): (u32, u32)) -> Self {
        let inset = if left == right || top == bottom { 0.0 } else { CELL / 2.0 };
        let far = if inset == 0.0 { CELL } else { inset };
        Self::new(
            left as f32 * CELL + inset,
            top as f32 * CELL + inset,
            right as f32 * CELL + far,
            bottom as f32 * CELL + far,
        )
    }

    /// The two grid cells that stand for this box, upper left then lower right.
    ///
    /// The box is put in order and clamped to the picture first, so the cells are always on the grid and ordered.
    #[must_use]
    pub fn to_patches(self) -> (PatchIndex, PatchIndex) {
        let b = self.tidied();
        let grid = GRID as f32;
        let first = |v: f32| (v * grid).floor().clamp(0.0, grid - 1.0) as u32;
        let last = |v: f32, at_least: u32| ((v * grid - 1.0).ceil().clamp(0.0, grid - 1.0) as u32).max(at_least);
        let (left, top) = (first(b.x_min), first(b.y_min));
        let (right, bottom) = (last(b.x_max, left), last(b.y_max, top));
        (PatchIndex(top * GRID + left), PatchIndex(bottom * GRID + right))
    }

    /// The same box with its edges in order and inside the picture; an edge that is not a number becomes 0.
    #[must_use]
    pub fn tidied(self) -> Self {
        let clamp = |v: f32| if v.is_nan() { 0.0 } else { v.clamp(0.0, 1.0) };
        let (x1, x2) = (clamp(self.x_min), clamp(self.x_max));
        let (y1, y2) = (clamp(self.y_min), clamp(self.y_max));
        Self::new(x1.min(x2), y1.min(y2), x1.max(x2), y1.max(y2))
    }

    /// The box in pixels of a picture of this size; edges in the order of the fields.
    #[must_use]
    pub fn to_pixels(self, width: u32, height: u32) -> [f32; 4] {
        let (w, h) = (width as f32, height as f32);
        [self.x_min * w, self.y_min * h, self.x_max * w, self.y_max * h]
    }

    /// Edges in the order of the fields.
    #[must_use]
    pub fn to_array(self) -> [f32; 4] {
        [self.x_min, self.y_min, self.x_max, self.y_max]
    }

    /// Width times height, in fractions; 0 for an inverted box.
    #[must_use]
    pub fn area(self) -> f32 {
        (self.x_max - self.x_min).max(0.0) * (self.y_max - self.y_min).max(0.0)
    }

    /// Whether the point lies in the box, edges included.
    #[must_use]
    pub fn contains(self, x: f32, y: f32) -> bool {
        (self.x_min..=self.x_max).contains(&x) && (self.y_min..=self.y_max).contains(&y)
    }

    /// Where the middle of the box lies, in words, by thirds of the picture.
    #[must_use]
    pub fn place_in_words(self) -> &'static str {
        const WORDS: [[&str; 3]; 3] = [
            ["upper left", "top", "upper right"],
            ["left", "middle", "right"],
            ["lower left", "bottom", "lower right"],
        ];
        let b = self.tidied();
        let third = |low: f32, high: f32| ((f32::midpoint(low, high) * 3.0) as usize).min(2);
        WORDS[third(b.y_min, b.y_max)][third(b.x_min, b.x_max)]
    }

    /// The same box, moved as far as it stays inside the picture.
    #[must_use]
    pub fn moved(self, dx: f32, dy: f32) -> Self {
        let b = self.tidied();
        let (dx, dy) = (dx.clamp(-b.x_min, 1.0 - b.x_max), dy.clamp(-b.y_min, 1.0 - b.y_max));
        Self::new(b.x_min + dx, b.y_min + dy, b.x_max + dx, b.y_max + dy)
    }

    /// Intersection over union, 0..=1; 0 if both boxes are empty.
    #[must_use]
    pub fn iou(self, other: Self) -> f32 {
        let overlap = Self::new(
            self.x_min.max(other.x_min),
            self.y_min.max(other.y_min),
            self.x_max.min(other.x_max),
            self.y_max.min(other.y_max),
        )
        .area();
        let union = self.area() + other.area() - overlap;
        if union > 0.0 { overlap / union } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cells(b: NormBox) -> (u32, u32) {
        let (upper_left, lower_right) = b.to_patches();
        (upper_left.0, lower_right.0)
    }

    #[test]
    fn boxes_to_cells_as_the_processor() {
        let check = |edges: [f32; 4], expected| {
            let [x_min, y_min, x_max, y_max] = edges;
            assert_eq!(cells(NormBox::new(x_min, y_min, x_max, y_max)), expected, "{edges:?}");
        };
        check([0.0, 0.0, 1.0, 1.0], (0, 1023));
        check([0.1, 0.2, 0.3, 0.4], (195, 393));
        check([0.5, 0.25, 0.75, 0.5], (272, 503));
        check([0.390_625, 0.046_875, 0.984_375, 0.828_125], (44, 863));
        check([0.171_875, 0.015_625, 0.484_375, 0.890_625], (5, 911));
        check([0.0, 0.0, 0.031_25, 0.031_25], (0, 0));
    }

    #[test]
    fn boxes_outside_the_picture_are_clamped() {
        assert_eq!(cells(NormBox::new(-1.0, -1.0, 2.0, 2.0)), (0, 1023));
        assert_eq!(cells(NormBox::new(1.5, 1.5, 1.5, 1.5)), (1023, 1023));
        assert_eq!(cells(NormBox::new(f32::NAN, 0.9, f32::INFINITY, 0.1)), (96, 927));
    }

    #[test]
    fn cells_to_boxes_as_the_reference() {
        let check = |ul, lr, expected: [f32; 4]| {
            let [x_min, y_min, x_max, y_max] = expected;
            let expected = NormBox::new(x_min, y_min, x_max, y_max);
            let (ul, lr) = (PatchIndex(ul), PatchIndex(lr));
            assert_eq!(NormBox::as_published(ul, lr), expected, "{ul:?} {lr:?}");
            let is_in_order = expected.x_min <= expected.x_max;
            assert_eq!(NormBox::from_patches(ul, lr) == expected, is_in_order, "{ul:?} {lr:?}");
        };
        check(44, 863, [0.390_625, 0.046_875, 0.984_375, 0.828_125]);
        check(100, 100, [0.125, 0.093_75, 0.156_25, 0.125]);
        check(96, 110, [0.0, 0.093_75, 0.468_75, 0.125]);
        check(10, 970, [0.3125, 0.0, 0.343_75, 0.968_75]);
        check(863, 44, [0.984_375, 0.828_125, 0.390_625, 0.046_875]);
    }

    #[test]
    fn swapped_cells_give_the_box_in_order() {
        let check = |first, second, edges: [f32; 4]| {
            let [x_min, y_min, x_max, y_max] = edges.map(|cells| cells / 32.0);
            let expected = NormBox::new(x_min, y_min, x_max, y_max);
            for (a, b) in [(first, second), (second, first)] {
                assert_eq!(NormBox::from_patches(PatchIndex(a), PatchIndex(b)), expected, "{a} {b}");
            }
        };
        check(863, 44, [12.5, 1.5, 31.5, 26.5]);
        // upper right and lower left
        check(31, 992, [0.5, 0.5, 31.5, 31.5]);
        // beside each other in one row: two whole cells
        check(5, 4, [4.0, 0.0, 6.0, 1.0]);
    }

    #[test]
    fn places_are_ninths() {
        let around = |x: f32, y: f32| NormBox::new(x - 0.1, y - 0.1, x + 0.1, y + 0.1).place_in_words();
        let row = |y| [around(0.2, y), around(0.5, y), around(0.8, y)];
        assert_eq!(row(0.2), ["upper left", "top", "upper right"]);
        assert_eq!(row(0.5), ["left", "middle", "right"]);
        assert_eq!(row(0.8), ["lower left", "bottom", "lower right"]);
        assert_eq!(NormBox::new(0.0, 0.0, 1.0, 1.0).place_in_words(), "middle");
        assert_eq!(NormBox::new(0.9, 0.9, 0.4, -3.0).place_in_words(), "middle", "edges are put in order and clamped");
        assert_eq!(NormBox::new(7.0, 7.0, 9.0, 9.0).place_in_words(), "lower right");
        assert_eq!(NormBox::new(f32::NAN, f32::NAN, f32::NAN, f32::NAN).place_in_words(), "upper left");
    }

    #[test]
    fn iou_of_known_pairs() {
        let a = NormBox::new(0.0, 0.0, 0.5, 0.5);
        assert!((a.iou(a) - 1.0).abs() < 1e-6);
        assert!((a.iou(NormBox::new(0.25, 0.0, 0.75, 0.5)) - 1.0 / 3.0).abs() < 1e-6);
        assert!(a.iou(NormBox::new(0.5, 0.5, 1.0, 1.0)) < 1e-6);
    }

    proptest! {
        #[test]
        fn cells_survive_the_way_to_a_box_and_back(left in 0..GRID, top in 0..GRID, width in 0..GRID, height in 0..GRID) {
            let (right, bottom) = ((left + width).min(GRID - 1), (top + height).min(GRID - 1));
            let (ul, lr) = (PatchIndex(top * GRID + left), PatchIndex(bottom * GRID + right));
            prop_assert_eq!(NormBox::from_patches(ul, lr).to_patches(), (ul, lr));
        }

        #[test]
        fn any_numbers_give_ordered_cells_on_the_grid(edges: [f32; 4]) {
            let [x_min, y_min, x_max, y_max] = edges;
            let (ul, lr) = NormBox::new(x_min, y_min, x_max, y_max).to_patches();
            prop_assert!(ul.is_on_grid() && lr.is_on_grid());
            let ((left, top), (right, bottom)) = (ul.column_row(), lr.column_row());
            prop_assert!(left <= right && top <= bottom);
        }
    }

    #[test]
    fn a_moved_box_keeps_its_size_and_stays_inside() {
        let b = NormBox::new(0.25, 0.5, 0.75, 0.625);
        assert_eq!(b.moved(0.125, -0.25), NormBox::new(0.375, 0.25, 0.875, 0.375));
        assert_eq!(b.moved(1.0, 1.0), NormBox::new(0.5, 0.875, 1.0, 1.0));
        assert_eq!(NormBox::whole().moved(-0.5, 0.5), NormBox::whole());
    }
}
