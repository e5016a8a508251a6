//! Why a checkpoint was not converted: one sentence that says what, and what to do next.

use std::{io, path::PathBuf};

use crate::{
    checkpoint::CheckpointError,
    disk::WriteError,
    engine::EngineError,
    kernels::NoThreads,
    words::{place, size},
};

/// Why there is no new file. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConvertError {
    /// The original can't be used.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The original is quantized itself.
    #[error("{0} has been converted before, and each conversion loses something; convert what it was made from")]
    Converted(String),
    /// There is a file at the new one's path.
    #[error("There is already a file of this name, and nothing is overwritten; move it away and try again: {}", place(.0))]
    Exists(PathBuf),
    /// The disk is too full.
    #[error("There is not enough room on the disk: {} is needed, and {} is free; make room and try again: {}", size(*needs), size(*free), place(path))]
    NoRoom {
        /// Bytes of the new file, and some more to spare.
        needs: u64,
        /// Bytes that are free.
        free: u64,
        /// The new file.
        path: PathBuf,
    },
    /// A weight has a value that can't be quantized.
    #[error(
        "The weights {0} hold values that are not numbers or are too large for fewer bits; get the checkpoint again"
    )]
    Values(String),
    /// There is no picture to calibrate on.
    #[error(
        "There is no picture to calibrate on; give --calibrate a folder with some, or leave it out for the samples"
    )]
    NoPictures,
    /// The model could not be run on a picture.
    #[error(transparent)]
    Engine(EngineError),
    /// There are no threads to compute on.
    #[error(transparent)]
    Threads(#[from] NoThreads),
    /// Encoding or writing failed.
    #[error("The new file could not be written ({0})")]
    Io(#[from] io::Error),
    /// The new file could not be finished or could not take its name.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// It was told to stop.
    #[error("Stopped; nothing was written")]
    Stopped,
}

impl From<EngineError> for ConvertError {
    fn from(e: EngineError) -> Self {
        match e {
            EngineError::Stopped => Self::Stopped,
            EngineError::Checkpoint(e) => Self::Checkpoint(e),
            e => Self::Engine(e),
        }
    }
}
