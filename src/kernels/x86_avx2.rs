//! Products with AVX2, on machines without AVX-512; of integers by `vpdpbusd` on half as many bytes where there is
//! AVX-VNNI, otherwise by two multiplications of 16 bits.

#![allow(unsafe_code, reason = "instructions that are not on every machine, on memory whose bounds are checked before")]
#![allow(clippy::needless_range_loop, reason = "arrays of registers, indexed alike")]

use std::arch::x86_64::{
    __m256i, _mm256_add_epi32, _mm256_add_ps, _mm256_and_si256, _mm256_cvtepi32_ps, _mm256_dpbusd_avx_epi32,
    _mm256_fmadd_ps, _mm256_load_ps, _mm256_load_si256, _mm256_loadu_ps, _mm256_madd_epi16, _mm256_mul_ps,
    _mm256_set1_epi16, _mm256_set1_epi32, _mm256_set1_ps, _mm256_setzero_ps, _mm256_slli_epi16, _mm256_srai_epi16,
    _mm256_srli_epi16, _mm256_storeu_ps,
};

use super::{
    activations::Activations,
    lines::{BLOCK, ByteLine, FloatLine, Q8_LINES, ROWS},
};

/// Adds to `sums` `[n, G, 16]` those of `G` groups of f32 rows with `n` (1 to 6) tokens, each `stride` after the other.
///
/// Only for machines with AVX2 and FMA.
pub(super) fn add_sums<const G: usize>(groups: [&[FloatLine]; G], x: &[f32], stride: usize, sums: &mut [[f32; ROWS]]) {
    let n = sums.len() / G;
    for (g, group) in groups.into_iter().enumerate() {
        assert!(x.len() >= (n - 1) * stride + group.len());
        let sums = &mut sums[g..];
        // SAFETY: callers have detected the instructions; the lengths were checked.
        unsafe {
            match n {
                1 => float_tile::<G, 1>(group, x, stride, sums),
                2 => float_tile::<G, 2>(group, x, stride, sums),
                3 => float_tile::<G, 3>(group, x, stride, sums),
                4 => float_tile::<G, 4>(group, x, stride, sums),
                5 => float_tile::<G, 5>(group, x, stride, sums),
                _ => float_tile::<G, 6>(group, x, stride, sums),
            }
        }
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

/// Sums `[n, G, 16]` of `G` groups of 8-bit rows with the `n` tokens from `first` on.
///
/// Only for machines with AVX2 and FMA, and with AVX-VNNI if `VNNI`.
pub(super) fn sums_of_some<const G: usize, const VNNI: bool>(
    groups: [&[ByteLine]; G],
    x: &Activations,
    first: usize,
    sums: &mut [[f32; ROWS]],
) {
    let n = sums.len() / G;
    assert!(groups.iter().all(|group| group.len() == x.n_blocks * Q8_LINES));
    assert!((first + n) * x.n_blocks <= x.scales.len());
    for t in (0..n).step_by(2) {
        for (g, group) in groups.into_iter().enumerate() {
            let mut pair = [[0.0; ROWS]; 2];
            // SAFETY: callers have detected the instructions; the lengths were checked.
            unsafe {
                match (VNNI, t + 1 < n) {
                    (true, true) => vnni::<2>(group, x, first + t, &mut pair),
                    (true, false) => vnni::<1>(group, x, first + t, &mut pair),
                    (false, true) => avx2::<2>(group, x, first + t, &mut pair),
                    (false, false) => avx2::<1>(group, x, first + t, &mut pair),
                }
            }
            for (i, row) in pair.into_iter().enumerate().take(n - t) {
                sums[(t + i) * G + g] = row;
            }
        }
    }
}

/// # Safety
/// The machine must have the instructions; the group must be `x.n_blocks` blocks long, and `x` must have the tokens.
#[target_feature(enable = "avx2,fma,avxvnni")]
unsafe fn vnni<const T: usize>(group: &[ByteLine], x: &Activations, first: usize, sums: &mut [[f32; ROWS]; 2]) {
    let dot = |sum, weights, four| _mm256_dpbusd_avx_epi32(sum, weights, four);
    // SAFETY: as the caller vouches.
    unsafe { tile::<T>(group, x, first, sums, dot) }
}

/// # Safety
/// The machine must have the instructions; the group must be `x.n_blocks` blocks long, and `x` must have the tokens.
#[target_feature(enable = "avx2,fma")]
unsafe fn avx2<const T: usize>(group: &[ByteLine], x: &Activations, first: usize, sums: &mut [[f32; ROWS]; 2]) {
    let even_bytes = _mm256_set1_epi16(255);
    let dot = |sum, weights, four| {
        let even = _mm256_madd_epi16(
            _mm256_and_si256(weights, even_bytes),
            _mm256_srai_epi16::<8>(_mm256_slli_epi16::<8>(four)),
        );
        let odd = _mm256_madd_epi16(_mm256_srli_epi16::<8>(weights), _mm256_srai_epi16::<8>(four));
        _mm256_add_epi32(sum, _mm256_add_epi32(even, odd))
    };
    // SAFETY: as the caller vouches.
    unsafe { tile::<T>(group, x, first, sums, dot) }
}

/// `dot` adds to 8 sums the products of 4 unsigned bytes of each of 8 rows with 4 signed bytes, which all rows share.
///
/// # Safety
/// As for its callers, into which it is compiled.
#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn tile<const T: usize>(
    group: &[ByteLine],
    x: &Activations,
    first: usize,
    sums: &mut [[f32; ROWS]; 2],
    dot: impl Fn(__m256i, __m256i, __m256i) -> __m256i,
) {
    let mut totals = [[_mm256_setzero_ps(); 2]; T];
    for block in 0..x.n_blocks {
        let at = |t: usize| (first + t) * x.n_blocks + block;
        let mut integers: [[__m256i; 2]; T] = std::array::from_fn(|t| [_mm256_set1_epi32(x.offsets[at(t)]); 2]);
        for line in 0..Q8_LINES - 1 {
            let bytes = group[block * Q8_LINES + 1 + line].0.as_ptr();
            for t in 0..T {
                // SAFETY: the caller vouches for the tokens; a block has 4 values for each line.
                let four = unsafe { x.values.as_ptr().add(at(t) * BLOCK + 4 * line).cast::<i32>().read_unaligned() };
                let four = _mm256_set1_epi32(four);
                for (i, sum) in integers[t].iter_mut().enumerate() {
                    // SAFETY: half a line of 64 bytes, which are aligned.
                    let weights = unsafe { _mm256_load_si256(bytes.add(32 * i).cast()) };
                    *sum = dot(*sum, weights, four);
                }
            }
        }
        let scales = group[block * Q8_LINES].0.as_ptr();
        // SAFETY: the first line of a block is its scales; half of it, which is aligned.
        let scales = [0, 32].map(|byte| unsafe { _mm256_load_ps(scales.add(byte).cast()) });
        for t in 0..T {
            let scale = _mm256_set1_ps(x.scales[at(t)]);
            for i in 0..2 {
                let scale = _mm256_mul_ps(scales[i], scale);
                totals[t][i] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(integers[t][i]), scale, totals[t][i]);
            }
        }
    }
    for t in 0..T {
        for i in 0..2 {
            // SAFETY: half of 16 values.
            unsafe { _mm256_storeu_ps(sums[t].as_mut_ptr().add(8 * i), totals[t][i]) };
        }
    }
}
