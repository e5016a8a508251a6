//! Times of the kernels at the sizes of the published checkpoint: `cargo bench --bench kernels`.
//!
//! 1 token is decoding, 71 are a prompt with a picture, 257 are the picture in the vision tower.

use candle_core::{
    Device, Module, Result, Tensor,
    quantized::{GgmlDType, QMatMul, QTensor},
};
use criterion::{BenchmarkId, Criterion, Throughput};
use kosmoscope::kernels::{Activation, Linear, Matrix, Precision, on_threads, products, tensors};

const WIDTH: usize = 2048;
const HEADS: usize = 32;

fn main() -> Result<()> {
    let mut criterion = Criterion::default().sample_size(20).configure_from_args();
    bench_products(&mut criterion);
    bench_library(&mut criterion)?;
    bench_activations(&mut criterion);
    bench_attention(&mut criterion)?;
    bench_layer_norm(&mut criterion)?;
    criterion.final_summary();
    Ok(())
}

/// Numbers that are neither sorted nor rounded.
fn numbers(n: usize) -> Vec<f32> {
    (0..n).map(|i| ((i * 7919 % 1_000_003) as f32 * 0.37).sin()).collect()
}

fn tensor(rows: usize) -> Result<Tensor> {
    Tensor::from_vec(numbers(rows * WIDTH), (rows, WIDTH), &Device::Cpu)
}

fn matrix(precision: Precision) -> Matrix {
    let values = numbers(WIDTH * WIDTH);
    Matrix::new(WIDTH, WIDTH, precision, |row, out| out.copy_from_slice(&values[row * WIDTH..][..out.len()]))
}

fn bench_products(criterion: &mut Criterion) {
    for precision in Precision::ALL {
        let mut group = criterion.benchmark_group(format!("product {}", precision.name()));
        let matrix = matrix(precision);
        let linears = [Linear { matrix: &matrix, bias: None, activation: None }];
        for n in [1, 71, 257] {
            let x = numbers(n * WIDTH);
            group.throughput(Throughput::Elements((n * WIDTH * WIDTH) as u64));
            group.bench_function(BenchmarkId::from_parameter(n), |bencher| {
                on_threads(|| bencher.iter(|| products(&x, &linears, None)));
            });
        }
        group.finish();
    }
}

/// Ours and the tensor library's products with weights that come from memory, as the decoder's do.
fn bench_library(criterion: &mut Criterion) -> Result<()> {
    const INNER: usize = 4 * WIDTH;
    const N_MATRICES: usize = 6;
    let values = numbers(INNER * WIDTH);
    let read = |row: usize, out: &mut [f32]| out.copy_from_slice(&values[row * WIDTH..][..out.len()]);
    let tensor_of_all = Tensor::from_slice(&values, (INNER, WIDTH), &Device::Cpu)?;
    for (precision, format) in
        [(Precision::F32, GgmlDType::F32), (Precision::Q8, GgmlDType::Q8_0), (Precision::Q4, GgmlDType::Q4K)]
    {
        let ours: Vec<_> = (0..N_MATRICES).map(|_| Matrix::new(INNER, WIDTH, precision, read)).collect();
        let library_s = (0..N_MATRICES)
            .map(|_| QMatMul::from_qtensor(QTensor::quantize(&tensor_of_all, format)?))
            .collect::<Result<Vec<_>>>()?;
        let mut group = criterion.benchmark_group(format!("products {} from memory", precision.name()));
        group.sample_size(10);
        for n in [1, 71, 257] {
            let x = tensor(n)?;
            let values = numbers(n * WIDTH);
            group.bench_function(BenchmarkId::new("ours", n), |bencher| {
                let linear = |matrix| Linear { matrix, bias: None, activation: None };
                on_threads(|| {
                    bencher.iter(|| {
                        ours.iter().map(|matrix| products(&values, &[linear(matrix)], None)).collect::<Vec<_>>()
                    });
                });
            });
            group.bench_function(BenchmarkId::new("library's", n), |bencher| {
                bencher.iter(|| library_s.iter().map(|matrix| matrix.forward(&x)).collect::<Result<Vec<_>>>());
            });
        }
        group.finish();
    }
    Ok(())
}

/// What an activation adds to a product.
fn bench_activations(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("product q8 of 257 tokens and activation");
    let (matrix, x) = (matrix(Precision::Q8), numbers(257 * WIDTH));
    for (name, activation) in
        [("none", None), ("gelu", Some(Activation::Gelu)), ("quick gelu", Some(Activation::QuickGelu))]
    {
        let linears = [Linear { matrix: &matrix, bias: None, activation }];
        group.bench_function(name, |bencher| on_threads(|| bencher.iter(|| products(&x, &linears, None))));
    }
    group.finish();
}

fn bench_attention(criterion: &mut Criterion) -> Result<()> {
    let mut group = criterion.benchmark_group("attention");
    for (name, n, n_keys, is_causal) in [("token", 1, 91, true), ("prompt", 71, 71, true), ("picture", 257, 257, false)]
    {
        let (queries, keys) = (tensor(n)?, tensor(n_keys)?);
        tensors::attention(&queries, &keys, &keys, HEADS, is_causal)?;
        group.bench_function(name, |bencher| {
            on_threads(|| bencher.iter(|| tensors::attention(&queries, &keys, &keys, HEADS, is_causal)));
        });
    }
    group.finish();
    Ok(())
}

fn bench_layer_norm(criterion: &mut Criterion) -> Result<()> {
    let mut group = criterion.benchmark_group("layer norm");
    let parameters = Tensor::from_vec(numbers(WIDTH), WIDTH, &Device::Cpu)?;
    for n in [1, 71, 257] {
        let x = tensor(n)?;
        tensors::layer_norm(&x, &parameters, &parameters, 1e-5)?;
        group.bench_function(BenchmarkId::from_parameter(n), |bencher| {
            on_threads(|| bencher.iter(|| tensors::layer_norm(&x, &parameters, &parameters, 1e-5)));
        });
    }
    group.finish();
    Ok(())
}
