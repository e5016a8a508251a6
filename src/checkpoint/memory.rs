//! Whether there is memory for a checkpoint, before anything of it is read.

use super::{error::CheckpointError, open::Checkpoint};
use crate::{
    kernels::Precision,
    model::{Config, Store, layout},
};

/// Bytes of one number of a key or a value.
const NUMBER_BYTES: u64 = 4;
/// Tokens of a usual conversation about a picture, whose keys and values are in the KV cache.
const USUAL_TOKENS: u64 = 512;
/// What the program itself and the pictures take, roughly.
const PROGRAM_BYTES: u64 = 100 << 20;

impl Checkpoint {
    /// Bytes of memory that loading and answering take at most: the weights as they are kept, and the KV cache of a usual
    /// conversation.
    #[must_use]
    pub fn memory_needed(&self, precision: Precision) -> u64 {
        let weights = layout::expected(&self.config).into_iter();
        let sizes = weights.map(|(name, shape)| Store::bytes_of(&name, &shape, precision));
        sizes.chain([kv_cache_bytes(&self.config), PROGRAM_BYTES]).fold(0, u64::saturating_add)
    }

    /// Refuses a checkpoint that needs more memory than this many bytes.
    ///
    /// # Errors
    /// When it does; the error has both numbers.
    pub fn check_memory(&self, precision: Precision, free: u64) -> Result<(), CheckpointError> {
        let needs = self.memory_needed(precision);
        if needs <= free {
            return Ok(());
        }
        Err(CheckpointError::NoMemory { needs, free, precision, path: self.path().to_owned() })
    }
}

/// Bytes of the KV cache of a usual conversation.
fn kv_cache_bytes(config: &Config) -> u64 {
    let text = &config.text_config;
    let n_tokens = USUAL_TOKENS.min(text.max_position_embeddings as u64);
    2 * text.layers as u64 * text.embed_dim as u64 * n_tokens * NUMBER_BYTES
}
