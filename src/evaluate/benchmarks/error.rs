//! Why a benchmark can't be read or scored.

use std::{io, path::PathBuf};

use crate::{metrics::ParaphraseError, words::place};

/// Why a benchmark can't be read or scored; nothing was scored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BenchmarkError {
    /// Where the data should be there is nothing, or one file that is none of the benchmark's.
    #[error("{}; --data takes the folder with the benchmark's own files, unpacked: {}",
        if *is_there { "This is none of the benchmark's files" } else { "There is nothing here" }, place(path))]
    NoFolder {
        /// Whether it is another file.
        is_there: bool,
        /// What was given.
        path: PathBuf,
    },
    /// None of the files that it could be in is there.
    #[error("This folder has no {names}; --data takes the folder with the benchmark's own files: {}", place(path))]
    Missing {
        /// The names that were looked for.
        names: String,
        /// The folder.
        path: PathBuf,
    },
    /// A file can't be read.
    #[error("The benchmark can't be read ({reason}); get the file anew: {}", place(path))]
    File {
        /// What the system or the parser says.
        reason: io::Error,
        /// The file.
        path: PathBuf,
    },
    /// A file holds something else than it should.
    #[error("{what}; nothing was scored: {}", place(path))]
    Content {
        /// What is wrong, and where in the file.
        what: String,
        /// The file.
        path: PathBuf,
    },
    /// There is no such split.
    #[error("{benchmark} has no split {split}; it has {splits}")]
    Split {
        /// The benchmark's name.
        benchmark: &'static str,
        /// What was asked for.
        split: String,
        /// Those there are.
        splits: String,
    },
    /// So many examples are not shown.
    #[error("{benchmark} is asked with {shots} examples before each question")]
    Shots {
        /// The benchmark's name.
        benchmark: &'static str,
        /// How many there may be.
        shots: String,
    },
    /// There are no paraphrases to score with.
    #[error(transparent)]
    Paraphrases(#[from] ParaphraseError),
}
