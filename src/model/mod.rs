//! The network, on one page: Kosmos-2 (Peng et al. 2023, arXiv 2306.14824) as published, sizes from `config.json`.
//!
//! A picture goes through the vision encoder and the resampler to a handful of embeddings, which stand in a prompt like
//! words; the decoder continues the prompt, in one pass over all of it (prefill) and then token by token (decode). Weights never
//! change: what a generation remembers is in its own [`KvCache`]. There is no batch dimension: texts that are
//! continued together lie one after the other. [`Kosmos2`] is the place to start reading.

mod attention;
mod config;
mod decoder;
mod flops;
mod kosmos2;
mod kv_cache;
mod layers;
pub mod layout;
mod requantize;
mod resampler;
mod store;
mod vision;

pub use config::{Config, ConfigError, MODEL_TYPE, TextConfig, VisionConfig};
pub use flops::{Work, check_work};
pub use kosmos2::{ImageSlots, Kosmos2};
pub use kv_cache::KvCache;
pub use requantize::Requantize;
pub use store::{Store, precision_of};
