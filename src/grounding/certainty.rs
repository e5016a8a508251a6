//! How likely a box is right, as the model itself sees it: from all the places that it weighed for both corners.
//!
//! The probability of the two tokens that were written says little: one cell beside them is nearly as good, and the model
//! spreads its probability over such cells. What counts is how much of it lies where the box would be of the same thing,
//! [`SAME_PLACE`]. Asking that of all 1024 × 1024 boxes would take the second corner's distribution behind every first one,
//! a million passes of the model. We ask each corner by itself, with the other one as it was written, and multiply: the
//! second corner's distribution behind the written first one stands for all, and two small shifts that only together leave
//! the box are let pass. The sum over all pairs of likely cells, as if they were independent, was no better on 1,903 boxes of
//! emoji scenes (error 2.2 % instead of 2.4 %, AUROC 0.776 instead of 0.777, the Brier score is the same), nor is a temperature
//! other than 1. `tests/README.md` has what it is worth. Both corners together take 4 to 9 µs, 0.4 to 0.7 % of the time in
//! which the mini writes two tokens.

use crate::geometry::{NormBox, PatchIndex, SAME_PLACE};

/// Logits this far below the largest count for nothing: each is less than a ten-millionth of its probability.
const NEGLIGIBLE: f32 = 16.5;

/// A corner of a box as it was written, and what the model thought of all cells then.
#[derive(Clone, Debug, PartialEq)]
pub struct Corner {
    cell: PatchIndex,
    /// Probability of each cell, given that it is a cell; 0..=1.
    chances: Vec<f32>,
}

impl Corner {
    /// A cell and the logits of all 1024 of them, before any rule and temperature.
    #[must_use]
    pub fn new(cell: PatchIndex, logits: &[f32]) -> Self {
        let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let weight = |logit: f32| if largest - logit < NEGLIGIBLE { (logit - largest).exp() } else { 0.0 };
        let mut chances: Vec<f32> = logits.iter().map(|logit| weight(*logit)).collect();
        let total: f32 = chances.iter().sum();
        for chance in &mut chances {
            *chance /= total;
        }
        Self { cell, chances }
    }

    /// The probability of all cells that this is true of.
    fn chance_that(&self, is_so: impl Fn(PatchIndex) -> bool) -> f32 {
        let likely = self.chances.iter().zip((0..).map(PatchIndex)).filter(|(chance, _)| **chance > 0.0);
        likely.filter(|(_, cell)| is_so(*cell)).map(|(chance, _)| chance).sum()
    }
}

/// The score of the box with these corners, 0..=1.
#[must_use]
pub fn score(upper_left: &Corner, lower_right: &Corner) -> f32 {
    let written = NormBox::from_patches(upper_left.cell, lower_right.cell);
    let is_same = |a, b| NormBox::from_patches(a, b).iou(written) >= SAME_PLACE;
    let first = upper_left.chance_that(|cell| is_same(cell, lower_right.cell));
    let second = lower_right.chance_that(|cell| is_same(upper_left.cell, cell));
    (first * second).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A corner at the first of these cells, with these probabilities in per cent.
    fn corner(cells: &[(u32, f32)]) -> Corner {
        let mut logits = vec![f32::NEG_INFINITY; 1024];
        for (cell, percent) in cells {
            logits[*cell as usize] = percent.ln() + 40.0;
        }
        Corner::new(PatchIndex(cells[0].0), &logits)
    }

    fn check(upper_left: &[(u32, f32)], lower_right: &[(u32, f32)], percent: f32) {
        let score = 100.0 * score(&corner(upper_left), &corner(lower_right));
        assert!((score - percent).abs() < 1e-3, "{upper_left:?}, {lower_right:?}: {score}");
    }

    #[test]
    fn cells_that_leave_the_box_where_it_is_count_like_the_written_one() {
        // 8 × 8 cells from column 8, row 8 on; a cell further, four cells further, and the other end of the picture.
        let cell = |column: u32, row: u32| row * 32 + column;
        let (here, beside, far, elsewhere) = (cell(8, 8), cell(9, 8), cell(12, 12), cell(31, 31));
        let end = cell(16, 16);
        check(&[(here, 100.0)], &[(end, 100.0)], 100.0);
        check(&[(here, 20.0), (beside, 80.0)], &[(end, 100.0)], 100.0);
        check(&[(here, 60.0), (far, 40.0)], &[(end, 100.0)], 60.0);
        check(&[(here, 60.0), (far, 40.0)], &[(end, 50.0), (elsewhere, 50.0)], 30.0);
        check(&[(here, 60.0), (far, 40.0)], &[(end, 25.0), (cell(16, 17), 25.0), (elsewhere, 50.0)], 30.0);
    }

    #[test]
    fn every_box_has_a_score() {
        let even = vec![0.0; 1024];
        for (first, second) in [(0, 1023), (1023, 0), (7, 7), (7, 8), (31, 992)] {
            let [a, b] = [first, second].map(|cell| Corner::new(PatchIndex(cell), &even));
            let score = score(&a, &b);
            assert!(score > 0.0 && score < 1.0, "{first}, {second}: {score}");
        }
    }
}
