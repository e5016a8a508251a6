//! What the inputs of a linear map are like, for rounding its weights by what that does to its outputs.
//!
//! Frantar et al. 2023, GPTQ (arXiv 2210.17323): the error of each weight is made up for by those that are rounded after it, as
//! far as their inputs go together. How far that is follows from the Hessian of the squared error, the second moments of the
//! inputs.

use std::ops::Range;

use rayon::prelude::*;

use crate::kernels::simd::multiversion::{mul_add, multiversion};

/// Columns that are looked at together; the work grows with the square of it. Longer rows are taken apart.
const MOST_COLUMNS: usize = 2048;

/// What is added to each second moment, over their mean: what a few texts never show is not relied on. With random weights of
/// the published size, a picture that was not among them lost least with 0.3 to 1.
const DAMPING: f32 = 0.3;

/// Columns of the Cholesky decomposition at a time.
const PANEL: usize = 64;

/// The second moments of a linear map's inputs, decomposed.
#[derive(Debug)]
pub struct Hessian {
    blocks: Vec<Factor>,
}

/// The lower triangular M of some columns, for which `MᵀM` is the inverse of their second moments: `[n, n]`.
#[derive(Debug)]
pub(super) struct Factor {
    n: usize,
    rows: Vec<f32>,
}

impl Hessian {
    /// From the second moments of each block of columns, `[n, n]`; see [`Self::blocks_of`].
    pub(crate) fn of_moments(moments: impl Iterator<Item = Vec<f32>>) -> Self {
        Self { blocks: moments.map(Factor::new).collect() }
    }

    /// The columns of rows of this length that are looked at together.
    pub(crate) fn blocks_of(cols: usize) -> impl Iterator<Item = Range<usize>> {
        (0..cols).step_by(MOST_COLUMNS).map(move |first| first..cols.min(first + MOST_COLUMNS))
    }

    /// The columns that are looked at together with this one: the first of them, and what they are like.
    pub(super) fn block(&self, column: usize) -> (usize, &Factor) {
        let block = column / MOST_COLUMNS;
        (block * MOST_COLUMNS, &self.blocks[block])
    }
}

impl Factor {
    /// Something is added to the squares of the moments, `[n, n]`.
    fn new(mut moments: Vec<f32>) -> Self {
        let n = moments.len().isqrt();
        let mean = (0..n).map(|i| moments[i * n + i]).sum::<f32>() / n as f32;
        let added = if mean > f32::MIN_POSITIVE { DAMPING * mean } else { 1.0 };
        (0..n).for_each(|i| moments[i * n + i] += added);
        decompose(&mut moments, n);
        Self { n, rows: inverse(&moments, n) }
    }

    /// Row `i` up to its diagonal.
    pub(super) fn row(&self, i: usize) -> &[f32] {
        &self.rows[i * self.n..=i * self.n + i]
    }

    /// Rows `first..first + errors.len()`, each times its error, subtracted from what lies before them.
    pub(super) fn make_up(&self, first: usize, errors: &[f32], values: &mut [f32]) {
        subtract_rows(errors, &self.rows[first * self.n..], self.n, &mut values[..first]);
    }
}

/// The lower triangular L for which L Lᵀ is the matrix (Cholesky), in its place.
fn decompose(a: &mut [f32], n: usize) {
    for start in (0..n).step_by(PANEL) {
        let end = n.min(start + PANEL);
        let (before, rest) = a.split_at_mut(end * n);
        for i in start..end {
            for j in start..=i {
                let (row, other) = (&before[i * n + start..][..j - start], &before[j * n + start..][..j - start]);
                let sum = before[i * n + j] - row.iter().zip(other).map(|(a, b)| a * b).sum::<f32>();
                before[i * n + j] = if i == j { sum.max(f32::MIN_POSITIVE).sqrt() } else { sum / before[j * n + j] };
            }
        }
        let panel = &before[start * n..];
        rest.par_chunks_mut(n).for_each(|row| {
            for j in 0..end - start {
                let known: f32 = (0..j).map(|k| row[start + k] * panel[j * n + start + k]).sum();
                row[start + j] = (row[start + j] - known) / panel[j * n + start + j];
            }
        });
        // The columns of the panel below it, as rows.
        let n_rest = n - end;
        let mut columns = vec![0.0; (end - start) * n_rest];
        for (i, row) in rest.chunks_exact(n).enumerate() {
            (start..end).for_each(|k| columns[(k - start) * n_rest + i] = row[k]);
        }
        rest.par_chunks_mut(n).enumerate().for_each(|(i, row)| {
            let (known, rest) = row.split_at_mut(end);
            subtract_rows(&known[start..], &columns, n_rest, &mut rest[..=i]);
        });
    }
}

/// The inverse of a lower triangular matrix; what is above its diagonal means nothing.
fn inverse(lower: &[f32], n: usize) -> Vec<f32> {
    let firsts: Vec<usize> = (0..n).step_by(PANEL).collect();
    // Some columns of it, `[n, width]`, from the first row on that is not zero there.
    let columns = |first: usize| {
        let width = PANEL.min(n - first);
        let mut part = vec![0.0; n * width];
        for i in first..n {
            let (known, row) = part.split_at_mut(i * width);
            let row = &mut row[..width];
            subtract_rows(&lower[i * n + first..][..i - first], &known[first * width..], width, row);
            if let Some(one) = row.get_mut(i - first) {
                *one += 1.0;
            }
            for x in row {
                *x /= lower[i * n + i];
            }
        }
        part
    };
    let parts: Vec<Vec<f32>> = firsts.par_iter().map(|first| columns(*first)).collect();
    let mut all = vec![0.0; n * n];
    for (first, part) in firsts.into_iter().zip(parts) {
        let width = PANEL.min(n - first);
        for (row, part) in all.chunks_exact_mut(n).zip(part.chunks_exact(width)) {
            row[first..first + width].copy_from_slice(part);
        }
    }
    all
}

multiversion! {
    /// Subtracts rows, each `stride` after the one before and times its factor, from `out`.
    fn subtract_rows(factors: &[f32], rows: &[f32], stride: usize, out: &mut [f32]) {
        let n = out.len();
        let row = |i: usize| &rows[i * stride..][..n];
        let (fours, rest) = factors.as_chunks::<4>();
        for (i, [a, b, c, d]) in fours.iter().enumerate() {
            let rows = row(4 * i).iter().zip(row(4 * i + 1)).zip(row(4 * i + 2)).zip(row(4 * i + 3));
            for (out, (((p, q), r), s)) in out.iter_mut().zip(rows) {
                let first = mul_add::<FMA>(-a, *p, mul_add::<FMA>(-b, *q, *out));
                *out = mul_add::<FMA>(-c, *r, mul_add::<FMA>(-d, *s, first));
            }
        }
        for (i, factor) in rest.iter().enumerate() {
            for (out, x) in out.iter_mut().zip(row(4 * fours.len() + i)) {
                *out = mul_add::<FMA>(-factor, *x, *out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(n_tokens: usize, cols: usize) -> Vec<f32> {
        let value = |token: usize, col: usize| {
            ((token * 7 + col * 3) as f32 * 0.37).sin() + ((token * 31 + col * 17 + 1) as f32 * 0.731).cos()
        };
        (0..n_tokens * cols).map(|i| value(i / cols, i % cols)).collect()
    }

    fn moments(n_tokens: usize, cols: usize) -> Vec<f32> {
        let x = inputs(n_tokens, cols);
        let moment = |i: usize, j: usize| x.chunks(cols).map(|token| token[i] * token[j]).sum();
        (0..cols * cols).map(|at| moment(at / cols, at % cols)).collect()
    }

    #[test]
    fn the_factor_is_that_of_the_inverse() {
        for n in [1, 5, 64, 65, 200] {
            let mut moments = moments(150, n);
            let factor = Factor::new(moments.clone());
            let added = DAMPING * (0..n).map(|i| moments[i * n + i]).sum::<f32>() / n as f32;
            (0..n).for_each(|i| moments[i * n + i] += added);
            // M A Mᵀ is the identity.
            let m = |i: usize, j: usize| if j <= i { f64::from(factor.row(i)[j]) } else { 0.0 };
            let product: Vec<f64> =
                (0..n * n).map(|at| (0..n).map(|k| m(at / n, k) * f64::from(moments[k * n + at % n])).sum()).collect();
            for i in 0..n {
                for j in 0..n {
                    let value: f64 = (0..n).map(|k| product[i * n + k] * m(j, k)).sum();
                    let expected = if i == j { 1.0 } else { 0.0 };
                    assert!((value - expected).abs() < 2e-3, "{n}: {i}, {j}: {value}");
                }
            }
        }
    }

    #[test]
    fn inputs_that_are_all_zero_do_no_harm() {
        let factor = Factor::new(vec![0.0; 100]);
        assert_eq!((factor.row(9)[9], factor.row(9)[3]), (1.0, 0.0));
    }
}
