//! Checkpoints: where the weights, the sizes and the tokenizer come from, in the published layout or as one file of ours,
//! whose weights are quantized.
//!
//! Opening one reads its small files and the headers of its weights, and checks every tensor's name and shape; the
//! weights themselves are read afterwards, tensor by tensor, never mapped. Nothing is written to or removed from a
//! checkpoint's folder.
//!
//! A new format of weight files is a file in `format/` and a row of the table in `format.rs`.

mod error;
mod files;
mod format;
mod info;
mod library;
mod manifest;
mod memory;
mod mini;
mod open;
mod repository;
mod stored;
mod tensor;
mod weights;

pub use error::CheckpointError;
pub use files::is_plain_name;
#[cfg(fuzzing)]
pub use format::fuzz_headers;
pub use format::{file_extensions, gguf, has_checkpoint_ending, has_original_ending};
pub use info::{CheckpointInfo, SmallWorld};
pub use library::{Library, LocalCheckpoint, Summary, folder_below, hugging_face_home, is_checkpoint, places, repo};
pub use manifest::{FileState, ListedFile, MANIFEST, Manifest, Sum, Summing};
pub use open::{Checkpoint, Source};
pub use repository::Origin;
pub use stored::{About, StoredDtype};
pub use tensor::TensorSource;
pub use weights::NotedSums;
