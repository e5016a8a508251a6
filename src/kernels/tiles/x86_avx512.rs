//! Products with AVX-512, and with VNNI: `vpdpbusd` multiplies 64 pairs of bytes and adds them up by fours.
//!
//! In 8 bits, pictures and prompts of the published size reach 52 to 58 % and 62 to 71 % of what that instruction can do on two
//! cores, all else included; one token reads its weights at 64 to 81 % of the memory's speed (`kosmoscope bench`).

#![allow(unsafe_code, reason = "instructions that are not on every machine, on memory whose bounds are checked before")]
#![allow(clippy::needless_range_loop, reason = "arrays of registers, indexed alike")]

use std::arch::x86_64::{
    __m512, __m512i, _MM_HINT_T0, _MM_HINT_T1, _mm_load_si128, _mm_prefetch, _mm512_add_epi8, _mm512_add_epi32,
    _mm512_add_ps, _mm512_and_si512, _mm512_broadcast_i32x4, _mm512_cvtepi32_ps, _mm512_dpbusd_epi32, _mm512_fmadd_ps,
    _mm512_load_ps, _mm512_load_si512, _mm512_loadu_ps, _mm512_loadu_si512, _mm512_mul_ps, _mm512_mullo_epi16,
    _mm512_set1_epi8, _mm512_set1_epi32, _mm512_set1_ps, _mm512_setzero_ps, _mm512_setzero_si512, _mm512_shuffle_epi8,
    _mm512_srli_epi16, _mm512_store_si512, _mm512_storeu_ps,
};

use super::{
    by_tokens::{are_there, by_tokens},
    quantized_input::Tokens,
};
use crate::kernels::{
    layout::{BLOCK, ByteLine, FloatLine, HALF_PACK, PACK_LINES, Q4_LINES, Q8_LINES, ROWS, UNPACKED_LINES},
    simd::detect::{Avx512, Avx512Vnni},
};

/// How far ahead 4-bit weights are prefetched, in lines.
const LINES_AHEAD: usize = 4 * Q4_LINES;

/// Adds to `sums` `[n, G, 16]` those of `G` groups of f32 rows with `n` (1 to 6) tokens, each `stride` after the other.
pub(crate) fn add_sums<const G: usize>(
    _: Avx512,
    groups: [&[FloatLine]; G],
    x: &[f32],
    stride: usize,
    sums: &mut [[f32; ROWS]],
) {
    let (n, n_columns) = (sums.len() / G, groups[0].len());
    assert!(groups.iter().all(|group| group.len() == n_columns) && are_there(x, n, stride, n_columns));
    // SAFETY: the caller proves the instructions; the lengths were checked.
    unsafe { by_tokens!(n, T in [1, 2, 3, 4, 5, 6] => float_tile::<G, T>(groups, x, stride, sums)) }
}

/// # Safety
/// The machine must have the instructions; groups must have one length, and `x` that many values for each token.
#[target_feature(enable = "avx512f")]
unsafe fn float_tile<const G: usize, const T: usize>(
    groups: [&[FloatLine]; G],
    x: &[f32],
    stride: usize,
    sums: &mut [[f32; ROWS]],
) {
    let mut totals = [[_mm512_setzero_ps(); G]; T];
    for column in 0..groups[0].len() {
        // SAFETY: the caller vouches for the lengths; lines are aligned to 64 bytes.
        let weights: [__m512; G] =
            std::array::from_fn(|g| unsafe { _mm512_load_ps(groups[g].as_ptr().add(column).cast()) });
        for t in 0..T {
            // SAFETY: as above.
            let value = _mm512_set1_ps(unsafe { *x.get_unchecked(t * stride + column) });
            for g in 0..G {
                totals[t][g] = _mm512_fmadd_ps(weights[g], value, totals[t][g]);
            }
        }
    }
    for t in 0..T {
        for g in 0..G {
            let sums = &mut sums[t * G + g];
            // SAFETY: 16 values each.
            unsafe { _mm512_storeu_ps(sums.as_mut_ptr(), _mm512_add_ps(_mm512_loadu_ps(sums.as_ptr()), totals[t][g])) };
        }
    }
}

/// Sums `[n, G, 16]` of `G` groups of 8-bit rows with `n` (1 to 7) tokens; prefetches the lines `ahead`
/// meanwhile.
pub(crate) fn sums_of_some<const G: usize>(
    _: Avx512Vnni,
    groups: [&[ByteLine]; G],
    ahead: &[ByteLine],
    x: Tokens,
    sums: &mut [[f32; ROWS]],
) {
    assert!(groups.iter().all(|group| group.len() == x.n_blocks() * Q8_LINES));
    // SAFETY: the caller proves the instructions; the lengths were checked.
    unsafe { by_tokens!(x.n(), T in [1, 2, 3, 4, 5, 6, 7] => tile::<G, T>(groups, ahead, x, sums)) }
}

/// # Safety
/// The machine must have the instructions; groups must be `x.n_blocks()` blocks long, and `x` must have `T` tokens.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
unsafe fn tile<const G: usize, const T: usize>(
    groups: [&[ByteLine]; G],
    ahead: &[ByteLine],
    x: Tokens,
    sums: &mut [[f32; ROWS]],
) {
    let ahead_per_block = ahead.len().div_ceil(x.n_blocks());
    let mut totals = [[_mm512_setzero_ps(); G]; T];
    for block in 0..x.n_blocks() {
        for line in ahead.iter().skip(block * ahead_per_block).take(ahead_per_block) {
            _mm_prefetch::<_MM_HINT_T1>(std::ptr::from_ref(line).cast());
        }
        let at = |t: usize| t * x.n_blocks() + block;
        // SAFETY: the caller vouches for the tokens.
        let mut integers: [[__m512i; G]; T] =
            std::array::from_fn(|t| [_mm512_set1_epi32(unsafe { *x.offsets().get_unchecked(at(t)) }); G]);
        for line in 0..Q8_LINES - 1 {
            // SAFETY: the caller vouches for the groups' lengths; lines are aligned to 64 bytes.
            let weights: [__m512i; G] = std::array::from_fn(|g| unsafe {
                _mm512_load_si512(groups[g].as_ptr().add(block * Q8_LINES + 1 + line).cast())
            });
            for t in 0..T {
                // SAFETY: as above; a block has 4 values for each line.
                let four = unsafe { x.values().as_ptr().add(at(t) * BLOCK + 4 * line).cast::<i32>().read_unaligned() };
                let four = _mm512_set1_epi32(four);
                for g in 0..G {
                    integers[t][g] = _mm512_dpbusd_epi32(integers[t][g], weights[g], four);
                }
            }
        }
        // SAFETY: as above; the first line of a block is its scales.
        let scales: [__m512; G] =
            std::array::from_fn(|g| unsafe { _mm512_load_ps(groups[g].as_ptr().add(block * Q8_LINES).cast()) });
        for t in 0..T {
            // SAFETY: as above.
            let scale = _mm512_set1_ps(unsafe { *x.scales().get_unchecked(at(t)) });
            for g in 0..G {
                let scale = _mm512_mul_ps(scales[g], scale);
                totals[t][g] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(integers[t][g]), scale, totals[t][g]);
            }
        }
    }
    for t in 0..T {
        for g in 0..G {
            // SAFETY: 16 values fit.
            unsafe { _mm512_storeu_ps(sums[t * G + g].as_mut_ptr(), totals[t][g]) };
        }
    }
}

/// Sums `[n, 16]` of one group of 4-bit rows with all `n` (1 to 4) tokens; the same as after unpacking, bit for bit.
///
/// To sum the half-bytes first and multiply each half block's sum by its step is fewer instructions, and took 1.15 times as
/// long for a whole token (median of 6 pairs, 1.02 to 1.48).
pub(crate) fn sums_of_packed(_: Avx512Vnni, group: &[ByteLine], scales: ByteLine, x: Tokens, sums: &mut [[f32; ROWS]]) {
    assert!(group.len() == x.n_blocks() * Q4_LINES);
    // SAFETY: the caller proves the instructions; the lengths were checked.
    unsafe { by_tokens!(x.n(), T in [1, 2, 3, 4] => packed::<T>(group, scales, x, sums)) }
}

/// # Safety
/// The machine must have the instructions; `group` must be `x.n_blocks()` blocks long, and `x` must have `T` tokens.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
unsafe fn packed<const T: usize>(group: &[ByteLine], scales: ByteLine, x: Tokens, sums: &mut [[f32; ROWS]]) {
    let spread = Spread::new();
    // SAFETY: 16 values.
    let scales = unsafe { _mm512_loadu_ps(scales.0.as_ptr().cast()) };
    let (stride, mut totals) = (x.n_blocks() * BLOCK, [_mm512_setzero_ps(); T]);
    for block in 0..x.n_blocks() {
        let at = |t: usize| t * x.n_blocks() + block;
        let mut integers: [[__m512i; 2]; T] =
            std::array::from_fn(|t| [_mm512_set1_epi32(x.offsets()[at(t)]), _mm512_setzero_si512()]);
        let packs = group[block * Q4_LINES..(block + 1) * Q4_LINES].chunks_exact(PACK_LINES);
        // Of the values of all tokens, which is why it may go on to the next token's.
        let mut first = x.values().as_ptr().wrapping_add(block * BLOCK);
        for (pack, values) in packs.zip(x.values()[block * BLOCK..].chunks_exact(2 * HALF_PACK)) {
            for line in pack {
                // An address beyond the end does no harm: nothing is read.
                _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(line).wrapping_add(LINES_AHEAD).cast());
            }
            // Counted by the values: a range of two is unrolled, and a token takes 1.05 times as long.
            for (half, _) in values.chunks_exact(HALF_PACK).enumerate() {
                // SAFETY: packs have their lines.
                let unpacked = unsafe { spread.unpacked(pack, half) };
                for (line, weights) in unpacked.into_iter().enumerate() {
                    for t in 0..T {
                        // SAFETY: half a pack has 4 values for each unpacked line, of each of the caller's tokens.
                        let four = unsafe { first.add(t * stride + 4 * line).cast::<i32>().read_unaligned() };
                        let four = _mm512_set1_epi32(four);
                        integers[t][line / 4] = _mm512_dpbusd_epi32(integers[t][line / 4], weights, four);
                    }
                }
                first = first.wrapping_add(HALF_PACK);
            }
        }
        for t in 0..T {
            let integers = _mm512_add_epi32(integers[t][0], integers[t][1]);
            let scale = _mm512_mul_ps(scales, _mm512_set1_ps(x.scales()[at(t)]));
            totals[t] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(integers), scale, totals[t]);
        }
    }
    for t in 0..T {
        // SAFETY: 16 values fit.
        unsafe { _mm512_storeu_ps(sums[t].as_mut_ptr(), totals[t]) };
    }
}

/// Turns a pack of 4-bit weights into 8-bit weights, exactly.
pub(crate) fn unpack(_: Avx512Vnni, pack: &[ByteLine], unpacked: &mut [ByteLine]) {
    assert!(pack.len() == PACK_LINES && unpacked.len() == UNPACKED_LINES);
    // SAFETY: the caller proves the instructions; the lengths were checked.
    unsafe { unpack_one(pack, unpacked) }
}

/// # Safety
/// The machine must have the instructions; `pack` must be one, and `unpacked` have room for it.
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn unpack_one(pack: &[ByteLine], unpacked: &mut [ByteLine]) {
    let spread = Spread::new();
    for (half, unpacked) in unpacked.chunks_exact_mut(UNPACKED_LINES / 2).enumerate() {
        // SAFETY: the caller vouches for the pack.
        let lines = unsafe { spread.unpacked(pack, half) };
        for (out, weights) in unpacked.iter_mut().zip(lines) {
            // SAFETY: a line is 64 bytes, aligned to 64.
            unsafe { _mm512_store_si512(std::ptr::from_mut(out).cast(), weights) };
        }
    }
}

/// Two times 4 columns as 8-bit weights. No product exceeds a byte, so two bytes are multiplied as one number of 16 bits.
///
/// # Safety
/// `line` must be readable.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn eight_columns(line: *const ByteLine, steps: __m512i, offsets: __m512i) -> [__m512i; 2] {
    let low_bits = _mm512_set1_epi8(15);
    // SAFETY: the caller vouches for the line; lines are aligned to 64 bytes.
    let packed = unsafe { _mm512_load_si512(line.cast()) };
    let low = _mm512_and_si512(packed, low_bits);
    let high = _mm512_and_si512(_mm512_srli_epi16::<4>(packed), low_bits);
    [low, high].map(|n| _mm512_add_epi8(_mm512_mullo_epi16(n, steps), offsets))
}

/// Tells where the bytes of 16 rows go.
struct Spread {
    /// Each step into the low bytes of its row's two numbers of 16 bits.
    steps: __m512i,
    /// Each offset into all four bytes of its row.
    offsets: __m512i,
}

impl Spread {
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn new() -> Self {
        const NOTHING: u8 = 128;
        let steps: [u8; 64] = std::array::from_fn(|i| if i % 2 == 0 { i as u8 / 4 } else { NOTHING });
        let offsets: [u8; 64] = std::array::from_fn(|i| i as u8 / 4);
        // SAFETY: both are 64 bytes.
        let [steps, offsets] = [steps, offsets].map(|bytes| unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) });
        Self { steps, offsets }
    }

    /// Half a pack as 8-bit weights, line by line.
    ///
    /// # Safety
    /// `pack` must be one.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    unsafe fn unpacked(&self, pack: &[ByteLine], half: usize) -> [__m512i; UNPACKED_LINES / 2] {
        let mut lines = [_mm512_setzero_si512(); UNPACKED_LINES / 2];
        // SAFETY: the caller vouches for the pack.
        unsafe {
            let (steps, offsets) = self.of_half(pack.as_ptr(), half);
            for line in 0..4 {
                let packed = pack.as_ptr().add(1 + 4 * half + line);
                [lines[line], lines[4 + line]] = eight_columns(packed, steps, offsets);
            }
        }
        lines
    }

    /// Steps and offsets of half a pack.
    ///
    /// # Safety
    /// `head` must be the first line of a pack.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    unsafe fn of_half(&self, head: *const ByteLine, half: usize) -> (__m512i, __m512i) {
        // SAFETY: quarters of the line, aligned to 16 bytes.
        let [steps, offsets] =
            [0, 32].map(|at| unsafe { _mm_load_si128(head.cast::<u8>().add(at + 16 * half).cast()) });
        let steps = _mm512_shuffle_epi8(_mm512_broadcast_i32x4(steps), self.steps);
        (steps, _mm512_shuffle_epi8(_mm512_broadcast_i32x4(offsets), self.offsets))
    }
}

/// Sums side by side, enough to keep the multipliers busy.
const SPINNING: usize = 24;

/// Multiplications and additions of a round of [`spin_int`].
pub(crate) const INT_OPS_A_ROUND: usize = SPINNING * 64 * 2;

/// Multiplications and additions of a round of [`spin_float`].
pub(crate) const FLOAT_OPS_A_ROUND: usize = SPINNING * 16 * 2;

/// Nothing but integer products in registers; to measure what the machine can do.
pub(crate) fn spin_int(_: Avx512Vnni, n_rounds: usize) {
    #[target_feature(enable = "avx512f,avx512vnni")]
    fn spin(n_rounds: usize) {
        let factor = std::hint::black_box(_mm512_set1_epi8(1));
        let mut sums = [_mm512_setzero_si512(); SPINNING];
        for _ in 0..n_rounds {
            for sum in &mut sums {
                *sum = _mm512_dpbusd_epi32(*sum, factor, factor);
            }
        }
        std::hint::black_box(sums);
    }
    // SAFETY: the caller proves the instructions.
    unsafe { spin(n_rounds) }
}

/// Nothing but f32 products in registers, for the same purpose.
pub(crate) fn spin_float(_: Avx512, n_rounds: usize) {
    #[target_feature(enable = "avx512f")]
    fn spin(n_rounds: usize) {
        let factor = std::hint::black_box(_mm512_set1_ps(0.5));
        let mut sums = [_mm512_setzero_ps(); SPINNING];
        for _ in 0..n_rounds {
            for sum in &mut sums {
                *sum = _mm512_fmadd_ps(*sum, factor, factor);
            }
        }
        std::hint::black_box(sums);
    }
    // SAFETY: the caller proves the instructions.
    unsafe { spin(n_rounds) }
}
