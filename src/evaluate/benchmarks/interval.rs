//! How far a mean over answers would move with other questions: a bootstrap.

use serde::Serialize;

use super::benchmark::Share;

/// Means over drawn answers that are looked at.
const N_DRAWS: usize = 1000;

/// Where a number lies with 95 %, and its standard error; in the unit of the number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// A fortieth of the draws lies below.
    pub low: f64,
    /// A fortieth lies above.
    pub high: f64,
    /// Standard deviation of the draws.
    pub stderr: f64,
}

impl Interval {
    /// Of the mean of these; `None` of fewer than two. The same each time: what is drawn is fixed.
    #[must_use]
    pub fn of_mean(each: &[Share]) -> Option<Self> {
        let n = each.len() as u64;
        if n < 2 {
            return None;
        }
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut draw = || {
            // xorshift64*, of Vigna 2016
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            let number = state.wrapping_mul(0x2545_f491_4f6c_dd1d);
            ((u128::from(number) * u128::from(n)) >> 64) as usize
        };
        let mut mean_of_drawn = || {
            let drawn = (0..n).map(|_| each[draw()]);
            let (sum, weight) = drawn
                .fold((0.0, 0.0), |(sum, weight), share| (sum + share.weight * share.value, weight + share.weight));
            sum / weight
        };
        let mut means: Vec<f64> = (0..N_DRAWS).map(|_| mean_of_drawn()).collect();
        means.sort_by(f64::total_cmp);
        let mean = means.iter().sum::<f64>() / N_DRAWS as f64;
        let variance = means.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / (N_DRAWS - 1) as f64;
        Some(Self { low: means[N_DRAWS / 40], high: means[N_DRAWS - 1 - N_DRAWS / 40], stderr: variance.sqrt() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_has_the_interval_of_its_size() {
        let each: Vec<Share> = (0..1000).map(|i| Share::new(i, f64::from(i % 4 == 0))).collect();
        let found = Interval::of_mean(&each).unwrap();
        // the square root of 0.25 times 0.75 by 1000 is 0.0137
        assert!((found.stderr - 0.0137).abs() < 0.001, "{found:?}");
        assert!((found.low - 0.223).abs() < 0.004 && (found.high - 0.277).abs() < 0.004, "{found:?}");
        assert_eq!(Interval::of_mean(&[Share::new(0, 1.0)]), None);
        // answers that count ten times as much move it as if there were fewer
        let uneven: Vec<Share> =
            each.iter().map(|one| Share { weight: if one.question < 100 { 10.0 } else { 0.1 }, ..*one }).collect();
        assert!(Interval::of_mean(&uneven).unwrap().stderr > 2.0 * found.stderr);
    }
}
