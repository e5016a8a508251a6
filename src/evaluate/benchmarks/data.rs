//! A benchmark's files: found, read, and pictures looked for where people keep them.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde::de::DeserializeOwned;

use super::{benchmark::Benchmark, error::BenchmarkError};
use crate::{disk, words::listed};

/// Bytes of a file of questions; the largest published one has 400 million.
const MOST_BYTES: u64 = 4 << 30;

/// The first of these files that is in the folder, in one of these folders of it.
pub(super) fn found(data: &Path, names: &[&str]) -> Result<PathBuf, BenchmarkError> {
    const FOLDERS: [&str; 5] = ["", "annotations", "mdetr_annotations", "OpenSource", "coco"];
    let places = names.iter().flat_map(|name| FOLDERS.iter().map(move |folder| data.join(folder).join(name)));
    let mut places = std::iter::once(data.to_owned()).filter(|data| is_named(data, names)).chain(places);
    let missing = || BenchmarkError::Missing { names: listed(names, "or"), path: data.to_owned() };
    places.find(|path| path.is_file()).ok_or_else(missing)
}

/// Whether the folder has tables, as mirrors of benchmarks do.
pub(super) fn has_tables(data: &Path) -> bool {
    let is_table = |path: &Path| path.extension().is_some_and(|ending| ending == "parquet");
    let in_folder = |folder: PathBuf| {
        std::fs::read_dir(folder).is_ok_and(|entries| entries.flatten().any(|entry| is_table(&entry.path())))
    };
    is_table(data) || in_folder(data.to_owned()) || in_folder(data.join("data"))
}

fn is_named(path: &Path, names: &[&str]) -> bool {
    path.file_name().is_some_and(|name| names.iter().any(|known| name == *known))
}

/// The folder of a benchmark's files, of which one may have been named.
pub(super) fn folder(data: &Path) -> &Path {
    if data.is_file() { data.parent().unwrap_or(data) } else { data }
}

/// A file's text.
pub(super) fn text(path: &Path) -> Result<String, BenchmarkError> {
    let read = disk::read_at_most(path, MOST_BYTES)
        .and_then(|bytes| String::from_utf8(bytes).map_err(|_| io::Error::other("it is no text")));
    read.map_err(|reason| BenchmarkError::File { reason, path: path.to_owned() })
}

/// A file of JSON.
pub(super) fn json<T: DeserializeOwned>(path: &Path) -> Result<T, BenchmarkError> {
    serde_json::from_str(&text(path)?)
        .map_err(|reason| BenchmarkError::File { reason: reason.into(), path: path.to_owned() })
}

/// That a file holds something else than it should.
pub(super) fn wrong(path: &Path, what: impl Into<String>) -> BenchmarkError {
    BenchmarkError::Content { what: what.into(), path: path.to_owned() }
}

/// Where a picture is: in one of these folders of the data, or beside the files. The last place if it is nowhere, so that
/// opening it tells where it should be.
pub(super) fn picture(data: &Path, folders: &[&str], name: &str) -> PathBuf {
    let data = folder(data);
    let places = || folders.iter().chain(&["", "images"]).map(|folder| data.join(folder).join(name));
    places().find(|path| path.is_file()).or_else(|| places().next()).unwrap_or_else(|| data.join(name))
}

/// That a split is one of the benchmark's.
pub(super) fn check_split(benchmark: &dyn Benchmark, split: &str) -> Result<(), BenchmarkError> {
    let splits = benchmark.splits();
    if splits.contains(&split) {
        return Ok(());
    }
    Err(BenchmarkError::Split { benchmark: benchmark.name(), split: split.to_owned(), splits: listed(splits, "and") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_that_is_nowhere_is_told_where_it_should_be() {
        assert_eq!(picture(Path::new("/d"), &["train2014"], "a.jpg"), Path::new("/d/train2014/a.jpg"));
    }
}
