//! Pictures as PNG files, at their own size or another one.
//!
//! The boxes are painted into them before ([`crate::overlay::annotate`]): how a picture is encoded has nothing to do with
//! what it shows.

use std::borrow::Cow;

use image::{ExtendedColorType, ImageEncoder, RgbImage, codecs::png::PngEncoder, imageops};

use super::{error::ExportError, kind::FileKind};

/// The kind of file that annotated pictures are saved as.
pub const PNG: FileKind = FileKind { label: "PNG picture", extension: "png" };

/// The longest side of a picture that is enlarged, in pixels.
const LONGEST_SIDE: u32 = 16_384;

/// The picture at another size. No side gets longer than 16,384 pixels by it.
#[must_use]
pub fn scaled(pixels: &RgbImage, factor: f32) -> Cow<'_, RgbImage> {
    let (width, height) = pixels.dimensions();
    let longest = width.max(height).max(1);
    let factor = factor.min((LONGEST_SIDE.max(longest) as f32) / longest as f32);
    let side = |length: u32| ((length as f32 * factor).round() as u32).max(1);
    let size = (side(width), side(height));
    if size == (width, height) {
        return Cow::Borrowed(pixels);
    }
    Cow::Owned(imageops::resize(pixels, size.0, size.1, imageops::FilterType::CatmullRom))
}

/// A picture as the content of a PNG file, without any metadata.
///
/// # Errors
/// When the picture can't be encoded, as when memory runs out.
pub fn png(pixels: &RgbImage) -> Result<Vec<u8>, ExportError> {
    let mut png = Vec::new();
    let (width, height) = pixels.dimensions();
    PngEncoder::new(&mut png)
        .write_image(pixels.as_raw(), width, height, ExtendedColorType::Rgb8)
        .map_err(|e| ExportError::new(PNG, e))?;
    Ok(png)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_png_has_every_pixel_of_the_picture() {
        let picture = RgbImage::from_fn(320, 200, |x, y| image::Rgb([x as u8, y as u8, 7]));
        let png = png(&picture).expect("encodes");
        assert_eq!(image::load_from_memory(&png).expect("decodes").into_rgb8(), picture);
    }

    #[test]
    fn pictures_are_scaled_but_never_beyond_the_longest_side() {
        let size = |width, height, factor| scaled(&RgbImage::new(width, height), factor).dimensions();
        assert_eq!(size(301, 200, 0.5), (151, 100));
        assert_eq!(size(301, 1, 0.5), (151, 1));
        assert_eq!(size(301, 200, 2.0), (602, 400));
        assert_eq!(size(10_000, 2, 2.0), (16_384, 3));
        assert_eq!(size(20_000, 2, 2.0), (20_000, 2));
    }
}
