//! Turns a picture upright.
//!
//! Laying a large picture on its side pixel by pixel misses the cache at each of them: it is done in squares that fit.

use image::{DynamicImage, RgbImage, metadata::Orientation};

/// Pixels along the side of a square that is turned at a time: its rows, here and there, stay in the first cache.
const SIDE: usize = 32;

/// The picture as its orientation says.
pub(super) fn upright(pixels: RgbImage, orientation: Orientation) -> RgbImage {
    match orientation {
        Orientation::Rotate90FlipH => on_its_side(&pixels, false, false),
        Orientation::Rotate90 => on_its_side(&pixels, false, true),
        Orientation::Rotate270 => on_its_side(&pixels, true, false),
        Orientation::Rotate270FlipH => on_its_side(&pixels, true, true),
        in_place => {
            let mut picture = DynamicImage::ImageRgb8(pixels);
            picture.apply_orientation(in_place);
            picture.into_rgb8()
        }
    }
}

/// Columns become rows, from the last column on or the first; rows become columns likewise.
fn on_its_side(picture: &RgbImage, from_last_column: bool, from_last_row: bool) -> RgbImage {
    let mut turned = RgbImage::new(picture.height(), picture.width());
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let (from, _) = picture.as_chunks::<3>();
    let (to, _) = turned.as_chunks_mut::<3>();
    for (band, rows) in to.chunks_mut(SIDE * height.max(1)).enumerate() {
        for left in (0..height).step_by(SIDE) {
            for (i, row) in rows.chunks_mut(height).enumerate() {
                let y = SIDE * band + i;
                let column = if from_last_column { width - 1 - y } else { y };
                for (j, pixel) in row.iter_mut().skip(left).take(SIDE).enumerate() {
                    let x = left + j;
                    *pixel = from[(if from_last_row { height - 1 - x } else { x }) * width + column];
                }
            }
        }
    }
    turned
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn each_turn_equals_the_one_pixel_by_pixel() {
        for (width, height) in [(1, 1), (70, 33), (32, 64), (5, 131)] {
            let picture = RgbImage::from_fn(width, height, |x, y| Rgb([x as u8, y as u8, (x * y) as u8]));
            for orientation in (1..=8).filter_map(Orientation::from_exif) {
                let mut wanted = DynamicImage::ImageRgb8(picture.clone());
                wanted.apply_orientation(orientation);
                assert_eq!(upright(picture.clone(), orientation), wanted.into_rgb8(), "{orientation:?}");
            }
        }
    }

    /// `cargo test --release --lib -- --ignored --nocapture turn::`
    #[test]
    #[ignore = "measures, does not judge"]
    fn seconds_to_lay_100_megapixels_on_their_side() {
        let picture = RgbImage::from_fn(12_000, 8_400, |x, y| Rgb([x as u8, y as u8, 0]));
        let mut one_by_one = DynamicImage::ImageRgb8(picture.clone());
        let start = std::time::Instant::now();
        one_by_one.apply_orientation(Orientation::Rotate90);
        eprintln!("pixel by pixel {:.2} s", start.elapsed().as_secs_f32());
        let start = std::time::Instant::now();
        let turned = upright(picture, Orientation::Rotate90);
        eprintln!("in squares {:.2} s", start.elapsed().as_secs_f32());
        assert_eq!(turned, one_by_one.into_rgb8());
    }
}
