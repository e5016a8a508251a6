//! The innermost part of integer products: chooses the tiles of this machine's instructions. Those for machines without any stand
//! here, and are what the others are tested by.

use std::ops::Range;

#[cfg(target_arch = "aarch64")]
use super::aarch64_neon;
use super::quantized_input::{QuantizedInput, Tokens};
#[cfg(target_arch = "x86_64")]
use super::{x86_avx2, x86_avx512};
use crate::kernels::{
    layout::{BLOCK, ByteLine, FEW, Q8_LINES, ROWS},
    simd::detect::IntSimd,
};

/// Most tokens at once.
pub(crate) const TOKENS: usize = 7;

/// Takes the sums of tiles.
pub(crate) trait Sink {
    /// Is told that the sums of these tokens will come.
    fn expect(&self, tokens: Range<usize>);

    /// Takes sums `[some tokens, groups, 16]` from `first_token` on, which it may overwrite.
    fn take(&mut self, first_token: usize, sums: &mut [[f32; ROWS]]);
}

/// Sums of `G` groups of 8-bit rows with all tokens; each block's integers are summed exactly, then block by block in f32.
/// `sink` gets each tile's sums while they are in a core's nearest cache.
///
/// Meanwhile it prefetches the lines that are `next`, where there is more than one tile: a prompt took 0.93 × the time.
pub(crate) fn sums<const G: usize>(
    simd: IntSimd,
    groups: &[ByteLine],
    next: &[ByteLine],
    x: &QuantizedInput,
    sink: &mut impl Sink,
) {
    let per_group = x.n_blocks() * Q8_LINES;
    let groups: [&[ByteLine]; G] = std::array::from_fn(|g| &groups[g * per_group..(g + 1) * per_group]);
    let n_tiles = x.n().div_ceil(TOKENS);
    let next = if n_tiles > 1 { next } else { &[] };
    let mut aheads = next.chunks(next.len() / n_tiles.max(1) + 1);
    let mut room = [[[0.0; ROWS]; G]; TOKENS];
    for tile in 0..n_tiles {
        // Evenly: one token alone would take as long as four.
        let [first, end] = [tile, tile + 1].map(|tile| tile * x.n() / n_tiles);
        sink.expect(first..end);
        let ahead = aheads.next().unwrap_or_default();
        #[cfg(not(target_arch = "x86_64"))]
        let _ = ahead;
        let (x, sums) = (x.tokens().some(first..end), room[..end - first].as_flattened_mut());
        match simd {
            #[cfg(target_arch = "x86_64")]
            IntSimd::Vnni512(simd) => x86_avx512::sums_of_some(simd, groups, ahead, x, sums),
            #[cfg(target_arch = "x86_64")]
            IntSimd::Vnni256(simd) => x86_avx2::sums_of_some(simd, groups, x, sums),
            #[cfg(target_arch = "x86_64")]
            IntSimd::Avx2(simd) => x86_avx2::sums_of_some(simd, groups, x, sums),
            #[cfg(target_arch = "aarch64")]
            IntSimd::NeonDot(simd) => aarch64_neon::sums_of_some(simd, groups, x, sums),
            IntSimd::Portable => sums_of_some(groups, x, sums),
        }
        sink.take(first, sums);
    }
}

/// Sums `[n, 16]` of one group of 4-bit rows with 1 to 4 tokens, unpacked in registers. False, and nothing is done, where there
/// is no tile for this number of tokens or these instructions.
#[cfg_attr(not(target_arch = "x86_64"), allow(unused_variables, reason = "only x86 has such tiles"))]
pub(crate) fn sums_of_packed(simd: IntSimd, group: &[ByteLine], x: Tokens, sums: &mut [[f32; ROWS]]) -> bool {
    let Some((scales, blocks)) = group.split_first().filter(|_| (1..=FEW).contains(&x.n())) else {
        return false;
    };
    match simd {
        #[cfg(target_arch = "x86_64")]
        IntSimd::Vnni512(simd) => {
            x86_avx512::sums_of_packed(simd, blocks, *scales, x, sums);
            true
        }
        #[cfg(target_arch = "x86_64")]
        IntSimd::Vnni256(simd) => {
            x86_avx2::sums_of_packed(simd, blocks, *scales, x, sums);
            true
        }
        #[cfg(target_arch = "x86_64")]
        IntSimd::Avx2(simd) => {
            x86_avx2::sums_of_packed(simd, blocks, *scales, x, sums);
            true
        }
        #[cfg(target_arch = "aarch64")]
        IntSimd::NeonDot(_) => false,
        IntSimd::Portable => false,
    }
}

fn sums_of_some<const G: usize>(groups: [&[ByteLine]; G], x: Tokens, sums: &mut [[f32; ROWS]]) {
    for (i, sums) in sums.iter_mut().enumerate() {
        let (token, group) = (i / G, groups[i % G]);
        *sums = [0.0; ROWS];
        for (block, lines) in group.chunks_exact(Q8_LINES).enumerate() {
            let at = token * x.n_blocks() + block;
            let mut integers = [x.offsets()[at]; ROWS];
            let values = x.values()[at * BLOCK..(at + 1) * BLOCK].as_chunks::<4>().0;
            for (line, values) in lines[1..].iter().zip(values) {
                // Byte by byte of all rows, which compilers turn into vectors of any size.
                let rows: [i32; ROWS] =
                    std::array::from_fn(|row| i32::from_le_bytes([0, 1, 2, 3].map(|byte| line.0[4 * row + byte])));
                for (byte, value) in values.iter().enumerate() {
                    for (sum, row) in integers.iter_mut().zip(rows) {
                        *sum += ((row >> (8 * byte)) & 255) * i32::from(*value);
                    }
                }
            }
            for ((sum, integer), scale) in sums.iter_mut().zip(integers).zip(lines[0].scales()) {
                *sum += integer as f32 * (scale * x.scales()[at]);
            }
        }
    }
}
