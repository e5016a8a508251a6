//! Why a picture could not be opened, as sentences for a person.
//!
//! One problem, one sentence: what it is, what to do about it, and the file last, so that lists of them read well.

use std::fmt;

use image::ImageFormat;

use super::limits::{MAX_BYTES, MAX_FILE_BYTES, MAX_PIXELS, MAX_STRIPS};
use crate::{
    typed::Elsewhere,
    words::{printable, size},
};

/// A picture that could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("{problem}: {place}")]
pub struct PictureError {
    /// What is wrong with it.
    #[source]
    pub problem: Problem,
    /// The file's path, or the name of what had no file; control characters replaced.
    pub place: String,
}

/// What can be wrong with a picture.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// Nothing has this name.
    #[error("There is no such file. Check its name")]
    Missing,
    /// Not a path: an address that leads away from this computer.
    #[error("{0}")]
    Elsewhere(Elsewhere),
    /// The system refused to read it.
    #[error("The file can't be read ({0})")]
    Unreadable(std::io::Error),
    /// Not a regular file; what it is instead.
    #[error("This is {0}, not a picture file")]
    NotAFile(&'static str),
    /// The file has no content at all.
    #[error("The file is empty. Fetch it again")]
    Empty,
    /// The file has more bytes than are read.
    #[error("The file is larger than the limit of {} MB. Make it smaller first", MAX_FILE_BYTES >> 20)]
    FileTooLarge,
    /// Something other than a picture, or a picture in a format that is not supported.
    #[error("{0}")]
    Foreign(Foreign),
    /// Neither a supported picture format nor anything else that can be named.
    #[error("This is not a picture in a supported format (PNG, JPEG, GIF, WebP, BMP, TIFF, QOI, PNM, TGA or ICO)")]
    Unknown,
    /// Width or height is zero.
    #[error("The picture is empty: its size is {width}×{height} pixels")]
    NoPixels {
        /// Its width in pixels.
        width: u32,
        /// Its height in pixels.
        height: u32,
    },
    /// The picture has more pixels than are opened.
    #[error(
        "The picture has {width}×{height} pixels, more than the limit of {} million. Make it smaller first",
        MAX_PIXELS / 1_000_000
    )]
    TooManyPixels {
        /// Its width in pixels.
        width: u32,
        /// Its height in pixels.
        height: u32,
    },
    /// The picture is stored in more pieces than are read.
    #[error("The picture is stored in {n} strips or tiles, more than the limit of {MAX_STRIPS}. Convert it to PNG")]
    TooManyStrips {
        /// How many they are.
        n: u64,
    },
    /// Opening would take more memory than is allowed.
    #[error(
        "The picture needs {} of memory to open, more than the limit of {}. Make it smaller first",
        size(*n_bytes),
        size(MAX_BYTES)
    )]
    TooMuchMemory {
        /// What it would take, in bytes.
        n_bytes: u64,
    },
    /// Opening would take more memory than there is.
    #[error("The picture needs {} of memory to open, more than is free. Close other programs or make it smaller", size(*n_bytes))]
    TooLittleMemory {
        /// What it would take, in bytes.
        n_bytes: u64,
    },
    /// A variant of the format that the decoder does not know, or that it panics on.
    #[error("This kind of {} file is not supported. Convert it to PNG", label(*format))]
    Unsupported {
        /// The format that the file has.
        format: ImageFormat,
    },
    /// The file ends before the first pixel.
    #[error("This {} file is cut off before anything of the picture can be shown. Fetch it again", label(*format))]
    CutOff {
        /// The format that the file has.
        format: ImageFormat,
    },
    /// The content breaks the format's rules.
    #[error("This {} file is damaged ({reason}). Fetch it again", label(*format))]
    Damaged {
        /// The format that the file has.
        format: ImageFormat,
        /// What the decoder says about it.
        reason: String,
    },
}

/// How many characters of a decoder's own words are passed on.
const MAX_REASON: usize = 160;

impl Problem {
    /// A damaged file, with what its decoder says.
    pub(super) fn damaged(format: ImageFormat, reason: &str) -> Self {
        let reason = printable(reason.trim()).chars().take(MAX_REASON).collect();
        Self::Damaged { format, reason }
    }
}

/// Something that was taken for a picture, or a picture in a format that is not supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// What it is, with its article: "a web page".
    pub what: &'static str,
    /// What to do, as a sentence without its full stop.
    pub remedy: &'static str,
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "This is {}. {}", self.what, self.remedy)
    }
}

/// What people call the format.
fn label(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Png => "PNG",
        ImageFormat::Jpeg => "JPEG",
        ImageFormat::Gif => "GIF",
        ImageFormat::WebP => "WebP",
        ImageFormat::Bmp => "BMP",
        ImageFormat::Tiff => "TIFF",
        ImageFormat::Qoi => "QOI",
        ImageFormat::Pnm => "PNM",
        ImageFormat::Tga => "TGA",
        ImageFormat::Ico => "ICO",
        _ => "picture",
    }
}
