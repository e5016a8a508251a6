//! What a picture file's own structure says, found by walking it without decoding.
//!
//! Decoders open some files that were cut off in mid-download without a word, and none counts frames cheaply. Both are
//! written in the structure: a file that is whole has its format's end mark or length. JPEGs are walked in [`super::jpeg`].

use image::ImageFormat;

/// What the walk found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Structure {
    /// What there is beside the picture that is taken.
    pub(super) parts: Parts,
    /// Whether the file is whole.
    pub(super) end: End,
}

/// The pictures in a file, of which one is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Parts {
    /// There is one.
    #[default]
    One,
    /// An animation.
    Frames,
    /// So many pages.
    Pages(usize),
    /// More pages than so many.
    MorePages(usize),
    /// So many views of one scene.
    Views(usize),
    /// One picture in so many sizes; the size that is taken, in pixels.
    Sizes { n: usize, width: u32, height: u32 },
}

/// Whether a file is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It is, or the format is not walked.
    Present,
    /// It ends within the pixels of the only pass over the picture.
    MissingPixels,
    /// The same, of a picture that is stored from its last row on.
    MissingTop,
    /// It ends within a later pass: all of the picture is there, coarser or with colours missing.
    MissingDetail,
    /// It ends after the pixels of the first frame.
    MissingTail,
    /// It ends before anything worth showing.
    MissingAll,
    /// Its data makes no sense somewhere.
    Garbled,
}

impl Parts {
    /// What to say about it, after the picture's name.
    pub(super) fn note(self) -> Option<String> {
        match self {
            Self::One => None,
            Self::Frames => Some("is an animation; only its first frame is used".to_owned()),
            Self::Pages(n) => Some(format!("has {n} pages; the first is taken")),
            Self::MorePages(n) => Some(format!("has more than {n} pages; the first is taken")),
            Self::Views(n) => Some(format!("has {n} views; the first is taken")),
            Self::Sizes { n, width, height } => Some(format!("has {n} sizes; the one of {width}×{height} is taken")),
        }
    }
}

impl End {
    /// What to say about it, after the picture's name.
    pub(super) fn note(self) -> Option<&'static str> {
        match self {
            Self::Present => None,
            Self::MissingPixels | Self::MissingAll => Some("is cut off; the lower part is missing"),
            Self::MissingTop => Some("is cut off; the upper part is missing"),
            Self::MissingDetail => Some("is cut off; some of its detail is missing"),
            Self::MissingTail => Some("is cut off after its first frame"),
            Self::Garbled => Some("is damaged; a part of it is wrong or missing"),
        }
    }
}

impl Structure {
    const STILL: Self = Self { parts: Parts::One, end: End::Present };
}

/// Walks a file. Never fails: what can't be made sense of ends the walk.
pub(super) fn walk(format: ImageFormat, bytes: &[u8]) -> Structure {
    match format {
        ImageFormat::Png => png(bytes),
        ImageFormat::Gif => gif(bytes),
        ImageFormat::WebP => webp(bytes),
        ImageFormat::Qoi if !bytes.ends_with(QOI_END) => Structure { end: End::MissingPixels, ..Structure::STILL },
        _ => Structure::STILL,
    }
}

/// The end mark of a QOI file (its specification, version 1.0).
const QOI_END: &[u8] = &[0, 0, 0, 0, 0, 0, 0, 1];

fn frames(n: usize) -> Parts {
    if n > 1 { Parts::Frames } else { Parts::One }
}

/// Chunks up to `IEND`; `acTL` has the number of frames (PNG specification, third edition).
fn png(bytes: &[u8]) -> Structure {
    let mut structure = Structure { parts: Parts::One, end: End::MissingPixels };
    for (kind, data) in png_chunks(bytes) {
        match kind {
            b"acTL" => structure.parts = frames(data.first_chunk().map_or(1, |n| u32::from_be_bytes(*n) as usize)),
            b"IEND" => return Structure { end: End::Present, ..structure },
            _ => {}
        }
    }
    structure
}

/// Kind and data of each chunk, the last one's as far as the file has it.
fn png_chunks(bytes: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    let mut rest = bytes.get(8..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (&length, after) = rest.split_first_chunk::<4>()?;
        let length = u32::from_be_bytes(length) as usize;
        let (kind, data) = after.split_first_chunk::<4>()?;
        // After the data stands its checksum.
        rest = data.get(length.saturating_add(4)..).unwrap_or_default();
        Some((kind, data.get(..length).unwrap_or(data)))
    })
}

/// The EXIF block of a PNG file, wherever it stands: decoders stop at the pixels, before it may come.
pub(super) fn png_exif(bytes: &[u8]) -> Option<&[u8]> {
    png_chunks(bytes).find(|(kind, _)| *kind == b"eXIf").map(|(_, data)| data)
}

/// Whether a PNG file tells colours other than sRGB by number, as pictures for HDR screens do: primaries and transfer
/// function of ITU-T H.273, of which 1 and 13 are sRGB's.
pub(super) fn png_has_other_colours(bytes: &[u8]) -> bool {
    let told = png_chunks(bytes).take_while(|(kind, _)| *kind != b"IDAT").find(|(kind, _)| *kind == b"cICP");
    told.is_some_and(|(_, data)| !data.starts_with(&[1, 13]))
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
    Structure { parts: frames(n_frames), end }
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
    Structure { parts: frames(n_frames), end }
}

fn u32_le(bytes: &[u8]) -> Option<usize> {
    bytes.first_chunk().map(|n| u32::from_le_bytes(*n) as usize)
}
