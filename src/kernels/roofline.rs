//! What the machine itself can do: how fast memory is read, and how many products it makes at best.
//!
//! Nothing here takes the time: whoever wants to know calls these and looks at a clock.

use std::hint::black_box;

use rayon::prelude::*;

#[cfg(target_arch = "x86_64")]
use super::tiles::x86_avx512;
use super::{
    layout::ByteLine,
    par_fill::par_fill,
    quantized::precision::Precision,
    simd::detect::{FloatSimd, IntSimd},
    threads::on_threads,
};

/// Lines that one task reads.
const LINES_PER_TASK: usize = 1 << 14;

/// Rounds of one task that only computes.
const ROUNDS: usize = 1 << 20;

/// Memory to be read, larger than the machine's caches.
#[derive(Debug)]
pub struct Memory(Vec<ByteLine>);

impl Memory {
    /// So many bytes, rounded down to whole tasks, had from the system as weights are.
    #[must_use]
    pub fn new(n_bytes: usize) -> Self {
        let n_tasks = n_bytes / size_of::<ByteLine>() / LINES_PER_TASK;
        Self(on_threads(|| par_fill(n_tasks, LINES_PER_TASK, |_, lines| lines.fill(ByteLine([1; 64])))))
    }

    /// Reads all of it once, on all threads, and gives the bytes read.
    #[must_use]
    pub fn read(&self) -> usize {
        let sum = on_threads(|| self.0.par_chunks(LINES_PER_TASK).map(sum).reduce(|| 0, u64::wrapping_add));
        black_box(sum);
        self.0.len() * size_of::<ByteLine>()
    }
}

fn sum(lines: &[ByteLine]) -> u64 {
    let mut sums = [0_u64; 8];
    for line in lines {
        for (sum, bytes) in sums.iter_mut().zip(line.0.as_chunks::<8>().0) {
            *sum = sum.wrapping_add(u64::from_le_bytes(*bytes));
        }
    }
    sums.iter().copied().fold(0, u64::wrapping_add)
}

/// Makes products on all threads without any memory, by the instruction that many-token products in this precision are
/// made of; gives the number of multiplications and additions. `None` where we use no such instruction.
#[must_use]
pub fn compute(precision: Precision) -> Option<usize> {
    let n_threads = on_threads(rayon::current_num_threads);
    let per_round: Option<usize> = match (precision, FloatSimd::of_this_machine(), IntSimd::of_this_machine()) {
        #[cfg(target_arch = "x86_64")]
        (Precision::F32, FloatSimd::Avx512(simd), _) => {
            on_threads(|| (0..n_threads).into_par_iter().for_each(|_| x86_avx512::spin_float(simd, ROUNDS)));
            Some(x86_avx512::FLOAT_OPS_A_ROUND)
        }
        #[cfg(target_arch = "x86_64")]
        (Precision::Q8 | Precision::Q4, _, IntSimd::Vnni512(simd)) => {
            on_threads(|| (0..n_threads).into_par_iter().for_each(|_| x86_avx512::spin_int(simd, ROUNDS)));
            Some(x86_avx512::INT_OPS_A_ROUND)
        }
        _ => None,
    };
    per_round.map(|per_round| n_threads * ROUNDS * per_round)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_bytes_are_read() {
        let memory = Memory::new(3_500_000);
        assert_eq!(memory.read(), 3 << 20);
        assert_eq!(sum(&memory.0), (memory.0.len() as u64 * 8).wrapping_mul(0x0101_0101_0101_0101));
    }

    #[test]
    fn products_are_counted() {
        for precision in Precision::ALL {
            assert!(compute(precision).is_none_or(|n_ops| n_ops % ROUNDS == 0 && n_ops > ROUNDS));
        }
    }
}
