//! One model, ready to answer: what the window, the command line and the evaluations all call.

mod request;

pub use request::{Answer, Ending, GenerateOptions, Outcome, Progress, Request, Sampling, Stage, Timings};

/// How far loading is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoadProgress {
    /// Bytes of weights read so far.
    pub n_done: u64,
    /// Bytes of weights in all.
    pub n_total: u64,
}

/// Why the engine could not load or answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// To come.
    #[error("{0}")]
    Other(String),
}

/// To come.
#[derive(Debug)]
pub struct Engine {
    info: crate::checkpoint::CheckpointInfo,
}

impl Engine {
    /// What is loaded.
    #[must_use]
    pub fn info(&self) -> &crate::checkpoint::CheckpointInfo {
        &self.info
    }

    /// Answers one request; `on_progress` may break to stop.
    ///
    /// # Errors
    /// To come.
    pub fn answer(
        &mut self,
        _request: &Request,
        _on_progress: &mut dyn FnMut(Progress) -> std::ops::ControlFlow<()>,
    ) -> Result<Outcome, EngineError> {
        Err(EngineError::Other("to come".to_owned()))
    }

    /// Drops what is kept of pictures.
    pub fn forget_pictures(&mut self) {}
}
