//! Whether boxes of a certain score are right as often as the score says, and whether right ones have higher scores.

use std::fmt;

use serde::Serialize;

/// Parts of 0..=1 in which what is said is held against what is so.
const N_BINS: usize = 10;

/// Boxes by one of their scores, and whether they are right.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scored {
    boxes: Vec<(f32, bool)>,
}

/// The boxes whose score lies in one part of 0..=1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Bin {
    /// How many there are.
    pub boxes: usize,
    /// How many of them are right.
    pub right: usize,
    /// Their mean score, 0..=1; 0 without any.
    pub mean: f64,
}

/// What is known of a score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Calibration {
    /// All boxes.
    pub boxes: usize,
    /// The right ones.
    pub right: usize,
    /// How far the mean score of a bin lies from its part of right boxes, on average over all boxes; 0..=1.
    pub expected_calibration_error: f64,
    /// How often a right box has a higher score than a wrong one, 0..=1, ties counting half; `None` without one of either.
    pub auroc: Option<f64>,
    /// The mean score of right boxes; `None` without any.
    pub mean_of_right: Option<f64>,
    /// The mean score of wrong boxes; `None` without any.
    pub mean_of_wrong: Option<f64>,
    /// The reliability diagram: ten bins of equal width, from 0 on.
    pub bins: [Bin; N_BINS],
}

impl Scored {
    /// Adds a box with a score of 0..=1.
    pub fn add(&mut self, score: f32, is_right: bool) {
        self.boxes.push((score, is_right));
    }

    /// How well the scores fit.
    #[must_use]
    pub fn calibration(&self) -> Calibration {
        let bins = self.bins();
        let distance = |bin: &Bin| (bin.mean * bin.boxes as f64 - bin.right as f64).abs();
        Calibration {
            boxes: self.boxes.len(),
            right: self.of(true).count(),
            expected_calibration_error: bins.iter().map(distance).sum::<f64>() / self.boxes.len().max(1) as f64,
            auroc: self.auroc(),
            mean_of_right: mean(self.of(true)),
            mean_of_wrong: mean(self.of(false)),
            bins,
        }
    }

    fn of(&self, is_right: bool) -> impl Iterator<Item = f64> {
        self.boxes.iter().filter(move |(_, right)| *right == is_right).map(|(score, _)| f64::from(*score))
    }

    fn bins(&self) -> [Bin; N_BINS] {
        std::array::from_fn(|i| {
            let bin_of = |score: f32| ((score * N_BINS as f32) as usize).min(N_BINS - 1);
            let inside: Vec<_> = self.boxes.iter().filter(|(score, _)| bin_of(*score) == i).collect();
            let right = inside.iter().filter(|(_, is_right)| *is_right).count();
            let mean = mean(inside.iter().map(|(score, _)| f64::from(*score))).unwrap_or_default();
            Bin { boxes: inside.len(), right, mean }
        })
    }

    /// The rank-sum form of the area: each right box counts the wrong ones below it, and half of those beside it.
    fn auroc(&self) -> Option<f64> {
        let mut sorted = self.boxes.clone();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut n_wrong, mut area) = (0, 0.0);
        for equal in sorted.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
            let right = equal.iter().filter(|(_, is_right)| *is_right).count();
            let wrong = equal.len() - right;
            area += right as f64 * (n_wrong as f64 + wrong as f64 / 2.0);
            n_wrong += wrong;
        }
        let n_pairs = (sorted.len() - n_wrong) * n_wrong;
        (n_pairs > 0).then(|| area / n_pairs as f64)
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (n, sum) = values.fold((0, 0.0), |(n, sum), value| (n + 1, sum + value));
    (n > 0).then(|| sum / f64::from(n))
}

/// The numbers of two scores of the same boxes side by side, and the reliability diagram of the first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BothScores {
    /// Of [`crate::caption::Region::score`].
    pub score: Calibration,
    /// Of [`crate::caption::Region::token_probability`].
    pub token_probability: Calibration,
}

impl fmt::Display for BothScores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { score, token_probability } = self;
        let percent = |part: Option<f64>| part.map_or_else(|| "–".to_owned(), |part| format!("{:.1} %", 100.0 * part));
        let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"));
        let error = |of: &Calibration| percent(Some(of.expected_calibration_error));
        let row = |name: &str, [a, b]: [String; 2]| format!("{name:29}{a:>8}  {b:>17}");
        let both = [score, token_probability];
        let lines = [
            row(&format!("{} boxes", score.boxes), ["score".to_owned(), "token probability".to_owned()]),
            row("expected calibration error", both.map(error)),
            row("AUROC, right against wrong", both.map(|of| number(of.auroc))),
            row("mean of right boxes", both.map(|of| percent(of.mean_of_right))),
            row("mean of wrong boxes", both.map(|of| percent(of.mean_of_wrong))),
        ];
        write!(f, "{}\n\nscore              boxes      mean     right", lines.join("\n"))?;
        for (i, bin) in score.bins.iter().enumerate() {
            let right = (bin.boxes > 0).then(|| bin.right as f64 / bin.boxes as f64);
            let mean = percent(right.map(|_| bin.mean));
            let range = format!("{:2} to {:3} %", 100 * i / N_BINS, 100 * (i + 1) / N_BINS);
            write!(f, "\n{range:14}{:10}{mean:>10}{:>10}", bin.boxes, percent(right))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(boxes: &[(f32, bool)]) -> Calibration {
        Scored { boxes: boxes.to_vec() }.calibration()
    }

    #[test]
    fn scores_are_held_against_what_is_right() {
        let calibration =
            scored(&[(0.75, true), (0.75, true), (0.75, true), (0.75, false), (0.15, true), (1.0, false)]);
        // four as said; one that is right at 15 %, one that is wrong at 100 %
        assert!((calibration.expected_calibration_error - (0.85 + 1.0) / 6.0).abs() < 1e-6, "{calibration:?}");
        assert_eq!((calibration.boxes, calibration.right), (6, 4));
        assert_eq!(calibration.bins[7], Bin { boxes: 4, right: 3, mean: 0.75 });
        assert_eq!((calibration.bins[9].boxes, calibration.bins[9].right), (1, 0), "1 is in the last one");
        assert!((calibration.mean_of_right.unwrap() - 0.6).abs() < 1e-6);
        assert_eq!(calibration.mean_of_wrong, Some(0.875));
        // of 4 × 2 pairs, three are even, and one right box is above none
        assert_eq!(calibration.auroc, Some(1.5 / 8.0));
    }

    #[test]
    fn order_is_all_that_counts_for_the_area() {
        assert_eq!(scored(&[(0.1, false), (0.2, false), (0.3, true)]).auroc, Some(1.0));
        assert_eq!(scored(&[(0.1, true), (0.2, false), (0.3, true)]).auroc, Some(0.5));
        assert_eq!(scored(&[(0.1, true)]).auroc, None);
        let nothing = scored(&[]);
        assert_eq!((nothing.expected_calibration_error, nothing.mean_of_right), (0.0, None));
        let both = BothScores { score: nothing.clone(), token_probability: nothing };
        assert!(both.to_string().starts_with("0 boxes"));
    }
}
