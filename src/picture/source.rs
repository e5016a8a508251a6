//! Where pictures come from: a file, an encoded file in memory, or pixels.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use image::RgbImage;

use crate::words::shortened;

/// Characters that a file's name can have; more are a text that was taken for one.
const LONGEST_NAME: usize = 255;

/// Where a picture comes from.
#[derive(Clone, Debug)]
pub enum PictureSource {
    /// A file.
    Path(PathBuf),
    /// An encoded file in memory, with a name to call it by.
    Bytes {
        /// What to call it, for example `snow.png`.
        name: String,
        /// The file's content.
        bytes: Arc<[u8]>,
    },
    /// Decoded pixels, as from the clipboard, with a name to call them by.
    Pixels {
        /// What to call it, for example "pasted picture".
        name: String,
        /// The pixels, 8-bit RGB.
        pixels: Arc<RgbImage>,
    },
}

impl PictureSource {
    /// What to call it: the file's name, or the name it came with.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Path(path) => {
                shortened(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy(), LONGEST_NAME)
            }
            Self::Bytes { name, .. } | Self::Pixels { name, .. } => name.clone(),
        }
    }

    /// The file it comes from, if it comes from one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        if let Self::Path(path) = self { Some(path) } else { None }
    }
}
