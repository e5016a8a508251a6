//! The picture as the graphics card gets it: in a few sizes, so that it is crisp both small and large.
//!
//! The card samples four texels however far a picture is shrunk, which makes photos flicker; so a pyramid of halved
//! sizes is made, on a thread of its own, and the canvas takes the smallest that is large enough.

use std::sync::Arc;

use egui::{ColorImage, Context, TextureFilter, TextureHandle, TextureId, TextureOptions};
use image::{RgbImage, imageops};

use crate::picture::{Picture, PictureId};

/// Halving stops at this side, in pixels.
const SMALLEST_SIDE: u32 = 512;
/// Screen pixels per picture pixel from which the picture's pixels are shown as squares.
const SQUARES_FROM: f32 = 3.0;

/// The sizes of a picture as pixels, largest first; made on any thread.
pub(super) struct Pyramid {
    /// Which picture.
    pub(super) id: PictureId,
    levels: Vec<Arc<ColorImage>>,
}

/// The textures of one picture.
pub(super) struct Preview {
    /// Which picture.
    pub(super) id: PictureId,
    /// Largest first, never empty.
    levels: Vec<TextureHandle>,
    largest: Arc<ColorImage>,
    /// The largest size once more with its pixels as squares; made when it is first needed.
    squares: Option<TextureHandle>,
}

impl Pyramid {
    /// Halves the picture until it is small; a side longer than `max_side` is beyond the card and left out.
    #[must_use]
    pub(super) fn new(picture: &Picture, max_side: u32) -> Self {
        let (width, height) = picture.pixels.dimensions();
        let side = width.max(height);
        let mut image = if side > max_side {
            let fit = |length: u32| (u64::from(length) * u64::from(max_side) / u64::from(side)).max(1) as u32;
            imageops::thumbnail(picture.pixels.as_ref(), fit(width), fit(height))
        } else {
            picture.pixels.as_ref().clone()
        };
        let mut levels = vec![Arc::new(color_image(&image))];
        while image.width().max(image.height()) > SMALLEST_SIDE {
            image = imageops::thumbnail(&image, image.width().div_ceil(2), image.height().div_ceil(2));
            levels.push(Arc::new(color_image(&image)));
        }
        Self { id: picture.id, levels }
    }
}

/// The same pixels in egui's form.
#[must_use]
pub(super) fn color_image(image: &RgbImage) -> ColorImage {
    ColorImage::from_rgb([image.width() as usize, image.height() as usize], image.as_raw())
}

impl Preview {
    /// Hands the sizes to the card. `None` for a pyramid without sizes, which [`Pyramid::new`] never makes.
    #[must_use]
    pub(super) fn new(ctx: &Context, pyramid: &Pyramid) -> Option<Self> {
        let largest = Arc::clone(pyramid.levels.first()?);
        let load = |image: &Arc<ColorImage>| ctx.load_texture("picture", Arc::clone(image), TextureOptions::LINEAR);
        Some(Self { id: pyramid.id, levels: pyramid.levels.iter().map(load).collect(), largest, squares: None })
    }

    /// The texture for a picture that takes `width` pixels of the screen, `zoom` for each of its own.
    pub(super) fn texture(&mut self, ctx: &Context, width: f32, zoom: f32) -> Option<TextureId> {
        if zoom >= SQUARES_FROM {
            let options = TextureOptions { magnification: TextureFilter::Nearest, ..TextureOptions::LINEAR };
            let squares =
                self.squares.get_or_insert_with(|| ctx.load_texture("pixels", Arc::clone(&self.largest), options));
            return Some(squares.id());
        }
        let large_enough = self.levels.iter().rev().find(|level| level.size()[0] as f32 >= width);
        large_enough.or(self.levels.first()).map(TextureHandle::id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sides(width: u32, height: u32, max_side: u32) -> Vec<[usize; 2]> {
        let picture = Picture {
            id: PictureId(1),
            name: String::new(),
            path: None,
            pixels: Arc::new(RgbImage::new(width, height)),
            notes: vec![],
        };
        Pyramid::new(&picture, max_side).levels.iter().map(|level| level.size).collect()
    }

    #[test]
    fn sizes_are_halved_down_to_a_small_one() {
        assert_eq!(sides(960, 720, 2048), [[960, 720], [480, 360]]);
        assert_eq!(sides(100, 50, 2048), [[100, 50]]);
    }

    #[test]
    fn no_side_is_longer_than_the_card_takes() {
        assert_eq!(sides(8000, 1, 2048)[0], [2048, 1]);
        assert_eq!(sides(1000, 4000, 2048)[0], [512, 2048]);
    }
}
