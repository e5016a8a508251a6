//! The two layers everything is made of: linear maps and layer norms, under the checkpoint's own names.

use candle_core::{Device, Result, Tensor, bail};

use super::store::{Weight, Weights};
use crate::kernels::{self, Activation, Matrix, Precision, tensors};

/// `y = x Wᵀ + b`.
#[derive(Debug)]
pub(super) struct Linear {
    weight: Weight,
    /// `[outputs]`.
    bias: Option<Vec<f32>>,
}

impl Linear {
    pub(super) fn new(inputs: usize, outputs: usize, vb: &Weights) -> Result<Self> {
        Ok(Self { weight: vb.matrix(outputs, inputs, "weight")?, bias: Some(vb.get(outputs, "bias")?.to_vec1()?) })
    }

    pub(super) fn without_bias(inputs: usize, outputs: usize, name: &str, vb: &Weights) -> Result<Self> {
        Ok(Self { weight: vb.matrix(outputs, inputs, name)?, bias: None })
    }

    /// Takes another matrix of the same size.
    pub(super) fn replace(&mut self, matrix: Matrix) -> Result<()> {
        match &mut self.weight {
            Weight::Packed(weight) if (weight.rows(), weight.cols()) == (matrix.rows(), matrix.cols()) => {
                *weight = matrix;
                Ok(())
            }
            _ => bail!("a matrix of another size, or on another device, is to be replaced"),
        }
    }

    /// `[seq, inputs]` to `[seq, outputs]`.
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let [y] = Self::forward_all([self], x)?;
        Ok(y)
    }

    /// `[seq, inputs]` to `[seq, outputs]`, through `activation`.
    pub(super) fn forward_through(&self, activation: Activation, x: &Tensor) -> Result<Tensor> {
        let [y] = Self::run([self], x, Some(activation), None)?;
        Ok(y)
    }

    /// `[seq, inputs]` to `[seq, outputs]`, added to `onto`, which has that shape too.
    pub(super) fn forward_onto(&self, x: &Tensor, onto: &Tensor) -> Result<Tensor> {
        let [y] = Self::run([self], x, None, Some(onto))?;
        Ok(y)
    }

    /// Several layers with one input: `[seq, inputs]` to `[seq, outputs]` each.
    pub(super) fn forward_all<const N: usize>(layers: [&Self; N], x: &Tensor) -> Result<[Tensor; N]> {
        Self::run(layers, x, None, None)
    }

    /// This layer after `first` as one layer, in f32: `W (W₁ x + b₁) + b`.
    pub(super) fn after(&self, first: &Self) -> Result<Self> {
        let (weight, first_weight) = (self.values()?, first.values()?); // [outputs, inputs], [inputs, first inputs]
        let mut bias = self.bias.clone();
        if let Some(first) = &first.bias {
            let first = Tensor::new(&first[..], weight.device())?.unsqueeze(1)?; // [inputs, 1]
            let more: Vec<f32> = weight.matmul(&first)?.squeeze(1)?.to_vec1()?;
            bias = Some(more.iter().enumerate().map(|(i, x)| x + bias.as_ref().map_or(0.0, |bias| bias[i])).collect());
        }
        let weight = match &self.weight {
            Weight::Tensor(_) => Weight::Tensor(weight.matmul(&first_weight)?), // [outputs, first inputs]
            Weight::Packed(_) => {
                let transposed = packed(&first_weight.t()?.contiguous()?)?;
                let by_columns = kernels::Linear { matrix: &transposed, bias: None, activation: None };
                Weight::Packed(packed(&tensors::products(&weight, &[by_columns], None)?[0])?)
            }
        };
        Ok(Self { weight, bias })
    }

    /// The whole matrix: `[outputs, inputs]`.
    fn values(&self) -> Result<Tensor> {
        match &self.weight {
            Weight::Tensor(weight) => Ok(weight.clone()),
            Weight::Packed(matrix) => self.rows(&(0..matrix.rows() as u32).collect::<Vec<_>>()),
        }
    }

    /// Rows of the matrix: `[ids, inputs]`.
    pub(super) fn rows(&self, ids: &[u32]) -> Result<Tensor> {
        let matrix = match &self.weight {
            Weight::Tensor(weight) => return weight.index_select(&Tensor::new(ids, weight.device())?, 0),
            Weight::Packed(matrix) => matrix,
        };
        if let Some(id) = ids.iter().find(|id| **id as usize >= matrix.rows()) {
            bail!("row {id} is beyond the last of {}", matrix.rows());
        }
        let mut values = vec![0.0; ids.len() * matrix.cols()];
        for (id, row) in ids.iter().zip(values.chunks_exact_mut(matrix.cols())) {
            matrix.read_row(*id as usize, row);
        }
        Tensor::from_vec(values, (ids.len(), matrix.cols()), &Device::Cpu)
    }

    fn run<const N: usize>(
        layers: [&Self; N],
        x: &Tensor,
        activation: Option<Activation>,
        onto: Option<&Tensor>,
    ) -> Result<[Tensor; N]> {
        let packed = layers.map(|layer| layer.packed(activation));
        let outputs = if packed.iter().all(Option::is_some) {
            tensors::products(x, &packed.into_iter().flatten().collect::<Vec<_>>(), onto)?
        } else {
            layers.into_iter().map(|layer| layer.library_forward(x, activation, onto)).collect::<Result<Vec<_>>>()?
        };
        outputs.try_into().map_err(|_| candle_core::Error::msg("a product is missing"))
    }

    fn packed(&self, activation: Option<Activation>) -> Option<kernels::Linear<'_>> {
        match &self.weight {
            Weight::Packed(matrix) => Some(kernels::Linear { matrix, bias: self.bias.as_deref(), activation }),
            Weight::Tensor(_) => None,
        }
    }

    fn library_forward(&self, x: &Tensor, activation: Option<Activation>, onto: Option<&Tensor>) -> Result<Tensor> {
        let Weight::Tensor(weight) = &self.weight else {
            bail!("weights of one product are on several devices");
        };
        let mut y = x.matmul(&weight.t()?)?; // [seq, outputs]
        if let Some(bias) = &self.bias {
            y = y.broadcast_add(&Tensor::new(&bias[..], x.device())?)?;
        }
        if let Some(activation) = activation {
            y = tensors::activate(activation, &y)?;
        }
        if let Some(onto) = onto { y + onto } else { Ok(y) }
    }
}

/// A matrix `[rows, cols]` to multiply with, exactly.
fn packed(values: &Tensor) -> Result<Matrix> {
    let ((rows, cols), values) = (values.dims2()?, values.flatten_all()?.to_vec1::<f32>()?);
    let read = |row: usize, out: &mut [f32]| out.copy_from_slice(&values[row * cols..][..out.len()]);
    Ok(Matrix::new(rows, cols, Precision::F32, read))
}

/// Normalisation over the last dimension, with weight and bias.
#[derive(Debug)]
pub(super) struct LayerNorm {
    weight: Tensor, // [width]
    bias: Tensor,   // [width]
    eps: f32,
}

impl LayerNorm {
    pub(super) fn new(width: usize, eps: f64, vb: &Weights) -> Result<Self> {
        Ok(Self { weight: vb.get(width, "weight")?, bias: vb.get(width, "bias")?, eps: eps as f32 })
    }

    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        tensors::layer_norm(x, &self.weight, &self.bias, self.eps)
    }
}
