//! Where the tests' files lie, and copies of a checkpoint that a test may spoil.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]
#![allow(clippy::print_stdout, reason = "a skipped test says why")]
#![allow(dead_code, reason = "each program takes what it needs")]

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use kosmoscope::model::{Config, layout};
use serde_json::Value;
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

/// Changes the sizes of a copy of the tiny checkpoint, and gives it weights that are all zeros, of which the disk holds none.
/// Gives how many bytes they are.
pub(crate) fn make_zeros(folder: &Path, resize: impl FnOnce(&mut Value)) -> u64 {
    let path = folder.join("config.json");
    let mut config: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    resize(&mut config["text_config"]);
    fs::write(&path, config.to_string()).unwrap();
    let config = Config::from_json(config.to_string().as_bytes()).unwrap();
    let (mut header, mut offset) = (serde_json::Map::new(), 0);
    for (name, shape) in layout::expected(&config) {
        let end = offset + 4 * shape.iter().map(|n| *n as u64).product::<u64>();
        header.insert(name, serde_json::json!({"dtype": "F32", "shape": shape, "data_offsets": [offset, end]}));
        offset = end;
    }
    write_weights(folder, &Value::Object(header).to_string(), offset);
    offset
}

/// A weight file of this header, with so many bytes of zeros behind it.
pub(crate) fn write_weights(folder: &Path, header: &str, n_data: u64) {
    let mut file = fs::File::create(folder.join(WEIGHTS)).unwrap();
    file.write_all(&(header.len() as u64).to_le_bytes()).unwrap();
    file.write_all(header.as_bytes()).unwrap();
    file.set_len(8 + header.len() as u64 + n_data).unwrap();
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
