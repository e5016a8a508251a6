//! Where pictures come from: a file, a place in another file, an encoded file in memory, or pixels.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use image::RgbImage;

use crate::{archive::Member, words::shortened};

/// Characters that a file's name can have; more are a text that was taken for one.
const LONGEST_NAME: usize = 255;

/// Where a picture comes from.
#[derive(Clone, Debug)]
pub enum PictureSource {
    /// A file.
    Path(PathBuf),
    /// Within another file.
    Within(Member),
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
            Self::Within(member) => {
                let name = member.name();
                shortened(name.rsplit('/').next().unwrap_or(&name), LONGEST_NAME)
            }
            Self::Bytes { name, .. } | Self::Pixels { name, .. } => name.clone(),
        }
    }

    /// What tells it from all others that have a place on the disk; `None` if it has none. Of one within another file, its
    /// place there behind the path of that.
    #[must_use]
    pub fn place(&self) -> Option<PathBuf> {
        match self {
            Self::Path(path) => Some(path.clone()),
            Self::Within(member) => Some(member.path()),
            Self::Bytes { .. } | Self::Pixels { .. } => None,
        }
    }

    /// The file that changes when it does.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Path(path) => Some(path),
            Self::Within(member) => Some(&member.file),
            Self::Bytes { .. } | Self::Pixels { .. } => None,
        }
    }

    /// The file it comes from, if it has one of its own.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        if let Self::Path(path) = self { Some(path) } else { None }
    }
}
