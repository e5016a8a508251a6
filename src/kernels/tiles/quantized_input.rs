//! Activations as 8-bit integers, with a scale for each token's blocks of columns.
//!
//! A scale for each block keeps a few large values from drowning the rest of a token.

use rayon::prelude::*;

use crate::kernels::{
    layout::BLOCK,
    simd::{detect::for_all_widths, round::round},
};

/// `n` tokens as integers `-127..=127`, block by block; what is missing to a whole block is 0.
#[derive(Debug)]
pub(crate) struct Activations {
    /// `[n, n_blocks, BLOCK]`.
    pub(crate) values: Vec<i8>,
    /// What an integer stands for: `[n, n_blocks]`. Not a number if a value of the block is none.
    pub(crate) scales: Vec<f32>,
    /// -128 × the sum of the block's integers, which takes the 128 off again that is added to weights: `[n, n_blocks]`.
    pub(crate) offsets: Vec<i32>,
    /// Blocks of a token.
    pub(crate) n_blocks: usize,
}

impl Activations {
    /// Rounds `[n, width]`.
    pub(crate) fn new(x: &[f32], width: usize) -> Self {
        let (n, n_blocks) = (x.len() / width, width.div_ceil(BLOCK));
        let mut values = vec![0; n * n_blocks * BLOCK];
        let (mut scales, mut offsets) = (vec![0.0; n * n_blocks], vec![0; n * n_blocks]);
        let tokens = (x.par_chunks(width))
            .zip(values.par_chunks_mut(n_blocks * BLOCK))
            .zip(scales.par_chunks_mut(n_blocks).zip(offsets.par_chunks_mut(n_blocks)));
        tokens.for_each(|((x, values), (scales, offsets))| round_token(x, values, scales, offsets));
        Self { values, scales, offsets, n_blocks }
    }

    /// Number of tokens.
    pub(crate) fn n(&self) -> usize {
        self.scales.len() / self.n_blocks.max(1)
    }
}

for_all_widths! {
    fn round_token(x: &[f32], values: &mut [i8], scales: &mut [f32], offsets: &mut [i32]) {
        let blocks = x.chunks(BLOCK).zip(values.chunks_exact_mut(BLOCK)).zip(scales.iter_mut().zip(offsets));
        for ((x, values), (scale, offset)) in blocks {
            // As integers, so that what is not a number counts as larger than all numbers.
            let largest = f32::from_bits(x.iter().map(|x| x.to_bits() & 0x7fff_ffff).fold(0, u32::max));
            if !largest.is_finite() {
                *scale = f32::NAN;
                continue;
            }
            *scale = largest / 127.0;
            let inverse = if largest > f32::MIN_POSITIVE { 127.0 / largest } else { 0.0 };
            let mut sum = 0;
            for (value, x) in values.iter_mut().zip(x) {
                let integer = round(x * inverse);
                *value = integer as i8;
                sum += integer;
            }
            *offset = -128 * sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_is_within_half_a_step() {
        for width in [1, 63, 64, 65, 200] {
            let x: Vec<f32> = (0..3 * width).map(|i| (i as f32 * 0.7).sin() * (i % 7) as f32).collect();
            let rounded = Activations::new(&x, width);
            for (i, x) in x.iter().enumerate() {
                let (token, column) = (i / width, i % width);
                let block = token * rounded.n_blocks + column / BLOCK;
                let value = f32::from(rounded.values[block * BLOCK + column % BLOCK]) * rounded.scales[block];
                assert!((value - x).abs() <= 0.501 * rounded.scales[block], "{width}, {i}: {value}, {x}");
            }
            for (block, offset) in rounded.offsets.iter().enumerate() {
                let values = &rounded.values[block * BLOCK..(block + 1) * BLOCK];
                assert_eq!(*offset, -128 * values.iter().map(|v| i32::from(*v)).sum::<i32>());
            }
        }
    }

    #[test]
    fn what_is_not_a_number_is_not_hidden() {
        for odd in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let rounded = Activations::new(&[1.0, odd, 2.0], 3);
            assert!(rounded.scales[0].is_nan());
        }
        assert_eq!(Activations::new(&[0.0, 1e-45], 2).values[..2], [0, 0]);
    }
}
