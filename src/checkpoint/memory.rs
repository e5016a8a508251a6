//! Whether there is memory for a checkpoint, before anything of it is read.

use super::{error::CheckpointError, open::Checkpoint};
use crate::{
    kernels::Precision,
    model::{Config, Store, weights as layout},
};

/// Bytes of a key's or a value's number.
const NUMBER_BYTES: u64 = 4;
/// Tokens of a usual conversation about a picture, whose keys and values are kept.
const USUAL_TOKENS: u64 = 512;
/// What the program itself and the pictures take, roughly.
const PROGRAM_BYTES: u64 = 100 << 20;

impl Checkpoint {
    /// Bytes of memory that loading and answering take at most: the weights as they are kept, and what the network
    /// remembers of a prompt.
    #[must_use]
    pub fn memory_needed(&self, precision: Precision) -> u64 {
        let weights = layout::expected(&self.config).into_iter();
        let sizes = weights.map(|(name, shape)| Store::bytes_of(&name, &shape, precision));
        sizes.chain([remembered(&self.config), PROGRAM_BYTES]).fold(0, u64::saturating_add)
    }

    /// Refuses what can't fit into this many bytes.
    ///
    /// # Errors
    /// With both numbers.
    pub fn check_memory(&self, precision: Precision, free: u64) -> Result<(), CheckpointError> {
        let needs = self.memory_needed(precision);
        if needs <= free {
            return Ok(());
        }
        Err(CheckpointError::NoMemory { needs, free, precision: precision.name(), path: self.path.clone() })
    }
}

/// Keys and values of a usual prompt and its answer.
fn remembered(config: &Config) -> u64 {
    let text = &config.text_config;
    let n_tokens = USUAL_TOKENS.min(text.max_position_embeddings as u64);
    2 * text.layers as u64 * text.embed_dim as u64 * n_tokens * NUMBER_BYTES
}
