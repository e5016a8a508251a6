//! The formats that weights are stored in.

pub mod gguf;
mod pickle;
pub(super) mod pt;
pub(super) mod safetensors;
