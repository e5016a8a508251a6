//! Pictures: opened from anything people drop, made ready for the model.

use std::{path::PathBuf, sync::Arc};

use image::RgbImage;

/// Tells pictures apart for as long as the program runs, also two openings of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PictureId(pub u64);

/// An open picture: upright, three channels. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Its identity while the program runs.
    pub id: PictureId,
    /// What to call it: the file's name, "pasted picture", ….
    pub name: String,
    /// The file it came from, if any.
    pub path: Option<PathBuf>,
    /// 8-bit RGB, turned as the file's orientation says, alpha dropped.
    pub pixels: Arc<RgbImage>,
    /// What a person should know about it, one sentence each: cut off, first frame of several, ….
    pub notes: Vec<String>,
}

/// Where a picture comes from.
#[derive(Clone, Debug)]
pub enum PictureSource {
    /// A file.
    Path(PathBuf),
    /// An encoded file in memory, with a name to call it by.
    Bytes {
        /// For example `snow.png`.
        name: String,
        /// The file's content.
        bytes: Arc<[u8]>,
    },
    /// Decoded pixels, as from the clipboard, with a name to call them by.
    Pixels {
        /// For example "pasted picture".
        name: String,
        /// 8-bit RGB.
        pixels: RgbImage,
    },
}

impl PictureId {
    /// A new identity.
    #[must_use]
    pub fn next() -> Self {
        static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
        Self(NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
    }
}

/// Why a picture could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("to come")]
pub struct PictureError;

/// Opens a picture under an identity given out before.
///
/// # Errors
/// To come.
pub fn open_as(_id: PictureId, _source: PictureSource) -> Result<Picture, PictureError> {
    Err(PictureError)
}
