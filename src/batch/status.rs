//! How far a batch is: which parts there are, and which are through.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::{
    error::BatchError,
    part::{Through, beside, part_path},
    shard::Shard,
};

/// How far a part is.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "lowercase", tag = "state")]
pub enum PartState {
    /// Nobody has begun it.
    Missing,
    /// It is being worked on, or was stopped.
    Begun {
        /// What its process told last.
        status: Option<serde_json::Value>,
    },
    /// It is through.
    Through(Box<Through>),
}

/// The parts of a batch, by their places.
#[derive(Clone, Debug, Serialize)]
pub struct Folder {
    /// Shards that the batch was shared out into.
    pub count: u32,
    /// One for each.
    pub parts: Vec<PartState>,
    #[serde(skip)]
    pub(super) path: PathBuf,
}

impl Folder {
    /// The file of a part.
    pub(super) fn part(&self, index: u32) -> PathBuf {
        part_path(&self.path, Shard { index, count: self.count })
    }

    /// Sees that all parts are through.
    ///
    /// # Errors
    /// When some are missing or not through.
    pub fn check_through(&self) -> Result<(), BatchError> {
        match self.n_unfinished() {
            0 => Ok(()),
            missing => Err(BatchError::Unfinished { missing, count: self.count, path: self.path.clone() }),
        }
    }

    /// Parts that are missing or not through.
    #[must_use]
    pub fn n_unfinished(&self) -> usize {
        self.parts.iter().filter(|part| !matches!(part, PartState::Through(_))).count()
    }
}

/// Looks at the parts in a folder.
///
/// # Errors
/// When it can't be read, has none, or has parts of several ways of sharing out.
pub fn folder(path: &Path) -> Result<Folder, BatchError> {
    let mut counts: Vec<u32> = Vec::new();
    if !path.is_dir() {
        return Err(BatchError::Nothing(path.to_owned()));
    }
    for entry in fs::read_dir(path).map_err(BatchError::disk(path))?.flatten() {
        let name = entry.file_name();
        let count =
            name.to_str().and_then(|name| name.strip_prefix("part-")?.strip_suffix(".jsonl")?.split_once("-of-"));
        counts.extend(count.and_then(|(_, count)| count.parse::<u32>().ok()));
    }
    counts.sort_unstable();
    counts.dedup();
    let count = match counts[..] {
        [] => return Err(BatchError::Nothing(path.to_owned())),
        [count] => count,
        [one, other, ..] => return Err(BatchError::Mixed([one, other], path.to_owned())),
    };
    let mut folder = Folder { count, parts: vec![], path: path.to_owned() };
    folder.parts = (0..count).map(|index| state(&folder.part(index))).collect();
    Ok(folder)
}

fn state(part: &Path) -> PartState {
    let read = |ending: &str| fs::read(beside(part, ending)).ok();
    let through = read("done.json").and_then(|json| serde_json::from_slice(&json).ok());
    match through {
        Some(through) => PartState::Through(through),
        None if part.exists() => {
            PartState::Begun { status: read("status.json").and_then(|json| serde_json::from_slice(&json).ok()) }
        }
        None => PartState::Missing,
    }
}
