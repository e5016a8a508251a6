//! Why a checkpoint could not be checked.

use super::expectations::ExpectationsError;
use crate::engine::EngineError;

/// Why there is no outcome; one sentence for a person. What is wrong with the checkpoint is an outcome and not an error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The expected answers can't be used.
    #[error(transparent)]
    Expectations(#[from] ExpectationsError),
    /// The model can't be loaded or computed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// It was told to stop.
    #[error("The checks were stopped")]
    Stopped,
}
