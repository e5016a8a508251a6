//! Converted files know their own content: whatever changes in one is noticed, or is nothing that is ever read.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{
    collections::BTreeMap,
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use kosmoscope::{
    checkpoint::{Checkpoint, NotedSums, Source},
    convert::{self, Format},
    verify::{self, Against, Check, Verdict},
};
use tempfile::TempDir;

use crate::support::files::tiny;

const HEADER_KEY: &[u8] = b"kosmoscope.header.sha256";
const PACKED_KEY: &[u8] = b"kosmoscope.packed";
const TENSORS_KEY: &[u8] = b"kosmoscope.tensors.sha256";
/// Tensors begin at multiples of this.
const ALIGNED: usize = 32;

/// A converted file and its bytes.
fn converted(folder: &TempDir, format: Format) -> (PathBuf, Vec<u8>) {
    let path = folder.path().join("small.gguf");
    let checkpoint = Checkpoint::open(&Source::Path(tiny())).unwrap();
    convert::convert(&checkpoint, "some/where", format, &path, &mut |_| ControlFlow::Continue(())).unwrap();
    let bytes = fs::read(&path).unwrap();
    (path, bytes)
}

fn open(path: &Path) -> Result<Checkpoint, String> {
    Checkpoint::open(&Source::Path(path.to_owned())).map_err(|e| e.to_string())
}

fn sums(checkpoint: &Checkpoint) -> NotedSums {
    checkpoint.check_sums(&mut |_| ControlFlow::Continue(())).unwrap()
}

fn verified(path: &Path) -> Vec<Check> {
    let source = Source::Path(path.to_owned());
    verify::verify(&source, &Against::Nothing, &mut |_| ControlFlow::Continue(())).unwrap()
}

/// All values by their names, bit by bit.
fn values(checkpoint: &Checkpoint) -> BTreeMap<String, Vec<u32>> {
    let mut all = BTreeMap::new();
    let read = checkpoint.read_weights(&mut |tensor| {
        let mut values = vec![0.0; tensor.shape.iter().product()];
        tensor.read(0, &mut values);
        all.insert(tensor.name.to_owned(), values.iter().map(|x: &f32| x.to_bits()).collect());
        ControlFlow::Continue(())
    });
    read.unwrap();
    all
}

fn find(bytes: &[u8], part: &[u8]) -> usize {
    bytes.windows(part.len()).position(|window| window == part).unwrap()
}

/// How many bytes the tensors have in the file, each with what fills it up.
fn sizes(checkpoint: &Checkpoint) -> Vec<usize> {
    let mut sizes = Vec::new();
    let read = checkpoint.read_weights(&mut |tensor| {
        sizes.push((tensor.n_bytes as usize).next_multiple_of(ALIGNED));
        ControlFlow::Continue(())
    });
    read.unwrap();
    sizes
}

/// The same file as it was written before there were sums and packed matrices, and the length of its header.
fn without_sums(bytes: &[u8], sizes: &[usize]) -> (Vec<u8>, usize) {
    let (n_data, last) = (sizes.iter().sum::<usize>(), sizes.last().unwrap());
    let (header, data) = bytes.split_at(bytes.len() - n_data);
    // The table ends with where the last tensor begins.
    let offset = ((n_data - last) as u64).to_le_bytes();
    let end = header.windows(8).rposition(|window| window == offset).unwrap() + 8;
    let mut header = header[..end].to_vec();
    for (key, length) in [(TENSORS_KEY, 64), (PACKED_KEY, 0)] {
        let at = find(&header, key) - 8;
        header.drain(at..at + 8 + key.len() + 4 + 4 + 8 + sizes.len() * (8 + length));
    }
    header.drain(24..24 + 8 + HEADER_KEY.len() + 4 + 8 + 64);
    header[16] -= 3;
    header.resize(header.len().next_multiple_of(ALIGNED), 0);
    ([&header, data].concat(), header.len())
}

/// Why a file of this content is refused: one line that names it.
fn refusal(path: &Path, content: &[u8]) -> String {
    fs::write(path, content).unwrap();
    let message = open(path).map(|_| ()).unwrap_err();
    assert!(message.lines().count() == 1 && message.contains(path.to_str().unwrap()), "{message}");
    message
}

#[test]
fn a_converted_file_passes_its_own_sums() {
    let folder = TempDir::new().unwrap();
    let (path, _) = converted(&folder, Format::Q4);
    assert_eq!(sums(&open(&path).unwrap()), NotedSums::Good);
    let checks = verified(&path);
    let is_sums = |check: &&Check| check.what == "sums";
    assert!(verify::has_passed(&checks) && checks.iter().any(|check| is_sums(&check)), "{checks:?}");
    let stopped = open(&path).unwrap().check_sums(&mut |_| ControlFlow::Break(()));
    assert_eq!(stopped.unwrap(), NotedSums::Stopped);
}

#[test]
fn a_flipped_bit_anywhere_is_noticed() {
    let folder = TempDir::new().unwrap();
    let (path, good) = converted(&folder, Format::Q8);
    let checkpoint = open(&path).unwrap();
    let (sizes, good_values) = (sizes(&checkpoint), values(&checkpoint));
    let n_header = good.len() - sizes.iter().sum::<usize>();
    // Every bit of the beginning and of the sums, and some of all the rest.
    let tensors = find(&good, TENSORS_KEY);
    let bits = (0..8 * 160).chain(8 * (tensors - 8)..8 * (tensors + 100)).chain((0..8 * good.len()).step_by(2003));
    let (mut n_refused, mut n_wrong, mut n_unused) = (0, 0, 0);
    for bit in bits {
        let mut bytes = good.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        if bit < 8 * n_header {
            refusal(&path, &bytes);
            n_refused += 1;
            continue;
        }
        fs::write(&path, &bytes).unwrap();
        let checkpoint = open(&path).unwrap();
        match sums(&checkpoint) {
            NotedSums::Wrong(names) => {
                assert_eq!(names.len(), 1, "{names:?}");
                n_wrong += 1;
            }
            // What fills up to the next tensor's beginning is in no tensor.
            NotedSums::Good => {
                assert!(values(&checkpoint) == good_values, "bit {bit}");
                n_unused += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(n_refused > 2000 && n_wrong > 500 && n_unused < 20, "{n_refused} {n_wrong} {n_unused}");
    let mut bytes = good;
    *bytes.get_mut(n_header).unwrap() ^= 1;
    fs::write(&path, &bytes).unwrap();
    let failed = verified(&path).into_iter().find(|check| check.what == "sums").unwrap();
    let Verdict::Failed(why) = failed.verdict else { panic!("{failed:?}") };
    assert!(why.contains("written (image_to_text_projection.dense.bias)"), "{why}");
}

#[test]
fn files_from_before_there_were_sums_still_open() {
    let folder = TempDir::new().unwrap();
    let (path, good) = converted(&folder, Format::F16);
    let checkpoint = open(&path).unwrap();
    let ((old, _), good_values) = (without_sums(&good, &sizes(&checkpoint)), values(&checkpoint));
    fs::write(&path, old).unwrap();
    let opened = open(&path).unwrap();
    assert!(values(&opened) == good_values);
    assert_eq!(sums(&opened), NotedSums::Absent);
    let check = verified(&path).into_iter().find(|check| check.what == "sums").unwrap();
    assert!(matches!(&check.verdict, Verdict::Skipped(why) if why.contains("it has no sums")), "{check:?}");
}

/// In an older file, whose header has no sum: tensors that overlap, leave holes, or are followed by something.
#[test]
fn tensors_fill_a_file_without_gaps_and_overlaps() {
    let folder = TempDir::new().unwrap();
    let (path, good) = converted(&folder, Format::F16);
    let sizes = sizes(&open(&path).unwrap());
    let (old, n_header) = without_sums(&good, &sizes);
    let spoilt = |edit: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = old.clone();
        edit(&mut bytes);
        refusal(&path, &bytes)
    };
    let first = sizes[0] as u64;
    let second = old[..n_header].windows(8).position(|window| window == first.to_le_bytes()).unwrap();
    let set = |bytes: &mut Vec<u8>, offset: u64| bytes[second..second + 8].copy_from_slice(&offset.to_le_bytes());
    for offset in [0, first - 32, first + 32, first + 1, u64::MAX, u64::MAX - 31] {
        let message = spoilt(&|bytes| set(bytes, offset));
        assert!(message.contains("damaged") && !message.contains("panic"), "{offset}: {message}");
    }
    assert!(spoilt(&|bytes| bytes.push(0)).contains("it is 1 bytes too long"));
    assert!(spoilt(&|bytes| bytes.extend([0; 32])).contains("it is 32 bytes too long"));
    assert!(spoilt(&|bytes| bytes.truncate(bytes.len() - 32)).contains("cut off"));
    assert!(spoilt(&|bytes| bytes.truncate(n_header)).contains("cut off"));
    // A name twice, and one that is not there: the library keeps the last of each.
    let name = b"image_to_text_projection.x_attn.q_proj.bias";
    let at = find(&old, name);
    let twice =
        spoilt(&|bytes| bytes[at..at + name.len()].copy_from_slice(b"image_to_text_projection.x_attn.k_proj.bias"));
    assert!(twice.contains("twice"), "{twice}");
    let unknown = spoilt(&|bytes| {
        let at = find(bytes, b"kosmoscope.is_mini");
        bytes[at] = b'x';
    });
    assert!(unknown.contains("xosmoscope.is_mini"), "{unknown}");
}
