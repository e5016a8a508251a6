//! The kernels as operations on tensors in the CPU's memory; elsewhere the library's own do the same.

use candle_core::{CpuStorage, D, Device, Result, Storage, Tensor, bail};
use candle_nn::ops::{sigmoid, softmax_last_dim};
use rayon::prelude::*;

use super::{
    attention::Attention,
    elementwise::{self, Activation},
    product::{self, Linear},
};

/// Layer norm over the last dimension: `[n, width]` with weight and bias `[width]`.
///
/// # Errors
/// When shapes or types do not fit.
pub fn layer_norm(x: &Tensor, weight: &Tensor, bias: &Tensor, eps: f32) -> Result<Tensor> {
    if !x.device().is_cpu() {
        return candle_nn::ops::layer_norm(x, weight, bias, eps);
    }
    let width = x.dim(D::Minus1)?;
    if weight.dims1()? != width || bias.dims1()? != width {
        bail!("a layer norm of {} is given {width} values", weight.dims1()?);
    }
    with_values(x, |x| {
        with_values(weight, |weight| {
            with_values(bias, |bias| {
                let mut y = vec![0.0; x.len()];
                elementwise::layer_norm(x, weight, bias, eps, &mut y);
                Ok(y)
            })
        })
    })
    .and_then(|y| Tensor::from_vec(y, x.shape(), x.device()))
}

/// An activation by the library's own operations; any shape.
///
/// # Errors
/// When the values are not floating-point numbers.
pub fn activate(activation: Activation, x: &Tensor) -> Result<Tensor> {
    match activation {
        Activation::Gelu => x.gelu_erf(),
        Activation::QuickGelu => x * sigmoid(&(x * 1.702)?)?,
    }
}

/// The logarithm of the sum of the exponentials of all values `[n]`; NaN if one is not a number.
///
/// # Errors
/// When the values are not contiguous f32.
pub fn log_sum_exp(x: &Tensor) -> Result<f32> {
    if x.device().is_cpu() {
        with_values(x, |x| Ok(elementwise::log_sum_exp(x)))
    } else {
        x.log_sum_exp(0)?.to_scalar()
    }
}

/// Products of `x` `[n, inputs]` with several matrices, to each of which `added` is added: `[n, outputs]` each.
///
/// # Errors
/// When `x` or `added` is of another shape, or not on the CPU.
pub fn products(x: &Tensor, linears: &[Linear], added: Option<&Tensor>) -> Result<Vec<Tensor>> {
    let (n, inputs) = x.dims2()?;
    if let Some(linear) = linears.iter().find(|linear| linear.matrix.cols() != inputs) {
        bail!("a matrix with {} columns is given {inputs} values", linear.matrix.cols());
    }
    let outputs = with_values(x, |x| match added {
        None => Ok(product::products(x, linears, None)),
        Some(added) => with_values(added, |added| {
            if linears.iter().any(|linear| added.len() != n * linear.matrix.rows()) {
                bail!("what is added to a product is of another size");
            }
            Ok(product::products(x, linears, Some(added)))
        }),
    })?;
    let tensor =
        |(output, linear): (Vec<f32>, &Linear)| Tensor::from_vec(output, (n, linear.matrix.rows()), &Device::Cpu);
    outputs.into_iter().zip(linears).map(tensor).collect()
}

/// Scaled dot-product attention: queries `[n, width]`, keys and values `[n_keys, width]`, heads side by side, to
/// `[n, width]`.
///
/// If causal, the queries are the last tokens of the keys', and see none after their own.
///
/// # Errors
/// When shapes or types do not fit.
pub fn attention(queries: &Tensor, keys: &Tensor, values: &Tensor, n_heads: usize, is_causal: bool) -> Result<Tensor> {
    let ((n, width), (n_keys, _)) = (queries.dims2()?, keys.dims2()?);
    if keys.dims() != [n_keys, width] || values.dims() != keys.dims() || width % n_heads != 0 || n > n_keys && is_causal
    {
        bail!("attention of {n_heads} heads is given {:?}, {:?}, {:?}", queries.dims(), keys.dims(), values.dims());
    }
    if !queries.device().is_cpu() {
        return library_attention(queries, keys, values, n_heads, is_causal);
    }
    let attended = with_values(queries, |queries| {
        with_values(keys, |keys| {
            with_values(values, |values| Ok(Attention { queries, keys, values, width, n_heads, is_causal }.attend()))
        })
    })?;
    Tensor::from_vec(attended, (n, width), &Device::Cpu)
}

/// Causal attention of several texts, each queries, keys and values as in [`attention`]: what all queries attend to,
/// `[queries of all, width]`. Each text's numbers are those it gets by itself.
///
/// # Errors
/// When shapes or types do not fit.
pub fn attention_of_each(texts: &[[Tensor; 3]], n_heads: usize) -> Result<Tensor> {
    let attend = |[queries, keys, values]: &[Tensor; 3]| attention(queries, keys, values, n_heads, true);
    let on_cpu = texts.iter().flatten().all(|tensor| tensor.device().is_cpu());
    let attended: Vec<Tensor> = if on_cpu {
        texts.par_iter().map(attend).collect::<Result<_>>()?
    } else {
        texts.iter().map(attend).collect::<Result<_>>()?
    };
    Tensor::cat(&attended, 0)
}

fn library_attention(q: &Tensor, k: &Tensor, v: &Tensor, n_heads: usize, is_causal: bool) -> Result<Tensor> {
    let split_heads = |x: &Tensor| -> Result<Tensor> {
        let (seq, width) = x.dims2()?;
        x.reshape((seq, n_heads, width / n_heads))?.transpose(0, 1)?.contiguous() // [heads, seq, head_dim]
    };
    let (q, k, v) = (split_heads(q)?, split_heads(k)?, split_heads(v)?);
    let ((_, n, head_dim), n_keys) = (q.dims3()?, k.dim(1)?);
    let scores = (q * (1.0 / (head_dim as f64).sqrt()))?.matmul(&k.t()?)?; // [heads, n, n_keys]
    let scores = if is_causal && n > 1 {
        let row = |i: usize| (0..n_keys).map(move |j| if j + n <= n_keys + i { 0.0 } else { f32::NEG_INFINITY });
        scores.broadcast_add(&Tensor::from_vec((0..n).flat_map(row).collect(), (n, n_keys), scores.device())?)?
    } else {
        scores
    };
    softmax_last_dim(&scores)?.matmul(&v)?.transpose(0, 1)?.flatten_from(1) // [n, width]
}

/// Lends the values of a contiguous f32 tensor on the CPU.
fn with_values<R>(tensor: &Tensor, work: impl FnOnce(&[f32]) -> Result<R>) -> Result<R> {
    let (storage, layout) = tensor.storage_and_layout();
    match (&*storage, layout.contiguous_offsets()) {
        (Storage::Cpu(CpuStorage::F32(values)), Some((start, end))) => work(&values[start..end]),
        _ => bail!("this operation needs contiguous f32 values on the CPU"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(rows: usize, cols: usize) -> Tensor {
        let values: Vec<f32> = (0..rows * cols).map(|i| (i as f32 * 0.37).sin() * (1.0 + (i % 5) as f32)).collect();
        Tensor::from_vec(values, (rows, cols), &Device::Cpu).unwrap()
    }

    fn check(ours: &Tensor, library_s: &Tensor) {
        let difference = (ours - library_s).unwrap().abs().unwrap().flatten_all().unwrap().max(0).unwrap();
        let difference: f32 = difference.to_scalar().unwrap();
        assert!(difference < 2e-5, "{difference}");
    }

    #[test]
    fn operations_equal_the_library_s() {
        let x = numbers(33, 60);
        for activation in [Activation::Gelu, Activation::QuickGelu] {
            let mut values: Vec<f32> = x.flatten_all().unwrap().to_vec1().unwrap();
            activation.apply(&mut values);
            let ours = Tensor::from_vec(values, x.shape(), &Device::Cpu).unwrap();
            check(&ours, &activate(activation, &x).unwrap());
        }
        let scores = numbers(1, 1001).squeeze(0).unwrap();
        let library_s: f32 = scores.log_sum_exp(0).unwrap().to_scalar().unwrap();
        assert!((log_sum_exp(&scores).unwrap() - library_s).abs() < 1e-5);
        let (weight, bias) = (numbers(1, 60).squeeze(0).unwrap(), numbers(1, 60).squeeze(0).unwrap());
        let library_s = candle_nn::ops::layer_norm(&x, &weight, &bias, 1e-5).unwrap();
        check(&layer_norm(&x, &weight, &bias, 1e-5).unwrap(), &library_s);
        let (keys, values) = (numbers(40, 60), numbers(40, 60));
        for is_causal in [false, true] {
            let library_s = library_attention(&x, &keys, &values, 3, is_causal).unwrap();
            check(&attention(&x, &keys, &values, 3, is_causal).unwrap(), &library_s);
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let (x, keys) = (numbers(4, 6), numbers(3, 6));
        assert!(attention(&x, &keys, &keys, 2, true).is_err());
        assert!(attention(&x, &keys, &x, 2, false).is_err());
        assert!(attention(&x.t().unwrap(), &x.t().unwrap(), &x.t().unwrap(), 2, false).is_err());
        assert!(layer_norm(&x, &numbers(1, 5).squeeze(0).unwrap(), &numbers(1, 6).squeeze(0).unwrap(), 1e-5).is_err());
    }
}
