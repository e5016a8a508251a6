//! Whether there is a model, and which one to go back to.

use std::path::PathBuf;

use crate::engine::{LoadOptions, LoadProgress, ModelInfo};

/// Whether there is a model.
#[derive(Clone, Debug, PartialEq)]
pub enum Model {
    /// It is being read; `None` until its size is known.
    Loading(Option<LoadProgress>),
    /// It answers.
    Ready(ModelInfo),
    /// It could not be loaded; one sentence.
    Failed(String),
}

/// A checkpoint to go back to when another one can't be loaded.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ui) struct Fallback {
    /// A folder or a file, or the built-in one.
    pub(in crate::ui) checkpoint: Option<PathBuf>,
    /// How it is loaded.
    pub(in crate::ui) loading: LoadOptions,
    /// What it said about itself when it was loaded; `None` if it was not yet.
    pub(in crate::ui) info: Option<ModelInfo>,
}
