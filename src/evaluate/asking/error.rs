//! Why a benchmark can't be asked or reckoned with; one sentence for a person.

use std::{io, path::PathBuf};

use crate::{
    batch::BatchError, disk::WriteError, engine::EngineError, evaluate::benchmarks::BenchmarkError,
    picture::PictureError, words::place,
};

/// What keeps an evaluation from its numbers.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluateError {
    /// Its files can't be read, or its answers not be scored.
    #[error(transparent)]
    Benchmark(#[from] BenchmarkError),
    /// Its answers can't be kept or read again.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// The model can't be asked.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The picture of an example can't be opened.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The picture of an example is nowhere.
    #[error("The picture of an example is not on this computer: {0}")]
    Example(String),
    /// The parts are of another benchmark, or another split of it.
    #[error("These are answers to other questions; nothing was scored: {}", place(.0))]
    OtherQuestions(PathBuf),
    /// The parts are of several checkpoints.
    #[error("The shares were not answered by one checkpoint; nothing was scored: {}", place(.0))]
    SeveralCheckpoints(PathBuf),
    /// Answers have no place until all are there.
    #[error("Answers can't be kept while there are more to come ({0}); choose a folder for them")]
    NoRoom(io::Error),
    /// The numbers can't be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}
