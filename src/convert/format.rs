//! The number formats to choose from: half precision, and those that are computed with, packed as they lie in memory.

use std::{path::PathBuf, sync::Arc};

use crate::{
    checkpoint::{Checkpoint, StoredDtype},
    kernels::Precision,
    model::{
        layout::{Role, role},
        precision_of,
    },
    picture::{self, PictureSource},
};

/// A format, and the pictures that [`Format::Q4`] is calibrated on.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// How the weights are stored.
    pub format: Format,
    /// What rounding to four bits is to leave as it is: what is said about these. Other formats don't look at them.
    pub pictures: Vec<PictureSource>,
}

impl From<Format> for Recipe {
    /// On the sample pictures.
    fn from(format: Format) -> Self {
        let source =
            |(name, bytes): &(&str, &[u8])| PictureSource::Bytes { name: (*name).to_owned(), bytes: Arc::from(*bytes) };
        Self { format, pictures: picture::SAMPLES.iter().map(source).collect() }
    }
}

impl Recipe {
    /// On the pictures in a folder, the first few of them.
    #[must_use]
    pub fn on_folder(format: Format, folder: PathBuf) -> Self {
        let found = picture::gather_at_most(MOST_PICTURES, vec![folder]);
        Self { format, pictures: found.files.into_iter().map(PictureSource::Path).collect() }
    }
}

/// More pictures than these take more time and change little.
const MOST_PICTURES: usize = 16;

/// How the weights of a converted checkpoint are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Half precision: 16 bits for each weight.
    F16,
    /// As [`Precision::Q8`] computes with them.
    Q8,
    /// As [`Precision::Q4`] computes with them.
    Q4,
}

impl Format {
    /// All of them, the most exact first.
    pub const ALL: [Self; 3] = [Self::F16, Self::Q8, Self::Q4];

    /// Its short name, which is part of a file's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::F16 => "f16",
            Self::Q8 => Precision::Q8.name(),
            Self::Q4 => Precision::Q4.name(),
        }
    }

    /// Bytes that all weights of a checkpoint take in this format.
    #[must_use]
    pub fn n_bytes(self, checkpoint: &Checkpoint) -> u64 {
        let shapes = checkpoint.shapes();
        shapes.iter().filter_map(|(name, shape)| self.dtype(name).n_bytes(shape)).sum()
    }

    /// How a tensor of this name is stored.
    #[must_use]
    pub fn dtype(self, name: &str) -> StoredDtype {
        let precision = match self {
            Self::F16 => None,
            Self::Q8 => precision_of(name, Precision::Q8),
            Self::Q4 => precision_of(name, Precision::Q4),
        };
        match (role(name), precision) {
            (Role::Small, _) => StoredDtype::F32,
            (Role::KeepExact, _) | (_, None) => StoredDtype::F16,
            (_, Some(precision)) => StoredDtype::Packed(precision),
        }
    }
}
