//! Scaled dot-product attention (softmax of Q Kᵀ, times V) for short sequences, head by head, with the tiles of f32 products.
//!
//! Queries, keys and values keep the layout that projections give them, heads side by side; nothing is transposed.

#![allow(unsafe_code, reason = "an output that is written by many threads is whole only afterwards")]

use std::ops::Range;

use rayon::prelude::*;

use super::{
    elementwise::softmax,
    layout::{FloatLine, ROWS},
    output::{Output, OutputColumns},
    simd::{
        detect::FloatSimd,
        multiversion::{mul_add, multiversion},
    },
    tiles::float,
};

/// Queries at a time, whose scores stay in a core's own cache.
const QUERIES: usize = 24;

/// Queries from which on keys and values are worth packing. Sums are made in another order then, so what fewer queries
/// attend to differs in the last bits; how many more there are makes no difference.
pub const WORTH_PACKING: usize = 4;

/// Keys or values that a query's heads take at a time, one head after the other: that many pages of memory are waited for at
/// once, where one key after the other waits for each. Behind 2,000 tokens both together took 0.5 × the time.
const KEYS: usize = 8;

/// What attends to what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attention<'a> {
    /// `[n, width]`.
    pub(super) queries: &'a [f32],
    /// `[n_keys, width]`.
    pub(super) keys: &'a [f32],
    /// `[n_keys, width]`.
    pub(super) values: &'a [f32],
    /// Values of a query, all heads side by side.
    pub(super) width: usize,
    /// The number of heads, which share the width evenly.
    pub(super) n_heads: usize,
    /// Queries are the last tokens of the keys', and see no key after their own.
    pub(super) is_causal: bool,
}

/// Rows to multiply with, 16 side by side.
#[derive(Default)]
struct Packed {
    lines: Vec<FloatLine>,
    n_columns: usize,
}

/// Buffers of one thread, kept from head to head.
#[derive(Default)]
struct Scratch {
    keys: Packed,
    values: Packed,
    queries: Vec<f32>,
    scores: Vec<f32>,
    sums: Vec<[f32; ROWS]>,
    output: Vec<f32>,
}

impl<'a> Attention<'a> {
    /// What each query attends to: the mean of the values, weighted by the softmax of the query's scores. `[n, width]`.
    pub(super) fn attend(&self) -> Vec<f32> {
        assert!(self.width.is_multiple_of(self.n_heads));
        let n = self.queries.len() / self.width;
        let mut output = Output::new(n, self.width);
        // Few queries take neighbouring heads together: their columns of a key are read in one go.
        let at_once = if n < WORTH_PACKING { self.n_heads.div_ceil(rayon::current_num_threads()) } else { 1 };
        let mut columns = output.columns();
        let part = |first: usize| {
            let heads = first..self.n_heads.min(first + at_once);
            let columns = columns.split_off(heads.len() * self.head_dim());
            (heads, columns)
        };
        let parts: Vec<_> = (0..self.n_heads).step_by(at_once).map(part).collect();
        parts.into_par_iter().for_each_init(Scratch::default, |scratch, (heads, output)| {
            if n < WORTH_PACKING {
                self.attend_few(heads, scratch, output);
            } else {
                self.attend_many(heads.start, scratch, output);
            }
        });
        // SAFETY: the heads share all columns among them, and each writes all rows of its own.
        unsafe { output.finish() }
    }

    fn head_dim(&self) -> usize {
        self.width / self.n_heads
    }

    /// Keys that a query sees.
    fn n_seen(&self, query: usize) -> usize {
        let (n, n_keys) = (self.queries.len() / self.width, self.keys.len() / self.width);
        if self.is_causal { n_keys - n + query + 1 } else { n_keys }
    }

    fn attend_few(&self, heads: Range<usize>, scratch: &mut Scratch, mut output: OutputColumns) {
        let columns = heads.start * self.head_dim()..heads.end * self.head_dim();
        let Scratch { queries: query, scores, output: attended, .. } = scratch;
        for (i, row) in self.queries.chunks_exact(self.width).enumerate() {
            self.read_query(&row[columns.clone()], query);
            let n_seen = self.n_seen(i);
            let rows = |of: &'a [f32]| &of[columns.start..(n_seen - 1) * self.width + columns.end];
            scores.resize(heads.len() * n_seen, 0.0);
            score_keys(query, rows(self.keys), self.width, self.head_dim(), scores);
            scores.chunks_exact_mut(n_seen).for_each(softmax);
            attended.clear();
            attended.resize(columns.len(), 0.0);
            add_values(scores, rows(self.values), self.width, self.head_dim(), attended);
            output.write(i, 0, attended);
        }
    }

    fn attend_many(&self, head: usize, scratch: &mut Scratch, mut output: OutputColumns) {
        let head_dim = self.head_dim();
        let columns = head * head_dim..(head + 1) * head_dim;
        let part = |rows: &'a [f32]| rows.chunks_exact(self.width).map(|row| &row[columns.clone()]);
        scratch.keys.pack_rows(part(self.keys), head_dim);
        scratch.values.pack_columns(part(self.values), head_dim);
        let Scratch { keys, values, queries, scores, sums, output: attended } = scratch;
        let n = self.queries.len() / self.width;
        for first in (0..n).step_by(QUERIES) {
            let n_now = QUERIES.min(n - first);
            let rows = self.queries[first * self.width..].chunks_exact(self.width).take(n_now);
            let mut all = Vec::with_capacity(n_now * head_dim);
            for row in rows {
                self.read_query(&row[columns.clone()], queries);
                all.extend_from_slice(queries);
            }
            // No query of these sees a key behind those that the last one sees.
            let n_visible = self.n_seen(first + n_now - 1);
            let n_scores = n_visible.next_multiple_of(ROWS);
            keys.multiply(&all, [head_dim, head_dim], n_visible, sums, scores);
            for (i, scores) in scores.chunks_exact_mut(n_scores).enumerate() {
                let n_seen = self.n_seen(first + i);
                softmax(&mut scores[..n_seen]);
                scores[n_seen..].fill(0.0);
            }
            let n_attended = head_dim.next_multiple_of(ROWS);
            values.multiply(scores, [n_scores, n_visible], head_dim, sums, attended);
            for (i, attended) in attended.chunks_exact(n_attended).enumerate() {
                output.write(first + i, 0, &attended[..head_dim]);
            }
        }
    }

    /// A query, scaled so that its scores need not be.
    fn read_query(&self, row: &[f32], query: &mut Vec<f32>) {
        let scale = 1.0 / (self.head_dim() as f32).sqrt();
        query.clear();
        query.extend(row.iter().map(|x| x * scale));
    }
}

impl Packed {
    /// Packs rows of `width`.
    fn pack_rows<'a>(&mut self, rows: impl ExactSizeIterator<Item = &'a [f32]>, width: usize) {
        self.clear(rows.len(), width);
        for (i, row) in rows.enumerate() {
            for (line, x) in self.lines[i / ROWS * width..].iter_mut().zip(row) {
                line.0[i % ROWS] = *x;
            }
        }
    }

    /// Packs the columns of rows of `width`, as if they were rows.
    fn pack_columns<'a>(&mut self, rows: impl ExactSizeIterator<Item = &'a [f32]>, width: usize) {
        let n = rows.len();
        self.clear(width, n);
        for (i, row) in rows.enumerate() {
            for (group, x) in row.chunks(ROWS).enumerate() {
                self.lines[group * n + i].0[..x.len()].copy_from_slice(x);
            }
        }
    }

    fn clear(&mut self, n_rows: usize, n_columns: usize) {
        self.n_columns = n_columns;
        self.lines.clear();
        self.lines.resize(n_rows.div_ceil(ROWS) * n_columns, FloatLine::default());
    }

    /// Products of the first `n_rows` with all tokens, each `stride` after the other and of which the first `n_columns` count:
    /// `[n, rows]`, where the number of rows is rounded up to a multiple of 16.
    fn multiply(
        &self,
        x: &[f32],
        [stride, n_columns]: [usize; 2],
        n_rows: usize,
        sums: &mut Vec<[f32; ROWS]>,
        out: &mut Vec<f32>,
    ) {
        let (simd, n, width) = (FloatSimd::of_this_machine(), x.len() / stride, n_rows.next_multiple_of(ROWS));
        out.clear();
        out.resize(n * width, 0.0);
        let mut column = 0;
        while column < width {
            let n_groups = if column + 4 * ROWS <= width { 4 } else { 1 };
            let groups = &self.lines[column / ROWS * self.n_columns..][..n_groups * self.n_columns];
            sums.clear();
            sums.resize(n * n_groups, [0.0; ROWS]);
            match n_groups {
                4 => float::sums::<4>(simd, groups, n_columns, x, stride, sums),
                _ => float::sums::<1>(simd, groups, n_columns, x, stride, sums),
            }
            for (out, sums) in out.chunks_exact_mut(width).zip(sums.chunks_exact(n_groups)) {
                out[column..column + n_groups * ROWS].copy_from_slice(sums.as_flattened());
            }
            column += n_groups * ROWS;
        }
    }
}

multiversion! {
    /// Scores `[heads, n_keys]` of a query's heads with those of keys, each `stride` after the other.
    fn score_keys(query: &[f32], keys: &[f32], stride: usize, head_dim: usize, scores: &mut [f32]) {
        let n_keys = keys.len().div_ceil(stride);
        for (block, keys) in keys.chunks(KEYS * stride).enumerate() {
            for (head, (query, scores)) in query.chunks_exact(head_dim).zip(scores.chunks_exact_mut(n_keys)).enumerate() {
                let keys = keys[head * head_dim..].chunks(stride);
                for (score, key) in scores[block * KEYS..].iter_mut().zip(keys) {
                    *score = dot::<FMA>(query, &key[..head_dim]);
                }
            }
        }
    }
}

multiversion! {
    /// Adds to the heads of `sums` the values, each `stride` after the other, times their probabilities `[heads, n_values]`.
    fn add_values(probabilities: &[f32], values: &[f32], stride: usize, head_dim: usize, sums: &mut [f32]) {
        let n_values = values.len().div_ceil(stride);
        for (block, values) in values.chunks(KEYS * stride).enumerate() {
            let heads = sums.chunks_exact_mut(head_dim).zip(probabilities.chunks_exact(n_values)).enumerate();
            for (head, (sums, probabilities)) in heads {
                let values = values[head * head_dim..].chunks(stride);
                for (probability, value) in probabilities[block * KEYS..].iter().zip(values) {
                    for (sum, value) in sums.iter_mut().zip(value) {
                        *sum = mul_add::<FMA>(*probability, *value, *sum);
                    }
                }
            }
        }
    }
}

/// The sum of products, by 16 sums side by side.
#[inline(always)]
#[allow(clippy::inline_always, reason = "within functions compiled for several instruction sets")]
fn dot<const FMA: bool>(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0; ROWS];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<ROWS>(), b.as_chunks::<ROWS>());
    for (a, b) in a.iter().zip(b) {
        sums = std::array::from_fn(|i| mul_add::<FMA>(a[i], b[i], sums[i]));
    }
    let sums: [f32; 8] = std::array::from_fn(|i| sums[i] + sums[i + 8]);
    let sums: [f32; 4] = std::array::from_fn(|i| sums[i] + sums[i + 4]);
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    (sums[0] + sums[2]) + (sums[1] + sums[3]) + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(n: usize, step: f32) -> Vec<f32> {
        (1..=n).map(|i| (i as f32 * step).sin() * (1.0 + (i % 5) as f32)).collect()
    }

    fn naive(attention: &Attention) -> Vec<f64> {
        let (width, head_dim) = (attention.width, attention.width / attention.n_heads);
        let (n, n_keys) = (attention.queries.len() / width, attention.keys.len() / width);
        let mut attended = vec![0.0; n * width];
        for query in 0..n {
            for head in 0..attention.n_heads {
                let n_seen = if attention.is_causal { n_keys - n + query + 1 } else { n_keys };
                let columns = head * head_dim..(head + 1) * head_dim;
                let score = |key: usize| -> f64 {
                    let product = |i| {
                        f64::from(attention.queries[query * width + i]) * f64::from(attention.keys[key * width + i])
                    };
                    columns.clone().map(product).sum::<f64>() / (head_dim as f64).sqrt()
                };
                let weights: Vec<f64> = (0..n_seen).map(|key| score(key).exp()).collect();
                let total: f64 = weights.iter().sum();
                for i in columns.clone() {
                    let value = |key: usize| f64::from(attention.values[key * width + i]);
                    attended[query * width + i] = (0..n_seen).map(|key| weights[key] * value(key)).sum::<f64>() / total;
                }
            }
        }
        attended
    }

    #[test]
    fn odd_sizes_equal_the_definition() {
        for (n, n_keys, n_heads, head_dim) in [
            (1, 1, 1, 1),
            (1, 40, 3, 5),
            (3, 17, 2, 64),
            (4, 4, 2, 16),
            (30, 30, 3, 20),
            (50, 81, 2, 64),
            (7, 300, 1, 9),
        ] {
            let width = n_heads * head_dim;
            let (queries, keys, values) =
                (numbers(n * width, 0.37), numbers(n_keys * width, 0.53), numbers(n_keys * width, 0.71));
            for is_causal in [false, true] {
                let attention =
                    Attention { queries: &queries, keys: &keys, values: &values, width, n_heads, is_causal };
                for (ours, exact) in attention.attend().iter().zip(naive(&attention)) {
                    assert!((f64::from(*ours) - exact).abs() < 2e-5, "{n}, {n_keys}, {head_dim}: {ours}, {exact}");
                }
            }
        }
    }
}
