//! How far a mean over answers would move with other questions: a bootstrap.

use serde::Serialize;

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
    pub fn of_mean(each: &[f64]) -> Option<Self> {
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
        let mut means: Vec<f64> = Vec::with_capacity(N_DRAWS);
        means.extend((0..N_DRAWS).map(|_| (0..n).map(|_| each[draw()]).sum::<f64>() / n as f64));
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
        let each: Vec<f64> = (0..1000).map(|i| f64::from(i % 4 == 0)).collect();
        let found = Interval::of_mean(&each).unwrap();
        // the square root of 0.25 times 0.75 by 1000 is 0.0137
        assert!((found.stderr - 0.0137).abs() < 0.001, "{found:?}");
        assert!((found.low - 0.223).abs() < 0.004 && (found.high - 0.277).abs() < 0.004, "{found:?}");
        assert_eq!(Interval::of_mean(&[1.0]), None);
    }
}
