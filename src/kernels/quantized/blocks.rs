//! Quantized weights as files of earlier versions hold them: blocks of 32 or 256 weights, in the formats of GGUF. They are
//! only read, mostly by the library.

use candle_core::{
    Device,
    quantized::{GgmlDType, ggml_file::qtensor_from_ggml},
};
use half::f16;

/// A format of blocks, named as in GGUF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Blocks {
    /// 8 bits and a scale for 32 weights: 8.5 bits in all.
    Q8_0,
    /// 6.56 bits in all, 256 weights.
    Q6K,
    /// 5.5 bits in all, 256 weights.
    Q5K,
    /// 4.5 bits in all, 256 weights.
    Q4K,
    /// 6 bits in all, 32 weights; for rows of a length that 256 does not divide.
    Q5_1,
    /// 5 bits in all, 32 weights; for such rows too.
    Q4_1,
}

/// Bytes of a block of [`Blocks::Q8_0`]: a scale of 16 bits, and a byte for each weight.
const Q8_0_BYTES: usize = 34;

impl Blocks {
    /// All formats.
    pub const ALL: [Self; 6] = [Self::Q8_0, Self::Q6K, Self::Q5K, Self::Q4K, Self::Q5_1, Self::Q4_1];

    /// What the tensor library calls this format.
    #[must_use]
    pub fn dtype(self) -> GgmlDType {
        match self {
            Self::Q8_0 => GgmlDType::Q8_0,
            Self::Q6K => GgmlDType::Q6K,
            Self::Q5K => GgmlDType::Q5K,
            Self::Q4K => GgmlDType::Q4K,
            Self::Q5_1 => GgmlDType::Q5_1,
            Self::Q4_1 => GgmlDType::Q4_1,
        }
    }

    /// The short name of this format.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Q8_0 => "q8_0",
            Self::Q6K => "q6_k",
            Self::Q5K => "q5_k",
            Self::Q4K => "q4_k",
            Self::Q5_1 => "q5_1",
            Self::Q4_1 => "q4_1",
        }
    }

    /// Weights of a block; rows must be whole blocks.
    #[must_use]
    pub fn n_weights(self) -> usize {
        self.dtype().block_size()
    }

    /// Bytes of a block.
    #[must_use]
    pub fn n_bytes(self) -> usize {
        self.dtype().type_size()
    }

    /// Dequantizes whole blocks, as many weights as `out` has room for. If the bytes are not such blocks, all values are NaN.
    pub fn decode(self, bytes: &[u8], out: &mut [f32]) {
        if bytes.len() != out.len() / self.n_weights() * self.n_bytes() {
            return out.fill(f32::NAN);
        }
        if self == Self::Q8_0 {
            return decode_q8_0(bytes, out);
        }
        let values = qtensor_from_ggml(self.dtype(), bytes, vec![out.len()], &Device::Cpu)
            .and_then(|blocks| blocks.dequantize(&Device::Cpu)?.to_vec1());
        match values {
            Ok(values) => out.copy_from_slice(&values),
            Err(_) => out.fill(f32::NAN),
        }
    }
}

fn decode_q8_0(bytes: &[u8], out: &mut [f32]) {
    let blocks = bytes.as_chunks::<Q8_0_BYTES>().0;
    for (block, out) in blocks.iter().zip(out.chunks_mut(Blocks::Q8_0.n_weights())) {
        let scale = f16::from_le_bytes([block[0], block[1]]).to_f32();
        for (out, byte) in out.iter_mut().zip(&block[2..]) {
            *out = scale * f32::from(byte.cast_signed());
        }
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Tensor, quantized::QTensor};

    use super::*;

    fn numbers(n: usize) -> Vec<f32> {
        (1..=n).map(|i| (i as f32 * 0.731).sin() * (0.1 + (i % 5) as f32)).collect()
    }

    fn encode(blocks: Blocks, values: &[f32]) -> QTensor {
        let values = Tensor::from_slice(values, values.len(), &Device::Cpu).unwrap();
        QTensor::quantize(&values, blocks.dtype()).unwrap()
    }

    #[test]
    fn blocks_come_back_as_close_as_their_bits_allow() {
        let values = numbers(4 * 768);
        for (blocks, largest_error) in [
            (Blocks::Q8_0, 0.009),
            (Blocks::Q6K, 0.04),
            (Blocks::Q5K, 0.09),
            (Blocks::Q4K, 0.18),
            (Blocks::Q5_1, 0.09),
            (Blocks::Q4_1, 0.18),
        ] {
            let encoded = encode(blocks, &values);
            let bytes = encoded.data().unwrap();
            assert_eq!(bytes.len(), values.len() / blocks.n_weights() * blocks.n_bytes());
            let mut back = vec![0.0; values.len()];
            blocks.decode(&bytes, &mut back);
            let error = values.iter().zip(&back).fold(0.0, |error: f32, (x, y)| error.max((x - y).abs()));
            let relative = error / 4.1;
            assert!(relative < largest_error && relative > largest_error / 20.0, "{}: {relative}", blocks.name());
            let library_s: Vec<f32> = encoded.dequantize(&Device::Cpu).unwrap().to_vec1().unwrap();
            assert_eq!(back, library_s, "{}", blocks.name());
        }
    }

    #[test]
    fn bytes_that_are_not_blocks_give_nan() {
        for blocks in Blocks::ALL {
            let mut out = [0.0; 256];
            blocks.decode(&[0; 3], &mut out);
            assert!(out.iter().all(|x| x.is_nan()), "{}", blocks.name());
        }
    }
}
