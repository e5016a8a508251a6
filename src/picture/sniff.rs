//! What a file is, told by its first bytes.
//!
//! Names lie: pictures come as `download(3)`, and web pages, pointers and archives come as `.jpg`. A file that is
//! not a supported picture is called by what it is, since that tells a person what to do.

use image::ImageFormat;

use super::error::{Foreign, Problem};

const CONVERT: &str = "Convert it to PNG or JPEG";
const NOT_A_PICTURE: &str = "Choose a picture file";
const EXPORT: &str = "Export it as PNG or JPEG";

/// Offset and bytes of a mark, and what has it. The first match counts, so longer marks come first.
const MARKS: &[(usize, &[u8], &str, &str)] = &[
    (4, b"ftypheic", "a HEIC picture", CONVERT),
    (4, b"ftypheix", "a HEIC picture", CONVERT),
    (4, b"ftyphevc", "a HEIC picture", CONVERT),
    (4, b"ftyphevx", "a HEIC picture", CONVERT),
    (4, b"ftypheim", "a HEIC picture", CONVERT),
    (4, b"ftypheis", "a HEIC picture", CONVERT),
    (4, b"ftypmif1", "a HEIF picture", CONVERT),
    (4, b"ftypmsf1", "a HEIF picture", CONVERT),
    (4, b"ftypavif", "an AVIF picture", CONVERT),
    (4, b"ftypavis", "an AVIF picture", CONVERT),
    (4, b"ftypcrx ", "a camera raw picture", CONVERT),
    (4, b"ftyp", "a video", "Save one frame of it as PNG or JPEG"),
    (0, b"\xff\x0a", "a JPEG XL picture", CONVERT),
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL picture", CONVERT),
    (0, b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 picture", CONVERT),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 picture", CONVERT),
    (0, b"8BPS", "a Photoshop document", EXPORT),
    (0, b"gimp xcf", "a GIMP document", EXPORT),
    (0, b"\x76\x2f\x31\x01", "an OpenEXR picture", CONVERT),
    (0, b"#?RADIANCE", "a Radiance HDR picture", CONVERT),
    (0, b"farbfeld", "a farbfeld picture", CONVERT),
    (0, b"DDS ", "a DDS texture", CONVERT),
    (0, b"\xd7\xcd\xc6\x9a", "a WMF drawing", CONVERT),
    (40, b" EMF", "an EMF drawing", CONVERT),
    (0, b"\x0a\x05\x01\x08", "a PCX picture", CONVERT),
    (0, b"II\xbc\x01", "a JPEG XR picture", CONVERT),
    (0, b"%PDF-", "a PDF document", "Save the page as PNG or JPEG"),
    (0, b"%!PS", "a PostScript document", "Save the page as PNG or JPEG"),
    (0, b"\xc5\xd0\xd3\xc6", "a PostScript document", "Save the page as PNG or JPEG"),
    (0, b"\x1a\x45\xdf\xa3", "a video", "Save one frame of it as PNG or JPEG"),
    (8, b"AVI LIST", "a video", "Save one frame of it as PNG or JPEG"),
    (0, b"PK\x03\x04", "a zip archive or an office document", "Unpack it and open the picture inside"),
    (0, b"\x1f\x8b", "a gzip archive", "Unpack it and open the picture inside"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive", "Unpack it and open the picture inside"),
    (0, b"Rar!\x1a\x07", "a RAR archive", "Unpack it and open the picture inside"),
    (0, b"GGUF", "a GGUF model file", NOT_A_PICTURE),
    (8, b"{\"", "a safetensors model file", NOT_A_PICTURE),
    (0, b"version https://git-lfs", "a Git LFS pointer, not the picture", "Run git lfs pull to fetch the picture"),
];

/// The same for texts, compared after leading space and in lower case.
const TEXT_MARKS: &[(&str, &str, &str)] = &[
    ("<svg", "an SVG drawing", CONVERT),
    ("<!doctype svg", "an SVG drawing", CONVERT),
    ("<!doctype html", "a web page", "Open the page and save the picture itself"),
    ("<html", "a web page", "Open the page and save the picture itself"),
    ("<head", "a web page", "Open the page and save the picture itself"),
    ("<body", "a web page", "Open the page and save the picture itself"),
];

/// The part of a text that is looked at, in bytes.
const TEXT_HEAD: usize = 1024;

/// The format of a picture file, from its content; from the name only for TGA, which has no mark.
pub(super) fn format_of(bytes: &[u8], name: &str) -> Result<ImageFormat, Problem> {
    if bytes.is_empty() {
        return Err(Problem::Empty);
    }
    if let Some(format) = marked_format(bytes) {
        return Ok(format);
    }
    if let Some(foreign) = marked_foreign(bytes).or_else(|| marked_text(bytes)) {
        return Err(Problem::Foreign(foreign));
    }
    if name.to_ascii_lowercase().ends_with(".tga") {
        return Ok(ImageFormat::Tga);
    }
    if is_text(bytes) {
        return Err(Problem::Foreign(Foreign { what: "a text file", remedy: NOT_A_PICTURE }));
    }
    Err(Problem::Unknown)
}

fn marked_format(bytes: &[u8]) -> Option<ImageFormat> {
    use ImageFormat::{Bmp, Gif, Ico, Jpeg, Png, Pnm, Qoi, Tiff, WebP};
    let big_tiff = bytes.starts_with(b"II\x2b\0") || bytes.starts_with(b"MM\0\x2b");
    match image::guess_format(bytes) {
        _ if big_tiff => Some(Tiff),
        // Their marks are two letters, which also begin texts: what follows is looked at too.
        Ok(Bmp) => (!is_text(bytes)).then_some(Bmp),
        Ok(Pnm) => bytes.get(2).is_some_and(|b| b.is_ascii_whitespace() || *b == b'#').then_some(Pnm),
        Ok(format) => matches!(format, Gif | Ico | Jpeg | Png | Qoi | Tiff | WebP).then_some(format),
        Err(_) => None,
    }
}

fn marked_foreign(bytes: &[u8]) -> Option<Foreign> {
    let has = |offset: usize, mark: &[u8]| bytes.get(offset..).is_some_and(|rest| rest.starts_with(mark));
    let row = MARKS.iter().find(|(offset, mark, ..)| has(*offset, mark));
    row.map(|&(_, _, what, remedy)| Foreign { what, remedy })
}

fn marked_text(bytes: &[u8]) -> Option<Foreign> {
    let head = String::from_utf8_lossy(head(bytes)).to_lowercase();
    let text = head.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    // A drawing may begin with declarations and comments, a page with comments; the mark then stands further on.
    let has = |mark: &str| {
        text.starts_with(mark) || (text.starts_with("<?xml") || text.starts_with("<!--")) && text.contains(mark)
    };
    TEXT_MARKS.iter().find(|(mark, ..)| has(mark)).map(|&(_, what, remedy)| Foreign { what, remedy })
}

/// Whether the beginning reads as UTF-8 or UTF-16 without control characters.
fn is_text(bytes: &[u8]) -> bool {
    let head = head(bytes);
    let utf8 = match std::str::from_utf8(head) {
        Ok(text) => Some(text),
        // The last character may be cut in two by looking at the head only.
        Err(e) if e.error_len().is_none() => {
            head.get(..e.valid_up_to()).and_then(|valid| std::str::from_utf8(valid).ok())
        }
        Err(_) => None,
    };
    let plain = |text: &str| text.chars().all(|c| !c.is_control() || c.is_whitespace());
    utf8.is_some_and(plain) || head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff")
}

fn head(bytes: &[u8]) -> &[u8] {
    bytes.get(..TEXT_HEAD).unwrap_or(bytes)
}
