//! The innermost part of f32 products: a few groups of 16 rows times a few tokens, all sums in registers.
//!
//! With AVX-512 pictures and prompts of the published size reach 84 % of what two cores can do, all else included, and one token
//! reads its weights at 93 % of the memory's speed (`kosmoscope bench`).

#[cfg(target_arch = "aarch64")]
use super::aarch64_neon;
#[cfg(target_arch = "x86_64")]
use super::{x86_avx2, x86_avx512};
use crate::kernels::{
    layout::{FloatLine, ROWS},
    simd::detect::FloatSimd,
};

/// Columns at a time, so that the weights of four groups stay in a core's own cache for all tokens.
const COLUMNS: usize = 1024;

/// Most tokens at once.
pub(crate) const TOKENS: usize = 6;

/// Sums `[n, G, 16]` of the first `n_columns` of `G` groups of rows `[G, cols]` with `n` tokens, each of which begins `stride`
/// after the one before.
pub(crate) fn sums<const G: usize>(
    simd: FloatSimd,
    groups: &[FloatLine],
    n_columns: usize,
    x: &[f32],
    stride: usize,
    sums: &mut [[f32; ROWS]],
) {
    let cols = groups.len() / G;
    sums.fill([0.0; ROWS]);
    for start in (0..n_columns).step_by(COLUMNS) {
        let columns = start..n_columns.min(start + COLUMNS);
        let groups: [&[FloatLine]; G] = std::array::from_fn(|g| &groups[g * cols..(g + 1) * cols][columns.clone()]);
        for (i, sums) in sums.chunks_mut(TOKENS * G).enumerate() {
            let x = &x[i * TOKENS * stride + start..];
            match simd {
                #[cfg(target_arch = "x86_64")]
                FloatSimd::Avx512(simd) => x86_avx512::add_sums(simd, groups, x, stride, sums),
                #[cfg(target_arch = "x86_64")]
                FloatSimd::Avx2(simd) => x86_avx2::add_sums(simd, groups, x, stride, sums),
                #[cfg(target_arch = "aarch64")]
                FloatSimd::Neon => aarch64_neon::add_sums(groups, x, stride, sums),
                FloatSimd::Portable => add_sums(groups, x, stride, sums),
            }
        }
    }
}

/// Adds the sums over the columns of `groups`.
fn add_sums<const G: usize>(groups: [&[FloatLine]; G], x: &[f32], stride: usize, sums: &mut [[f32; ROWS]]) {
    for (i, sums) in sums.iter_mut().enumerate() {
        let mut more = [0.0; ROWS];
        for (line, x) in groups[i % G].iter().zip(&x[i / G * stride..]) {
            for (sum, weight) in more.iter_mut().zip(line.0) {
                *sum += weight * x;
            }
        }
        for (sum, more) in sums.iter_mut().zip(more) {
            *sum += more;
        }
    }
}
