//! The two activation functions, over all cores: the library's own run on one, and its erf takes a detour over f64.

use candle_core::{CpuStorage, CustomOp1, Device, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::matvec::contiguous;

/// Values that one task takes.
const VALUES_PER_TASK: usize = 8192;

/// Exact GELU, `x Φ(x)`; any shape, f32.
///
/// # Errors
/// When the values are not contiguous f32.
pub fn gelu(x: &Tensor) -> Result<Tensor> {
    match x.device() {
        Device::Cpu => x.apply_op1_no_bwd(&Activation { name: "gelu", function: gelu_of }),
        _ => x.gelu_erf(),
    }
}

/// CLIP's GELU, `x sigmoid(1.702 x)`; any shape, f32.
///
/// # Errors
/// When the values are not contiguous f32.
pub fn quick_gelu(x: &Tensor) -> Result<Tensor> {
    match x.device() {
        Device::Cpu => x.apply_op1_no_bwd(&Activation { name: "quick_gelu", function: quick_gelu_of }),
        _ => x * candle_nn::ops::sigmoid(&(x * 1.702)?)?,
    }
}

struct Activation {
    name: &'static str,
    function: fn(f32) -> f32,
}

impl CustomOp1 for Activation {
    fn name(&self) -> &'static str {
        self.name
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let x = contiguous(storage, layout)?;
        let mut y = vec![0_f32; x.len()];
        y.par_chunks_mut(VALUES_PER_TASK).zip(x.par_chunks(VALUES_PER_TASK)).for_each(|(y, x)| {
            for (y, x) in y.iter_mut().zip(x) {
                *y = (self.function)(*x);
            }
        });
        Ok((CpuStorage::F32(y), layout.shape().clone()))
    }
}

fn quick_gelu_of(x: f32) -> f32 {
    x / (1.0 + (-1.702 * x).exp())
}

fn gelu_of(x: f32) -> f32 {
    0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))
}

/// The error function as a ratio of polynomials in x², within 3e-7 of it; beyond ±4 it is ±1 in f32.
fn erf(x: f32) -> f32 {
    const ABOVE: [f32; 7] = [
        -2.726_142_3e-10,
        2.770_681_4e-8,
        -2.101_024e-6,
        -5.692_506_4e-5,
        -7.349_906_3e-4,
        -2.954_599_8e-3,
        -1.609_603_3e-2,
    ];
    const BELOW: [f32; 5] = [-1.456_607_2e-5, -2.133_740_6e-4, -1.682_827e-3, -7.373_329e-3, -1.426_473_9e-2];
    let x = x.clamp(-4.0, 4.0);
    let square = x * x;
    let polynomial = |coefficients: &[f32]| coefficients.iter().fold(0.0, |sum, c| sum * square + c);
    x * polynomial(&ABOVE) / polynomial(&BELOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points() -> Tensor {
        Tensor::arange_step(-12_f32, 12.0, 0.0013, &Device::Cpu).unwrap()
    }

    fn largest_difference(a: &Tensor, b: &Tensor) -> f32 {
        (a - b).unwrap().abs().unwrap().max_all().unwrap().to_scalar().unwrap()
    }

    #[test]
    fn gelu_equals_the_library_s() {
        assert!(largest_difference(&gelu(&points()).unwrap(), &points().gelu_erf().unwrap()) < 1e-6);
    }

    #[test]
    fn quick_gelu_equals_its_definition() {
        let naive = (points() * candle_nn::ops::sigmoid(&(points() * 1.702).unwrap()).unwrap()).unwrap();
        assert!(largest_difference(&quick_gelu(&points()).unwrap(), &naive) < 1e-6);
    }

    #[test]
    fn extremes_stay_numbers() {
        let x = Tensor::new(&[-1e30_f32, -200.0, 0.0, 200.0, 1e30], &Device::Cpu).unwrap();
        for y in [gelu(&x).unwrap(), quick_gelu(&x).unwrap()] {
            let y: Vec<f32> = y.to_vec1().unwrap();
            assert!(y.iter().all(|y| y.is_finite()) && y[2] == 0.0);
            assert!((y[3] / 200.0 - 1.0).abs() < 1e-6 && (y[4] / 1e30 - 1.0).abs() < 1e-6);
        }
    }
}
