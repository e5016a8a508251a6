//! What can be told of a file or a folder at a glimpse, to see which format it is in.

use std::{io::Read as _, path::Path};

use super::{
    input::elements::field_names,
    input::stream::{Walk, has_ending, open},
    problem::DatasetError,
};

/// Bytes of a file, and files of a folder, that are looked at.
const HEAD: u64 = 1 << 16;
const MOST_FILES: usize = 1000;

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Glimpse {
    /// The names of the files in a folder, from there, with `/` between folders and in small letters; empty for a file.
    pub(super) names: Vec<String>,
    /// The file's ending in small letters, without `.gz`; empty for a folder.
    pub(super) ending: String,
    /// The fields of the first JSON object in the file, or in the first JSON file of the folder.
    pub(super) fields: Vec<String>,
    /// Its beginning.
    pub(super) head: Vec<u8>,
}

impl Glimpse {
    pub(super) fn of(path: &Path) -> Result<Self, DatasetError> {
        if !path.is_dir() {
            let head = head(path)?;
            return Ok(Self { ending: ending(path), fields: field_names(&head), head, names: Vec::new() });
        }
        let files: Vec<_> = Walk::new(path)?.take(MOST_FILES).collect();
        let is_json = |file: &&std::path::PathBuf| {
            let name = file.to_string_lossy().to_lowercase();
            !name.ends_with("_stats.json") && (has_ending(file, "json") || has_ending(file, "jsonl"))
        };
        let head = files.iter().find(is_json).map(|file| head(file)).transpose()?.unwrap_or_default();
        let name = |file: &std::path::PathBuf| {
            let name = file.strip_prefix(path).unwrap_or(file).to_string_lossy().to_lowercase();
            name.replace(std::path::MAIN_SEPARATOR, "/")
        };
        Ok(Self {
            names: files.iter().map(name).collect(),
            ending: String::new(),
            fields: field_names(&head),
            head: Vec::new(),
        })
    }

    /// Whether the first JSON object has one of these fields.
    pub(super) fn has_field(&self, fields: &[&str]) -> bool {
        self.fields.iter().any(|field| fields.contains(&field.as_str()))
    }

    /// Whether a file of the folder has a name that ends so.
    pub(super) fn has_name(&self, end: &str) -> bool {
        self.names.iter().any(|name| name.ends_with(end))
    }

    pub(super) fn is_folder(&self) -> bool {
        self.ending.is_empty() && self.head.is_empty()
    }
}

fn head(path: &Path) -> Result<Vec<u8>, DatasetError> {
    let mut head = Vec::new();
    open(path)?.take(HEAD).read_to_end(&mut head).map_err(|e| DatasetError::unreadable(path, e))?;
    Ok(head)
}

fn ending(path: &Path) -> String {
    let name = path.to_string_lossy().to_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    Path::new(name).extension().unwrap_or_default().to_string_lossy().into_owned()
}
