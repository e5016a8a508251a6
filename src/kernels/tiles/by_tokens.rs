//! Tiles are compiled for each number of tokens, so that the sums of all of them are registers.

/// Makes a call with the number of tokens as a constant: `by_tokens!(n, T in [1, 2, 3] => tile::<T>(x))`.
macro_rules! by_tokens {
    ($n:expr, $T:ident in [$($count:literal),+] => $call:expr) => {
        match $n {
            $($count => {
                const $T: usize = $count;
                $call
            })+
            n => panic!("no tile is compiled for {n} tokens"),
        }
    };
}

pub(super) use by_tokens;

/// Whether `x` holds `n` tokens of `n_columns` values, each `stride` after the one before.
pub(super) fn are_there(x: &[f32], n: usize, stride: usize, n_columns: usize) -> bool {
    let last = n.checked_sub(1).and_then(|n| n.checked_mul(stride));
    last.and_then(|last| last.checked_add(n_columns)).is_some_and(|end| end <= x.len())
}

#[cfg(test)]
mod tests {
    use super::are_there;

    #[test]
    fn tokens_that_end_beyond_the_values_are_not_there() {
        let x = [0.0; 20];
        assert!(are_there(&x, 1, 99, 20) && are_there(&x, 2, 10, 10) && are_there(&x, 3, 5, 10));
        assert!(!are_there(&x, 1, 0, 21) && !are_there(&x, 2, 11, 10) && !are_there(&x, 3, 6, 10));
        assert!(!are_there(&x, 0, 1, 1));
        assert!(
            !are_there(&x, 3, usize::MAX, 2) && !are_there(&x, 2, usize::MAX, 2) && !are_there(&x, 1, 1, usize::MAX)
        );
    }
}
