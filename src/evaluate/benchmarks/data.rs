//! A benchmark's files: found, read, and pictures looked for where people keep them.

use std::{
    collections::{BTreeMap, HashSet},
    fs, io,
    path::{Path, PathBuf},
};

use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::{
    benchmark::{Benchmark, Part, TaskSet},
    error::BenchmarkError,
};
use crate::{
    archive::{Member, PictureColumn, Place, Rows},
    dataset::Location,
    disk,
    words::{brief, listed},
};

/// Bytes of a file of questions; the largest published one has 400 million.
const MOST_BYTES: u64 = 4 << 30;

/// What files begin with that stand for others, which Git has not fetched.
const POINTER: &[u8] = b"version https://git-lfs";

/// What was read of a file, if there is a question in it, and none twice.
pub(super) fn asked(set: impl TaskSet + 'static, path: &Path) -> Result<Box<dyn TaskSet>, BenchmarkError> {
    if set.questions().is_empty() {
        return Err(wrong(path, "It has no questions"));
    }
    let mut known = HashSet::new();
    match set.questions().iter().find(|question| !known.insert(&question.id)) {
        Some(twice) => Err(wrong(path, format!("It has question {} twice", brief(&twice.id)))),
        None => Ok(Box::new(set)),
    }
}

/// The first of these files that is in the folder, in one of these folders of it.
pub(super) fn found(data: &Path, names: &[&str]) -> Result<PathBuf, BenchmarkError> {
    const FOLDERS: [&str; 5] = ["", "annotations", "mdetr_annotations", "OpenSource", "coco"];
    let places = names.iter().flat_map(|name| FOLDERS.iter().map(move |folder| data.join(folder).join(name)));
    let mut places = std::iter::once(data.to_owned()).filter(|data| is_named(data, names)).chain(places);
    places.find(|path| path.is_file()).ok_or_else(|| missing(data, listed(names, "or")))
}

/// That none of these files is there.
pub(super) fn missing(data: &Path, names: String) -> BenchmarkError {
    let path = data.to_owned();
    if data.is_dir() {
        BenchmarkError::Missing { names, path }
    } else {
        BenchmarkError::NoFolder { is_there: data.exists(), path }
    }
}

/// The tables of a mirror, by name: the file itself, or those in the folder.
pub(super) fn tables(data: &Path) -> Vec<PathBuf> {
    let is_table = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "parquet");
    let in_folder = |folder: PathBuf| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let places = std::iter::once(data.to_owned()).chain(in_folder(data.to_owned())).chain(in_folder(data.join("data")));
    let mut tables: Vec<PathBuf> = places.filter(|path| is_table(path) && path.is_file()).collect();
    tables.sort();
    tables
}

/// Those of the tables that are called by this split, all of them.
pub(super) fn tables_of_split(data: &Path, tables: &[PathBuf], split: &str) -> Result<Vec<PathBuf>, BenchmarkError> {
    let own: Vec<PathBuf> = tables.iter().filter(|table| is_of_split(table, split)).cloned().collect();
    if own.is_empty() {
        return Err(wrong(data, format!("Its tables have no split {split}")));
    }
    check_whole(data, &own)?;
    Ok(own)
}

/// That none is missing of tables that are numbered as `val-00000-of-00002.parquet`, unless the only one was named.
pub(super) fn check_whole(data: &Path, tables: &[PathBuf]) -> Result<(), BenchmarkError> {
    let mut found: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for table in tables.iter().filter(|_| !data.is_file()) {
        let name = table.file_stem().unwrap_or_default().to_string_lossy();
        let parts: Vec<&str> = name.split('-').collect();
        let Some(at) = parts.iter().position(|part| *part == "of").filter(|at| *at > 0) else { continue };
        let Some(of) = parts.get(at + 1).and_then(|part| part.parse().ok()) else { continue };
        found.entry(parts[..at - 1].join("-")).or_insert((0, of)).0 += 1;
    }
    match found.into_iter().find(|(_, (n, of))| n < of) {
        None => Ok(()),
        Some((name, (n, of))) => Err(wrong(data, format!("Of the {of} files {name}-… of this mirror {n} are here"))),
    }
}

/// Whether a table is called by this split, as `val-00000-of-00002.parquet`.
pub(super) fn is_of_split(table: &Path, split: &str) -> bool {
    let name = table.file_stem().unwrap_or_default().to_string_lossy();
    name.strip_prefix(split).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '.', '_']))
}

/// The rows of a table, with numbers from 1, and the column with pictures, which they lack.
pub(super) fn rows(table: &Path) -> Result<(Rows, PictureColumn), BenchmarkError> {
    Rows::open(table).map_err(|reason| unread(table, reason))
}

/// The picture in a row, counted from 1.
pub(super) fn picture_in(table: &Path, number: u64, column: &str) -> Location {
    let place = Place::Row { row: number - 1, column: column.to_owned() };
    Location::Within(Member { file: table.to_owned(), place })
}

/// A row with these fields.
pub(super) fn row<T: DeserializeOwned>(
    table: &Path,
    number: u64,
    row: Result<serde_json::Value, String>,
) -> Result<T, BenchmarkError> {
    let row = row.map_err(|reason| unread(table, reason))?;
    let unknown = |reason| format!("Row {number} is none of a mirror that is known here ({})", in_words(&reason));
    serde_json::from_value(row).map_err(|reason| wrong(table, unknown(reason)))
}

/// That a table can't be read.
pub(super) fn unread(path: &Path, reason: String) -> BenchmarkError {
    let reason = if is_pointer(path) { NOT_FETCHED.to_owned() } else { reason };
    BenchmarkError::File { reason: io::Error::other(reason), path: path.to_owned() }
}

const NOT_FETCHED: &str = "Git has not fetched it, git lfs pull does";

fn is_pointer(path: &Path) -> bool {
    disk::read_at_most(path, 1024).is_ok_and(|bytes| bytes.starts_with(POINTER))
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
    let read = disk::read_at_most(path, MOST_BYTES).and_then(|bytes| {
        let bytes = if bytes.starts_with(POINTER) { Err(NOT_FETCHED) } else { Ok(bytes) };
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).map_err(|_| "it is no text"));
        text.map_err(io::Error::other)
    });
    let mut text = read.map_err(|reason| BenchmarkError::File { reason, path: path.to_owned() })?;
    if text.starts_with(BYTE_ORDER_MARK) {
        text.remove(0);
    }
    Ok(text)
}

/// What some editors put before a text.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A file of JSON.
pub(super) fn json<T: DeserializeOwned>(path: &Path) -> Result<T, BenchmarkError> {
    let failed = |reason| BenchmarkError::File { reason: io::Error::other(in_words(&reason)), path: path.to_owned() };
    serde_json::from_str(&text(path)?).map_err(failed)
}

/// What is wrong with JSON, as a person would say it.
pub(super) fn in_words(error: &serde_json::Error) -> String {
    const PLAIN: [(&str, &str); 7] = [
        ("sequence", "list"),
        ("a map", "an object"),
        ("type: map", "type: object"),
        ("expected f64", "expected a number"),
        ("expected u64", "expected a whole number"),
        ("expected usize", "expected a whole number"),
        ("floating point", "number"),
    ];
    match (error.classify(), error.line()) {
        (Category::Eof, 1) if error.column() == 0 => "it is empty".to_owned(),
        (Category::Eof, line) => format!("it is cut off in line {line}"),
        (Category::Syntax | Category::Io, line) => format!("it is no JSON, line {line} column {}", error.column()),
        (Category::Data, _) => {
            let told = error.to_string();
            let told = match told.split_once("expected struct ") {
                // what follows is a name of our own
                Some((before, after)) => {
                    format!("{before}expected an object{}", after.trim_start_matches(char::is_alphanumeric))
                }
                None => told,
            };
            brief(PLAIN.iter().fold(told, |told, (word, plain)| told.replace(word, plain)))
        }
    }
}

/// That a file holds something else than it should.
pub(super) fn wrong(path: &Path, what: impl Into<String>) -> BenchmarkError {
    BenchmarkError::Content { what: what.into(), path: path.to_owned() }
}

/// Where a picture is: in one of these folders of the data, or beside the files. The last place if it is nowhere, so that
/// opening it tells where it should be.
pub(super) fn picture(data: &Path, folders: &[&str], name: &str) -> Location {
    let data = folder(data);
    let places = || folders.iter().chain(&["", "images"]).map(|folder| data.join(folder).join(name));
    Location::File(places().find(|path| path.is_file()).or_else(|| places().next()).unwrap_or_else(|| data.join(name)))
}

/// That a part is one of the benchmark's.
pub(super) fn check(benchmark: &dyn Benchmark, part: Part<'_>) -> Result<(), BenchmarkError> {
    let (name, splits, shots) = (benchmark.name(), benchmark.splits(), benchmark.shots());
    if !splits.contains(&part.split) {
        let splits = listed(splits, "and");
        return Err(BenchmarkError::Split { benchmark: name, split: part.split.to_owned(), splits });
    }
    if !shots.contains(&part.shots) {
        let shots: Vec<String> = shots.iter().map(usize::to_string).collect();
        let shots = listed(&shots.iter().map(String::as_str).collect::<Vec<_>>(), "or");
        return Err(BenchmarkError::Shots { benchmark: name, shots });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_that_is_nowhere_is_told_where_it_should_be() {
        let place = Location::File("/d/train2014/a.jpg".into());
        assert_eq!(picture(Path::new("/d"), &["train2014"], "a.jpg"), place);
    }

    #[test]
    fn what_is_wrong_with_json_is_told_without_names_of_types() {
        #[derive(Debug, serde::Deserialize)]
        struct Box {
            #[allow(dead_code, reason = "only read")]
            sides: Vec<f64>,
        }
        let told = |text: &str| in_words(&serde_json::from_str::<Box>(text).unwrap_err());
        assert_eq!(told(""), "it is empty");
        assert_eq!(told("{\n\"sides\": ["), "it is cut off in line 2");
        assert_eq!(told("<html>"), "it is no JSON, line 1 column 1");
        assert_eq!(told("7"), "invalid type: integer `7`, expected an object at line 1 column 1");
        assert_eq!(told("{}"), "missing field `sides` at line 1 column 2");
        let nothing = r#"{"sides": [null]}"#;
        assert_eq!(told(nothing), "invalid type: null, expected a number at line 1 column 15");
        assert!(told(&format!("\"{}\"", "x".repeat(5000))).chars().count() < 210);
    }

    #[test]
    fn a_table_that_is_missing_is_told() {
        let check = |names: &[&str]| {
            let tables: Vec<PathBuf> = names.iter().map(PathBuf::from).collect();
            check_whole(Path::new("/d"), &tables).map_err(|e| e.to_string())
        };
        let [first, second] = ["val-00000-of-00002.parquet", "val-00001-of-00002-0123456789abcdef.parquet"];
        assert_eq!(check(&[first, second, "test-00000-of-00001.parquet", "refcoco.parquet"]), Ok(()));
        assert!(check(&[second]).is_err_and(|e| e.starts_with("Of the 2 files val-… of this mirror 1 are here")));
    }
}
