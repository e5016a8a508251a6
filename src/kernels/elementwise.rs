//! What is done to activations between products: layer norm, the two GELUs, softmax.
//!
//! Exponentials and the error function are polynomials that a whole vector computes at once.

use rayon::prelude::*;

use super::{
    layout::ROWS,
    simd::{
        multiversion::{mul_add, multiversion},
        round::round,
    },
};

/// Values that one task takes.
const VALUES_PER_TASK: usize = 8192;

/// Layer norm of `[n, width]` over the width, into `y`.
pub(super) fn layer_norm(x: &[f32], weight: &[f32], bias: &[f32], eps: f32, y: &mut [f32]) {
    let width = weight.len();
    let tokens_per_task = VALUES_PER_TASK.div_ceil(width);
    let tasks = x.par_chunks(width * tokens_per_task).zip(y.par_chunks_mut(width * tokens_per_task));
    tasks.for_each(|(x, y)| {
        for (x, y) in x.chunks(width).zip(y.chunks_mut(width)) {
            norm_token(x, weight, bias, eps, y);
        }
    });
}

multiversion! {
    fn norm_token(x: &[f32], weight: &[f32], bias: &[f32], eps: f32, y: &mut [f32]) {
        let n = x.len() as f32;
        let mean = sum(x, |x| x) / n;
        let variance = sum(x, |x| (x - mean) * (x - mean)) / n;
        let inverse = 1.0 / (variance + eps).sqrt();
        for (((y, x), weight), bias) in y.iter_mut().zip(x).zip(weight).zip(bias) {
            *y = mul_add::<FMA>((x - mean) * inverse, *weight, *bias);
        }
    }
}

/// The sum of `f` over all values, by 16 sums side by side.
#[inline(always)]
#[allow(clippy::inline_always, reason = "within functions compiled for several instruction sets")]
fn sum(x: &[f32], f: impl Fn(f32) -> f32) -> f32 {
    let mut sums = [0.0; ROWS];
    let (chunks, rest) = x.as_chunks::<ROWS>();
    for chunk in chunks {
        for (sum, x) in sums.iter_mut().zip(chunk) {
            *sum += f(*x);
        }
    }
    sums.iter().sum::<f32>() + rest.iter().map(|x| f(*x)).sum::<f32>()
}

/// A function of each value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// Exact GELU, `x Φ(x)`.
    Gelu,
    /// CLIP's approximation of GELU, `x sigmoid(1.702 x)`.
    QuickGelu,
}

impl Activation {
    /// Replaces each value.
    pub(super) fn apply(self, x: &mut [f32]) {
        match self {
            Self::Gelu => gelu(x),
            Self::QuickGelu => quick_gelu(x),
        }
    }
}

multiversion! {
    fn gelu(x: &mut [f32]) {
        for x in x {
            *x = 0.5 * *x * (1.0 + erf::<FMA>(*x * std::f32::consts::FRAC_1_SQRT_2));
        }
    }
}

multiversion! {
    fn quick_gelu(x: &mut [f32]) {
        for x in x {
            *x /= 1.0 + exp::<FMA>(-1.702 * *x);
        }
    }
}

/// The logarithm of the sum of the exponentials; NaN if one of the values is not a number.
pub(super) fn log_sum_exp(x: &[f32]) -> f32 {
    let mut result = 0.0;
    log_sum_exp_into(x, &mut result);
    result
}

multiversion! {
    fn log_sum_exp_into(x: &[f32], result: &mut f32) {
        let largest = largest(x);
        *result = largest + sum(x, |x| exp::<FMA>(x - largest)).ln();
    }
}

/// The largest value, leaving out what is not a number.
#[inline(always)]
#[allow(clippy::inline_always, reason = "within functions compiled for several instruction sets")]
fn largest(x: &[f32]) -> f32 {
    let mut largest = [f32::NEG_INFINITY; ROWS];
    let (chunks, rest) = x.as_chunks::<ROWS>();
    for chunk in chunks {
        largest = std::array::from_fn(|i| if chunk[i] > largest[i] { chunk[i] } else { largest[i] });
    }
    let largest = largest.iter().chain(rest);
    largest.fold(f32::NEG_INFINITY, |largest, x| if *x > largest { *x } else { largest })
}

multiversion! {
    /// Turns scores into probabilities, which add up to 1.
    pub(super) fn softmax(x: &mut [f32]) {
        let largest = largest(x);
        for x in x.iter_mut() {
            *x = exp::<FMA>(*x - largest);
        }
        let inverse = 1.0 / sum(x, |x| x);
        for x in x {
            *x *= inverse;
        }
    }
}

/// The error function as a ratio of polynomials in x², within 3e-7 of it; beyond ±4 it is ±1 in f32.
#[inline(always)]
#[allow(clippy::inline_always, reason = "within functions compiled for several instruction sets")]
fn erf<const FMA: bool>(x: f32) -> f32 {
    const ABOVE: [f32; 7] = [
        -2.726_142_3e-10,
        2.770_681_4e-8,
        -2.101_024e-6,
        -5.692_506_4e-5,
        -7.349_906_3e-4,
        -2.954_6e-3,
        -1.609_603_3e-2,
    ];
    const BELOW: [f32; 5] = [-1.456_607_2e-5, -2.133_740_6e-4, -1.682_827e-3, -7.373_329e-3, -1.426_473_9e-2];
    let x = x.clamp(-4.0, 4.0);
    x * polynomial::<FMA, 7>(x * x, ABOVE) / polynomial::<FMA, 5>(x * x, BELOW)
}

/// e to the power of `x`, within 2e-7 of its size; between e⁻⁸⁷ and e⁸⁷.
#[inline(always)]
#[allow(clippy::inline_always, reason = "within functions compiled for several instruction sets")]
fn exp<const FMA: bool>(x: f32) -> f32 {
    /// `eʳ` around 0, 1/6! first.
    const TERMS: [f32; 7] = [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0];
    /// The logarithm of 2 in two parts, the first with few digits.
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    let x = x.clamp(-87.0, 87.0);
    let n = round(x * std::f32::consts::LOG2_E);
    let rest = mul_add::<FMA>(-LN_2[1], n as f32, mul_add::<FMA>(-LN_2[0], n as f32, x));
    polynomial::<FMA, 7>(rest, TERMS) * f32::from_bits(((n + 127) as u32) << 23)
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "within functions compiled for several instruction sets")]
fn polynomial<const FMA: bool, const N: usize>(x: f32, coefficients: [f32; N]) -> f32 {
    coefficients.into_iter().fold(0.0, |sum, c| mul_add::<FMA>(sum, x, c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points() -> Vec<f32> {
        (-9000..9001).map(|i| i as f32 * 0.00133).collect()
    }

    fn check(ours: &[f32], x: &[f32], exact: impl Fn(f64) -> f64) {
        for (ours, x) in ours.iter().zip(x) {
            let exact = exact(f64::from(*x));
            assert!((f64::from(*ours) - exact).abs() < 1e-6 * (1.0 + exact.abs()), "{x}: {ours}, {exact}");
        }
    }

    /// The error function by its series, or by its continued fraction where that is far better.
    fn exact_erf(x: f64) -> f64 {
        if x.abs() > 3.0 {
            let fraction = (1..60).rev().fold(x.abs(), |f, k| x.abs() + 0.5 * f64::from(k) / f);
            return x.signum() * (1.0 - (-x * x).exp() / (fraction * std::f64::consts::PI.sqrt()));
        }
        let (mut term, mut sum) = (x, x);
        for n in 1..80 {
            term *= -x * x / f64::from(n);
            sum += term / f64::from(2 * n + 1);
        }
        sum * std::f64::consts::FRAC_2_SQRT_PI
    }

    #[test]
    fn gelus_as_defined() {
        let (mut exact, mut quick) = (points(), points());
        Activation::Gelu.apply(&mut exact);
        check(&exact, &points(), |x| 0.5 * x * (1.0 + exact_erf(x / 2_f64.sqrt())));
        Activation::QuickGelu.apply(&mut quick);
        check(&quick, &points(), |x| x / (1.0 + (-1.702 * x).exp()));
    }

    #[test]
    fn exponentials_are_close() {
        for x in points() {
            let (ours, exact) = (f64::from(exp::<false>(7.0 * x)), f64::from(7.0 * x).exp());
            assert!((ours / exact - 1.0).abs() < 4e-7, "{x}: {ours}, {exact}");
        }
    }

    #[test]
    fn extremes_stay_numbers() {
        for f in [gelu, quick_gelu] {
            let mut x = [-1e30, -200.0, 0.0, 200.0, 1e30];
            f(&mut x);
            assert!(x.iter().all(|x| x.is_finite()) && x[2] == 0.0, "{x:?}");
            assert!((x[3] / 200.0 - 1.0).abs() < 1e-6 && (x[4] / 1e30 - 1.0).abs() < 1e-6);
        }
        let mut x = [f32::NAN; 2];
        gelu(&mut x[..1]);
        quick_gelu(&mut x[1..]);
        assert!(x[0].is_nan() && x[1].is_nan());
        assert!(log_sum_exp(&[1.0, f32::NAN, 2.0]).is_nan() && log_sum_exp(&[f32::INFINITY, 0.0]).is_nan());
    }

    #[test]
    fn probabilities_add_up() {
        for n in [1, 15, 16, 17, 100] {
            let scores: Vec<f32> = (0..n).map(|i| (i as f32 * 1.3).sin() * 20.0).collect();
            let mut probabilities = scores.clone();
            softmax(&mut probabilities);
            let total: f64 = scores.iter().map(|s| f64::from(*s).exp()).sum();
            check(&probabilities, &scores, |s| s.exp() / total);
        }
    }

    #[test]
    fn norms_as_defined() {
        for width in [1, 5, 16, 33, 200] {
            let x: Vec<f32> = (0..3 * width).map(|i| (i as f32 * 0.7).sin() * 3.0 + 1.0).collect();
            let weight: Vec<f32> = (0..width).map(|i| 0.5 + i as f32 * 0.01).collect();
            let bias: Vec<f32> = (0..width).map(|i| i as f32 * 0.1).collect();
            let mut y = vec![0.0; x.len()];
            layer_norm(&x, &weight, &bias, 1e-5, &mut y);
            for (x, y) in x.chunks(width).zip(y.chunks(width)) {
                let mean = x.iter().map(|x| f64::from(*x)).sum::<f64>() / width as f64;
                let variance = x.iter().map(|x| (f64::from(*x) - mean).powi(2)).sum::<f64>() / width as f64;
                for (i, (x, y)) in x.iter().zip(y).enumerate() {
                    let normed = (f64::from(*x) - mean) / (variance + 1e-5).sqrt();
                    let exact = normed * f64::from(weight[i]) + f64::from(bias[i]);
                    assert!((f64::from(*y) - exact).abs() < 1e-5, "{width}, {i}: {y}, {exact}");
                }
            }
        }
    }
}
