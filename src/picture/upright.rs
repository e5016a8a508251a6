//! Files of pictures, looked at and turned upright without being shown.

use std::{io::Cursor, sync::Arc};

use image::{ImageDecoder as _, ImageFormat, ImageReader, codecs::jpeg::JpegEncoder, metadata::Orientation};

use super::{open::open, source::PictureSource};

/// Of a picture that is turned: what is lost by it can't be seen.
const JPEG_QUALITY: u8 = 95;

/// Pixels across and down of the picture in this file, once it stands upright; mostly its head tells.
///
/// # Errors
/// One sentence, when it is no picture.
pub fn upright_size(file: Vec<u8>) -> Result<[u32; 2], String> {
    if let Some((size, orientation)) = header(&file) {
        let [width, height] = size;
        return Ok(if is_on_its_side(orientation) { [height, width] } else { size });
    }
    let pixels = pixels(file)?;
    Ok([pixels.width(), pixels.height()])
}

/// The size before it is turned, and how that is to be done; `None` where only opening it tells.
fn header(bytes: &[u8]) -> Option<([u32; 2], Orientation)> {
    let mut decoder = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    Some(([width, height], decoder.orientation().ok()?))
}

fn is_on_its_side(orientation: Orientation) -> bool {
    use Orientation as O;
    matches!(orientation, O::Rotate90 | O::Rotate270 | O::Rotate90FlipH | O::Rotate270FlipH)
}

fn pixels(bytes: Vec<u8>) -> Result<Arc<image::RgbImage>, String> {
    let source = PictureSource::Bytes { name: "picture".to_owned(), bytes: bytes.into() };
    open(source).map(|picture| picture.pixels).map_err(|e| e.to_string())
}

/// The file of a picture that a tag says how to turn anew, in the same format and without the tag; `None` without one.
///
/// # Errors
/// One sentence, when it is no picture.
pub fn upright_file(bytes: Vec<u8>) -> Result<Option<Vec<u8>>, String> {
    if header(&bytes).is_none_or(|(_, orientation)| orientation == Orientation::NoTransforms) {
        return Ok(None);
    }
    let format = image::guess_format(&bytes).map_err(|e| e.to_string())?;
    let pixels = pixels(bytes)?;
    let mut file = Cursor::new(Vec::new());
    let written = match format {
        ImageFormat::Jpeg => pixels.write_with_encoder(JpegEncoder::new_with_quality(&mut file, JPEG_QUALITY)),
        format => pixels.write_to(&mut file, format),
    };
    written.map_err(|e| e.to_string())?;
    Ok(Some(file.into_inner()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A JPEG of 40×20 pixels, red above green, whose tag says that it lies on its side.
    fn turned() -> Vec<u8> {
        let mut jpeg = Vec::new();
        let pixels =
            image::RgbImage::from_fn(40, 20, |_, y| image::Rgb(if y < 10 { [250, 0, 0] } else { [0, 250, 0] }));
        pixels.write_with_encoder(JpegEncoder::new(&mut jpeg)).expect("written");
        let exif = b"\xff\xe1\x00\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        jpeg.splice(2..2, exif.iter().copied());
        jpeg
    }

    #[test]
    fn what_lies_on_its_side_is_turned_and_the_rest_stays() {
        assert_eq!(upright_size(turned()), Ok([20, 40]));
        let new = upright_file(turned()).expect("read").expect("turned");
        assert_eq!(header(&new), Some(([20, 40], Orientation::NoTransforms)));
        let pixels = pixels(new).expect("a picture");
        assert!(pixels.get_pixel(2, 20)[1] > 200 && pixels.get_pixel(17, 20)[0] > 200, "green left, red right");
        let sample = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/samples/meadow.png")).expect("there");
        assert_eq!(upright_file(sample), Ok(None));
        assert!(upright_size(b"no picture".to_vec()).is_err());
    }
}
