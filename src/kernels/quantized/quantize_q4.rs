//! Quantization to 4 bits: 32 weights of a row become 16 levels, evenly spaced.
//!
//! Levels are integers of the row's own 8-bit scale (as in Lin et al. 2024, `QServe`), so that products with 4-bit weights
//! are products of integers throughout, the same for one token and for many.

use super::hessian::Hessian;
use crate::kernels::{
    layout::{ByteLine, HALF_PACK, PACK_LINES, ROWS},
    simd::round::round,
};

/// The largest level number.
const LAST: f32 = 15.0;
/// The largest step with which 16 levels stay within a byte.
const LARGEST_STEP: i32 = 17;

/// Level `n` stands for `step × n + offset`, an integer -128..=127.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Levels {
    /// From one level to the next.
    step: i32,
    /// The lowest level.
    offset: i32,
}

/// Rounds 16 rows, which span -127..=127, to 4 bits, into lines after that of their scales. With a Hessian, by what that does to
/// outputs: the rows are changed.
pub(super) fn pack(group: &mut [f32], hessian: Option<&Hessian>, lines: &mut [ByteLine]) {
    let cols = group.len() / ROWS;
    lines.fill(ByteLine::ZERO);
    // From the last on, as the errors are made up for by what lies before.
    for i in (0..cols.div_ceil(HALF_PACK)).rev() {
        let columns = i * HALF_PACK..cols.min((i + 1) * HALF_PACK);
        for (row, values) in group.chunks_exact_mut(cols).enumerate() {
            let half = &mut values[columns.clone()];
            let levels = Levels::of(half);
            let steps = match hessian {
                None => levels.nearest(half),
                Some(hessian) => levels.made_up(hessian, columns.start, values),
            };
            let (pack, half) = (i / 2, i % 2);
            let lines = &mut lines[pack * PACK_LINES..][..PACK_LINES];
            lines[0].0[16 * half + row] = levels.step as u8;
            lines[0].0[32 + 16 * half + row] = (levels.offset + 128) as u8;
            for (col, n) in steps.iter().enumerate() {
                let (line, shift) = (1 + 4 * half + col % 16 / 4, 4 * (col / 16));
                lines[line].0[4 * row + col % 4] |= n << shift;
            }
        }
    }
}

impl Levels {
    /// The levels with the smallest squared error among a few steps; at most 32 values, which span -127..=127.
    ///
    /// The outermost values may be cut: with a smaller step, all others come closer.
    fn of(values: &[f32]) -> Self {
        let mut padded = [0.0; HALF_PACK];
        padded[..values.len()].copy_from_slice(values);
        let values = &padded;
        let (min, max) = values.iter().fold((f32::MAX, f32::MIN), |(min, max), x| (min.min(*x), max.max(*x)));
        let widest = (((max - min) / LAST).ceil() as i32).clamp(1, LARGEST_STEP);
        let mut best = (f32::INFINITY, Self { step: 1, offset: 0 });
        for step in (widest - 3).max(1)..=widest {
            let mut offset = within_a_byte(step, (0.5 * (min + max) - 0.5 * LAST * step as f32).round() as i32);
            for _ in 0..2 {
                let (error, shift) = try_levels(values, step as f32, offset as f32);
                if error < best.0 {
                    best = (error, Self { step, offset });
                }
                let moved = within_a_byte(step, offset + shift.round() as i32);
                if moved == offset {
                    break;
                }
                offset = moved;
            }
        }
        best.1
    }

    /// The number of the level that is nearest to each value.
    fn nearest(self, values: &[f32]) -> [u8; HALF_PACK] {
        let n = |i: usize| values.get(i).map_or(0, |x| level(*x, 1.0 / self.step as f32, self.offset as f32));
        std::array::from_fn(|i| n(i) as u8)
    }

    /// The number of the level that is nearest to each value of a half, from its last on, once the errors of those after it
    /// are made up for; then what lies before it in the row makes up for the half's.
    fn made_up(self, hessian: &Hessian, start: usize, row: &mut [f32]) -> [u8; HALF_PACK] {
        let (first, factor) = hessian.block(start);
        let at = start - first;
        let (before, half) = row[first..].split_at_mut(at);
        let n_columns = half.len().min(HALF_PACK);
        let (mut errors, mut steps) = ([0.0; HALF_PACK], [0; HALF_PACK]);
        for i in (0..n_columns).rev() {
            let column = &factor.row(at + i)[at..];
            let n = level(half[i], 1.0 / self.step as f32, self.offset as f32);
            steps[i] = n as u8;
            errors[i] = (half[i] - (self.step * n + self.offset) as f32) / column[i];
            for (value, factor) in half[..i].iter_mut().zip(column) {
                *value -= errors[i] * factor;
            }
        }
        factor.make_up(at, &errors[..n_columns], before);
        steps
    }
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
        let levels = Levels::of(&values);
        for (value, n) in values.iter().zip(levels.nearest(&values)) {
            let integer = levels.step * i32::from(n) + levels.offset;
            assert!(n < 16 && (-128..128).contains(&integer));
            let error = (value - integer as f32).abs();
            assert!(error <= largest_error, "{value} became {integer}");
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
