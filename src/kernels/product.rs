//! Products of activations with weight matrices, shared out over the threads by rows of the weights.
//!
//! Each sum is made by one thread in the order of the columns, so results are the same for any number of threads.

#![allow(unsafe_code, reason = "threads write disjoint columns")]

use std::ops::Range;

use rayon::prelude::*;

#[cfg(target_arch = "x86_64")]
use super::tiles::{x86_avx2, x86_avx512};
use super::{
    elementwise::Activation,
    layout::{ByteLine, FEW, FloatLine, Q4_LINES, Q8_LINES, ROWS},
    output::{Columns, prefetch_line},
    quantized::matrix::{Matrix, Values, unpack},
    simd::detect::{FloatWidth, IntWidth},
    tiles::{
        float,
        int::{self, Sink},
        quantized_input::Activations,
    },
};

/// Products and sums below which threads cost more than they save.
const WORTH_SHARING: usize = 1 << 18;

/// What to multiply with, and what to add.
#[derive(Clone, Copy, Debug)]
pub struct Linear<'a> {
    /// `[outputs, inputs]`.
    pub matrix: &'a Matrix,
    /// `[outputs]`.
    pub bias: Option<&'a [f32]>,
    /// What becomes of the sum.
    pub activation: Option<Activation>,
    /// `[n, outputs]`, added last.
    pub added: Option<&'a [f32]>,
}

/// The instructions to use.
#[derive(Clone, Copy, Debug)]
struct Widths {
    float: FloatWidth,
    int: IntWidth,
}

/// Some groups of rows of one of the matrices.
#[derive(Clone, Copy)]
struct Task {
    matrix: usize,
    first_group: usize,
    n_groups: usize,
}

/// Buffers of one thread, kept from task to task.
#[derive(Default)]
struct Scratch {
    sums: Vec<[f32; ROWS]>,
    unpacked: Vec<ByteLine>,
}

/// `activation(x Wᵀ + bias) + added` for each; `x` is `[n, inputs]`, the results `[n, outputs]`. All matrices must have the same number
/// of columns.
#[must_use]
pub fn products(x: &[f32], linears: &[Linear]) -> Vec<Vec<f32>> {
    products_with(Widths { float: FloatWidth::of_this_machine(), int: IntWidth::of_this_machine() }, x, linears)
}

fn products_with(widths: Widths, x: &[f32], linears: &[Linear]) -> Vec<Vec<f32>> {
    let Some(cols) = linears.first().map(|linear| linear.matrix.cols) else {
        return Vec::new();
    };
    let n = x.len() / cols;
    assert!(linears.iter().all(|linear| linear.fits(n, cols)), "sizes of a product do not fit");
    let has_integers = linears.iter().any(|linear| !matches!(linear.matrix.values, Values::F32(_)));
    let rounded = if has_integers { Some(Activations::new(x, cols)) } else { None };
    let outputs: Vec<_> = linears.iter().map(|linear| Columns::new(n, linear.matrix.rows)).collect();
    let run = |scratch: &mut Scratch, task: &Task| {
        let linear = &linears[task.matrix];
        let part = Part { linear, task, output: &outputs[task.matrix] };
        match (&linear.matrix.values, &rounded) {
            (Values::F32(lines), _) => {
                scratch.sums.resize(n * task.n_groups, [0.0; ROWS]);
                float_sums(widths.float, task, lines, x, cols, &mut scratch.sums);
                part.take(0, &mut scratch.sums);
            }
            (Values::Q8(lines), Some(x)) => {
                let (groups, next) = groups_and_next(task, lines, x.n_blocks * Q8_LINES);
                int_sums(widths.int, task.n_groups, groups, next, x, &part);
            }
            (Values::Q4(lines), Some(x)) => {
                packed_sums(widths.int, &part, lines, x, &mut scratch.unpacked);
            }
            (Values::Q8(_) | Values::Q4(_), None) => {}
        }
    };
    let tasks = tasks(n, linears);
    if n * cols * linears.iter().map(|linear| linear.matrix.rows).sum::<usize>() < WORTH_SHARING {
        let mut scratch = Scratch::default();
        for task in &tasks {
            run(&mut scratch, task);
        }
    } else {
        tasks.par_iter().for_each_init(Scratch::default, run);
    }
    // SAFETY: the tasks together have all rows of all matrices.
    outputs.into_iter().map(|output| unsafe { output.finish() }).collect()
}

/// Four groups of f32 rows at once, two of integers, one of 4-bit integers that are unpacked on the way.
fn tasks(n: usize, linears: &[Linear]) -> Vec<Task> {
    let mut tasks = Vec::new();
    for (matrix, linear) in linears.iter().enumerate() {
        let at_once = match linear.matrix.values {
            Values::F32(_) => 4,
            Values::Q4(_) if n <= FEW => 1,
            Values::Q8(_) | Values::Q4(_) => 2,
        };
        let (mut first_group, n_all) = (0, linear.matrix.rows.div_ceil(ROWS));
        while first_group < n_all {
            let n_groups = if first_group + at_once <= n_all { at_once } else { 1 };
            tasks.push(Task { matrix, first_group, n_groups });
            first_group += n_groups;
        }
    }
    tasks
}

fn float_sums(width: FloatWidth, task: &Task, lines: &[FloatLine], x: &[f32], cols: usize, sums: &mut [[f32; ROWS]]) {
    let groups = &lines[task.first_group * cols..][..task.n_groups * cols];
    match task.n_groups {
        4 => float::sums::<4>(width, groups, x, cols, sums),
        _ => float::sums::<1>(width, groups, x, cols, sums),
    }
}

fn int_sums(width: IntWidth, n_groups: usize, groups: &[ByteLine], next: &[ByteLine], x: &Activations, part: &Part) {
    match n_groups {
        2 => int::sums::<2>(width, groups, next, x, part),
        _ => int::sums::<1>(width, groups, next, x, part),
    }
}

fn packed_sums(width: IntWidth, part: &Part, lines: &[ByteLine], x: &Activations, unpacked: &mut Vec<ByteLine>) {
    let (task, matrix) = (part.task, part.linear.matrix);
    let per_group = x.n_blocks * Q4_LINES;
    let (groups, next) = groups_and_next(task, lines, per_group);
    #[cfg(target_arch = "x86_64")]
    if (1..=FEW).contains(&x.n()) && width != IntWidth::Portable {
        let (scales, sums) = (matrix.group_scales(task.first_group), &mut [[0.0; ROWS]; FEW][..x.n()]);
        match width {
            IntWidth::Vnni512 => x86_avx512::sums_of_packed(groups, scales, x, sums),
            IntWidth::Vnni256 => x86_avx2::sums_of_packed::<true>(groups, scales, x, sums),
            _ => x86_avx2::sums_of_packed::<false>(groups, scales, x, sums),
        }
        return part.take(0, sums);
    }
    let n_lines = x.n_blocks * Q8_LINES;
    unpacked.resize(task.n_groups * n_lines, ByteLine::ZERO);
    let groups = groups.chunks_exact(per_group).zip(unpacked.chunks_exact_mut(n_lines));
    for (i, (group, unpacked)) in groups.enumerate() {
        unpack(width, group, matrix.group_scales(task.first_group + i), unpacked);
    }
    int_sums(width, task.n_groups, unpacked, next, x, part);
}

/// The lines of a task's groups, and as many of those that follow.
fn groups_and_next<'a>(task: &Task, lines: &'a [ByteLine], per_group: usize) -> (&'a [ByteLine], &'a [ByteLine]) {
    let (groups, next) = lines[task.first_group * per_group..].split_at(task.n_groups * per_group);
    (groups, &next[..groups.len().min(next.len())])
}

impl Linear<'_> {
    fn fits(&self, n: usize, cols: usize) -> bool {
        let rows = self.matrix.rows;
        self.matrix.cols == cols
            && self.bias.is_none_or(|bias| bias.len() == rows)
            && self.added.is_none_or(|added| added.len() == n * rows)
    }
}

/// A task's part of the output.
struct Part<'a> {
    linear: &'a Linear<'a>,
    task: &'a Task,
    output: &'a Columns,
}

impl Part<'_> {
    /// The first row of each group.
    fn firsts(&self) -> impl Iterator<Item = usize> + Clone + use<> {
        (self.task.first_group..).map(|group| group * ROWS).take(self.task.n_groups)
    }
}

impl Sink for Part<'_> {
    /// Otherwise memory is waited for twice: prompts and pictures took 1.05 × the time.
    fn expect(&self, tokens: Range<usize>) {
        for token in tokens {
            for first in self.firsts() {
                self.output.expect_line(token, first);
                if let Some(added) = self.linear.added {
                    prefetch_line(added.as_ptr().wrapping_add(token * self.linear.matrix.rows + first));
                }
            }
        }
    }

    fn take(&self, first_token: usize, sums: &mut [[f32; ROWS]]) {
        let (rows, n_groups) = (self.linear.matrix.rows, self.task.n_groups);
        if let Some(bias) = self.linear.bias {
            for sums in sums.chunks_exact_mut(n_groups) {
                for (first, sums) in self.firsts().zip(sums) {
                    add(&bias[first..], sums);
                }
            }
        }
        if let Some(activation) = self.linear.activation {
            activation.apply(sums.as_flattened_mut());
        }
        for (token, sums) in (first_token..).zip(sums.chunks_exact_mut(n_groups)) {
            for (first, sums) in self.firsts().zip(sums) {
                if let Some(added) = self.linear.added {
                    add(&added[token * rows + first..(token + 1) * rows], sums);
                }
                // SAFETY: tasks have different rows of the matrix, which are columns of the output.
                unsafe {
                    match rows - first {
                        n_rows @ 0..ROWS => self.output.write(token, first, &sums[..n_rows]),
                        _ => self.output.write_line(token, first, sums),
                    }
                }
            }
        }
    }
}

/// Adds as many terms as there are.
fn add(terms: &[f32], sums: &mut [f32; ROWS]) {
    match terms.first_chunk::<ROWS>() {
        Some(terms) => *sums = std::array::from_fn(|i| sums[i] + terms[i]),
        None => add_some(terms, sums),
    }
}

/// Apart, so that whole lines become vectors.
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

    /// Written down as the definition says, in f64: with the weights as they are kept and the activations as they are
    /// rounded.
    fn naive(x: &[f32], linear: &Linear) -> Vec<f64> {
        let (rows, cols) = (linear.matrix.rows, linear.matrix.cols);
        let rounded = Activations::new(x, cols);
        let is_exact = linear.matrix.precision() == Precision::F32;
        let mut row_values = vec![0.0; cols];
        let mut y = vec![0.0; x.len() / cols * rows];
        for row in 0..rows {
            linear.matrix.read_row(row, &mut row_values);
            for (token, x) in x.chunks(cols).enumerate() {
                let value = |col: usize| {
                    let block = token * rounded.n_blocks + col / BLOCK;
                    let integer = rounded.values[block * BLOCK + col % BLOCK];
                    if is_exact { f64::from(x[col]) } else { f64::from(integer) * f64::from(rounded.scales[block]) }
                };
                let sum: f64 = (0..cols).map(|col| f64::from(row_values[col]) * value(col)).sum();
                let bias = linear.bias.map_or(0.0, |bias| bias[row]);
                let added = linear.added.map_or(0.0, |added| added[token * rows + row]);
                y[token * rows + row] = sum + f64::from(bias) + f64::from(added);
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
                let linear = Linear { matrix: &matrix, bias: Some(&bias), activation: None, added: Some(&added) };
                let expected = naive(&x, &linear);
                let largest = expected.iter().fold(0.0, |m: f64, y| m.max(y.abs()));
                for widths in all_widths() {
                    let y = products_with(widths, &x, &[linear]).remove(0);
                    for (y, expected) in y.iter().zip(&expected) {
                        let error = (f64::from(*y) - expected).abs() / largest;
                        assert!(error < 1e-5, "{n}, {rows}, {cols}, {precision:?}, {widths:?}: {error:.1e}");
                    }
                }
            }
        }
    }

    /// Each instruction set that this machine has, at least once.
    fn all_widths() -> Vec<Widths> {
        let (floats, ints) = (FloatWidth::all_of_this_machine(), IntWidth::all_of_this_machine());
        let width = |i: usize| Widths { float: floats[i % floats.len()], int: ints[i % ints.len()] };
        (0..floats.len().max(ints.len())).map(width).collect()
    }

    #[test]
    fn one_token_gives_what_many_give() {
        let (n, rows, cols) = (9, 100, 1300);
        let x = numbers(n * cols, 0.377);
        for precision in Precision::ALL {
            let matrix = matrix(rows, cols, precision);
            let linear = Linear { matrix: &matrix, bias: None, activation: None, added: None };
            let together = products(&x, &[linear]).remove(0);
            let one_by_one: Vec<f32> = x.chunks(cols).flat_map(|x| products(x, &[linear]).remove(0)).collect();
            assert_eq!(together, one_by_one, "{precision:?}");
        }
    }

    #[test]
    fn any_number_of_threads_gives_the_same() {
        for (n, rows, cols) in [(1, 600, 700), (20, 300, 200)] {
            let x = numbers(n * cols, 0.377);
            for precision in Precision::ALL {
                let (first, second) = (matrix(rows, cols, precision), matrix(rows + 5, cols, precision));
                let linears =
                    [&first, &second].map(|matrix| Linear { matrix, bias: None, activation: None, added: None });
                let with_threads = |n_threads| {
                    let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
                    pool.install(|| products(&x, &linears))
                };
                assert_eq!(with_threads(1), with_threads(2), "{precision:?}");
                assert_eq!(with_threads(1), with_threads(3), "{precision:?}");
            }
        }
    }
}
