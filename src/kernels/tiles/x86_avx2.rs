//! Products with AVX2, on machines without AVX-512; of integers by `vpdpbusd` on half as many bytes where there is
//! AVX-VNNI, otherwise of absolute weights with activations that take their signs.
//!
//! Without AVX-VNNI the published size takes 0.93 to 0.96 × the time for pictures and prompts that products of 16-bit numbers
//! took, and 0.44 × for a token with 4-bit weights that took unpacking them to memory first.

#![allow(unsafe_code, reason = "instructions that are not on every machine, on memory whose bounds are checked before")]
#![allow(clippy::needless_range_loop, reason = "arrays of registers, indexed alike")]

use std::arch::x86_64::{
    __m256i, _mm_loadu_si128, _mm256_abs_epi8, _mm256_add_epi8, _mm256_add_epi32, _mm256_add_ps, _mm256_and_si256,
    _mm256_broadcastsi128_si256, _mm256_castsi256_ps, _mm256_cvtepi32_ps, _mm256_dpbusd_avx_epi32, _mm256_fmadd_ps,
    _mm256_load_ps, _mm256_loadu_ps, _mm256_loadu_si256, _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_mul_ps,
    _mm256_mullo_epi16, _mm256_set1_epi8, _mm256_set1_epi16, _mm256_set1_epi32, _mm256_set1_ps, _mm256_setzero_ps,
    _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_sign_epi8, _mm256_srli_epi16, _mm256_storeu_ps, _mm256_xor_si256,
};

use super::{
    by_tokens::{are_there, by_tokens},
    quantized_input::Tokens,
};
use crate::kernels::{
    layout::{BLOCK, ByteLine, FEW, FloatLine, PACK_LINES, Q4_LINES, Q8_LINES, ROWS, UNPACKED_LINES},
    simd::detect::{Avx2, AvxVnni},
};

/// Adds to `sums` `[n, G, 16]` those of `G` groups of f32 rows with `n` (1 to 6) tokens, each `stride` after the other.
pub(crate) fn add_sums<const G: usize>(
    _: Avx2,
    groups: [&[FloatLine]; G],
    x: &[f32],
    stride: usize,
    sums: &mut [[f32; ROWS]],
) {
    let n = sums.len() / G;
    for (g, group) in groups.into_iter().enumerate() {
        assert!(are_there(x, n, stride, group.len()));
        let sums = &mut sums[g..];
        // SAFETY: the caller proves the instructions; the lengths were checked.
        unsafe { by_tokens!(n, T in [1, 2, 3, 4, 5, 6] => float_tile::<G, T>(group, x, stride, sums)) }
    }
}

/// `T` tokens, whose sums are `G` apart.
///
/// # Safety
/// The machine must have the instructions; `x` must have as many values for each token as the group has columns.
#[target_feature(enable = "avx2,fma")]
unsafe fn float_tile<const G: usize, const T: usize>(
    group: &[FloatLine],
    x: &[f32],
    stride: usize,
    sums: &mut [[f32; ROWS]],
) {
    let mut totals = [[_mm256_setzero_ps(); 2]; T];
    for (column, line) in group.iter().enumerate() {
        // SAFETY: half a line of 16 values, which are aligned.
        let weights = [0, 8].map(|at| unsafe { _mm256_load_ps(line.0.as_ptr().add(at)) });
        for t in 0..T {
            // SAFETY: the caller vouches for the tokens.
            let value = _mm256_set1_ps(unsafe { *x.get_unchecked(t * stride + column) });
            for i in 0..2 {
                totals[t][i] = _mm256_fmadd_ps(weights[i], value, totals[t][i]);
            }
        }
    }
    for t in 0..T {
        for i in 0..2 {
            let sums = sums[t * G][8 * i..8 * i + 8].as_mut_ptr();
            // SAFETY: 8 values each.
            unsafe { _mm256_storeu_ps(sums, _mm256_add_ps(_mm256_loadu_ps(sums), totals[t][i])) };
        }
    }
}

/// 16 rows of weights, in 8 or 4 bits.
#[derive(Clone, Copy)]
pub(crate) struct Group<'a> {
    lines: &'a [ByteLine],
    /// Scales of the rows, for blocks that hold none themselves.
    scales: ByteLine,
}

/// Instructions for products of integers, with the proof that the machine has them.
pub(crate) trait IntProducts: Copy {
    /// Sums of a group with `T` tokens, `G` apart.
    ///
    /// # Safety
    /// The group must be `x.n_blocks()` blocks long, and `x` must have `T` tokens.
    unsafe fn tile<const G: usize, const T: usize, const PACKED: bool>(
        self,
        group: Group,
        x: Tokens,
        sums: &mut [[f32; ROWS]],
    );
}

impl IntProducts for AvxVnni {
    #[inline]
    unsafe fn tile<const G: usize, const T: usize, const PACKED: bool>(
        self,
        group: Group,
        x: Tokens,
        sums: &mut [[f32; ROWS]],
    ) {
        // SAFETY: `self` proves the instructions; the caller vouches for the lengths.
        unsafe { vnni::<G, T, PACKED>(group, x, sums) }
    }
}

impl IntProducts for Avx2 {
    #[inline]
    unsafe fn tile<const G: usize, const T: usize, const PACKED: bool>(
        self,
        group: Group,
        x: Tokens,
        sums: &mut [[f32; ROWS]],
    ) {
        // SAFETY: `self` proves the instructions; the caller vouches for the lengths.
        unsafe { avx2::<G, T, PACKED>(group, x, sums) }
    }
}

/// Sums `[n, G, 16]` of `G` groups of 8-bit rows with `n` tokens.
pub(crate) fn sums_of_some<const G: usize>(
    simd: impl IntProducts,
    groups: [&[ByteLine]; G],
    x: Tokens,
    sums: &mut [[f32; ROWS]],
) {
    assert!(groups.iter().all(|group| group.len() == x.n_blocks() * Q8_LINES));
    let (n, n_tiles) = (x.n(), x.n().div_ceil(FEW));
    for tile in 0..n_tiles {
        let [start, end] = [tile, tile + 1].map(|tile| tile * n / n_tiles);
        for (g, lines) in groups.into_iter().enumerate() {
            let (group, x) = (Group { lines, scales: ByteLine::ZERO }, x.some(start..end));
            let sums = &mut sums[start * G + g..];
            // SAFETY: the lengths were checked.
            unsafe { by_tokens!(x.n(), T in [1, 2, 3, 4] => simd.tile::<G, T, false>(group, x, sums)) }
        }
    }
}

/// Sums `[n, 16]` of one group of 4-bit rows with all `n` (1 to 4) tokens; the same as after unpacking, bit for bit.
pub(crate) fn sums_of_packed(
    simd: impl IntProducts,
    lines: &[ByteLine],
    scales: ByteLine,
    x: Tokens,
    sums: &mut [[f32; ROWS]],
) {
    assert!(lines.len() == x.n_blocks() * Q4_LINES);
    let group = Group { lines, scales };
    // SAFETY: the lengths were checked.
    unsafe { by_tokens!(x.n(), T in [1, 2, 3, 4] => simd.tile::<1, T, true>(group, x, sums)) }
}

/// [`tile`] by `vpdpbusd`.
///
/// # Safety
/// The machine must have the instructions; the rest is as for [`IntProducts::tile`].
#[target_feature(enable = "avx2,fma,avxvnni")]
unsafe fn vnni<const G: usize, const T: usize, const PACKED: bool>(group: Group, x: Tokens, sums: &mut [[f32; ROWS]]) {
    let start = |at: usize| _mm256_set1_epi32(x.offsets()[at]);
    let dot = |sum, weights, four| _mm256_dpbusd_avx_epi32(sum, weights, four);
    // SAFETY: as the caller vouches.
    unsafe { tile::<G, T, PACKED>(group, x, sums, start, |weights| weights, dot) }
}

/// [`tile`] by sums of two products in 16 bits.
///
/// # Safety
/// The machine must have the instructions; the rest is as for [`IntProducts::tile`].
#[target_feature(enable = "avx2,fma")]
unsafe fn avx2<const G: usize, const T: usize, const PACKED: bool>(group: Group, x: Tokens, sums: &mut [[f32; ROWS]]) {
    // Signed again, so that neither factor is larger than 128 and two products fit into 16 bits.
    let signed = |weights| _mm256_xor_si256(weights, _mm256_set1_epi8(-128));
    let dot = |sum, weights, four| {
        let pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(weights), _mm256_sign_epi8(four, weights));
        _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
    };
    // SAFETY: as the caller vouches.
    unsafe { tile::<G, T, PACKED>(group, x, sums, |_| _mm256_setzero_si256(), signed, dot) }
}

/// A block's integers begin at `start`. `dot` adds to 8 sums the products of 4 bytes of each of 8 rows, which went through
/// `read`, with 4 bytes of a token, which all rows share.
///
/// # Safety
/// The same as for [`vnni`] and [`avx2`], into which it is compiled.
#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn tile<const G: usize, const T: usize, const PACKED: bool>(
    group: Group,
    x: Tokens,
    sums: &mut [[f32; ROWS]],
    start: impl Fn(usize) -> __m256i,
    read: impl Fn(__m256i) -> __m256i,
    dot: impl Fn(__m256i, __m256i, __m256i) -> __m256i,
) {
    let mut totals = [[_mm256_setzero_ps(); 2]; T];
    for block in 0..x.n_blocks() {
        let at = |t: usize| t * x.n_blocks() + block;
        // SAFETY: the caller vouches for the tokens; a block has 4 values for each line of 8-bit weights.
        let four = |t: usize, line: usize| unsafe {
            let values = x.values().as_ptr().add(at(t) * BLOCK + 4 * line);
            _mm256_set1_epi32(values.cast::<i32>().read_unaligned())
        };
        let mut integers: [[__m256i; 2]; T] = std::array::from_fn(|t| [start(at(t)); 2]);
        let scales = if PACKED {
            let packs = group.lines[block * Q4_LINES..(block + 1) * Q4_LINES].chunks_exact(PACK_LINES);
            for (i, pack) in packs.enumerate() {
                for half in 0..2 {
                    for rows in 0..2 {
                        let spread = Spread::new(&pack[0], half, rows);
                        for line in 0..4 {
                            let first = i * UNPACKED_LINES + half * UNPACKED_LINES / 2 + line;
                            let weights = spread.unpacked(&pack[1 + 4 * half + line]).map(&read);
                            for t in 0..T {
                                let sum = dot(integers[t][rows], weights[0], four(t, first));
                                integers[t][rows] = dot(sum, weights[1], four(t, first + 4));
                            }
                        }
                    }
                }
            }
            &group.scales
        } else {
            let lines = &group.lines[block * Q8_LINES..(block + 1) * Q8_LINES];
            for (line, bytes) in lines[1..].iter().enumerate() {
                let weights = [0, 1].map(|rows| read(half_line(bytes, rows)));
                for t in 0..T {
                    let four = four(t, line);
                    for rows in 0..2 {
                        integers[t][rows] = dot(integers[t][rows], weights[rows], four);
                    }
                }
            }
            &lines[0]
        };
        for rows in 0..2 {
            let scales = _mm256_castsi256_ps(half_line(scales, rows));
            for t in 0..T {
                let scale = _mm256_mul_ps(scales, _mm256_set1_ps(x.scales()[at(t)]));
                totals[t][rows] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(integers[t][rows]), scale, totals[t][rows]);
            }
        }
    }
    for t in 0..T {
        for rows in 0..2 {
            // SAFETY: half of 16 values.
            unsafe { _mm256_storeu_ps(sums[t * G].as_mut_ptr().add(8 * rows), totals[t][rows]) };
        }
    }
}

/// The bytes of the first or second 8 rows.
#[inline]
#[target_feature(enable = "avx2")]
fn half_line(line: &ByteLine, rows: usize) -> __m256i {
    let half = &line.0[32 * rows..32 * (rows + 1)];
    // SAFETY: 32 bytes.
    unsafe { _mm256_loadu_si256(half.as_ptr().cast()) }
}

/// Steps and offsets of half a pack's first or second 8 rows, spread to their bytes.
struct Spread {
    rows: usize,
    /// In the low bytes of each row's two numbers of 16 bits.
    steps: __m256i,
    /// In all four bytes of each row.
    offsets: __m256i,
}

impl Spread {
    #[inline]
    #[target_feature(enable = "avx2")]
    fn new(head: &ByteLine, half: usize, rows: usize) -> Self {
        const NOTHING: u8 = 128;
        let row = |byte: usize| (8 * rows + byte / 4) as u8;
        let steps: [u8; 32] = std::array::from_fn(|i| if i % 2 == 0 { row(i) } else { NOTHING });
        let offsets: [u8; 32] = std::array::from_fn(row);
        let spread = |at: usize, places: &[u8; 32]| {
            let values = &head.0[at..at + 16];
            // SAFETY: 16 and 32 bytes.
            let (values, places) =
                unsafe { (_mm_loadu_si128(values.as_ptr().cast()), _mm256_loadu_si256(places.as_ptr().cast())) };
            _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(values), places)
        };
        Self { rows, steps: spread(16 * half, &steps), offsets: spread(32 + 16 * half, &offsets) }
    }

    /// Two times 4 columns as 8-bit weights. No product exceeds a byte, so two bytes are multiplied as one number of 16 bits.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn unpacked(&self, line: &ByteLine) -> [__m256i; 2] {
        let packed = half_line(line, self.rows);
        [packed, _mm256_srli_epi16::<4>(packed)].map(|n| {
            let n = _mm256_and_si256(n, _mm256_set1_epi8(15));
            _mm256_add_epi8(_mm256_mullo_epi16(n, self.steps), self.offsets)
        })
    }
}
