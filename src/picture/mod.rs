//! Pictures: opened from anything people drop, made ready for the model.
//!
//! What arrives is whatever lay on a disk: cut off downloads, web pages named `.jpg`, pipes, bombs. Opening gives an
//! upright 8-bit RGB picture with notes on what a person should know, or one sentence that says what the thing is
//! instead. It never blocks on a pipe, never panics, and refuses by the header what would not fit into memory.
//! The steps: the file is read whole and once (`read`), its format told by content (`sniff`), its frames and its end
//! found (`layout`), its pixels decoded and turned upright (`decode`). [`resample`] and [`preprocess`] make the model's
//! input of them.

mod decode;
mod error;
mod folder;
mod layout;
pub mod preprocess;
mod read;
pub mod resample;
mod sniff;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use image::RgbImage;

use crate::words::printable;

pub use error::{PictureError, Problem};
pub use folder::{EXTENSIONS, Gathered, gather};

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
        pixels: Arc<RgbImage>,
    },
}

impl PictureSource {
    /// What to call it: the file's name, or the name it came with.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Path(path) => path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
            Self::Bytes { name, .. } | Self::Pixels { name, .. } => name.clone(),
        }
    }

    /// The file, if there is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        if let Self::Path(path) = self { Some(path) } else { None }
    }
}

impl PictureId {
    /// A new identity.
    #[must_use]
    pub fn next() -> Self {
        static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
        Self(NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
    }
}

/// Opens a picture under a new identity.
///
/// # Errors
/// As [`open_as`].
pub fn open(source: PictureSource) -> Result<Picture, PictureError> {
    open_as(PictureId::next(), source)
}

/// Opens a picture under an identity given out before.
///
/// Formats: PNG, JPEG, GIF, WebP, BMP, TIFF, QOI, PNM, ICO by content, TGA by its extension since it has no mark.
/// Pixels become what Pillow's `convert("RGB")` gives: alpha is dropped without blending, grey is spread to three
/// channels, palettes are looked up, ICC profiles are ignored. Samples of 16 bits keep their upper 8, also grey ones,
/// which Pillow would clip to white instead. Of an animation the first frame is taken.
///
/// # Errors
/// When there is nothing to read, it is no picture, a format not known here, too large (512 MiB of file, 300 million
/// pixels, 2 GiB decoded), or too damaged to give any pixels.
pub fn open_as(id: PictureId, source: PictureSource) -> Result<Picture, PictureError> {
    let name = source.name();
    let (path, opened) = match source {
        PictureSource::Path(path) => {
            let opened = read::read(&path).and_then(|bytes| decode::decode(&bytes, &name));
            (Some(path), opened)
        }
        PictureSource::Bytes { bytes, .. } => (None, decode::decode(&bytes, &name)),
        PictureSource::Pixels { pixels, .. } => (None, decode::Decoded::from_pixels(pixels)),
    };
    match opened {
        Ok(decode::Decoded { pixels, notes }) => {
            let notes = notes.into_iter().map(|note| format!("{} {note}", printable(&name))).collect();
            Ok(Picture { id, name, path, pixels, notes })
        }
        Err(problem) => {
            let place = path.as_deref().map_or_else(|| name.into(), Path::to_string_lossy);
            Err(PictureError { problem, place: printable(&place) })
        }
    }
}
