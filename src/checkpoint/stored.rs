//! What the header of a weight file says: how each tensor is stored, and what else the file holds.
//!
//! Every reader of a format says it in these types, so that what reads the weights afterwards knows no format.

use half::{bf16, f16, slice::HalfFloatSliceExt as _};

use crate::kernels::{Blocks, Matrix, Precision};

/// Number formats that weights may be stored in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoredDtype {
    /// 32-bit floats.
    F32,
    /// 16-bit floats of half precision.
    F16,
    /// 16-bit floats with the range of f32.
    BF16,
    /// Quantized in blocks of neighbours, as in converted checkpoints of earlier versions.
    Blocks(Blocks),
    /// A matrix as it is computed with: the bytes of a [`Matrix`].
    Packed(Precision),
}

impl StoredDtype {
    /// Its usual name, for example `f32`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::BF16 => "bf16",
            Self::Blocks(blocks) => blocks.name(),
            Self::Packed(precision) => precision.name(),
        }
    }

    /// How many weights and bytes the smallest part has that can be read by itself, in rows of `cols`.
    pub(super) fn part(self, cols: usize) -> (usize, usize) {
        match self {
            Self::F32 => (1, 4),
            Self::F16 | Self::BF16 => (1, 2),
            Self::Blocks(blocks) => (blocks.n_weights(), blocks.n_bytes()),
            Self::Packed(precision) => (Matrix::GROUP * cols, Matrix::bytes_of(Matrix::GROUP, cols, precision)),
        }
    }

    /// Turns stored bytes, which are whole parts, into values in rows of `cols`.
    pub(super) fn decode(self, bytes: &[u8], cols: usize, out: &mut [f32]) {
        match self {
            Self::F32 => decode_as(bytes, out, f32::from_le_bytes),
            Self::F16 => decode_f16(bytes, out),
            Self::BF16 => decode_as(bytes, out, |bytes| bf16::from_le_bytes(bytes).to_f32()),
            Self::Blocks(blocks) => blocks.decode(bytes, out),
            Self::Packed(precision) => {
                let read = |at: usize, place: &mut [u8]| place.copy_from_slice(&bytes[at..][..place.len()]);
                let matrix = Matrix::from_bytes(out.len() / cols, cols, precision, read);
                out.chunks_exact_mut(cols).enumerate().for_each(|(row, out)| matrix.read_row(row, out));
            }
        }
    }

    /// Turns values, in rows of `cols`, into bytes to store; numbers beyond the range become infinite. `None` for what is only
    /// read.
    #[must_use]
    pub fn encode(self, values: &[f32], cols: usize) -> Option<Vec<u8>> {
        match self {
            Self::F32 => Some(values.iter().flat_map(|x| x.to_le_bytes()).collect()),
            Self::F16 => Some(values.iter().flat_map(|x| f16::from_f32(*x).to_le_bytes()).collect()),
            Self::Packed(precision) => {
                let read = |row: usize, out: &mut [f32]| out.copy_from_slice(&values[row * cols..][..out.len()]);
                Some(Matrix::new(values.len() / cols, cols, precision, read).bytes().to_vec())
            }
            Self::BF16 | Self::Blocks(_) => None,
        }
    }

    /// Bytes of a tensor of this shape; `None` if its rows are not whole blocks, or too large to be counted.
    #[must_use]
    pub fn n_bytes(self, shape: &[usize]) -> Option<u64> {
        let cols = shape.last().copied().unwrap_or(1);
        let n_numbers = shape.iter().try_fold(1_usize, |product, n| product.checked_mul(*n))?;
        if let Self::Packed(precision) = self {
            let &[rows, cols] = shape else { return None };
            return Some(Matrix::bytes_of(rows, cols, precision) as u64).filter(|n| *n < u64::MAX / 2);
        }
        let (n_weights, n_bytes) = self.part(cols);
        if cols % n_weights == 0 { (n_numbers as u64 / n_weights as u64).checked_mul(n_bytes as u64) } else { None }
    }
}

/// Where a tensor is in its file.
#[derive(Debug)]
pub(super) struct StoredTensor {
    pub(super) name: String,
    pub(super) dtype: StoredDtype,
    pub(super) shape: Vec<usize>,
    /// Where its bytes begin, from the start of the file.
    pub(super) offset: u64,
    pub(super) n_bytes: u64,
    /// What its bytes sum to, if the file says so: SHA-256 in hexadecimal digits.
    pub(super) sha256: Option<String>,
}

/// All that a weight file says apart from the weights.
#[derive(Debug)]
pub(super) struct Header {
    /// The tensors in the order they are stored.
    pub(super) tensors: Vec<StoredTensor>,
    /// What else a checkpoint is made of, if the file is a whole one.
    pub(super) about: Option<About>,
}

/// What a file that is a whole checkpoint says beside its weights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The content of `config.json`.
    pub config: String,
    /// The content of `tokenizer.json`.
    pub tokenizer: String,
    /// The rule against repetition that it was made for.
    pub no_repeat_ngram_size: u32,
    /// Whether it is the small checkpoint that is part of the program.
    pub is_mini: bool,
    /// What it was made from, for example `microsoft/kosmos-2-patch14-224`.
    pub origin: String,
    /// SHA-256 over the files of weights it was made from, one after the other, in hexadecimal digits.
    pub origin_sha256: String,
}

/// Decodes many at a time, by the processor's own instructions where it has some for that.
fn decode_f16(bytes: &[u8], out: &mut [f32]) {
    const AT_ONCE: usize = 64;
    for (out, bytes) in out.chunks_mut(AT_ONCE).zip(bytes.chunks(2 * AT_ONCE)) {
        let mut numbers = [f16::ZERO; AT_ONCE];
        for (number, bytes) in numbers.iter_mut().zip(bytes.as_chunks().0) {
            *number = f16::from_le_bytes(*bytes);
        }
        numbers[..out.len()].convert_to_f32_slice(out);
    }
}

fn decode_as<const N: usize>(bytes: &[u8], out: &mut [f32], value: impl Fn([u8; N]) -> f32) {
    for (out, bytes) in out.iter_mut().zip(bytes.as_chunks::<N>().0) {
        *out = value(*bytes);
    }
}
