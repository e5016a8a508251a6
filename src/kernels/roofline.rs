//! The roofline: what the machine itself can do, which is how fast memory is read and how many products it makes at best.
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
    room::Lines,
    simd::detect::{FloatSimd, IntSimd},
    threads::on_threads,
};

/// Lines that one task reads.
const LINES_PER_TASK: usize = 1 << 14;

/// Rounds of one task that only computes.
const ROUNDS: usize = 1 << 20;

/// Memory to be read, larger than the machine's caches.
#[derive(Debug)]
pub struct Memory(Lines<ByteLine>);

impl Memory {
    /// Takes this many bytes, rounded down to whole tasks, in the way that weights get theirs.
    #[must_use]
    pub fn new(n_bytes: usize) -> Self {
        let n_tasks = n_bytes / size_of::<ByteLine>() / LINES_PER_TASK;
        Self(on_threads(|| par_fill(n_tasks, LINES_PER_TASK, |_, lines| lines.fill(ByteLine([1; 64])))))
    }

    /// Reads all of it once, on all threads; gives the number of bytes.
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
    use std::time::Instant;

    use super::*;

    #[test]
    fn all_bytes_are_read() {
        let memory = Memory::new(3_500_000);
        assert_eq!(memory.read(), 3 << 20);
        assert_eq!(sum(&memory.0), (memory.0.len() as u64 * 8).wrapping_mul(0x0101_0101_0101_0101));
    }

    fn has_instruction(precision: Precision) -> bool {
        #[cfg(target_arch = "x86_64")]
        return match precision {
            Precision::F32 => FloatSimd::all_of_this_machine().iter().any(|simd| matches!(simd, FloatSimd::Avx512(_))),
            Precision::Q8 | Precision::Q4 => {
                IntSimd::all_of_this_machine().iter().any(|simd| matches!(simd, IntSimd::Vnni512(_)))
            }
        };
        #[cfg(not(target_arch = "x86_64"))]
        false
    }

    /// No machine begins more than two of these instructions a cycle or has more than 6 GHz: what is faster was not computed.
    #[test]
    fn products_are_made_and_counted() {
        let n_threads = on_threads(rayon::current_num_threads);
        for precision in Precision::ALL {
            let start = Instant::now();
            let n_ops = compute(precision);
            let secs = start.elapsed().as_secs_f64();
            assert_eq!(n_ops.is_some(), has_instruction(precision), "{precision:?}");
            let Some(n_ops) = n_ops else { continue };
            let ops_per_instruction = if precision == Precision::F32 { 2 * 16 } else { 2 * 64 };
            let n_instructions = n_ops / n_threads / ops_per_instruction;
            assert_eq!(n_ops, n_threads * ops_per_instruction * n_instructions);
            assert!(
                n_instructions > ROUNDS && n_instructions as f64 / secs < 2.0 * 6e9,
                "{precision:?}: {n_ops}, {secs} s"
            );
        }
    }
}
