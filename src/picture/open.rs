//! A picture that is open, and how one gets there: read, sniffed, decoded, and named in what is said about it.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use image::RgbImage;

use super::{
    decode::{Decoded, decode},
    error::PictureError,
    read::{FileStamp, problem, read},
    source::PictureSource,
};
use crate::words::{place, printable};

/// Tells pictures apart for as long as the program runs, also two openings of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PictureId(pub u64);

/// An open picture: upright, three channels. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Tells it from every other picture while the program runs.
    pub id: PictureId,
    /// What to call it: the file's name, "pasted picture", ….
    pub name: String,
    /// The file it came from, if it came from one.
    pub path: Option<PathBuf>,
    /// Its file, as it was when it was read.
    pub stamp: Option<FileStamp>,
    /// A sum of its size and pixels (CRC-32): another picture has another one.
    pub checksum: u32,
    /// 8-bit RGB, turned as the file's orientation says, alpha dropped.
    pub pixels: Arc<RgbImage>,
    /// What a person should know about it, one sentence each: cut off, first frame of several, ….
    pub notes: Vec<String>,
}

impl Picture {
    /// A picture that has no file, under a new identity.
    #[must_use]
    pub fn new(name: &str, pixels: RgbImage) -> Self {
        let checksum = checksum(&pixels);
        let (id, name, pixels) = (PictureId::next(), name.to_owned(), Arc::new(pixels));
        Self { id, name, path: None, stamp: None, checksum, pixels, notes: vec![] }
    }
}

impl PictureId {
    /// A new identity.
    #[must_use]
    pub fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
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
/// channels, palettes are looked up. Samples of 16 bits keep their upper 8, also grey ones, which Pillow would clip to
/// white instead; nothing in a file tells how many of them mean something (PNG's `sBIT` does not: its samples are scaled up
/// already). Otherwise than Pillow, colours of an ICC profile are brought to sRGB, and a drawing that dropping alpha would
/// hide is shown on white or black. Inks are turned into colours without their profile, and PNG's `gAMA`, `cHRM` and
/// `cICP` are ignored. Of an animation the first frame is taken, of pages the first, of an icon the best size.
///
/// # Errors
/// When there is nothing to read, when it is not a picture or is one in an unknown format, when it is too large (512 MiB
/// of file, 300 million pixels, 1.4 GB of memory), or too damaged to give any pixels.
pub fn open_as(id: PictureId, source: PictureSource) -> Result<Picture, PictureError> {
    let name = source.name();
    let stamp = source.file().and_then(FileStamp::of);
    let (path, opened) = match source {
        PictureSource::Path(path) => {
            let opened = read(&path).and_then(|bytes| decode(&bytes, &name));
            (Some(path), opened)
        }
        PictureSource::Within(member) => {
            let opened = member.read().map_err(problem).and_then(|bytes| decode(&bytes, &name));
            (None, opened)
        }
        PictureSource::Bytes { bytes, .. } => (None, decode(&bytes, &name)),
        PictureSource::Pixels { pixels, .. } => (None, Decoded::from_pixels(pixels)),
    };
    match opened {
        Ok(Decoded { pixels, notes }) => {
            let notes = notes.into_iter().map(|note| format!("{} {note}", printable(&name))).collect();
            Ok(Picture { id, name, path, stamp, checksum: checksum(&pixels), pixels, notes })
        }
        Err(problem) => Err(PictureError { problem, place: place(path.as_deref().unwrap_or(Path::new(&name))) }),
    }
}

fn checksum(pixels: &RgbImage) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for side in [pixels.width(), pixels.height()] {
        hasher.update(&side.to_le_bytes());
    }
    hasher.update(pixels.as_raw());
    hasher.finalize()
}
