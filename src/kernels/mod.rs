//! What is faster than the tensor library's own operations, each with the ratio measured.
//!
//! On devices other than the CPU, the library's operations do the work. Figures are from two cores of an AMD EPYC
//! (Zen 3), at the sizes of the published checkpoint.

mod activation;
mod matvec;

pub use activation::{gelu, quick_gelu};

use candle_core::{DType, Device, Result, Tensor};

/// `x Wᵀ`: `x` `[seq, inputs]`, `weight` `[outputs, inputs]` to `[seq, outputs]`.
///
/// # Errors
/// When the shapes do not fit.
pub fn product(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    let on_cpu = matches!(x.device(), Device::Cpu) && x.dtype() == DType::F32;
    if on_cpu && x.dim(0)? == 1 { matvec::matvec(x, weight) } else { x.matmul(&weight.t()?) }
}
