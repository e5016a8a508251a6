//! JPEG files: what they hold, whether all of it is there, and the decoder that gets it right.
//!
//! Two decoders share the work, since each gives wrong colours without a word for some valid layouts. Compared with
//! libjpeg-turbo on 2,091 files of all layouts that its encoder makes, `zune-jpeg` 0.5.15 is right for pictures in one
//! scan and progressive ones whose first plane is one or two times as fine as the others: nearly all that people have,
//! and it is the faster. `jpeg-decoder` 0.3.2 is right for all others but several scans of halves beside quarters,
//! which hardly anybody makes. What neither does right is refused by the header.

mod coverage;
mod header;
mod huffman;

use image::{ImageFormat, RgbImage, metadata::Orientation};
use zune_jpeg::zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};

use self::{
    coverage::{Coverage, coverage},
    header::{Component, Frame, Header, Process},
};
use super::{
    content::Content,
    structure::{End, Parts},
    tiff,
};
use crate::picture::{error::Problem, room};

const UNSUPPORTED: Problem = Problem::Unsupported { format: ImageFormat::Jpeg };

/// Who decodes a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decoder {
    /// `zune-jpeg`.
    Fast,
    /// `jpeg-decoder`.
    Thorough,
}

/// Decodes a file's first picture.
pub(super) fn decode(file: &[u8]) -> Result<Content, Problem> {
    let header = Header::read(file).ok_or(Problem::CutOff { format: ImageFormat::Jpeg })?;
    let frame = &header.frame;
    room::check_size(frame.width as u32, frame.height as u32)?;
    let orientation = header.exif.and_then(tiff::orientation).unwrap_or(Orientation::NoTransforms);
    let check_memory = |decoder| room::check_memory(file.len() as u64 + n_bytes_needed(frame, decoder, orientation));
    // The walk takes a moment and some memory too, so the least is asked for before.
    check_memory(Decoder::Fast)?;
    let coverage = coverage(&header).ok_or(UNSUPPORTED)?;
    if coverage.end == End::MissingAll {
        return Err(Problem::CutOff { format: ImageFormat::Jpeg });
    }
    let decoder = decoder_for(frame, coverage.n_scans).ok_or(UNSUPPORTED)?;
    check_memory(decoder)?;
    let pixels = match decoder {
        Decoder::Fast => by_zune(file, frame),
        Decoder::Thorough => by_jpeg_decoder(file, frame),
    };
    Ok(Content {
        pixels: pixels.map_err(|reason| match coverage.end {
            // Our own walk found every code in its place: the decoder is at fault.
            End::Present => UNSUPPORTED,
            _ => Problem::damaged(ImageFormat::Jpeg, &reason),
        })?,
        is_grey: frame.components.len() == 1,
        orientation,
        profile: header.profile(),
        parts: parts(&header, coverage),
        end: coverage.end,
        notes: Vec::new(),
    })
}

/// The decoder that is right for a layout, if one is.
fn decoder_for(frame: &Frame, n_scans: usize) -> Option<Decoder> {
    let (across, down) = frame.finest();
    let divides = |c: &Component| across % c.across == 0 && down % c.down == 0;
    if frame.process == Process::Rare || frame.precision != 8 || !frame.components.iter().all(divides) {
        return None;
    }
    let has_one_scan = n_scans <= 1 || frame.process == Process::Progressive;
    let (first, others) = frame.components.split_first()?;
    let is_plain = |c: &Component| (c.across, c.down) == (1, 1);
    let is_usual = first.across <= 2 && first.down <= 2 && others.iter().all(is_plain);
    let is_quarter_and_half = |c: &Component| (across == 4 && c.across == 2) || (down == 4 && c.down == 2);
    let has_rare_steps = n_scans > 1 && frame.components.iter().any(is_quarter_and_half);
    match frame.components.len() {
        1 | 3 if is_usual && has_one_scan => Some(Decoder::Fast),
        1 | 3 if !has_rare_steps => Some(Decoder::Thorough),
        // Inks: all planes alike, or black as fine as brightness.
        4 if has_one_scan && (is_usual || others.last().is_some_and(|c| c == first)) => Some(Decoder::Fast),
        _ => None,
    }
}

/// Bytes that decoding takes at its peak, in the decoder and beside it.
fn n_bytes_needed(frame: &Frame, decoder: Decoder, orientation: Orientation) -> u64 {
    let rgb = 3 * frame.width as u64 * frame.height as u64;
    let n_samples = 64 * frame.n_blocks() as u64;
    // All coefficients, in 16 bits, while passes refine them; and whole planes.
    let coefficients = if frame.process == Process::Progressive { 2 * n_samples } else { 0 };
    let planes = if decoder == Decoder::Thorough { n_samples } else { 0 };
    let n_working = coefficients + planes;
    rgb + n_working.max(room::n_bytes_to_turn(orientation, rgb))
}

/// The pixels, as far as the file goes.
fn by_zune(file: &[u8], frame: &Frame) -> Result<RgbImage, String> {
    // The header was held against limits of our own.
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(usize::MAX)
        .set_max_height(usize::MAX)
        .jpeg_set_max_scans(usize::MAX)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut pixels = vec![0; 3 * frame.width * frame.height];
    let mut decoder = zune_jpeg::JpegDecoder::new_with_options(ZCursor::new(file), options);
    decoder.decode_into(&mut pixels).map_err(|e| e.to_string())?;
    RgbImage::from_raw(frame.width as u32, frame.height as u32, pixels).ok_or_else(|| "another size".to_owned())
}

/// The pixels of a file without faults.
fn by_jpeg_decoder(file: &[u8], frame: &Frame) -> Result<RgbImage, String> {
    let pixels = jpeg_decoder::Decoder::new(file).decode().map_err(|e| e.to_string())?;
    let pixels = match frame.components.len() {
        1 => pixels.into_iter().flat_map(|level| [level; 3]).collect(),
        _ => pixels,
    };
    RgbImage::from_raw(frame.width as u32, frame.height as u32, pixels).ok_or_else(|| "another size".to_owned())
}

/// Other views of the same size behind the first one, in files with an index of pictures: cameras with two lenses. A
/// preview or a map of brightness is none.
fn parts(header: &Header, coverage: Coverage) -> Parts {
    if !header.has_index || header.has_gain_map {
        return Parts::One;
    }
    let mut behind = header.scans.get(coverage.n_bytes..).unwrap_or_default();
    let mut n_views = 1;
    // From header to header, each byte once: what starts like a picture and is none ends the count.
    while let Some(at) = behind.windows(3).position(|window| window == [0xff, 0xd8, 0xff]) {
        let Some(next) = behind.get(at..).and_then(Header::read) else { break };
        let is_view = (next.frame.width, next.frame.height) == (header.frame.width, header.frame.height);
        n_views += usize::from(is_view);
        behind = next.scans;
    }
    if n_views > 1 { Parts::Views(n_views) } else { Parts::One }
}
