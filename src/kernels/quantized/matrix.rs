//! A weight matrix, packed for products in one of the number formats: f32, or quantized to 8 or 4 bits.

use std::cell::Cell;

use super::{hessian::Hessian, precision::Precision, quantize_q4};
use crate::kernels::{
    layout::{BLOCK, ByteLine, FloatLine, Line, Q4_LINES, Q8_LINES, ROWS, bytes},
    par_fill::{par_fill, par_read},
    room::Lines,
    simd::{detect::IntSimd, round::round},
    tiles::unpack::unpack,
};

/// `[rows, cols]`, 16 rows side by side. A clone is the same memory.
#[derive(Clone, Debug)]
pub struct Matrix {
    pub(crate) rows: usize,
    pub(crate) cols: usize,
    pub(crate) values: Values,
}

/// Group after group of 16 rows; within a group, column after column.
#[derive(Clone, Debug)]
pub(crate) enum Values {
    /// A line is a column.
    F32(Lines<FloatLine>),
    /// A block is 33 lines for 128 columns. The first holds what an integer stands for, in each row. The others are 4 columns
    /// each, byte `4 row + column`: integers -127..=127 with 128 added.
    Q8(Lines<ByteLine>),
    /// A group begins with a line of what an integer stands for, in each row. A block is two packs of 9 lines for 64 columns.
    /// The first holds the steps of its two halves (16 bytes each), then their
    /// offsets. Each of the others holds in its low half-bytes 4 columns and in its high ones the 4 that are 16 further:
    /// `step × half-byte + offset` is the integer of [`Self::Q8`].
    Q4(Lines<ByteLine>),
}

impl Matrix {
    /// Rows side by side: each group of so many is packed by itself.
    pub const GROUP: usize = ROWS;

    /// Packs a matrix of which `read_rows` writes some whole rows, from the given one on.
    pub fn new(rows: usize, cols: usize, precision: Precision, read_rows: impl Fn(usize, &mut [f32]) + Sync) -> Self {
        let n_blocks = cols.div_ceil(BLOCK);
        let values = match precision {
            Precision::F32 => {
                Values::F32(pack_groups(rows, cols, cols, read_rows, |group, lines| pack_f32(group, lines)))
            }
            Precision::Q8 => Values::Q8(pack_groups(rows, cols, n_blocks * Q8_LINES, read_rows, pack_q8)),
            Precision::Q4 => Values::Q4(pack_groups(rows, cols, 1 + n_blocks * Q4_LINES, read_rows, |group, lines| {
                pack_q4(group, None, lines);
            })),
        };
        Self { rows, cols, values }
    }

    /// Packs a matrix in 4 bits, rounded by what that does to the outputs for inputs like those that the Hessian is of.
    pub fn calibrated(
        rows: usize,
        cols: usize,
        hessian: &Hessian,
        read_rows: impl Fn(usize, &mut [f32]) + Sync,
    ) -> Self {
        let n_lines = 1 + cols.div_ceil(BLOCK) * Q4_LINES;
        let pack = |group: &mut [f32], lines: &mut [ByteLine]| pack_q4(group, Some(hessian), lines);
        Self { rows, cols, values: Values::Q4(pack_groups(rows, cols, n_lines, read_rows, pack)) }
    }

    /// A matrix that was packed before: `read` writes some of its [`Self::bytes`], from the given one on.
    pub fn from_bytes(rows: usize, cols: usize, precision: Precision, read: impl Fn(usize, &mut [u8]) + Sync) -> Self {
        let n_lines = Self::n_lines(rows, cols, precision);
        let values = match precision {
            Precision::F32 => Values::F32(par_read(n_lines, read)),
            Precision::Q8 => Values::Q8(par_read(n_lines, read)),
            Precision::Q4 => Values::Q4(par_read(n_lines, read)),
        };
        Self { rows, cols, values }
    }

    /// All of it as it lies in memory: the same on every machine, scales as little-endian numbers.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match &self.values {
            Values::F32(lines) => bytes(lines),
            Values::Q8(lines) | Values::Q4(lines) => bytes(lines),
        }
    }

    /// Bytes that a matrix of these sizes takes, or `usize::MAX` and a little less if that is more than can be counted.
    #[must_use]
    pub fn bytes_of(rows: usize, cols: usize, precision: Precision) -> usize {
        Self::n_lines(rows, cols, precision).saturating_mul(size_of::<ByteLine>())
    }

    fn n_lines(rows: usize, cols: usize, precision: Precision) -> usize {
        let n_blocks = cols.div_ceil(BLOCK);
        let per_group = match precision {
            Precision::F32 => cols,
            Precision::Q8 => n_blocks.saturating_mul(Q8_LINES),
            Precision::Q4 => n_blocks.saturating_mul(Q4_LINES).saturating_add(1),
        };
        rows.div_ceil(ROWS).saturating_mul(per_group)
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    #[must_use]
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// The format of its numbers.
    #[must_use]
    pub fn precision(&self) -> Precision {
        match self.values {
            Values::F32(_) => Precision::F32,
            Values::Q8(_) => Precision::Q8,
            Values::Q4(_) => Precision::Q4,
        }
    }

    /// Bytes in memory, which are also the bytes that a product with one token reads.
    #[must_use]
    pub fn n_bytes(&self) -> usize {
        self.bytes().len()
    }

    /// Writes one row, as its numbers stand in this format.
    pub fn read_row(&self, row: usize, out: &mut [f32]) {
        let (group, lane) = (row / ROWS, row % ROWS);
        let n_blocks = self.cols.div_ceil(BLOCK);
        let mut unpacked = Vec::new();
        let lines = match &self.values {
            Values::F32(lines) => {
                for (out, line) in out.iter_mut().zip(&lines[group * self.cols..]) {
                    *out = line.0[lane];
                }
                return;
            }
            Values::Q8(lines) => &lines[group * n_blocks * Q8_LINES..],
            Values::Q4(lines) => {
                unpacked.resize(n_blocks * Q8_LINES, ByteLine::ZERO);
                unpack(IntSimd::of_this_machine(), &lines[group * (1 + n_blocks * Q4_LINES)..], &mut unpacked);
                &unpacked
            }
        };
        for (col, out) in out.iter_mut().enumerate() {
            let block = &lines[col / BLOCK * Q8_LINES..][..Q8_LINES];
            let byte = block[1 + col % BLOCK / 4].0[4 * lane + col % 4];
            *out = f32::from(i16::from(byte) - 128) * block[0].scales()[lane];
        }
    }
}

/// Reads 16 rows at a time, what is missing to them as zeros, and packs each into `n_lines`.
fn pack_groups<L: Line>(
    rows: usize,
    cols: usize,
    n_lines: usize,
    read_rows: impl Fn(usize, &mut [f32]) + Sync,
    pack: impl Fn(&mut [f32], &mut [L]) + Sync,
) -> Lines<L> {
    thread_local! {
        static GROUP: Cell<Vec<f32>> = const { Cell::new(Vec::new()) };
    }
    par_fill(rows.div_ceil(ROWS), n_lines, |group, lines| {
        let (mut values, first) = (GROUP.take(), group * ROWS);
        values.resize(ROWS * cols, 0.0);
        let (there, missing) = values.split_at_mut((rows - first).min(ROWS) * cols);
        read_rows(first, there);
        missing.fill(0.0);
        pack(&mut values, lines);
        GROUP.set(values);
    })
}

/// Packs squares of 16 columns, so that each cache line of a row is read once: 0.3 × the time of column after column.
fn pack_f32(group: &[f32], lines: &mut [FloatLine]) {
    let cols = lines.len();
    let mut square = [[0.0; ROWS]; ROWS];
    for (i, lines) in lines.chunks_mut(ROWS).enumerate() {
        for (row, values) in square.iter_mut().enumerate() {
            values[..lines.len()].copy_from_slice(&group[row * cols + i * ROWS..][..lines.len()]);
        }
        for (col, line) in lines.iter_mut().enumerate() {
            line.0 = std::array::from_fn(|row| square[row][col]);
        }
    }
}

/// Divides weights of a row by their scale, so that they span -127..=127, and returns the scale; NaN if a value is not a number.
fn normalise(weights: &mut [f32]) -> f32 {
    let largest = f32::from_bits(weights.iter().map(|x| x.to_bits() & 0x7fff_ffff).fold(0, u32::max));
    if !largest.is_finite() {
        weights.fill(0.0);
        return f32::NAN;
    }
    let inverse = if largest > f32::MIN_POSITIVE { 127.0 / largest } else { 0.0 };
    for x in weights {
        *x *= inverse;
    }
    largest / 127.0
}

/// Quantizes 16 rows to 8 bits, block by block.
fn pack_q8(group: &mut [f32], lines: &mut [ByteLine]) {
    let cols = group.len() / ROWS;
    for (i, block) in lines.chunks_exact_mut(Q8_LINES).enumerate() {
        let (columns, mut scales) = (i * BLOCK..cols.min((i + 1) * BLOCK), [0.0; ROWS]);
        for (row, scale) in scales.iter_mut().enumerate() {
            let values = &mut group[row * cols..(row + 1) * cols][columns.clone()];
            *scale = normalise(values);
            let mut bytes = [128; BLOCK];
            for (byte, value) in bytes.iter_mut().zip(values) {
                *byte = (round(*value) + 128) as u8;
            }
            for (line, four) in block[1..].iter_mut().zip(bytes.as_chunks::<4>().0) {
                line.0[4 * row..4 * row + 4].copy_from_slice(four);
            }
        }
        block[0] = ByteLine::of_scales(scales);
    }
}

/// Quantizes 16 rows to 4 bits.
fn pack_q4(group: &mut [f32], hessian: Option<&Hessian>, lines: &mut [ByteLine]) {
    let (cols, mut scales) = (group.len() / ROWS, [0.0; ROWS]);
    for (values, scale) in group.chunks_exact_mut(cols).zip(&mut scales) {
        *scale = normalise(values);
    }
    quantize_q4::pack(group, hessian, &mut lines[1..]);
    lines[0] = ByteLine::of_scales(scales);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(row: usize, col: usize) -> f32 {
        ((row * 31 + col * 17 + 1) as f32).sin() * (1.0 + (row % 3) as f32)
    }

    /// Largest difference between rows read back and rows packed, over the row's largest value.
    fn error(rows: usize, cols: usize, precision: Precision) -> f32 {
        let matrix = Matrix::new(rows, cols, precision, |first, out| {
            out.iter_mut().enumerate().for_each(|(i, out)| *out = value(first + i / cols, i % cols));
        });
        assert_eq!((matrix.rows(), matrix.cols(), matrix.precision()), (rows, cols, precision));
        let mut largest = 0_f32;
        for row in 0..rows {
            let mut back = vec![0.0; cols];
            matrix.read_row(row, &mut back);
            let scale = (0..cols).map(|col| value(row, col).abs()).fold(0.0, f32::max);
            let differences = back.iter().enumerate().map(|(col, x)| (x - value(row, col)).abs() / scale);
            largest = largest.max(differences.fold(0.0, f32::max));
        }
        largest
    }

    #[test]
    fn rows_come_back() {
        for (rows, cols) in [(1, 1), (3, 31), (16, 64), (17, 65), (40, 200)] {
            assert!(error(rows, cols, Precision::F32) < f32::MIN_POSITIVE);
            assert!(error(rows, cols, Precision::Q8) < 0.004);
            let q4 = error(rows, cols, Precision::Q4);
            assert!(q4 < 0.11, "{rows}, {cols}: {q4}");
        }
    }

    #[test]
    fn four_bits_and_a_half() {
        let matrix = Matrix::new(32, 128, Precision::Q4, |_, out| out.fill(0.5));
        assert_eq!(matrix.n_bytes(), 32 * 128 * 9 / 16 + 32 * 4);
    }

    #[test]
    fn what_was_packed_is_the_same_again() {
        for (rows, cols) in [(1, 1), (17, 65), (40, 200)] {
            for precision in Precision::ALL {
                let matrix = Matrix::new(rows, cols, precision, |first, out| {
                    out.iter_mut().enumerate().for_each(|(i, out)| *out = value(first + i / cols, i % cols));
                });
                let bytes = matrix.bytes();
                assert_eq!(bytes.len(), Matrix::bytes_of(rows, cols, precision));
                let read = |at: usize, out: &mut [u8]| out.copy_from_slice(&bytes[at..][..out.len()]);
                let again = Matrix::from_bytes(rows, cols, precision, read);
                let (mut row, mut same) = (vec![0.0; cols], vec![0.0; cols]);
                for i in 0..rows {
                    matrix.read_row(i, &mut row);
                    again.read_row(i, &mut same);
                    assert_eq!(row, same, "{precision}, row {i}");
                }
            }
        }
    }

    #[test]
    fn what_is_not_a_number_is_not_hidden() {
        for precision in Precision::ALL {
            let matrix = Matrix::new(1, 3, precision, |_, out| out.copy_from_slice(&[1.0, f32::NAN, 2.0]));
            let mut row = [0.0; 3];
            matrix.read_row(0, &mut row);
            assert!(row[1].is_nan(), "{precision:?}");
        }
    }
}
