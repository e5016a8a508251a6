//! Why a picture could not be opened, as sentences for a person.
//!
//! One problem, one sentence: what it is, what to do about it, and the file last, so that lists of them read well.

use image::ImageFormat;

use super::{decode, read, sniff::Foreign};

/// A picture that could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("{problem}: {place}")]
pub struct PictureError {
    /// What is the matter.
    #[source]
    pub problem: Problem,
    /// The file's path, or the name of what had no file; control characters replaced.
    pub place: String,
}

/// What can be the matter with a picture.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// Nothing has this name.
    #[error("There is no such file. Check its name")]
    Missing,
    /// The system refused to read it.
    #[error("The file can't be read ({0})")]
    Unreadable(std::io::Error),
    /// Not a regular file; what it is instead.
    #[error("This is {0}, not a picture file")]
    NotAFile(&'static str),
    /// Zero bytes.
    #[error("The file is empty. Fetch it again")]
    Empty,
    /// More bytes than are read.
    #[error("The file is larger than the {} MB that are read. Make it smaller first", read::MAX_FILE_BYTES >> 20)]
    FileTooLarge,
    /// Something else than a picture, or a kind of picture not known here.
    #[error("{0}")]
    Foreign(Foreign),
    /// Neither a known picture format nor anything else known.
    #[error("This is not a picture in a known format (PNG, JPEG, GIF, WebP, BMP, TIFF, QOI, PNM, TGA or ICO)")]
    Unknown,
    /// Width or height is zero.
    #[error("The picture is empty, its size is {width}×{height} pixels")]
    NoPixels {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// More pixels than are opened.
    #[error(
        "The picture has {width}×{height} pixels, more than the {} million that are opened. Make it smaller first",
        decode::MAX_PIXELS / 1_000_000
    )]
    TooManyPixels {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// Decoding would take more memory than is allowed or there is.
    #[error("The picture needs too much memory to open. Make it smaller first")]
    TooMuchMemory,
    /// A variant of the format that the decoder does not know, or that it panics on.
    #[error("This {} layout is not supported. Convert it to PNG", label(*format))]
    Unsupported {
        /// Of the file.
        format: ImageFormat,
    },
    /// The file ends before any pixel could be had.
    #[error("This {} file is cut off, nothing of the picture can be shown. Fetch it again", label(*format))]
    CutOff {
        /// Of the file.
        format: ImageFormat,
    },
    /// The content breaks the format's rules.
    #[error("This {} file is damaged ({reason}). Fetch it again", label(*format))]
    Damaged {
        /// Of the file.
        format: ImageFormat,
        /// The decoder's words.
        reason: String,
    },
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
