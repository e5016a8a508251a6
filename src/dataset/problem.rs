//! What is wrong with a file of records, or with one of them.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::{
    disk::WriteError,
    words::{brief, place},
};

/// A record that is left out, and why; the others are read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}, so this record is left out: {place}")]
pub struct Problem {
    /// The file and the place in it, for a person.
    pub place: String,
    /// Why, without a full stop.
    pub reason: String,
}

/// Nothing could be read, or nothing more could be written.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    /// The system can't read it.
    #[error("This can't be read ({reason}): {}", place(path))]
    Unreadable {
        /// What the system says.
        reason: io::Error,
        /// The file or folder.
        path: PathBuf,
    },
    /// It is in none of the formats.
    #[error("This is in none of the formats that are read; name one with --from: {}", place(.0))]
    UnknownFormat(PathBuf),
    /// It is not what its format says.
    #[error("{reason}: {}", place(path))]
    Malformed {
        /// What is wrong, without a full stop.
        reason: String,
        /// The file or folder.
        path: PathBuf,
    },
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl Problem {
    /// About a place in a file, such as `line 3`; about all of it where that is empty.
    pub(super) fn new(path: &Path, at: &str, reason: impl std::fmt::Display) -> Self {
        let separator = if at.is_empty() { "" } else { ", " };
        Self { place: format!("{}{separator}{}", place(path), brief(at)), reason: brief(reason) }
    }
}

impl DatasetError {
    pub(super) fn unreadable(path: &Path, reason: io::Error) -> Self {
        Self::Unreadable { reason, path: path.to_owned() }
    }

    pub(super) fn malformed(path: &Path, reason: impl std::fmt::Display) -> Self {
        Self::Malformed { reason: brief(reason), path: path.to_owned() }
    }
}
