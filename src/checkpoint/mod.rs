//! Checkpoints: where the weights, the sizes and the tokenizer come from.

use serde::Serialize;

/// What a loaded checkpoint is called and how its weights are computed with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckpointInfo {
    /// For example `kosmos-2 mini` or the folder's name.
    pub name: String,
    /// Of the weights in memory, for example `f32`.
    pub precision: &'static str,
    /// What a person should know before trusting it, if anything: the embedded one knows only a small world.
    pub caution: Option<&'static str>,
}
