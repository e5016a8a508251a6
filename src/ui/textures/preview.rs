//! The picture as the graphics card gets it: crisp both small and large, and however large it is.
//!
//! The card samples four texels however far a picture is shrunk, which makes photos flicker; so a pyramid of halved
//! sizes is made, on a thread of its own, and the canvas takes the smallest that is large enough. The largest of them
//! is bounded, as textures are; where it does not show every pixel, tiles of the picture itself are laid over it.

use std::{collections::HashMap, ops::Range, sync::Arc};

use egui::{
    Color32, ColorImage, Context, Painter, Rect, TextureFilter, TextureHandle, TextureId, TextureOptions, pos2, vec2,
};
use image::{RgbImage, imageops};

use crate::picture::{Picture, PictureId};

/// The longest side of the largest size in the pyramid, in pixels: 64 MB at most, whatever the picture.
const LARGEST_SIDE: u32 = 4096;
/// Halving stops at this side, in pixels.
const SMALLEST_SIDE: u32 = 512;
/// Screen pixels per picture pixel from which the picture's pixels are shown as squares.
const SQUARES_FROM: f32 = 2.0;
/// The side of a tile, in picture pixels.
const TILE_SIDE: u32 = 1024;
/// Tiles kept, 4 MB each; a view that needs more than this is shown from the pyramid.
const MOST_TILES: usize = 48;
/// A tile takes about 2 ms to cut out, and a frame has 16.
const MOST_NEW_TILES: usize = 3;

/// The sizes of a picture as pixels, largest first; made on any thread.
pub(crate) struct Pyramid {
    /// The picture it is of.
    pub(crate) id: PictureId,
    levels: Vec<Arc<ColorImage>>,
}

/// The textures of one picture.
pub(crate) struct Preview {
    /// The picture it is of.
    pub(crate) id: PictureId,
    /// The sizes, the largest first; never empty.
    levels: Vec<TextureHandle>,
    /// The tiles by column and row.
    tiles: HashMap<(u32, u32), TextureHandle>,
}

impl Pyramid {
    /// Halves the picture until it is small; a side longer than `max_side` is beyond the card and left out.
    #[must_use]
    pub(crate) fn new(picture: &Picture, max_side: u32) -> Self {
        let (width, height) = picture.pixels.dimensions();
        let (side, max_side) = (width.max(height), max_side.min(LARGEST_SIDE));
        let fit = |length: u32| (u64::from(length) * u64::from(max_side) / u64::from(side)).max(1) as u32;
        let reduced = (side > max_side).then(|| imageops::thumbnail(picture.pixels.as_ref(), fit(width), fit(height)));
        let mut levels = vec![Arc::new(color_image(reduced.as_ref().unwrap_or(&picture.pixels)))];
        let mut smaller = halved(reduced.as_ref().unwrap_or(&picture.pixels));
        while let Some(image) = smaller {
            levels.push(Arc::new(color_image(&image)));
            smaller = halved(&image);
        }
        Self { id: picture.id, levels }
    }
}

/// `None` if it is small already.
fn halved(image: &RgbImage) -> Option<RgbImage> {
    let (width, height) = image.dimensions();
    (width.max(height) > SMALLEST_SIDE).then(|| imageops::thumbnail(image, width.div_ceil(2), height.div_ceil(2)))
}

/// The same pixels in egui's form.
#[must_use]
pub(crate) fn color_image(image: &RgbImage) -> ColorImage {
    ColorImage::from_rgb([image.width() as usize, image.height() as usize], image.as_raw())
}

impl Preview {
    /// Hands the sizes to the card. `None` for a pyramid without sizes, which [`Pyramid::new`] never makes.
    #[must_use]
    pub(crate) fn new(ctx: &Context, pyramid: &Pyramid) -> Option<Self> {
        let load = |image: &Arc<ColorImage>| ctx.load_texture("picture", Arc::clone(image), TextureOptions::LINEAR);
        let levels: Vec<TextureHandle> = pyramid.levels.iter().map(load).collect();
        (!levels.is_empty()).then(|| Self { id: pyramid.id, levels, tiles: HashMap::new() })
    }

    /// Paints the picture into `place`, of which only what lies in `canvas` is seen; both in points.
    pub(crate) fn paint(&mut self, painter: &Painter, picture: &Picture, place: Rect, canvas: Rect) {
        let width = place.width() * painter.ctx().pixels_per_point();
        if let Some(texture) = self.level(width) {
            painter.image(texture, place, Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0)), Color32::WHITE);
        }
        let zoom = width / picture.pixels.width() as f32;
        let largest = self.levels.first().map_or(0.0, |level| level.size()[0] as f32);
        let is_coarse = width > largest && largest < picture.pixels.width() as f32;
        if zoom >= SQUARES_FROM || is_coarse {
            self.paint_tiles(painter, picture, place, canvas);
        }
    }

    /// The texture for a picture that takes `width` pixels of the screen.
    fn level(&self, width: f32) -> Option<TextureId> {
        let large_enough = self.levels.iter().rev().find(|level| level.size()[0] as f32 >= width);
        large_enough.or(self.levels.first()).map(TextureHandle::id)
    }

    fn paint_tiles(&mut self, painter: &Painter, picture: &Picture, place: Rect, canvas: Rect) {
        let factor = place.width() / picture.pixels.width() as f32;
        let visible = place.intersect(canvas).translate(-place.min.to_vec2()) / factor;
        let (columns, rows) = (tiles_in(visible.x_range()), tiles_in(visible.y_range()));
        if columns.len() * rows.len() > MOST_TILES {
            return;
        }
        if self.tiles.len() + columns.len() * rows.len() > 2 * MOST_TILES {
            self.tiles.retain(|(column, row), _| columns.contains(column) && rows.contains(row));
        }
        let mut n_new = 0;
        for (column, row) in rows.flat_map(|row| columns.clone().map(move |column| (column, row))) {
            if !self.tiles.contains_key(&(column, row)) {
                if n_new == MOST_NEW_TILES {
                    painter.ctx().request_repaint();
                    continue;
                }
                n_new += 1;
                self.tiles
                    .extend(cut_tile(painter.ctx(), &picture.pixels, column, row).map(|tile| ((column, row), tile)));
            }
            let Some(tile) = self.tiles.get(&(column, row)) else { continue };
            let corner = vec2(column as f32, row as f32) * TILE_SIDE as f32 * factor;
            let shown = Rect::from_min_size(place.min + corner, tile.size_vec2() * factor);
            painter.image(tile.id(), shown, Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0)), Color32::WHITE);
        }
    }
}

/// The columns or rows of tiles that a range of picture pixels meets.
fn tiles_in(range: egui::Rangef) -> Range<u32> {
    let tile = |pixel: f32| pixel.max(0.0) / TILE_SIDE as f32;
    tile(range.min).floor() as u32..tile(range.max).ceil() as u32
}

/// Its pixels become squares when they are enlarged. `None` outside of the picture.
fn cut_tile(ctx: &Context, pixels: &RgbImage, column: u32, row: u32) -> Option<TextureHandle> {
    let (left, top) = (column * TILE_SIDE, row * TILE_SIDE);
    let (width, height) = (pixels.width().checked_sub(left)?, pixels.height().checked_sub(top)?);
    if width == 0 || height == 0 {
        return None;
    }
    let tile = imageops::crop_imm(pixels, left, top, width.min(TILE_SIDE), height.min(TILE_SIDE)).to_image();
    let options = TextureOptions { magnification: TextureFilter::Nearest, ..TextureOptions::LINEAR };
    Some(ctx.load_texture("tile", color_image(&tile), options))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sides(width: u32, height: u32, max_side: u32) -> Vec<[usize; 2]> {
        let picture = Picture::new("", RgbImage::new(width, height));
        Pyramid::new(&picture, max_side).levels.iter().map(|level| level.size).collect()
    }

    #[test]
    fn sizes_are_halved_down_to_a_small_one() {
        assert_eq!(sides(960, 720, 2048), [[960, 720], [480, 360]]);
        assert_eq!(sides(100, 50, 2048), [[100, 50]]);
    }

    #[test]
    fn no_side_is_longer_than_the_card_takes_or_memory_should_hold() {
        assert_eq!(sides(8000, 1, 2048)[0], [2048, 1]);
        assert_eq!(sides(1000, 4000, 2048), [[512, 2048], [256, 1024], [128, 512]]);
        assert_eq!(sides(16_384, 100, 16_384)[0], [4096, 25]);
    }

    #[test]
    fn tiles_cover_what_is_visible_and_no_more() {
        assert_eq!(tiles_in(egui::Rangef::new(-10.0, 1024.0)), 0..1);
        assert_eq!(tiles_in(egui::Rangef::new(1024.0, 1025.0)), 1..2);
        assert_eq!(tiles_in(egui::Rangef::new(1000.0, 3000.0)), 0..3);
        assert_eq!(tiles_in(egui::Rangef::new(-20.0, -10.0)), 0..0);
    }
}
