//! Pictures that the `image` library decodes right: all formats but JPEG.

use std::{
    error::Error,
    io::{self, Cursor},
};

use image::{ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, metadata::Orientation};

use super::{
    content::Content,
    samples::Samples,
    structure::{self, End, Parts},
    tiff,
};
use crate::picture::{
    error::Problem,
    limits::{MAX_BYTES, MAX_METADATA_BYTES},
    room,
};

/// Decodes all formats but JPEG and icons of PNGs.
pub(super) fn decode(format: ImageFormat, bytes: &[u8]) -> Result<Content, Problem> {
    let structure = structure::walk(format, bytes);
    let decoded = decoded(format, bytes);
    let cut_off = |problem| match problem {
        Problem::Damaged { .. } if structure.end != End::Present => Problem::CutOff { format },
        problem => problem,
    };
    let content = decoded.map_err(cut_off)?;
    // What the decoder's own library knows goes before the walk.
    let parts = if content.parts == Parts::One { structure.parts } else { content.parts };
    let end = if content.end == End::Present { structure.end } else { content.end };
    Ok(Content { parts, end, ..content })
}

fn decoded(format: ImageFormat, bytes: &[u8]) -> Result<Content, Problem> {
    let mut facts = if format == ImageFormat::Tiff { tiff::facts(bytes) } else { tiff::Facts::default() };
    facts.check_strips()?;
    let has_all_strips = facts.has_all_strips;
    let problem = |error| match problem(format, error) {
        // The pixels are all there: the decoder is at fault, as with some tiles in LZW.
        Problem::CutOff { .. } if has_all_strips => Problem::Unsupported { format },
        problem => problem,
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(match format {
        // Of a PNG that is what rows and unpacked metadata may take.
        ImageFormat::Png => MAX_METADATA_BYTES,
        _ => MAX_BYTES,
    });
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(problem)?;
    let (width, height) = decoder.dimensions();
    room::check_size(width, height)?;
    let orientation = orientation(format, bytes, &mut decoder);
    let (colour, n_bytes) = (decoder.color_type(), decoder.total_bytes());
    let rgb = 3 * u64::from(width) * u64::from(height);
    let own = n_bytes_of_decoder(format, n_bytes).max(room::n_bytes_to_turn(orientation, rgb));
    room::check_memory(bytes.len() as u64 + n_bytes.max(rgb) + own + facts.n_bytes_of_strips())?;
    // Of a TIFF the decoder gives only profiles told as single bytes, which hardly any writer does.
    let profile = facts.profile.take().or_else(|| decoder.icc_profile().ok().flatten());
    // Samples become RGB where they are.
    let mut samples = vec![0; n_bytes.max(rgb) as usize];
    let room = samples.get_mut(..n_bytes as usize).unwrap_or_default();
    let end = match decoder.read_image(room).map_err(problem) {
        Err(Problem::CutOff { .. }) if shows_part(format) && room.iter().any(|&level| level > 0) => missing(bytes),
        result => result.map(|()| End::Present)?,
    };
    let mut samples = Samples::new(samples, colour, (width, height));
    let notes: Vec<_> = samples.narrow().into_iter().collect();
    if facts.has_associated_alpha {
        samples.divide_by_alpha();
    }
    let is_grey = samples.is_grey();
    let shown_on = samples.show_strokes();
    let pixels = samples.into_rgb().ok_or_else(|| Problem::damaged(format, "another size"))?;
    let has_other_colours = format == ImageFormat::Png && structure::png_has_other_colours(bytes);
    let off = has_other_colours.then_some("is made for screens with more colours; its colours may be off");
    let notes = notes.into_iter().chain(shown_on).chain(off).collect();
    Ok(Content { pixels, is_grey, orientation, profile, parts: facts.parts, end, notes })
}

/// Whether what a decoder made before the file ended stands where it belongs.
fn shows_part(format: ImageFormat) -> bool {
    format == ImageFormat::Bmp
}

/// What is missing of a file that was cut off within its pixels.
fn missing(bytes: &[u8]) -> End {
    // Bitmaps begin at the bottom, unless their height is negative.
    let is_upside_down = bytes.get(25).is_some_and(|sign| sign & 0x80 == 0);
    if is_upside_down { End::MissingTop } else { End::MissingPixels }
}

/// Bytes that a decoder takes for itself while it gives so many.
fn n_bytes_of_decoder(format: ImageFormat, n_bytes: u64) -> u64 {
    match format {
        // They make the whole picture before they hand it over.
        ImageFormat::Gif | ImageFormat::Qoi | ImageFormat::Tiff | ImageFormat::WebP => n_bytes,
        _ => 0,
    }
}

/// How the picture has to be turned; not at all when the metadata can't be read.
fn orientation(format: ImageFormat, bytes: &[u8], decoder: &mut impl ImageDecoder) -> Orientation {
    if format == ImageFormat::Png {
        let exif = structure::png_exif(bytes);
        return exif.and_then(tiff::orientation).unwrap_or(Orientation::NoTransforms);
    }
    // Some writers put JPEG's prefix before the EXIF block of a WebP file too, where the decoder does not expect it.
    let exif = decoder.exif_metadata().ok().flatten();
    let plain = exif.as_deref().map(|exif| exif.strip_prefix(b"Exif\0\0").unwrap_or(exif));
    let own = plain.and_then(tiff::orientation).or_else(|| decoder.orientation().ok());
    own.unwrap_or(Orientation::NoTransforms)
}

fn problem(format: ImageFormat, error: ImageError) -> Problem {
    match error {
        ImageError::Limits(_) => Problem::damaged(format, "it asks for far too much memory"),
        ImageError::Unsupported(_) => Problem::Unsupported { format },
        ImageError::IoError(e) if is_end_of_file(&e) => Problem::CutOff { format },
        error if is_end_of_file(&error) => Problem::CutOff { format },
        error => Problem::damaged(format, &error.source().map_or_else(|| error.to_string(), ToString::to_string)),
    }
}

/// Whether the file ended too early, as far as an error's causes tell.
fn is_end_of_file(error: &(dyn Error + 'static)) -> bool {
    let own = error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::UnexpectedEof);
    own || error.source().is_some_and(is_end_of_file)
}
