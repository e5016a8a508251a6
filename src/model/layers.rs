//! The two layers everything is made of: linear maps and layer norms, under the checkpoint's own names.

use candle_core::{Result, Tensor};
use candle_nn::{Module as _, VarBuilder};

/// `y = x Wᵀ + b`.
#[derive(Clone, Debug)]
pub(super) struct Linear {
    weight: Tensor, // [outputs, inputs]
    bias: Tensor,   // [outputs]
}

impl Linear {
    pub(super) fn new(inputs: usize, outputs: usize, vb: &VarBuilder) -> Result<Self> {
        Ok(Self { weight: vb.get((outputs, inputs), "weight")?, bias: vb.get(outputs, "bias")? })
    }

    /// `[seq, inputs]` to `[seq, outputs]`.
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        x.matmul(&self.weight.t()?)?.broadcast_add(&self.bias) // [seq, outputs]
    }
}

/// Normalisation over the last dimension, with weight and bias.
#[derive(Clone, Debug)]
pub(super) struct LayerNorm(candle_nn::LayerNorm);

impl LayerNorm {
    pub(super) fn new(width: usize, eps: f64, vb: &VarBuilder) -> Result<Self> {
        Ok(Self(candle_nn::LayerNorm::new(vb.get(width, "weight")?, vb.get(width, "bias")?, eps)))
    }

    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.0.forward(x)
    }
}
