//! Checkpoints as one file in fewer bits: what is written is read back without the original, and damage is told about.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{Cursor, Seek as _, SeekFrom, Write as _},
    ops::ControlFlow,
    path::Path,
    time::Duration,
};

use candle_core::{
    D, Device, Tensor,
    quantized::{
        GgmlDType, QTensor,
        gguf_file::{self, Value},
    },
};
use kosmoscope::{
    checkpoint::{Checkpoint, Library, LocalCheckpoint, Origin, Source, StoredDtype},
    convert::{self, ConvertError, Format, Progress},
    engine::{Answer, GenerateOptions},
    kernels::Precision,
    text::Task,
};
use proptest::prelude::*;
use tempfile::TempDir;

use crate::support::{
    files::{self, data},
    model,
    program::{Ended, kosmoscope_at, run},
};

fn tiny() -> Source {
    Source::Path(files::tiny())
}

fn convert(source: &Source, format: Format, to: &Path) -> Result<u64, ConvertError> {
    let checkpoint = Checkpoint::open(source)?;
    convert::convert(&checkpoint, "some/where", format, to, &mut |_| ControlFlow::Continue(()))
}

/// All values by their names.
fn values(checkpoint: &Checkpoint) -> BTreeMap<String, Vec<f32>> {
    let mut all = BTreeMap::new();
    let read = checkpoint.read_weights(&mut |tensor| {
        let mut values = vec![0.0; tensor.shape.iter().product()];
        tensor.read(0, &mut values);
        all.insert(tensor.name.to_owned(), values);
        ControlFlow::Continue(())
    });
    read.unwrap();
    all
}

/// The size of the difference over the size of the values.
fn error(values: &[f32], exact: &[f32]) -> f32 {
    let size = |values: &mut dyn Iterator<Item = f32>| values.map(|x| x * x).sum::<f32>().sqrt();
    let difference = size(&mut values.iter().zip(exact).map(|(x, y)| x - y));
    difference / size(&mut exact.iter().copied()).max(f32::MIN_POSITIVE)
}

fn answer(source: &Source, precision: Precision) -> Answer {
    let mut engine = model::engine(source, Some(precision));
    let picture = model::open(&files::sample("snow.png"));
    model::answer(&mut engine, &picture, Task::Brief { grounded: true }, GenerateOptions::original())
}

#[test]
fn each_format_is_as_exact_as_its_bits_and_opens_alone() {
    let folder = TempDir::new().unwrap();
    let original = Checkpoint::open(&Source::Embedded).unwrap();
    let exact = values(&original);
    let mut last_size = u64::MAX;
    for (format, most, stored) in [(Format::F16, 0.0005, "f16"), (Format::Q8, 0.01, "q8"), (Format::Q4, 0.12, "q4")] {
        let path = folder.path().join(format!("{}.gguf", format.name()));
        let n_bytes = convert(&Source::Embedded, format, &path).unwrap();
        assert!(n_bytes < last_size && n_bytes == fs::metadata(&path).unwrap().len());
        last_size = n_bytes;
        let small = Checkpoint::open(&Source::Path(path)).unwrap();
        assert_eq!((small.stored().as_str(), small.n_bytes()), (stored, format.n_bytes(&original)));
        assert_eq!((&small.config, &small.tokenizer_json), (&original.config, &original.tokenizer_json));
        assert_eq!(small.info.no_repeat_ngram, original.info.no_repeat_ngram);
        assert!(small.info.small_world.is_some(), "it knows as little as before");
        let values = values(&small);
        let errors = exact.iter().map(|(name, exact)| (name, error(&values[name], exact)));
        let worst = errors.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        assert!(worst.1 < most && (worst.1 > most / 100.0 || format == Format::F16), "{format:?}: {worst:?}");
    }
}

/// What is computed with in 8 bits is what the file holds.
#[test]
fn eight_bits_on_disk_answer_like_eight_bits_in_memory() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("small.gguf");
    convert(&Source::Embedded, Format::Q8, &path).unwrap();
    let from_file = answer(&Source::Path(path), Precision::Q8);
    let in_memory = answer(&Source::Embedded, Precision::Q8);
    assert_eq!(from_file.raw, in_memory.raw);
    let (a, b) =
        (from_file.caption.mean_token_probability().unwrap(), in_memory.caption.mean_token_probability().unwrap());
    assert!((a - b).abs() < 0.02 * b, "{a} {b}");
}

/// Unless told otherwise, a file is computed with as it is packed.
#[test]
fn a_file_is_kept_as_it_was_made_to_be() {
    let folder = TempDir::new().unwrap();
    for (format, precision) in [(Format::Q8, Precision::Q8), (Format::Q4, Precision::Q4)] {
        let path = folder.path().join(format.name());
        convert(&tiny(), format, &path).unwrap();
        let source = Source::Path(path);
        assert_eq!(model::engine(&source, None).info().precision, precision);
        for other in Precision::ALL {
            assert_eq!(model::engine(&source, Some(other)).info().precision, other);
        }
    }
}

/// A file as it was written before matrices were packed: matrices in blocks.
fn write_older_file(to: &Path, checkpoint: &Checkpoint, dtypes: &[GgmlDType]) {
    let mut tensors = Vec::new();
    for (i, (name, values)) in values(checkpoint).into_iter().enumerate() {
        let shape = checkpoint.shapes()[&name].clone();
        let values = Tensor::from_vec(values, shape, &Device::Cpu).unwrap();
        let dtype = match Format::F16.dtype(&name) {
            StoredDtype::F16 if values.dim(D::Minus1).unwrap().is_multiple_of(32) => dtypes[i % dtypes.len()],
            StoredDtype::F16 => GgmlDType::F16,
            _ => GgmlDType::F32,
        };
        tensors.push((name, QTensor::quantize(&values, dtype).unwrap()));
    }
    let text = |text: &str| Value::String(text.to_owned());
    let metadata = [
        ("general.architecture", text("kosmos-2")),
        ("kosmoscope.config", text(&checkpoint.config.to_json())),
        ("kosmoscope.no_repeat_ngram_size", Value::U32(3)),
        ("kosmoscope.is_mini", Value::Bool(true)),
        ("kosmoscope.origin", text("some/where")),
        ("kosmoscope.origin.sha256", text("0")),
        ("tokenizer.huggingface.json", text(str::from_utf8(&checkpoint.tokenizer_json).unwrap())),
    ];
    let metadata: Vec<_> = metadata.iter().map(|(key, value)| (*key, value)).collect();
    let tensors: Vec<_> = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
    let mut bytes = Cursor::new(Vec::new());
    gguf_file::write(&mut bytes, &metadata, &tensors).unwrap();
    let mut bytes = bytes.into_inner();
    bytes[4] = 3; // the library writes the version before, which differs in nothing that is used
    fs::write(to, bytes).unwrap();
}

#[test]
fn older_files_still_open() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("older.gguf");
    let mini = Checkpoint::open(&Source::Embedded).unwrap();
    let exact = values(&mini);
    for (dtypes, most, stored) in
        [(&[GgmlDType::Q8_0][..], 0.02, "q8_0"), (&[GgmlDType::Q5_1, GgmlDType::Q8_0], 0.1, "mix")]
    {
        write_older_file(&path, &mini, dtypes);
        let source = Source::Path(path.clone());
        let older = Checkpoint::open(&source).unwrap();
        assert!(older.stored().ends_with(stored), "{}", older.stored());
        let values = values(&older);
        let worst = exact.iter().map(|(name, exact)| error(&values[name], exact)).fold(0.0, f32::max);
        assert!(worst < most, "{stored}: {worst}");
        assert_eq!(model::engine(&source, None).info().precision, Precision::F32);
        let text = answer(&source, Precision::Q8).caption.text;
        assert!(["rabbit", "snowman", "penguin"].iter().all(|thing| text.contains(thing)), "{text}");
    }
}

#[test]
fn four_bits_still_see() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("small.gguf");
    convert(&Source::Embedded, Format::Q4, &path).unwrap();
    let text = answer(&Source::Path(path), Precision::Q4).caption.text;
    assert!(["rabbit", "snowman", "penguin"].iter().all(|thing| text.contains(thing)), "{text}");
}

#[test]
fn a_converted_checkpoint_is_listed_and_found_by_its_name() {
    let folder = TempDir::new().unwrap();
    let library = Library { hub_cache: None, own: Some(folder.path().to_owned()) };
    let path = convert::target(folder.path(), "mini", Format::Q8);
    convert(&Source::Embedded, Format::Q8, &path).unwrap();
    fs::write(folder.path().join("notes.txt"), "mine").unwrap();
    let all = library.list();
    assert_eq!(all.len(), 2);
    let LocalCheckpoint { path: found, name, origin, summary } = &all[1];
    assert_eq!((found.as_ref(), name.as_str()), (Some(&path), "mini-q8"));
    assert_eq!(
        (origin, summary.as_ref().unwrap().stored.as_str()),
        (&Origin::Converted { from: "some/where".into() }, "q8")
    );
    assert_eq!(library.find("mini-q8").unwrap().path, Some(path));
}

#[test]
fn nothing_is_replaced_or_left_half_done() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("small.gguf");
    fs::write(&path, "mine").unwrap();
    assert!(matches!(convert(&tiny(), Format::Q8, &path), Err(ConvertError::Exists(_))));
    assert_eq!(fs::read(&path).unwrap(), b"mine");
    fs::remove_file(&path).unwrap();
    let checkpoint = Checkpoint::open(&tiny()).unwrap();
    for n_steps in [0, 1, 20] {
        let mut n = 0;
        let stopped = convert::convert(&checkpoint, "it", Format::Q4, &path, &mut |_| {
            n += 1;
            if n > n_steps { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert!(matches!(stopped, Err(ConvertError::Stopped)));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
    convert(&tiny(), Format::Q8, &path).unwrap();
    let again = convert(&Source::Path(path), Format::Q4, &folder.path().join("again.gguf"));
    assert!(again.unwrap_err().to_string().contains("has been converted before"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn stopping_takes_effect_while_the_file_is_written() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("small.gguf");
    let checkpoint = Checkpoint::open(&Source::Embedded).unwrap();
    let mut last = Progress { n_done: 0, n_total: 0 };
    let mut has_begun = false;
    let stopped = convert::convert(&checkpoint, "it", Format::F16, &path, &mut |progress| {
        assert!(progress.n_done >= last.n_done && progress.n_done <= progress.n_total);
        last = progress;
        has_begun |= fs::read_dir(folder.path()).unwrap().count() == 1;
        if 2 * progress.n_done > 3 * checkpoint.n_bytes() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(matches!(stopped, Err(ConvertError::Stopped)) && has_begun, "{stopped:?}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn who_waits_for_the_end_finds_nothing_left() {
    let folder = TempDir::new().unwrap();
    let to = folder.path().join("small.gguf");
    let conversion = convert::start_conversion(Source::Embedded, "it".to_owned(), Format::F16, to, || {}).unwrap();
    let mut is_writing = false;
    while !is_writing {
        is_writing = fs::read_dir(folder.path()).unwrap().count() == 1;
    }
    conversion.stop_and_wait(Duration::from_mins(1));
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| name == "small.gguf"), "{left:?}");
}

#[test]
fn values_that_fewer_bits_can_t_stand_for_are_named() {
    let folder = files::copy_of_tiny();
    let mut weights = File::options().write(true).open(folder.path().join("model.safetensors")).unwrap();
    weights.seek(SeekFrom::End(-4)).unwrap();
    weights.write_all(&f32::NAN.to_le_bytes()).unwrap();
    let path = folder.path().join("small.gguf");
    let message = convert(&Source::Path(folder.path().to_owned()), Format::F16, &path).unwrap_err().to_string();
    assert!(message.contains("hold values that are not numbers") && message.contains("vision_model"), "{message}");
    assert!(!path.exists());
}

/// A file made by `torch` itself; see `tests/data/original/make.py`.
#[test]
fn the_original_s_weights_are_those_of_the_published_layout() {
    let original = Checkpoint::open_original(&data("original/kosmos-2.pt"), &files::tiny()).unwrap();
    let (read, expected) = (values(&original), values(&Checkpoint::open(&tiny()).unwrap()));
    for (name, expected) in &expected {
        let worst = error(&read[name], expected);
        assert!(worst < 0.001, "{name}: {worst}");
    }
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("small.gguf");
    convert::convert(&original, "kosmos-2", Format::F16, &path, &mut |_| ControlFlow::Continue(())).unwrap();
    let small = values(&Checkpoint::open(&Source::Path(path)).unwrap());
    assert!(small.iter().all(|(name, values)| error(values, &expected[name]) < 0.001));
}

/// Why a file is refused: one line that names it. It is never changed.
fn refusal(path: &Path, open: impl Fn(&Path) -> Option<String>) -> String {
    let before = fs::read(path).unwrap();
    let message = open(path).unwrap_or_else(|| panic!("it was opened"));
    assert!(message.lines().count() == 1 && message.contains(path.to_str().unwrap()), "{message}");
    assert!(fs::read(path).unwrap() == before, "it was changed");
    message
}

fn open(path: &Path) -> Option<String> {
    Checkpoint::open(&Source::Path(path.to_owned())).err().map(|e| e.to_string())
}

fn open_original(path: &Path) -> Option<String> {
    Checkpoint::open_original(path, &files::tiny()).err().map(|e| e.to_string())
}

#[test]
fn damaged_files_get_a_sentence() {
    let folder = TempDir::new().unwrap();
    let (good, path) = (folder.path().join("good.gguf"), folder.path().join("small.gguf"));
    convert(&tiny(), Format::Q4, &good).unwrap();
    let good = fs::read(good).unwrap();
    for cut in [0, 3, 4, 8, 20, 1000, 200_000, good.len() - 100] {
        fs::write(&path, &good[..cut]).unwrap();
        refusal(&path, open);
    }
    let mut unaligned = good.clone();
    let key = b"general.architecture";
    let at = good.windows(key.len()).position(|window| window == key).unwrap();
    // The same length, and the library would divide by what follows.
    unaligned[at..at + key.len()].copy_from_slice(b"x.general.alignment\0");
    for (content, part) in [
        (&b"version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 66\n"[..], "Git LFS pointer"),
        (b"<html>Sign in</html>", "web page"),
        (b"PK\x03\x04archive/data.pkl", "can run code"),
        (&unaligned, "alignment"),
    ] {
        fs::write(&path, content).unwrap();
        assert!(refusal(&path, open).contains(part), "{part}");
    }
    let (original, path) = (fs::read(data("original/kosmos-2.pt")).unwrap(), folder.path().join("small.pt"));
    for cut in [0, 100, 10_000, original.len() / 2, original.len() - 1] {
        fs::write(&path, &original[..cut]).unwrap();
        assert!(refusal(&path, open_original).contains("damaged"));
    }
    fs::write(&path, "<html>Sign in</html>").unwrap();
    assert!(refusal(&path, open_original).contains("web page"));
    let message = open(&data("original/kosmos-2.pt")).unwrap();
    assert!(message.contains("never opened; \"kosmoscope model convert\""), "{message}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is flipped in the headers: opened, or refused in one line that names the file, and no panic.
    #[test]
    fn flipped_bytes_never_crash(flips in prop::collection::vec((0_usize..300_000, any::<u8>()), 1..6), is_near_end: bool) {
        let folder = TempDir::new().unwrap();
        let small = folder.path().join("small.gguf");
        convert(&tiny(), Format::Q8, &small).unwrap();
        for (file, path) in [(data("original/kosmos-2.pt"), folder.path().join("x.pt")), (small.clone(), small)] {
            let mut bytes = fs::read(file).unwrap();
            let last = bytes.len() - 1;
            for (at, value) in &flips {
                let at = at % bytes.len();
                bytes[if is_near_end { last - at % 20_000 } else { at }] = *value;
            }
            fs::write(&path, bytes).unwrap();
            for message in [open(&path), open_original(&path)].into_iter().flatten() {
                prop_assert!(message.lines().count() == 1 && message.contains(path.to_str().unwrap()), "{message}");
            }
        }
    }
}

#[test]
fn the_command_says_what_it_did() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("small one.gguf");
    let run = |arguments: &[&str]| {
        let Ended { code, stdout, stderr } = run(kosmoscope_at(folder.path()).args(arguments));
        (code, stdout, stderr)
    };
    let to = ["--to", path.to_str().unwrap()];
    let (code, said, _) = run(&[&["model", "convert"], &to[..]].concat());
    assert_eq!(code, Some(0));
    assert!(
        said.contains("kosmos-2 mini, 10.75 MB, is 7.") && said.contains("in q8") && said.contains("Open it with"),
        "{said}"
    );
    let (code, _, complaint) = run(&[&["model", "convert"], &to[..]].concat());
    assert!(code == Some(2) && complaint.contains("give --overwrite"), "{complaint}");
    let (code, said, _) = run(&["model", "verify", "--checkpoint", path.to_str().unwrap()]);
    assert!(code == Some(0) && said.contains("passed   tensors"), "{said}");
    assert!(said.contains("skipped  answers: its answers are only nearly those of the original"), "{said}");
    let again = ["--overwrite", "--calibrate", folder.path().to_str().unwrap()];
    let (code, _, complaint) = run(&[&["model", "convert", "--format", "q4"], &to[..], &again].concat());
    assert!(code == Some(2) && complaint.contains("no picture to calibrate on"), "{complaint}");
    let (code, _, complaint) = run(&[&["model", "convert"], &to[..], &again].concat());
    assert!(code == Some(2) && complaint.contains("Only q4 is calibrated"), "{complaint}");
    fs::copy(files::sample("snow.png"), folder.path().join("snow.png")).unwrap();
    let (code, said, complaint) = run(&[&["model", "convert", "--format", "q4"], &to[..], &again].concat());
    assert!(code == Some(0) && said.contains("in q4"), "{complaint}");
    let original = data("original/kosmos-2.pt");
    let (code, _, complaint) = run(&["model", "convert", "--checkpoint", original.to_str().unwrap()]);
    assert!(code == Some(2) && complaint.contains("--beside"), "{complaint}");
}
