//! The weights of a checkpoint on their way into the network: quantized and packed as they come in, handed out by their names.

use std::{cell::RefCell, collections::HashMap};

use candle_core::{Device, Result, Shape, Tensor, bail};

use super::layout::{Role, role};
use crate::kernels::{Matrix, Precision};

/// Holds all weights that have been read and that the network has not taken yet.
#[derive(Debug)]
pub struct Store {
    precision: Precision,
    device: Device,
    weights: HashMap<String, Weight>,
}

/// One weight, as products and norms want it.
#[derive(Debug)]
pub(super) enum Weight {
    /// A matrix that is multiplied with, on the CPU.
    Packed(Matrix),
    /// Anything else, and on other devices everything; a matrix is `[outputs, inputs]`.
    Tensor(Tensor),
}

impl Store {
    /// Matrices are kept in `precision`, where they are on the CPU; everything else, and other devices, in f32.
    #[must_use]
    pub fn new(precision: Precision, device: &Device) -> Self {
        Self { precision, device: device.clone(), weights: HashMap::new() }
    }

    /// Takes a weight in; `read` writes its values from an index on.
    ///
    /// # Errors
    /// When the device has not enough memory.
    pub fn insert(&mut self, name: &str, shape: &[usize], read: impl Fn(usize, &mut [f32]) + Sync) -> Result<()> {
        let weight = if let (Some(precision), [rows, rest @ ..]) = (self.packs(name), shape) {
            let cols = rest.iter().product();
            Weight::Packed(Matrix::new(*rows, cols, precision, |row, out| read(row * cols, out)))
        } else {
            let mut values = vec![0.0; shape.iter().product()];
            read(0, &mut values);
            Weight::Tensor(Tensor::from_vec(values, shape, &self.device)?)
        };
        self.weights.insert(name.to_owned(), weight);
        Ok(())
    }

    /// The precision in which [`Store::insert_packed`] takes this weight in; `None` if it has to be read value by value.
    #[must_use]
    pub fn packs(&self, name: &str) -> Option<Precision> {
        precision_of(name, self.precision).filter(|_| self.device.is_cpu())
    }

    /// Takes a matrix in that is packed as [`Store::packs`] says; `read` writes its bytes from one on.
    pub fn insert_packed(
        &mut self,
        name: &str,
        [rows, cols]: [usize; 2],
        precision: Precision,
        read: impl Fn(usize, &mut [u8]) + Sync,
    ) {
        let matrix = Matrix::from_bytes(rows, cols, precision, read);
        self.weights.insert(name.to_owned(), Weight::Packed(matrix));
    }

    /// The bytes that are read for each token: those of the decoder's blocks and of the head.
    pub(super) fn token_bytes(&self) -> usize {
        let n_bytes = |weight: &Weight| match weight {
            Weight::Tensor(tensor) => tensor.elem_count() * size_of::<f32>(),
            Weight::Packed(matrix) => matrix.n_bytes(),
        };
        let in_decoder = self.weights.iter().filter(|(name, _)| name.starts_with("text_model."));
        in_decoder.map(|(_, weight)| n_bytes(weight)).sum()
    }

    /// The bytes of memory that a weight takes, roughly: padding of rows and columns is not counted.
    #[must_use]
    pub fn bytes_of(name: &str, shape: &[usize], precision: Precision) -> u64 {
        let n_numbers: u64 = shape.iter().map(|n| *n as u64).product();
        let quarter_bits = match precision_of(name, precision) {
            None | Some(Precision::F32) => 128,
            Some(Precision::Q8) => 33,
            Some(Precision::Q4) => 18,
        };
        n_numbers / 32 * quarter_bits + n_numbers % 32 * quarter_bits / 32
    }
}

/// The precision of a matrix that is multiplied with; `None` for other weights, which are always in f32.
///
/// Quantization to four bits is for what is read at every token, the decoder's blocks. The token embedding, which is the
/// head too, and the vision tower keep eight. The resampler, through which all of a picture goes without any norm, stays
/// exact: with eight bits there, the mini checkpoint's logits were off by 6 % instead of 2 %.
#[must_use]
pub fn precision_of(name: &str, precision: Precision) -> Option<Precision> {
    match (role(name), precision) {
        (Role::Small, _) => None,
        (Role::KeepExact, _) => Some(Precision::F32),
        (Role::Embedding | Role::Vision, Precision::Q4) => Some(Precision::Q8),
        (Role::Decoder | Role::Embedding | Role::Vision, precision) => Some(precision),
    }
}

/// A place in the tree of names, from which weights are taken out.
#[derive(Clone, Debug)]
pub(super) struct Weights<'a> {
    store: &'a RefCell<Store>,
    prefix: String,
}

impl<'a> Weights<'a> {
    pub(super) fn new(store: &'a RefCell<Store>) -> Self {
        Self { store, prefix: String::new() }
    }

    /// The place below this one.
    pub(super) fn pp(&self, name: impl std::fmt::Display) -> Self {
        let prefix = if self.prefix.is_empty() { name.to_string() } else { format!("{}.{name}", self.prefix) };
        Self { store: self.store, prefix }
    }

    /// Takes a tensor out.
    pub(super) fn get(&self, shape: impl Into<Shape>, name: &str) -> Result<Tensor> {
        let (shape, name) = (shape.into(), format!("{}.{name}", self.prefix));
        match self.store.borrow_mut().weights.remove(&name) {
            Some(Weight::Tensor(tensor)) if *tensor.shape() == shape => Ok(tensor),
            found => bail!("{name} {shape:?} is needed, not {found:?}"),
        }
    }

    /// Takes a matrix out that is multiplied with.
    pub(super) fn matrix(&self, rows: usize, cols: usize, name: &str) -> Result<Weight> {
        let name = format!("{}.{name}", self.prefix);
        match self.store.borrow_mut().weights.remove(&name) {
            Some(Weight::Packed(matrix)) if (matrix.rows(), matrix.cols()) == (rows, cols) => {
                Ok(Weight::Packed(matrix))
            }
            Some(Weight::Tensor(tensor)) if tensor.elem_count() == rows * cols => {
                Ok(Weight::Tensor(tensor.reshape((rows, cols))?))
            }
            _ => bail!("{name} [{rows}, {cols}] is needed and not there"),
        }
    }
}
