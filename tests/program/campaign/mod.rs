//! Campaigns: what takes minutes and is run by hand before a release, each with the counts that the page on testing gives.
//!
//! `cargo test --release --test program campaign -- --ignored --nocapture --test-threads 1`

#![allow(clippy::print_stdout, reason = "the counts are what a campaign is for")]
#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

mod failures;
mod kills;
mod silence;
mod soak;
mod strings;

use std::{collections::BTreeMap, fs, path::Path};

/// What lies in a folder, by name; temporary files are left out.
fn finished_files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap());
    let files = files.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()));
    files.filter(|(name, _)| !is_temporary(name)).map(|(name, path)| (name, fs::read(path).unwrap())).collect()
}

/// How many temporary files lie in a folder.
fn n_temporary(folder: &Path) -> usize {
    let names = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().file_name());
    names.filter(|name| is_temporary(&name.to_string_lossy())).count()
}

fn is_temporary(name: &str) -> bool {
    name.starts_with(".kosmoscope-")
}
