//! What a picture file's own structure says, found by walking it without decoding.
//!
//! Decoders open files that were cut off in mid-download without a word (all JPEGs, some others), and none counts
//! frames cheaply. Both are written in the structure: a file that is whole has its format's end mark or length.

use image::ImageFormat;

/// What the walk found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Structure {
    /// Frames of an animation; 1 for a still picture and for formats that are not walked.
    pub(super) n_frames: usize,
    /// Whether the file is whole.
    pub(super) end: End,
}

/// Whether a file is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It is, or the format is not walked.
    Present,
    /// It ends within the pixels of the only pass over the picture.
    MissingPixels,
    /// It ends within a later pass: all of the picture is there, coarser or with colours missing.
    MissingDetail,
    /// It ends after the pixels of the first frame.
    MissingTail,
}

impl Structure {
    const STILL: Self = Self { n_frames: 1, end: End::Present };
}

/// Walks a file. Never fails: what can't be made sense of ends the walk.
pub(super) fn walk(format: ImageFormat, bytes: &[u8]) -> Structure {
    match format {
        ImageFormat::Jpeg => Structure { n_frames: 1, end: jpeg_end(bytes) },
        ImageFormat::Png => png(bytes),
        ImageFormat::Gif => gif(bytes),
        ImageFormat::WebP => webp(bytes),
        _ => Structure::STILL,
    }
}

/// Whether the end-of-image marker of a JPEG file's first picture is there (ITU-T T.81, annex B).
///
/// Segments are skipped by their length, so the markers of a thumbnail inside one do not count. What comes
/// after the end of the first picture does not matter here.
fn jpeg_end(bytes: &[u8]) -> End {
    const END_OF_IMAGE: u8 = 0xd9;
    const START_OF_SCAN: u8 = 0xda;
    let mut n_scans = 0;
    let mut rest = bytes;
    loop {
        let next = jpeg_marker(rest).and_then(|(marker, after)| match marker {
            // These stand alone: TEM, restarts, start and end of the image.
            0x01 | 0xd0..=END_OF_IMAGE => Some((marker, after)),
            _ => Some((marker, after.get(u16_be(after)?..)?)),
        });
        match next {
            Some((END_OF_IMAGE, _)) => return End::Present,
            Some((marker, after)) => {
                n_scans += usize::from(marker == START_OF_SCAN);
                rest = after;
            }
            None if n_scans > 1 => return End::MissingDetail,
            None => return End::MissingPixels,
        }
    }
}

/// The next marker's code and what follows it. Coded data before it is passed over: there, 0xFF is followed by 0.
fn jpeg_marker(mut bytes: &[u8]) -> Option<(u8, &[u8])> {
    loop {
        let at = bytes.iter().position(|&b| b == 0xff)?;
        bytes = bytes.get(at + 1..)?;
        match bytes.split_first()? {
            // Stuffed data, or a fill byte before the marker proper.
            (0x00 | 0xff, _) => {}
            (&marker, after) => return Some((marker, after)),
        }
    }
}

/// Chunks up to `IEND`; `acTL` has the number of frames (PNG specification, third edition).
fn png(bytes: &[u8]) -> Structure {
    let mut structure = Structure { n_frames: 1, end: End::MissingPixels };
    let mut rest = bytes.get(8..).unwrap_or_default();
    while let Some((&length, after)) = rest.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(length) as usize;
        let Some((kind, data)) = after.split_first_chunk::<4>() else { break };
        match kind {
            b"acTL" => structure.n_frames = data.first_chunk().map_or(1, |n| u32::from_be_bytes(*n) as usize),
            b"IEND" => return Structure { end: End::Present, ..structure },
            _ => {}
        }
        // After the data stands its checksum.
        let Some(next) = data.get(length.saturating_add(4)..) else { break };
        rest = next;
    }
    structure
}

/// Blocks up to the trailer (the GIF specification, version 89a). Without a trailer but with whole frames, junk may follow them.
fn gif(bytes: &[u8]) -> Structure {
    let mut n_frames = 0;
    let mut rest = after_colour_table(bytes, 10, 13);
    let end = loop {
        let next = match rest.and_then(<[u8]>::split_first) {
            Some((0x2c, image)) => after_colour_table(image, 8, 9).and_then(|coded| after_sub_blocks(coded.get(1..)?)),
            Some((0x21, extension)) => extension.get(1..).and_then(after_sub_blocks),
            Some((0x3b, _)) => break End::Present,
            Some(_) | None if n_frames > 0 => break End::MissingTail,
            Some(_) | None => break End::MissingPixels,
        };
        let is_image = rest.is_some_and(|block| block.starts_with(&[0x2c]));
        n_frames += usize::from(is_image && (next.is_some() || n_frames > 0));
        rest = next;
    };
    Structure { n_frames: n_frames.max(1), end }
}

/// What follows a descriptor of `size` bytes, with its flags at `flags`, and the colour table they announce.
fn after_colour_table(descriptor: &[u8], flags: usize, size: usize) -> Option<&[u8]> {
    let flags = *descriptor.get(flags)?;
    let table = if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    descriptor.get(size + table..)
}

/// What follows a run of length-prefixed blocks and the empty one that ends it.
fn after_sub_blocks(mut bytes: &[u8]) -> Option<&[u8]> {
    loop {
        let (&length, after) = bytes.split_first()?;
        bytes = after.get(usize::from(length)..)?;
        if length == 0 {
            return Some(bytes);
        }
    }
}

/// Chunks of a RIFF file (RFC 9649): its length stands at the front, frames of an animation are `ANMF` chunks.
fn webp(bytes: &[u8]) -> Structure {
    let announced = u32_le(bytes.get(4..).unwrap_or_default()).map_or(usize::MAX, |n| n.saturating_add(8));
    let is_whole = bytes.len() >= announced;
    let mut n_frames = 0;
    let mut rest = bytes.get(12..).unwrap_or_default();
    while let Some((kind, after)) = rest.split_first_chunk::<4>() {
        n_frames += usize::from(kind == b"ANMF");
        // Chunks of odd length are padded.
        let Some(next) = u32_le(after).and_then(|n| after.get(n.saturating_add(4 + n % 2)..)) else { break };
        rest = next;
    }
    let end = match n_frames {
        _ if is_whole => End::Present,
        0 | 1 => End::MissingPixels,
        _ => End::MissingTail,
    };
    Structure { n_frames: n_frames.max(1), end }
}

fn u16_be(bytes: &[u8]) -> Option<usize> {
    bytes.first_chunk().map(|n| usize::from(u16::from_be_bytes(*n)))
}

fn u32_le(bytes: &[u8]) -> Option<usize> {
    bytes.first_chunk().map(|n| u32::from_le_bytes(*n) as usize)
}
