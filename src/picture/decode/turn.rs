//! Turns a picture upright.
//!
//! Laying a large picture on its side pixel by pixel misses the cache at each of them: it is done in squares that fit.

use image::{DynamicImage, RgbImage, metadata::Orientation};

/// Pixels along the side of a square that is turned at a time: its rows, here and there, stay in the first cache.
const SIDE: usize = 32;

/// The picture as its orientation says.
pub(super) fn upright(pixels: RgbImage, orientation: Orientation) -> RgbImage {
    match orientation {
        Orientation::Rotate90FlipH => on_its_side(&pixels, Order::Forth, Order::Forth),
        Orientation::Rotate90 => on_its_side(&pixels, Order::Forth, Order::Back),
        Orientation::Rotate270 => on_its_side(&pixels, Order::Back, Order::Forth),
        Orientation::Rotate270FlipH => on_its_side(&pixels, Order::Back, Order::Back),
        in_place => {
            let mut picture = DynamicImage::ImageRgb8(pixels);
            picture.apply_orientation(in_place);
            picture.into_rgb8()
        }
    }
}

/// From which end columns or rows are taken.
#[derive(Clone, Copy)]
enum Order {
    /// From the first on.
    Forth,
    /// From the last on.
    Back,
}

impl Order {
    /// The place of the nth one of so many.
    fn place(self, nth: usize, n: usize) -> usize {
        match self {
            Self::Forth => nth,
            Self::Back => n - 1 - nth,
        }
    }
}

/// Columns become rows, and rows become columns, each in this order.
fn on_its_side(picture: &RgbImage, columns: Order, rows: Order) -> RgbImage {
    let mut turned = RgbImage::new(picture.height(), picture.width());
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let (from, _) = picture.as_chunks::<3>();
    let (to, _) = turned.as_chunks_mut::<3>();
    for (band, made) in to.chunks_mut(SIDE * height.max(1)).enumerate() {
        for left in (0..height).step_by(SIDE) {
            for (i, row) in made.chunks_mut(height).enumerate() {
                let y = SIDE * band + i;
                let column = columns.place(y, width);
                for (j, pixel) in row.iter_mut().skip(left).take(SIDE).enumerate() {
                    let x = left + j;
                    *pixel = from[rows.place(x, height) * width + column];
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
