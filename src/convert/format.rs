//! The number formats to choose from, from half precision to a mix of blocks that are quantized to 4, 5 and 6 bits.

use crate::{
    checkpoint::{Checkpoint, StoredDtype},
    kernels::Blocks,
    model::layout::{Role, role},
};

/// How the weights of a converted checkpoint are quantized.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Half precision: 16 bits for each weight.
    F16,
    /// 8 bits for each weight, and a scale for each block: as weights are kept in memory unless told otherwise.
    Q8,
    /// 4 to 6 bits: 6 for the vision tower, the token embedding and the decoder's values, 5 for what ends the two halves of
    /// its blocks, 4 for the rest of them.
    Mix,
}

impl Format {
    /// All of them, the most exact first.
    pub const ALL: [Self; 3] = [Self::F16, Self::Q8, Self::Mix];

    /// Its short name, which is part of a file's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::F16 => "f16",
            Self::Q8 => "q8_0",
            Self::Mix => "mix",
        }
    }

    /// Bytes that all weights of a checkpoint take in this format.
    #[must_use]
    pub fn n_bytes(self, checkpoint: &Checkpoint) -> u64 {
        let shapes = checkpoint.shapes();
        shapes.iter().filter_map(|(name, shape)| self.dtype(name, shape).n_bytes(shape)).sum()
    }

    /// How a tensor of this name and shape is stored.
    #[must_use]
    pub fn dtype(self, name: &str, shape: &[usize]) -> StoredDtype {
        let cols = shape.last().copied().unwrap_or_default();
        match (role(name), self) {
            (Role::Small, _) => StoredDtype::F32,
            (Role::KeepExact, _) | (_, Self::F16) => StoredDtype::F16,
            (_, Self::Q8) => blocks(8, cols),
            (Role::Embedding | Role::Vision, Self::Mix) => blocks(6, cols),
            (Role::Decoder, Self::Mix) if name.ends_with(".v_proj.weight") => blocks(6, cols),
            (Role::Decoder, Self::Mix) if name.ends_with(".out_proj.weight") || name.ends_with(".fc2.weight") => {
                blocks(5, cols)
            }
            (Role::Decoder, Self::Mix) => blocks(4, cols),
        }
    }
}

/// Blocks that rows of this length can be divided into.
fn blocks(n_bits: u8, cols: usize) -> StoredDtype {
    let (large, small) = match n_bits {
        4 => (Blocks::Q4K, Blocks::Q4_1),
        5 => (Blocks::Q5K, Blocks::Q5_1),
        6 => (Blocks::Q6K, Blocks::Q8_0),
        _ => (Blocks::Q8_0, Blocks::Q8_0),
    };
    let fitting = [large, small].into_iter().find(|blocks| cols.is_multiple_of(blocks.n_weights()));
    fitting.map_or(StoredDtype::F16, StoredDtype::Blocks)
}
