//! The number formats of weights: packed in memory as one [`matrix::Matrix`], and in blocks as GGUF files hold them.

pub(super) mod blocks;
pub(super) mod hessian;
pub(super) mod matrix;
pub(super) mod precision;
mod quantize_q4;
