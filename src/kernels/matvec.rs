//! One row times a matrix: what every new token costs, bound by how fast the weights come out of memory.

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

/// Rows of the matrix that one task takes: large enough to hide the handing out, small enough to share evenly.
const ROWS_PER_TASK: usize = 64;

/// Sums kept side by side, so that the additions of one dot product do not wait for each other.
const LANES: usize = 32;

/// `x Wᵀ` for one row: `x` `[1, inputs]`, `weight` `[outputs, inputs]` to `[1, outputs]`, f32 on the CPU.
pub(super) fn matvec(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    x.apply_op2_no_bwd(weight, &MatVec)
}

struct MatVec;

impl CustomOp2 for MatVec {
    fn name(&self) -> &'static str {
        "matvec"
    }

    fn cpu_fwd(&self, x: &CpuStorage, x_at: &Layout, w: &CpuStorage, w_at: &Layout) -> Result<(CpuStorage, Shape)> {
        let (x, weight) = (contiguous(x, x_at)?, contiguous(w, w_at)?);
        let (outputs, inputs) = w_at.shape().dims2()?;
        if x.len() != inputs {
            bail!("a row of {} does not fit a matrix of {outputs}×{inputs}", x.len());
        }
        let mut y = vec![0_f32; outputs];
        y.par_chunks_mut(ROWS_PER_TASK).zip(weight.par_chunks(ROWS_PER_TASK * inputs)).for_each(|(y, rows)| {
            for (y, row) in y.iter_mut().zip(rows.chunks_exact(inputs)) {
                *y = dot(x, row);
            }
        });
        Ok((CpuStorage::F32(y), Shape::from((1, outputs))))
    }
}

pub(super) fn contiguous<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    match (storage, layout.contiguous_offsets()) {
        (CpuStorage::F32(values), Some((start, end))) => Ok(&values[start..end]),
        _ => bail!("contiguous f32 values are needed"),
    }
}

/// The order of the additions depends on the length alone, so the result does not depend on the number of threads.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0_f32; LANES];
    let (a_lanes, b_lanes) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = a_lanes.remainder().iter().zip(b_lanes.remainder()).map(|(x, y)| x * y).sum();
    for (a, b) in a_lanes.zip(b_lanes) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn equals_the_naive_product_at_odd_sizes() {
        for (outputs, inputs) in [(1, 1), (3, 31), (64, 32), (65, 33), (130, 257), (1, 2048)] {
            let values = |n: usize| (0..n).map(|i| ((i * 37 % 101) as f32 / 50.0) - 1.0).collect::<Vec<_>>();
            let (x, weight) = (values(inputs), values(outputs * inputs));
            let naive: Vec<f64> = (weight.chunks(inputs))
                .map(|row| row.iter().zip(&x).map(|(w, x)| f64::from(*w) * f64::from(*x)).sum())
                .collect();
            let x = Tensor::from_vec(x, (1, inputs), &Device::Cpu).unwrap();
            let weight = Tensor::from_vec(weight, (outputs, inputs), &Device::Cpu).unwrap();
            let ours: Vec<Vec<f32>> = matvec(&x, &weight).unwrap().to_vec2().unwrap();
            for (ours, naive) in ours[0].iter().zip(naive) {
                assert!((f64::from(*ours) - naive).abs() < 1e-4 * naive.abs().max(1.0), "{outputs}×{inputs}");
            }
        }
    }

    #[test]
    fn a_row_of_the_wrong_length_is_an_error() {
        let x = Tensor::zeros((1, 3), candle_core::DType::F32, &Device::Cpu).unwrap();
        let weight = Tensor::zeros((2, 4), candle_core::DType::F32, &Device::Cpu).unwrap();
        assert!(matvec(&x, &weight).is_err());
    }
}
