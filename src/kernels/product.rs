//! Matrix products (GEMM): activations times weight matrices, shared out over the threads by rows of the weights.
//!
//! Each sum is made by one thread in the order of the columns, so results are the same for any number of threads.

#![allow(unsafe_code, reason = "an output that is written by many threads is whole only afterwards")]

use std::{iter::repeat_n, ops::Range};

use rayon::prelude::*;

use super::{
    elementwise::Activation,
    layout::{ByteLine, FEW, FloatLine, Q4_LINES, Q8_LINES, ROWS},
    output::{Output, OutputColumns, prefetch_line},
    quantized::matrix::{Matrix, Values},
    simd::detect::{FloatSimd, IntSimd},
    tiles::{
        float,
        int::{self, Sink},
        quantized_input::QuantizedInput,
        unpack::unpack,
    },
};

/// Products and sums below which threads cost more than they save.
const WORTH_SHARING: usize = 1 << 18;

/// A linear map, and what becomes of its output.
#[derive(Clone, Copy, Debug)]
pub struct Linear<'a> {
    /// `[outputs, inputs]`.
    pub matrix: &'a Matrix,
    /// `[outputs]`.
    pub bias: Option<&'a [f32]>,
    /// What is applied to the sum of product and bias.
    pub activation: Option<Activation>,
}

/// The instructions to use.
#[derive(Clone, Copy, Debug)]
struct Simd {
    float: FloatSimd,
    int: IntSimd,
}

/// Some groups of rows of one matrix, whose products are one thread's to make.
struct RowTask<'a> {
    linear: &'a Linear<'a>,
    first_group: usize,
    n_groups: usize,
    /// `[n, outputs]` of the whole matrix.
    added: Option<&'a [f32]>,
    output: OutputColumns<'a>,
}

/// Buffers of one thread, kept from task to task.
#[derive(Default)]
struct Scratch {
    sums: Vec<[f32; ROWS]>,
    unpacked: Vec<ByteLine>,
}

/// `activation(x Wᵀ + bias) + added` for each; `x` is `[n, inputs]`, `added` and the results are `[n, outputs]`. All matrices
/// must have the same number of columns.
#[must_use]
pub fn products(x: &[f32], linears: &[Linear], added: Option<&[f32]>) -> Vec<Vec<f32>> {
    products_with(Simd { float: FloatSimd::of_this_machine(), int: IntSimd::of_this_machine() }, x, linears, added)
}

fn products_with(simd: Simd, x: &[f32], linears: &[Linear], added: Option<&[f32]>) -> Vec<Vec<f32>> {
    let Some(cols) = linears.first().map(|linear| linear.matrix.cols) else {
        return Vec::new();
    };
    let n = x.len() / cols;
    assert!(linears.iter().all(|linear| linear.fits(n, cols, added)), "sizes of a product do not fit");
    let has_integers = linears.iter().any(|linear| !matches!(linear.matrix.values, Values::F32(_)));
    let quantized = has_integers.then(|| QuantizedInput::new(x, cols));
    let mut outputs: Vec<_> = linears.iter().map(|linear| Output::new(n, linear.matrix.rows)).collect();
    let run = |scratch: &mut Scratch, task: &mut RowTask| match (&task.linear.matrix.values, &quantized) {
        (Values::F32(lines), _) => task.float_sums(simd.float, lines, x, &mut scratch.sums),
        (Values::Q8(lines), Some(x)) => {
            let (groups, next) = task.groups_and_next(lines, x.n_blocks() * Q8_LINES);
            task.int_sums(simd.int, groups, next, x);
        }
        (Values::Q4(lines), Some(x)) => task.packed_sums(simd.int, lines, x, &mut scratch.unpacked),
        (Values::Q8(_) | Values::Q4(_), None) => unreachable!("the input is quantized if any matrix is"),
    };
    let mut tasks: Vec<_> =
        linears.iter().zip(&mut outputs).flat_map(|(linear, output)| tasks(n, linear, added, output)).collect();
    if n * cols * linears.iter().map(|linear| linear.matrix.rows).sum::<usize>() < WORTH_SHARING {
        let mut scratch = Scratch::default();
        for task in &mut tasks {
            run(&mut scratch, task);
        }
    } else {
        tasks.par_iter_mut().for_each_init(Scratch::default, run);
    }
    drop(tasks);
    // SAFETY: the tasks together have all rows of all matrices, and each writes them for all tokens.
    outputs.into_iter().map(|output| unsafe { output.finish() }).collect()
}

/// Shares a matrix out: four groups of f32 rows at once, two of integers, one of 4-bit integers that are unpacked on the way.
fn tasks<'a>(
    n: usize,
    linear: &'a Linear,
    added: Option<&'a [f32]>,
    output: &'a mut Output,
) -> impl Iterator<Item = RowTask<'a>> {
    let at_once = match linear.matrix.values {
        Values::F32(_) => 4,
        Values::Q4(_) if n <= FEW => 1,
        Values::Q8(_) | Values::Q4(_) => 2,
    };
    let n_all = linear.matrix.rows.div_ceil(ROWS);
    let (mut first_group, mut columns) = (0, output.columns());
    repeat_n(at_once, n_all / at_once).chain(repeat_n(1, n_all % at_once)).map(move |n_groups| {
        let output = columns.split_off(n_groups * ROWS);
        first_group += n_groups;
        RowTask { linear, first_group: first_group - n_groups, n_groups, added, output }
    })
}

impl Linear<'_> {
    fn fits(&self, n: usize, cols: usize, added: Option<&[f32]>) -> bool {
        let rows = self.matrix.rows;
        self.matrix.cols == cols
            && self.bias.is_none_or(|bias| bias.len() == rows)
            && added.is_none_or(|added| added.len() == n * rows)
    }
}

impl RowTask<'_> {
    fn float_sums(&mut self, simd: FloatSimd, lines: &[FloatLine], x: &[f32], sums: &mut Vec<[f32; ROWS]>) {
        let cols = self.linear.matrix.cols;
        let groups = &lines[self.first_group * cols..][..self.n_groups * cols];
        sums.resize(x.len() / cols * self.n_groups, [0.0; ROWS]);
        match self.n_groups {
            4 => float::sums::<4>(simd, groups, cols, x, cols, sums),
            _ => float::sums::<1>(simd, groups, cols, x, cols, sums),
        }
        self.take(0, sums);
    }

    fn int_sums(&mut self, simd: IntSimd, groups: &[ByteLine], next: &[ByteLine], x: &QuantizedInput) {
        match self.n_groups {
            2 => int::sums::<2>(simd, groups, next, x, self),
            _ => int::sums::<1>(simd, groups, next, x, self),
        }
    }

    fn packed_sums(&mut self, simd: IntSimd, lines: &[ByteLine], x: &QuantizedInput, unpacked: &mut Vec<ByteLine>) {
        let per_group = 1 + x.n_blocks() * Q4_LINES;
        let (groups, next) = self.groups_and_next(lines, per_group);
        if x.n() <= FEW {
            let sums = &mut [[0.0; ROWS]; FEW][..x.n()];
            if int::sums_of_packed(simd, groups, x.tokens(), sums) {
                return self.take(0, sums);
            }
        }
        let n_lines = x.n_blocks() * Q8_LINES;
        unpacked.resize(self.n_groups * n_lines, ByteLine::ZERO);
        for (group, unpacked) in groups.chunks_exact(per_group).zip(unpacked.chunks_exact_mut(n_lines)) {
            unpack(simd, group, unpacked);
        }
        self.int_sums(simd, unpacked, next, x);
    }

    /// The lines of the groups, and as many of those that follow.
    fn groups_and_next<'a>(&self, lines: &'a [ByteLine], per_group: usize) -> (&'a [ByteLine], &'a [ByteLine]) {
        let (groups, next) = lines[self.first_group * per_group..].split_at(self.n_groups * per_group);
        (groups, &next[..groups.len().min(next.len())])
    }

    /// For each group, its first row in the matrix, and its first column in the task's part of the output.
    fn firsts(&self) -> impl Iterator<Item = (usize, usize)> + Clone + use<> {
        let first_group = self.first_group;
        (0..self.n_groups).map(move |group| ((first_group + group) * ROWS, group * ROWS))
    }
}

impl Sink for RowTask<'_> {
    /// Otherwise memory is waited for twice: prompts and pictures took 1.05 × the time.
    fn expect(&self, tokens: Range<usize>) {
        for token in tokens {
            for (row, column) in self.firsts() {
                self.output.expect_line(token, column);
                if let Some(added) = self.added {
                    prefetch_line(added.as_ptr().wrapping_add(token * self.linear.matrix.rows + row));
                }
            }
        }
    }

    fn take(&mut self, first_token: usize, sums: &mut [[f32; ROWS]]) {
        let (rows, n_groups) = (self.linear.matrix.rows, self.n_groups);
        if let Some(bias) = self.linear.bias {
            for sums in sums.chunks_exact_mut(n_groups) {
                for ((row, _), sums) in self.firsts().zip(sums) {
                    add(&bias[row..], sums);
                }
            }
        }
        if let Some(activation) = self.linear.activation {
            activation.apply(sums.as_flattened_mut());
        }
        for (token, sums) in (first_token..).zip(sums.chunks_exact_mut(n_groups)) {
            for ((row, column), sums) in self.firsts().zip(sums) {
                if let Some(added) = self.added {
                    add(&added[token * rows + row..(token + 1) * rows], sums);
                }
                match rows - row {
                    n_rows @ 0..ROWS => self.output.write(token, column, &sums[..n_rows]),
                    _ => self.output.write_line(token, column, sums),
                }
            }
        }
    }
}

/// Adds the terms, which may be fewer than the sums.
fn add(terms: &[f32], sums: &mut [f32; ROWS]) {
    match terms.first_chunk::<ROWS>() {
        Some(terms) => *sums = std::array::from_fn(|i| sums[i] + terms[i]),
        None => add_some(terms, sums),
    }
}

/// Stands apart, so that whole lines become vectors.
#[cold]
#[inline(never)]
fn add_some(terms: &[f32], sums: &mut [f32; ROWS]) {
    for (sum, term) in sums.iter_mut().zip(terms) {
        *sum += term;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::{layout::BLOCK, quantized::precision::Precision};

    const SIZES: [(usize, usize, usize); 10] = [
        (1, 1, 1),
        (1, 16, 64),
        (2, 17, 65),
        (3, 33, 31),
        (4, 40, 300),
        (5, 100, 200),
        (7, 64, 1030),
        (8, 80, 70),
        (15, 129, 2100),
        (29, 48, 640),
    ];

    fn numbers(n: usize, step: f32) -> Vec<f32> {
        (1..=n).map(|i| (i as f32 * step).sin() * (1.0 + (i % 5) as f32)).collect()
    }

    fn matrix(rows: usize, cols: usize, precision: Precision) -> Matrix {
        let values = numbers(rows * cols, 0.731);
        Matrix::new(rows, cols, precision, |row, out| out.copy_from_slice(&values[row * cols..][..out.len()]))
    }

    /// Written down as the definition says, in f64: with the weights as they are kept and the input as it is
    /// quantized.
    fn naive(x: &[f32], linear: &Linear, added: &[f32]) -> Vec<f64> {
        let (rows, cols) = (linear.matrix.rows, linear.matrix.cols);
        let quantized = QuantizedInput::new(x, cols);
        let (values, scales) = (quantized.tokens().values(), quantized.tokens().scales());
        let is_exact = linear.matrix.precision() == Precision::F32;
        let mut row_values = vec![0.0; cols];
        let mut y = vec![0.0; x.len() / cols * rows];
        for row in 0..rows {
            linear.matrix.read_row(row, &mut row_values);
            for (token, x) in x.chunks(cols).enumerate() {
                let value = |col: usize| {
                    let block = token * quantized.n_blocks() + col / BLOCK;
                    let integer = values[block * BLOCK + col % BLOCK];
                    if is_exact { f64::from(x[col]) } else { f64::from(integer) * f64::from(scales[block]) }
                };
                let sum: f64 = (0..cols).map(|col| f64::from(row_values[col]) * value(col)).sum();
                let bias = linear.bias.map_or(0.0, |bias| bias[row]);
                y[token * rows + row] = sum + f64::from(bias) + f64::from(added[token * rows + row]);
            }
        }
        y
    }

    #[test]
    fn products_of_odd_sizes_equal_naive_ones() {
        for (n, rows, cols) in SIZES {
            let (x, bias, added) = (numbers(n * cols, 0.377), numbers(rows, 0.9), numbers(n * rows, 0.21));
            for precision in Precision::ALL {
                let matrix = matrix(rows, cols, precision);
                let linear = Linear { matrix: &matrix, bias: Some(&bias), activation: None };
                let expected = naive(&x, &linear, &added);
                let largest = expected.iter().fold(0.0, |m: f64, y| m.max(y.abs()));
                for simd in all_simd() {
                    let y = products_with(simd, &x, &[linear], Some(&added)).remove(0);
                    for (y, expected) in y.iter().zip(&expected) {
                        let error = (f64::from(*y) - expected).abs() / largest;
                        assert!(error < 1e-5, "{n}, {rows}, {cols}, {precision:?}, {simd:?}: {error:.1e}");
                    }
                }
            }
        }
    }

    /// Each instruction set that this machine has, at least once.
    fn all_simd() -> Vec<Simd> {
        let (floats, ints) = (FloatSimd::all_of_this_machine(), IntSimd::all_of_this_machine());
        let simd = |i: usize| Simd { float: floats[i % floats.len()], int: ints[i % ints.len()] };
        (0..floats.len().max(ints.len())).map(simd).collect()
    }

    #[test]
    fn one_token_gives_what_many_give() {
        let (n, rows, cols) = (9, 100, 1300);
        let x = numbers(n * cols, 0.377);
        for precision in Precision::ALL {
            let matrix = matrix(rows, cols, precision);
            let linear = Linear { matrix: &matrix, bias: None, activation: None };
            let together = products(&x, &[linear], None).remove(0);
            let one_by_one: Vec<f32> = x.chunks(cols).flat_map(|x| products(x, &[linear], None).remove(0)).collect();
            assert_eq!(together, one_by_one, "{precision:?}");
        }
    }

    #[test]
    fn any_number_of_threads_gives_the_same() {
        for (n, rows, cols) in [(1, 600, 700), (20, 300, 200)] {
            let x = numbers(n * cols, 0.377);
            for precision in Precision::ALL {
                let (first, second) = (matrix(rows, cols, precision), matrix(rows + 5, cols, precision));
                let linears = [&first, &second].map(|matrix| Linear { matrix, bias: None, activation: None });
                let with_threads = |n_threads| {
                    let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
                    pool.install(|| products(&x, &linears, None))
                };
                assert_eq!(with_threads(1), with_threads(2), "{precision:?}");
                assert_eq!(with_threads(1), with_threads(3), "{precision:?}");
            }
        }
    }
}
