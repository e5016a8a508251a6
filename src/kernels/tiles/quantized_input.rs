//! The input of integer products: activations quantized to 8 bits on the fly, with a scale for each block of a token.
//!
//! A scale for each block keeps a few large values from drowning the rest of a token.

use std::ops::Range;

use rayon::prelude::*;

use crate::kernels::{
    layout::BLOCK,
    simd::{multiversion::multiversion, round::round},
};

/// `n` tokens as integers `-127..=127`, block by block; what is missing to a whole block is 0.
#[derive(Debug)]
pub(crate) struct QuantizedInput {
    /// `[n, n_blocks, BLOCK]`.
    values: Vec<i8>,
    /// What an integer stands for: `[n, n_blocks]`. NaN if a value of the block is not a number.
    scales: Vec<f32>,
    /// -128 × the sum of the block's integers, which takes the 128 off again that is added to weights: `[n, n_blocks]`.
    offsets: Vec<i32>,
    n: usize,
    /// Blocks of a token.
    n_blocks: usize,
}

/// Some tokens of a [`QuantizedInput`]. Nothing else makes them, so that the slices are sure to be as long as is said here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tokens<'a> {
    /// `[n, n_blocks, BLOCK]`.
    values: &'a [i8],
    /// `[n, n_blocks]`.
    scales: &'a [f32],
    /// `[n, n_blocks]`.
    offsets: &'a [i32],
    n: usize,
    n_blocks: usize,
}

impl QuantizedInput {
    /// Quantizes `[n, width]`.
    pub(crate) fn new(x: &[f32], width: usize) -> Self {
        let (n, n_blocks) = (x.len() / width, width.div_ceil(BLOCK));
        let mut values = vec![0; n * n_blocks * BLOCK];
        let (mut scales, mut offsets) = (vec![0.0; n * n_blocks], vec![0; n * n_blocks]);
        let tokens = (x.par_chunks(width))
            .zip(values.par_chunks_mut(n_blocks * BLOCK))
            .zip(scales.par_chunks_mut(n_blocks).zip(offsets.par_chunks_mut(n_blocks)));
        tokens.for_each(|((x, values), (scales, offsets))| quantize_token(x, values, scales, offsets));
        Self { values, scales, offsets, n, n_blocks }
    }

    /// Number of tokens.
    pub(crate) fn n(&self) -> usize {
        self.n
    }

    /// Blocks of a token.
    pub(crate) fn n_blocks(&self) -> usize {
        self.n_blocks
    }

    /// All the tokens.
    pub(crate) fn tokens(&self) -> Tokens<'_> {
        let Self { values, scales, offsets, n, n_blocks } = self;
        Tokens { values, scales, offsets, n: *n, n_blocks: *n_blocks }
    }
}

impl<'a> Tokens<'a> {
    /// Some of these tokens.
    #[inline]
    pub(crate) fn some(&self, tokens: Range<usize>) -> Self {
        assert!(tokens.end <= self.n);
        let blocks = tokens.start * self.n_blocks..tokens.end * self.n_blocks;
        Self {
            values: &self.values[blocks.start * BLOCK..blocks.end * BLOCK],
            scales: &self.scales[blocks.clone()],
            offsets: &self.offsets[blocks],
            n: tokens.len(),
            n_blocks: self.n_blocks,
        }
    }

    /// Integers `[n, n_blocks, BLOCK]`.
    #[inline]
    pub(crate) fn values(&self) -> &'a [i8] {
        self.values
    }

    /// What an integer stands for: `[n, n_blocks]`.
    #[inline]
    pub(crate) fn scales(&self) -> &'a [f32] {
        self.scales
    }

    /// -128 × the sum of the block's integers: `[n, n_blocks]`.
    #[inline]
    pub(crate) fn offsets(&self) -> &'a [i32] {
        self.offsets
    }

    /// Number of tokens.
    #[inline]
    pub(crate) fn n(&self) -> usize {
        self.n
    }

    /// Blocks of a token.
    #[inline]
    pub(crate) fn n_blocks(&self) -> usize {
        self.n_blocks
    }
}

multiversion! {
    fn quantize_token(x: &[f32], values: &mut [i8], scales: &mut [f32], offsets: &mut [i32]) {
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
            let quantized = QuantizedInput::new(&x, width);
            let (values, scales) = (quantized.tokens().values(), quantized.tokens().scales());
            for (i, x) in x.iter().enumerate() {
                let (token, column) = (i / width, i % width);
                let block = token * quantized.n_blocks() + column / BLOCK;
                let value = f32::from(values[block * BLOCK + column % BLOCK]) * scales[block];
                assert!((value - x).abs() <= 0.501 * scales[block], "{width}, {i}: {value}, {x}");
            }
            for (block, offset) in quantized.tokens().offsets().iter().enumerate() {
                let values = &values[block * BLOCK..(block + 1) * BLOCK];
                assert_eq!(*offset, -128 * values.iter().map(|v| i32::from(*v)).sum::<i32>());
            }
        }
    }

    #[test]
    fn what_is_not_a_number_is_not_hidden() {
        for odd in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert!(QuantizedInput::new(&[1.0, odd, 2.0], 3).tokens().scales()[0].is_nan());
        }
        assert_eq!(QuantizedInput::new(&[0.0, 1e-45], 2).tokens().values()[..2], [0, 0]);
    }

    #[test]
    fn some_tokens_are_those_of_all() {
        let x: Vec<f32> = (0..5 * 200).map(|i| (i as f32 * 0.7).sin()).collect();
        let quantized = QuantizedInput::new(&x, 200);
        let (all, some) = (quantized.tokens(), quantized.tokens().some(2..4));
        assert_eq!((all.n(), some.n(), some.n_blocks()), (5, 2, 2));
        assert_eq!(some.values(), &all.values()[2 * 2 * BLOCK..4 * 2 * BLOCK]);
        assert_eq!((some.scales(), some.offsets()), (&all.scales()[4..8], &all.offsets()[4..8]));
    }
}
