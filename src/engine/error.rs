//! What can go wrong between a request and its answer.

use crate::{checkpoint::CheckpointError, kernels::NoThreads, text::TextError, words};

/// Why the engine could not load or answer; one sentence for a person.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The checkpoint can't be used.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The prompt can't be written.
    #[error(transparent)]
    Prompt(#[from] TextError),
    /// The prompt fills the model's positions.
    #[error(
        "The prompt is too long: it takes {n_tokens} tokens with the picture, and the model has room for {limit} with the answer; shorten it"
    )]
    PromptTooLong {
        /// Tokens of the prompt.
        n_tokens: usize,
        /// Positions of the model.
        limit: usize,
    },
    /// A setting is impossible.
    #[error("{0}")]
    Setting(&'static str),
    /// The logits are not numbers.
    #[error(
        "The model gave invalid numbers, so the checkpoint may be damaged; get it again: {}",
        words::brief(checkpoint)
    )]
    InvalidNumbers {
        /// What the checkpoint is called.
        checkpoint: String,
    },
    /// The tensor library failed.
    #[error("The model could not be run: {0}")]
    Compute(#[from] candle_core::Error),
    /// There are no threads to compute on.
    #[error(transparent)]
    Threads(#[from] NoThreads),
    /// Loading was told to stop.
    #[error("Loading was stopped, and nothing is loaded. Choose a checkpoint to go on")]
    Stopped,
}
