//! From a file's bytes to upright 8-bit RGB pixels.
//!
//! The decoders are asked nicely and watched: sizes are checked from the header before any pixel is made, and a
//! decoder that panics (tiled planar TIFFs do that to `tiff` 0.11) costs the picture, not the program.

use std::{
    error::Error as _,
    io::{self, Cursor},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage, metadata::Orientation,
};

use super::{
    error::Problem,
    limits::{MAX_DECODED_BYTES, MAX_PIXELS},
    sniff,
    structure::{self, End, Structure},
};
use crate::words::printable;

/// How many characters of a decoder's own words are passed on.
const MAX_REASON: usize = 160;

/// Pixels, and what to say about them: phrases that go on after the picture's name.
pub(super) struct Decoded {
    pub(super) pixels: Arc<RgbImage>,
    pub(super) notes: Vec<&'static str>,
}

impl Decoded {
    /// Takes pixels that were decoded elsewhere.
    pub(super) fn from_pixels(pixels: Arc<RgbImage>) -> Result<Self, Problem> {
        check_size(pixels.width(), pixels.height())?;
        Ok(Self { pixels, notes: Vec::new() })
    }
}

/// Decodes a file's content. The name serves only formats that have no mark.
pub(super) fn decode(bytes: &[u8], name: &str) -> Result<Decoded, Problem> {
    let format = sniff::format_of(bytes, name)?;
    let structure = structure::walk(format, bytes);
    // Nothing that the closure could leave half done outlives it.
    match catch_unwind(AssertUnwindSafe(|| upright_rgb(format, bytes))) {
        Ok(Ok(pixels)) => Ok(Decoded { pixels: Arc::new(pixels), notes: notes(structure) }),
        Ok(Err(Problem::Damaged { .. })) if structure.end != End::Present => Err(Problem::CutOff { format }),
        Ok(Err(problem)) => Err(problem),
        Err(_panic) => Err(Problem::Unsupported { format }),
    }
}

fn notes(structure: Structure) -> Vec<&'static str> {
    let cut = match structure.end {
        End::Present => None,
        End::MissingPixels => Some("is cut off; the lower part is missing"),
        End::MissingDetail => Some("is cut off; some of its detail is missing"),
        End::MissingTail => Some("is cut off after its first frame"),
    };
    let frames = (structure.n_frames > 1).then_some("is an animation; only its first frame is used");
    cut.into_iter().chain(frames).collect()
}

fn upright_rgb(format: ImageFormat, bytes: &[u8]) -> Result<RgbImage, Problem> {
    let problem = |error| problem(format, error);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(problem)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    check_memory(decoder.total_bytes())?;
    let orientation = orientation(&mut decoder);
    let image = DynamicImage::from_decoder(decoder).map_err(problem)?;
    let mut upright = DynamicImage::ImageRgb8(to_rgb8(image));
    upright.apply_orientation(orientation);
    Ok(upright.into_rgb8())
}

/// How the picture has to be turned; not at all when the metadata can't be read.
fn orientation(decoder: &mut impl ImageDecoder) -> Orientation {
    // Some writers put JPEG's prefix before the EXIF block of a WebP file too, where the decoder does not expect it.
    let exif = decoder.exif_metadata().ok().flatten();
    let prefixed = exif.as_deref().and_then(|exif| exif.strip_prefix(b"Exif\0\0"));
    let own = prefixed.and_then(Orientation::from_exif_chunk).or_else(|| decoder.orientation().ok());
    own.unwrap_or(Orientation::NoTransforms)
}

fn check_size(width: u32, height: u32) -> Result<(), Problem> {
    match u64::from(width) * u64::from(height) {
        0 => Err(Problem::NoPixels { width, height }),
        n_pixels if n_pixels > MAX_PIXELS => Err(Problem::TooManyPixels { width, height }),
        _ => Ok(()),
    }
}

/// Only `ImageReader::decode` holds decoders to their limit as a whole, and that one tells no orientation.
/// An allocation that fails later would end the program, so it is tried here.
fn check_memory(n_bytes: u64) -> Result<(), Problem> {
    let fits = |n_bytes| Vec::<u8>::new().try_reserve_exact(n_bytes).is_ok();
    match usize::try_from(n_bytes) {
        // Twice: the decoder's output is there while it is turned into RGB.
        Ok(n) if n_bytes <= MAX_DECODED_BYTES && fits(n.saturating_mul(2)) => Ok(()),
        _ => Err(Problem::TooMuchMemory),
    }
}

/// As Pillow: alpha is dropped, not blended; of 16 bits the upper 8 stay. `into_rgb8` would round 16-bit samples.
fn to_rgb8(image: DynamicImage) -> RgbImage {
    use DynamicImage::{ImageLuma16, ImageLumaA16, ImageRgb16, ImageRgba16};
    if !matches!(image, ImageLuma16(_) | ImageLumaA16(_) | ImageRgb16(_) | ImageRgba16(_)) {
        return image.into_rgb8();
    }
    let wide = image.into_rgb16();
    let mut narrow = RgbImage::new(wide.width(), wide.height());
    for (narrow, wide) in narrow.iter_mut().zip(wide.iter()) {
        *narrow = (wide >> 8) as u8;
    }
    narrow
}

fn problem(format: ImageFormat, error: ImageError) -> Problem {
    match error {
        ImageError::Limits(_) => Problem::TooMuchMemory,
        ImageError::Unsupported(_) => Problem::Unsupported { format },
        ImageError::IoError(e) if e.kind() == io::ErrorKind::UnexpectedEof => Problem::CutOff { format },
        error => {
            let reason = error.source().map_or_else(|| error.to_string(), ToString::to_string);
            let reason = printable(reason.trim()).chars().take(MAX_REASON).collect();
            Problem::Damaged { format, reason }
        }
    }
}
