//! The size that a file's header claims, read before a decoder sees the file: decoders call sizes beyond their own bounds
//! damage, where a person is helped by the numbers.

use image::ImageFormat;

use super::tiff;

/// Width and height in pixels. `None` if the header has none that makes sense.
pub(super) fn size(format: ImageFormat, bytes: &[u8]) -> Option<(u32, u32)> {
    match format {
        ImageFormat::Png => (bytes.get(12..16)? == b"IHDR").then_some((u32_be(bytes, 16)?, u32_be(bytes, 20)?)),
        ImageFormat::Qoi => Some((u32_be(bytes, 4)?, u32_be(bytes, 8)?)),
        ImageFormat::Gif => Some((u16_le(bytes, 6)?, u16_le(bytes, 8)?)),
        ImageFormat::Bmp => bmp(bytes),
        ImageFormat::Tga => tga(bytes),
        ImageFormat::WebP => webp(bytes),
        ImageFormat::Pnm => pnm(bytes),
        ImageFormat::Tiff => tiff::size(bytes),
        _ => None,
    }
}

/// Its first header has sizes in 16 bits, later ones have a sign: negative heights stand upside down.
fn bmp(bytes: &[u8]) -> Option<(u32, u32)> {
    if u32_le(bytes, 14)? == 12 {
        return Some((u16_le(bytes, 18)?, u16_le(bytes, 20)?));
    }
    let side = |at| Some(u32_le(bytes, at)?.cast_signed());
    Some((u32::try_from(side(18)?).ok()?, side(22)?.unsigned_abs()))
}

/// There is no mark, so what follows has to be possible.
fn tga(bytes: &[u8]) -> Option<(u32, u32)> {
    let is_possible =
        matches!(bytes.get(1..3)?, [0 | 1, 1..=3 | 9..=11]) && matches!(bytes.get(16)?, 8 | 15 | 16 | 24 | 32);
    is_possible.then_some((u16_le(bytes, 12)?, u16_le(bytes, 14)?))
}

/// Of the extended header, of the lossless and of the lossy kind (RFC 9649).
fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    let u24_le = |at| Some(u32_le(bytes, at)? & 0xff_ffff);
    match bytes.get(12..16)? {
        b"VP8X" => Some((u24_le(24)? + 1, u16_le(bytes, 27)? + (u32::from(*bytes.get(29)?) << 16) + 1)),
        b"VP8L" => u32_le(bytes, 21).map(|sides| ((sides & 0x3fff) + 1, (sides >> 14 & 0x3fff) + 1)),
        b"VP8 " => Some((u16_le(bytes, 26)? & 0x3fff, u16_le(bytes, 28)? & 0x3fff)),
        _ => None,
    }
}

/// The bytes of a header in text that are looked at.
const TEXT_HEADER: usize = 4096;

/// Two numbers behind the mark, or words and numbers in PAM; comments in between.
fn pnm(bytes: &[u8]) -> Option<(u32, u32)> {
    let text = String::from_utf8_lossy(bytes.get(..TEXT_HEADER).unwrap_or(bytes));
    let mut words = text.lines().flat_map(|line| line.split('#').next().unwrap_or_default().split_ascii_whitespace());
    if words.next()? != "P7" {
        return Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?));
    }
    let words: Vec<&str> = words.take_while(|word| *word != "ENDHDR").collect();
    let side = |name| words.windows(2).find(|pair| pair[0] == name).and_then(|pair| pair[1].parse().ok());
    Some((side("WIDTH")?, side("HEIGHT")?))
}

fn u16_le(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|n| u32::from(u16::from_le_bytes(*n)))
}

fn u32_le(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|n| u32::from_le_bytes(*n))
}

fn u32_be(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|n| u32::from_be_bytes(*n))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::RgbImage;

    use super::*;

    #[test]
    fn each_encoder_s_size_is_found() {
        use ImageFormat::{Bmp, Gif, Png, Pnm, Qoi, Tga, Tiff, WebP};
        for format in [Bmp, Gif, Png, Pnm, Qoi, Tga, Tiff, WebP] {
            let mut bytes = Cursor::new(Vec::new());
            RgbImage::new(300, 70).write_to(&mut bytes, format).expect("encoded");
            assert_eq!(size(format, bytes.get_ref()), Some((300, 70)), "{format:?}");
            for n in 0..bytes.get_ref().len().min(64) {
                let _ = size(format, &bytes.get_ref()[..n]);
            }
        }
    }

    #[test]
    fn other_headers_of_a_format_are_read_too() {
        assert_eq!(size(ImageFormat::Pnm, b"P7\nWIDTH 12\n# x\nHEIGHT 34\nDEPTH 3\nENDHDR\n"), Some((12, 34)));
        assert_eq!(size(ImageFormat::Pnm, b"P5 # a comment\n7\n9 255\n"), Some((7, 9)));
        let extended = [b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0".as_slice(), &[0xff, 0xff, 0xff, 0x01, 0, 1]].concat();
        assert_eq!(size(ImageFormat::WebP, &extended), Some((1 << 24, 65_538)));
        let upside_down =
            [[0; 14].as_slice(), &40_u32.to_le_bytes(), &5_i32.to_le_bytes(), &(-6_i32).to_le_bytes()].concat();
        assert_eq!(size(ImageFormat::Bmp, &upside_down), Some((5, 6)));
    }
}
