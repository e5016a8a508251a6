//! Quantization to 4 bits: 32 weights of a row become 16 levels, evenly spaced.
//!
//! Levels are integers of the row's own 8-bit scale (as in Lin et al. 2024, `QServe`), so that products with 4-bit weights
//! are products of integers throughout, the same for one token and for many.

use crate::kernels::{layout::HALF_PACK, simd::round::round};

/// The largest level number.
const LAST: f32 = 15.0;
/// The largest step with which 16 levels stay within a byte.
const LARGEST_STEP: i32 = 17;

/// Level `steps[i]` stands for `step × steps[i] + offset - 128`.
#[derive(Debug, PartialEq)]
pub(crate) struct Half {
    /// From one level to the next.
    pub(crate) step: u8,
    /// The lowest level, with 128 added.
    pub(crate) offset: u8,
    /// The number of each weight's level.
    pub(crate) steps: [u8; HALF_PACK],
}

/// Finds the levels with the smallest squared error among a few steps; values span -127..=127.
///
/// The outermost values may be cut: with a smaller step, all others come closer.
pub(crate) fn quantize(values: &[f32; HALF_PACK]) -> Half {
    let (min, max) = values.iter().fold((f32::MAX, f32::MIN), |(min, max), x| (min.min(*x), max.max(*x)));
    let widest = (((max - min) / LAST).ceil() as i32).clamp(1, LARGEST_STEP);
    let mut best = (f32::INFINITY, 1, 0);
    for step in (widest - 3).max(1)..=widest {
        let mut offset = within_a_byte(step, (0.5 * (min + max) - 0.5 * LAST * step as f32).round() as i32);
        for _ in 0..2 {
            let (error, shift) = try_levels(values, step as f32, offset as f32);
            if error < best.0 {
                best = (error, step, offset);
            }
            let moved = within_a_byte(step, offset + shift.round() as i32);
            if moved == offset {
                break;
            }
            offset = moved;
        }
    }
    let (_, step, offset) = best;
    let steps = std::array::from_fn(|i| level(values[i], 1.0 / step as f32, offset as f32) as u8);
    Half { step: step as u8, offset: (offset + 128) as u8, steps }
}

fn within_a_byte(step: i32, offset: i32) -> i32 {
    offset.clamp(-128, 127 - 15 * step)
}

fn level(value: f32, inverse_step: f32, offset: f32) -> i32 {
    round(((value - offset) * inverse_step).clamp(0.0, LAST))
}

/// The squared error of these levels, and how far they lie below the values on average.
fn try_levels(values: &[f32; HALF_PACK], step: f32, offset: f32) -> (f32, f32) {
    let inverse = 1.0 / step;
    let (mut squares, mut sums) = ([0.0; 8], [0.0; 8]);
    for chunk in values.as_chunks::<8>().0 {
        for (i, value) in chunk.iter().enumerate() {
            let difference = value - (step * level(*value, inverse, offset) as f32 + offset);
            squares[i] += difference * difference;
            sums[i] += difference;
        }
    }
    (squares.iter().sum(), sums.iter().sum::<f32>() / HALF_PACK as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: [f32; HALF_PACK], largest_error: f32) {
        let Half { step, offset, steps } = quantize(&values);
        for (value, n) in values.iter().zip(steps) {
            let byte = i32::from(step) * i32::from(n) + i32::from(offset);
            assert!(n < 16 && (0..256).contains(&byte));
            let error = (value - (byte - 128) as f32).abs();
            assert!(error <= largest_error, "{value} became {}", byte - 128);
        }
    }

    #[test]
    fn values_stay_close() {
        check([0.0; HALF_PACK], 0.0);
        check([-127.0; HALF_PACK], 0.0);
        check([127.0; HALF_PACK], 0.0);
        check(std::array::from_fn(|i| (i % 16) as f32 * 3.0 - 20.0), 0.0);
        check(std::array::from_fn(|i| if i % 2 == 0 { -127.0 } else { 127.0 }), 1.0);
        check(std::array::from_fn(|i| -127.0 + i as f32 * 254.0 / 31.0), 12.8);
    }
}
