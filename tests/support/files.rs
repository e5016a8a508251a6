//! Where the tests' files lie, and copies of a checkpoint that a test may spoil.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]
#![allow(clippy::print_stdout, reason = "a skipped test says why")]
#![allow(dead_code, reason = "each program takes what it needs")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

/// The files of a checkpoint without which it can't be opened.
pub(crate) const CHECKPOINT_FILES: [&str; 3] = ["config.json", "tokenizer.json", WEIGHTS];
pub(crate) const WEIGHTS: &str = "model.safetensors";

/// A path below the project's own folder.
pub(crate) fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A path below `tests/data`.
pub(crate) fn data(path: &str) -> PathBuf {
    project("tests/data").join(path)
}

/// The tiny checkpoint: random weights, no two sizes alike.
pub(crate) fn tiny() -> PathBuf {
    data("tiny")
}

/// One of the sample pictures that come with the program.
pub(crate) fn sample(name: &str) -> PathBuf {
    project("assets/samples").join(name)
}

/// Material beside the project, which not everybody has; `None`, said, where it is absent.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let path = project("../shared").join(path);
    if !path.exists() {
        println!("skipped: {} is absent", path.display());
    }
    path.exists().then_some(path)
}

/// Copies the tiny checkpoint into a folder.
pub(crate) fn copy_tiny_to(folder: &Path) {
    for name in CHECKPOINT_FILES {
        fs::copy(tiny().join(name), folder.join(name)).unwrap();
    }
}

/// A copy of the tiny checkpoint that a test may spoil.
pub(crate) fn copy_of_tiny() -> TempDir {
    let folder = TempDir::new().unwrap();
    copy_tiny_to(folder.path());
    folder
}

/// Every file below a folder with its content; nothing for a folder that is not there.
pub(crate) fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(contents(&path));
        } else {
            all.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    all
}

/// A folder with the pictures of the scenes and these files of a benchmark.
pub(crate) fn benchmark(name: &str, files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(data("scenes/pictures")).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    for file in files {
        std::fs::copy(data("benchmarks").join(name).join(file), folder.path().join(file)).unwrap();
    }
    folder
}
