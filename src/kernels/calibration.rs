//! The second moments of a linear map's inputs, by the products that it is made of.

use std::ops::Range;

use rayon::prelude::*;

use super::{
    product::{Linear, products},
    quantized::{hessian::Hessian, matrix::Matrix, precision::Precision},
};

impl Hessian {
    /// From some inputs, `[tokens, cols]`.
    #[must_use]
    pub fn new(x: &[f32], cols: usize) -> Self {
        Self::of_moments(Self::blocks_of(cols).map(|columns| second_moments(x, cols, columns)))
    }
}

/// Sums of the products of some columns with each other, `[n, n]`.
fn second_moments(x: &[f32], cols: usize, columns: Range<usize>) -> Vec<f32> {
    let (n, n_tokens) = (columns.len(), x.len() / cols);
    let mut by_column = vec![0.0; n * n_tokens]; // [n, tokens]
    by_column.par_chunks_mut(n_tokens.max(1)).zip(columns).for_each(|(values, column)| {
        values.iter_mut().zip(x.chunks_exact(cols)).for_each(|(value, token)| *value = token[column]);
    });
    let read = |row: usize, out: &mut [f32]| out.copy_from_slice(&by_column[row * n_tokens..][..out.len()]);
    let matrix = Matrix::new(n, n_tokens, Precision::F32, read);
    products(&by_column, &[Linear { matrix: &matrix, bias: None, activation: None }], None).remove(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Inputs of which many go together, as those of a picture's do.
    fn inputs(n_tokens: usize, cols: usize) -> Vec<f32> {
        let common = |col: usize| (col as f32 * 0.37).sin() * 3.0;
        let own = |token: usize, col: usize| ((token * 31 + col * 17 + 1) as f32 * 0.731).cos();
        (0..n_tokens * cols).map(|i| common(i % cols) + own(i / cols, i % cols)).collect()
    }

    /// The squared error of the outputs over their squares.
    fn error(matrix: &Matrix, weights: &[f32], x: &[f32]) -> f64 {
        let (rows, cols) = (matrix.rows(), matrix.cols());
        let (mut row, mut difference, mut size) = (vec![0.0; cols], 0.0, 0.0);
        for i in 0..rows {
            matrix.read_row(i, &mut row);
            for token in x.chunks(cols) {
                let dot = |row: &[f32]| row.iter().zip(token).map(|(w, x)| f64::from(*w) * f64::from(*x)).sum::<f64>();
                let exact = dot(&weights[i * cols..][..cols]);
                difference += (dot(&row) - exact).powi(2);
                size += exact * exact;
            }
        }
        difference / size
    }

    #[test]
    fn outputs_come_closer_by_calibration() {
        for (rows, cols) in [(16, 64), (40, 200), (3, 2100)] {
            let weights: Vec<f32> =
                (0..rows * cols).map(|i| (i as f32 * 1.37).sin() * (i as f32 * 0.11).cos()).collect();
            let read = |row: usize, out: &mut [f32]| out.copy_from_slice(&weights[row * cols..][..out.len()]);
            let x = inputs(50, cols);
            let nearest = Matrix::new(rows, cols, Precision::Q4, read);
            let calibrated = Matrix::calibrated(rows, cols, &Hessian::new(&x, cols), read);
            let [before, after] = [&nearest, &calibrated].map(|matrix| error(matrix, &weights, &x));
            assert!(after < 0.25 * before, "{rows}, {cols}: {before:.1e} became {after:.1e}");
        }
    }
}
