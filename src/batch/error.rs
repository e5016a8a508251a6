//! Why a batch can't be worked on; one sentence for a person.

use std::{io, path::PathBuf};

use crate::{disk::WriteError, engine::EngineError, words::place};

/// What keeps a batch from going on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// A file of the batch can't be read or written.
    #[error("The batch can't be kept ({error}); what is written stays, so run it again to go on: {}", place(path))]
    Disk {
        /// What the system says.
        error: io::Error,
        /// The file or folder.
        path: PathBuf,
    },
    /// A file of the batch can't be written whole.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Somebody else works on the same shard.
    #[error("Another process works on this shard; wait for it, or take another one: {}", place(.0))]
    Busy(PathBuf),
    /// The part was begun with other settings.
    #[error(
        "This part was begun with another {what}, and its lines would not go together; use another folder, or --restart to \
         begin anew: {}",
        place(path)
    )]
    OtherSettings {
        /// What differs.
        what: &'static str,
        /// The part.
        path: PathBuf,
    },
    /// The part holds what this program did not write.
    #[error("Line {line} is none of a batch; mend or remove it, or use --restart to begin anew: {}", place(path))]
    Damaged {
        /// From 1.
        line: usize,
        /// The part.
        path: PathBuf,
    },
    /// Two pictures have the same name.
    #[error("Two pictures are called {0}; give each an id of its own in the list")]
    Twins(String),
    /// The shard can't be known.
    #[error("{0}")]
    Shard(String),
    /// Parts of several ways of sharing out lie in one folder.
    #[error("This folder has parts of {} and of {} shards; merge them apart: {}", .0[0], .0[1], place(.1))]
    Mixed([u32; 2], PathBuf),
    /// The parts need a folder.
    #[error("This is no folder, and a batch needs one for its parts; choose another name: {}", place(.0))]
    NoFolder(PathBuf),
    /// There are no parts.
    #[error("There is no batch in this folder: {}", place(.0))]
    Nothing(PathBuf),
    /// A part is missing or not through.
    #[error(
        "{} not through; run what is left, or use --partial to merge what there is: {}",
        if *count == 1 { "The only part is".to_owned() } else { format!("{missing} of {count} parts are") },
        place(path)
    )]
    Unfinished {
        /// Parts that are missing or not through.
        missing: usize,
        /// Parts there are to be.
        count: u32,
        /// The folder.
        path: PathBuf,
    },
    /// The model can't be run.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl BatchError {
    /// What went wrong with a file.
    pub(super) fn disk(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |error| Self::Disk { error, path }
    }
}
