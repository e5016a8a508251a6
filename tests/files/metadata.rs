//! What stands beside the pixels of a picture: which way up they are, and in which colours.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use image::{ExtendedColorType, ImageEncoder as _, ImageFormat, codecs::jpeg::JpegEncoder};

use crate::kinds::{open, pattern, png};

/// A PNG chunk with its checksum.
fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [kind.as_slice(), data].concat();
    let crc = !body.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    });
    [&(data.len() as u32).to_be_bytes(), body.as_slice(), &crc.to_be_bytes()].concat()
}

/// An EXIF block that says "turn right" in a number of this type: 1 for a byte, 3 for 16 bits, 4 for 32.
fn exif_turn(kind: u8) -> Vec<u8> {
    let block = [b"II*\0\x08\0\0\0\x01\0\x12\x01".as_slice(), &[kind, 0, 1, 0, 0, 0, 6, 0, 0, 0], &[0; 4]];
    block.concat()
}

#[test]
fn a_png_is_turned_wherever_its_exif_block_stands() {
    let bytes = png(pattern(6, 4));
    // Behind the header, and before the end mark.
    for at in [33, bytes.len() - 12] {
        let turned = [&bytes[..at], &chunk(*b"eXIf", &exif_turn(3)), &bytes[at..]].concat();
        assert_eq!(open("a.png", turned).pixels.dimensions(), (4, 6), "{at}");
    }
}

#[test]
fn an_orientation_counts_whatever_type_it_is_told_as() {
    for kind in [1, 3, 4] {
        for format in [ImageFormat::Jpeg, ImageFormat::WebP] {
            let (mut bytes, stored) = (Vec::new(), pattern(6, 4));
            let exif = exif_turn(kind);
            let result = if format == ImageFormat::Jpeg {
                let mut encoder = JpegEncoder::new(&mut bytes);
                encoder.set_exif_metadata(exif).unwrap();
                encoder.write_image(&stored, 6, 4, ExtendedColorType::Rgb8)
            } else {
                let mut encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut bytes);
                encoder.set_exif_metadata(exif).unwrap();
                encoder.write_image(&stored, 6, 4, ExtendedColorType::Rgb8)
            };
            result.unwrap();
            assert_eq!(open("a", bytes).pixels.dimensions(), (4, 6), "{kind} in {format:?}");
        }
    }
}

#[test]
fn colours_for_other_screens_are_told_about() {
    let bytes = png(pattern(6, 4));
    let with = |code: [u8; 4]| open("a.png", [&bytes[..33], &chunk(*b"cICP", &code), &bytes[33..]].concat()).notes;
    assert_eq!(with([9, 16, 0, 1]), ["a.png is made for screens with more colours; its colours may be off"]);
    assert!(with([1, 13, 0, 1]).is_empty());
}
