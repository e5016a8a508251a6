//! Checkpoints with damage of every kind, made the same way each time: opened or refused with one sentence that names the
//! file, and no panic, no hang. `cargo test --release --test files -- --ignored mutations` makes many more.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that can't set itself up has failed")]

use std::{
    fs,
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    time::{Duration, Instant},
};

use kosmoscope::{
    checkpoint::{Checkpoint, Source},
    convert::{self, Format},
    engine::Engine,
};
use tempfile::TempDir;

use crate::support::files::{WEIGHTS, copy_of_tiny, tiny};

/// No message is longer; twenty names of tensors are in the longest.
const LONGEST_MESSAGE: usize = 4000;
const LONGEST_TIME: Duration = Duration::from_secs(5);

/// Numbers that are the same each time (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((x ^ (x >> 31)) % n as u64) as usize
    }
}

/// What stands in for a number or a word.
const VALUES: [&[u8]; 12] = [
    b"0",
    b"-1",
    b"4294967295",
    b"18446744073709551615",
    b"99999999999999999999",
    b"1e308",
    b"null",
    b"[]",
    b"{}",
    b"\"\"",
    b"\xff\xff\xff\xff\xff\xff\xff\x7f",
    b"\0\0\0\0\0\0\0\0",
];

/// Spoils the first `n_head` bytes, or where the whole ends.
fn spoil(bytes: &mut Vec<u8>, n_head: usize, numbers: &mut Numbers) {
    for _ in 0..[1, 1, 2, 4][numbers.below(4)] {
        let n = n_head.min(bytes.len()).max(1);
        let (at, length) = (numbers.below(n), 1 + numbers.below(40));
        let piece = at..(at + length).min(bytes.len());
        match numbers.below(8) {
            0..=2 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << numbers.below(8);
                }
            }
            3 => drop(bytes.drain(piece)),
            4 => drop(bytes.splice(at.min(bytes.len())..at.min(bytes.len()), bytes[piece].to_vec())),
            5 => bytes.truncate(numbers.below(bytes.len() + 1)),
            6 => bytes.extend(vec![0; length]),
            _ => {
                let is_digit = |at: &usize| bytes[*at].is_ascii_digit();
                let start = (at..bytes.len()).find(is_digit).unwrap_or(bytes.len());
                let end = (start..bytes.len()).find(|at| !is_digit(at)).unwrap_or(bytes.len());
                drop(bytes.splice(start..end, VALUES[numbers.below(VALUES.len())].iter().copied()));
            }
        }
    }
}

/// Spoils the file `name` of a checkpoint this many times, and uses each as far as it goes. `opened` is what to open.
fn campaign(opened: &Path, file: &Path, n_head: usize, n_times: usize) {
    let (good, mut numbers) = (fs::read(file).unwrap(), Numbers(7));
    let (mut n_used, mut n_refused, mut slowest) = (0, 0, Duration::ZERO);
    for n in 0..n_times {
        let mut bytes = good.clone();
        spoil(&mut bytes, n_head, &mut numbers);
        fs::write(file, &bytes).unwrap();
        let start = Instant::now();
        let source = Source::Path(opened.to_owned());
        let used = catch_unwind(AssertUnwindSafe(|| {
            let loaded = Engine::load(&source, &mut |_| ControlFlow::Continue(()));
            loaded.map(|_| ()).map_err(|e| e.to_string())
        }));
        slowest = slowest.max(start.elapsed());
        match used.unwrap_or_else(|_| panic!("{n} of {} panics", file.display())) {
            Ok(()) => n_used += 1,
            Err(message) => {
                let is_named = message.contains(opened.to_str().unwrap());
                let is_short = message.lines().count() == 1 && message.len() < LONGEST_MESSAGE;
                assert!(is_named && is_short, "{n} of {}: {message}", file.display());
                n_refused += 1;
            }
        }
        assert!(fs::read(file).unwrap() == bytes, "it was changed");
    }
    println!("{}: {n_used} used, {n_refused} refused, the slowest in {slowest:?}", file.display());
    assert!(slowest < LONGEST_TIME && n_refused > n_times / 4, "{n_refused} {slowest:?}");
}

fn mutations(n_times: usize) {
    for (name, n_head) in [("config.json", usize::MAX), ("tokenizer.json", usize::MAX), (WEIGHTS, 12_000)] {
        let folder = copy_of_tiny();
        campaign(folder.path(), &folder.path().join(name), n_head, n_times);
    }
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("small.gguf");
    let checkpoint = Checkpoint::open(&Source::Path(tiny())).unwrap();
    convert::convert(&checkpoint, "it", Format::Q8, &path, &mut |_| ControlFlow::Continue(())).unwrap();
    campaign(&path, &path, usize::MAX, n_times);
}

#[test]
fn some_mutations() {
    mutations(150);
}

#[test]
#[ignore = "takes minutes"]
fn many_mutations() {
    mutations(3000);
}
