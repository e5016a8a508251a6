//! Products with NEON; of integers by `sdot`, which multiplies 16 pairs of bytes and adds them up by fours.
//!
//! Written for many tokens at once, which share each load of weights. Results were tested under emulation; nothing is known
//! about the time it takes.

#![allow(unsafe_code, reason = "instructions that are not on every machine, on memory whose bounds are checked before")]
#![allow(clippy::needless_range_loop, reason = "arrays of registers, indexed alike")]

use std::arch::{
    aarch64::{
        float32x4_t, int8x16_t, int32x4_t, vaddq_f32, vcvtq_f32_s32, vdupq_n_f32, vdupq_n_s32, vdupq_n_u8, veorq_u8,
        vfmaq_f32, vfmaq_n_f32, vld1q_f32, vld1q_s8, vld1q_u8, vmulq_n_f32, vreinterpretq_s8_u8, vst1q_f32,
    },
    asm,
};

use super::{
    by_tokens::{are_there, by_tokens},
    quantized_input::Tokens,
};
use crate::kernels::{
    layout::{BLOCK, ByteLine, FloatLine, Q8_LINES, ROWS},
    simd::detect::NeonDot,
};

/// Vectors of 16 rows.
const VECTORS: usize = ROWS / 4;

/// Adds to `sums` `[n, G, 16]` those of `G` groups of f32 rows with `n` (1 to 6) tokens, each `stride` after the other.
pub(crate) fn add_sums<const G: usize>(groups: [&[FloatLine]; G], x: &[f32], stride: usize, sums: &mut [[f32; ROWS]]) {
    let n = sums.len() / G;
    for (g, group) in groups.into_iter().enumerate() {
        assert!(are_there(x, n, stride, group.len()));
        let sums = &mut sums[g..];
        // SAFETY: the instructions belong to the family; the lengths were checked.
        unsafe { by_tokens!(n, T in [1, 2, 3, 4, 5, 6] => float_tile::<G, T>(group, x, stride, sums)) }
    }
}

/// `T` tokens, whose sums are `G` apart.
///
/// # Safety
/// `x` must have as many values for each token as the group has columns.
#[target_feature(enable = "neon")]
unsafe fn float_tile<const G: usize, const T: usize>(
    group: &[FloatLine],
    x: &[f32],
    stride: usize,
    sums: &mut [[f32; ROWS]],
) {
    let mut totals = [[vdupq_n_f32(0.0); VECTORS]; T];
    for (column, line) in group.iter().enumerate() {
        // SAFETY: a quarter of a line of 16 values.
        let weights: [float32x4_t; VECTORS] = std::array::from_fn(|i| unsafe { vld1q_f32(line.0.as_ptr().add(4 * i)) });
        for t in 0..T {
            // SAFETY: the caller vouches for the tokens.
            let value = unsafe { *x.get_unchecked(t * stride + column) };
            for i in 0..VECTORS {
                totals[t][i] = vfmaq_n_f32(totals[t][i], weights[i], value);
            }
        }
    }
    for t in 0..T {
        for i in 0..VECTORS {
            let sums = sums[t * G][4 * i..4 * i + 4].as_mut_ptr();
            // SAFETY: 4 values each.
            unsafe { vst1q_f32(sums, vaddq_f32(vld1q_f32(sums), totals[t][i])) };
        }
    }
}

/// Sums `[n, G, 16]` of `G` groups of 8-bit rows with `n` tokens.
pub(crate) fn sums_of_some<const G: usize>(_: NeonDot, groups: [&[ByteLine]; G], x: Tokens, sums: &mut [[f32; ROWS]]) {
    assert!(groups.iter().all(|group| group.len() == x.n_blocks() * Q8_LINES));
    for start in (0..x.n()).step_by(4) {
        let x = x.some(start..x.n().min(start + 4));
        for (g, group) in groups.into_iter().enumerate() {
            let sums = &mut sums[start * G + g..];
            // SAFETY: the caller proves the instructions; the lengths were checked.
            unsafe { by_tokens!(x.n(), T in [1, 2, 3, 4] => tile::<G, T>(group, x, sums)) }
        }
    }
}

/// `T` tokens, whose sums are `G` apart.
///
/// # Safety
/// The machine must have the instructions; the group must be `x.n_blocks()` blocks long, and `x` must have `T` tokens.
#[target_feature(enable = "neon,dotprod")]
unsafe fn tile<const G: usize, const T: usize>(group: &[ByteLine], x: Tokens, sums: &mut [[f32; ROWS]]) {
    let mut totals = [[vdupq_n_f32(0.0); VECTORS]; T];
    for (block, lines) in group.chunks_exact(Q8_LINES).enumerate() {
        let at = |t: usize| t * x.n_blocks() + block;
        let mut integers = [[vdupq_n_s32(0); VECTORS]; T];
        for (i, lines) in lines[1..].chunks_exact(4).enumerate() {
            // SAFETY: the caller vouches for the tokens; a block has 16 values for each four lines.
            let values: [int8x16_t; T] =
                std::array::from_fn(|t| unsafe { vld1q_s8(x.values().as_ptr().add(at(t) * BLOCK + 16 * i)) });
            add_line::<0, T>(&lines[0], values, &mut integers);
            add_line::<1, T>(&lines[1], values, &mut integers);
            add_line::<2, T>(&lines[2], values, &mut integers);
            add_line::<3, T>(&lines[3], values, &mut integers);
        }
        let scales = lines[0].scales();
        for t in 0..T {
            for i in 0..VECTORS {
                // SAFETY: 4 of 16 values.
                let scales = vmulq_n_f32(unsafe { vld1q_f32(scales.as_ptr().add(4 * i)) }, x.scales()[at(t)]);
                totals[t][i] = vfmaq_f32(totals[t][i], vcvtq_f32_s32(integers[t][i]), scales);
            }
        }
    }
    for t in 0..T {
        for i in 0..VECTORS {
            // SAFETY: 4 of 16 values.
            unsafe { vst1q_f32(sums[t * G].as_mut_ptr().add(4 * i), totals[t][i]) };
        }
    }
}

/// Adds the products of a line's 4 columns with the values `4 LINE..4 LINE + 4` of each token.
#[inline]
#[target_feature(enable = "neon,dotprod")]
fn add_line<const LINE: usize, const T: usize>(
    line: &ByteLine,
    values: [int8x16_t; T],
    integers: &mut [[int32x4_t; VECTORS]; T],
) {
    for i in 0..VECTORS {
        // SAFETY: a quarter of 64 bytes.
        let weights = unsafe { vld1q_u8(line.0.as_ptr().add(16 * i)) };
        // Takes off the 128 that was added.
        let weights = vreinterpretq_s8_u8(veorq_u8(weights, vdupq_n_u8(128)));
        for t in 0..T {
            integers[t][i] = sdot::<LINE>(integers[t][i], weights, values[t]);
        }
    }
}

/// Adds to each sum four products, all with the values `4 LANE..4 LANE + 4`; the library's own function for it is not
/// stable yet.
#[inline]
#[target_feature(enable = "neon,dotprod")]
fn sdot<const LANE: usize>(mut sums: int32x4_t, weights: int8x16_t, values: int8x16_t) -> int32x4_t {
    // SAFETY: an instruction on registers, which `#[target_feature]` promises.
    unsafe {
        asm!(
            "sdot {sums:v}.4s, {weights:v}.16b, {values:v}.4b[{lane}]",
            sums = inout(vreg) sums,
            weights = in(vreg) weights,
            values = in(vreg) values,
            lane = const LANE,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    sums
}
