//! Marks painted into a picture at its own resolution, on any thread and without a window.

use std::sync::{Arc, LazyLock};

use egui::{ClippedPrimitive, Color32, Context, Pos2, RawInput, Rect, Shape, epaint::text::FontsView, pos2, vec2};
use egui_system_font_provider::SystemFontProvider;
use image::{Rgb, RgbImage, imageops};

use super::{
    caption_text::{CaptionText, lines_of},
    mark::{Look, Mark},
    paint::{Target, mark_shapes},
    raster::Rasteriser,
};
use crate::caption::Caption;

/// A picture of this many pixels along its longer side gets lines and text of the window's size.
const PIXELS_AT_SCALE_1: f32 = 1000.0;
const SCALES: std::ops::RangeInclusive<f32> = 0.6..=12.0;
/// As the shapes are measured.
const PIXELS_PER_POINT: f32 = 1.0;
/// Room for the letters of the largest scale.
const MAX_FONT_TEXTURE_SIDE: usize = 8192;

/// One for all pictures, as each would list the system's fonts anew.
static SYSTEM_FONTS: LazyLock<Arc<SystemFontProvider>> = LazyLock::new(|| Arc::new(SystemFontProvider::new()));

/// The ground of a caption under a picture, and its words: as printed.
const GROUND: Color32 = Color32::WHITE;
const WORDS: Color32 = Color32::from_rgb(0x1d, 0x1e, 0x24);
/// Space around the caption, at scale 1.
const CAPTION_MARGIN: f32 = 14.0;

/// A copy of the picture with the marks painted over it.
#[must_use]
pub fn annotate(pixels: &RgbImage, marks: &[Mark], look: Look) -> RgbImage {
    let picture = Rect::from_min_size(Pos2::ZERO, vec2(pixels.width() as f32, pixels.height() as f32));
    let target = Target { picture, visible: picture, scale: scale_of(pixels) };
    let mut annotated = pixels.clone();
    Painting::new(picture, |fonts| mark_shapes(fonts, marks, &target, look)).paint(&mut annotated);
    annotated
}

/// A copy of the picture with the words of a caption below it, coloured as in the window.
#[must_use]
pub fn with_caption(pixels: &RgbImage, caption: &Caption) -> RgbImage {
    let (width, height) = pixels.dimensions();
    let scale = scale_of(pixels);
    let margin = CAPTION_MARGIN * scale;
    let text = CaptionText { caption, highlight: None, shared: &[], scale, text: WORDS, ground: GROUND };
    // How high the page must be is known when its words are laid out.
    let mut n_rows = 0;
    let painting = Painting::new(Rect::EVERYTHING, |fonts| {
        let mut layout = text.layout();
        layout.job.wrap.max_width = (width as f32 - 2.0 * margin).max(scale);
        let galley = fonts.layout_job(layout.job);
        n_rows = (galley.size().y + 2.0 * margin).ceil() as u32;
        let corner = pos2(margin, height as f32 + margin);
        let chips = layout.phrases.iter().enumerate().map(|(at, of)| text.chip(at, &lines_of(&galley, of, corner)));
        let mut shapes: Vec<Shape> = chips.flatten().collect();
        shapes.push(Shape::galley(corner, galley, WORDS));
        shapes
    });
    let mut page = RgbImage::from_pixel(width, height + n_rows, Rgb([GROUND.r(), GROUND.g(), GROUND.b()]));
    imageops::replace(&mut page, pixels, 0, 0);
    painting.paint(&mut page);
    page
}

/// How large lines and letters are in a picture of this size.
fn scale_of(pixels: &RgbImage) -> f32 {
    (pixels.width().max(pixels.height()) as f32 / PIXELS_AT_SCALE_1).clamp(*SCALES.start(), *SCALES.end())
}

/// Shapes that are ready to be painted, a point of them on each pixel.
struct Painting {
    rasteriser: Rasteriser,
    primitives: Vec<ClippedPrimitive>,
}

impl Painting {
    /// The shapes, as far as they lie within a part of the plane.
    fn new(within: Rect, mut shapes: impl FnMut(&mut FontsView<'_>) -> Vec<Shape>) -> Self {
        let ctx = Context::default();
        ctx.add_font_provider(Arc::clone(&SYSTEM_FONTS) as _);
        let input = RawInput { max_texture_side: Some(MAX_FONT_TEXTURE_SIDE), ..Default::default() };
        let mut output = ctx.run_ui(input, |ui| {
            let shapes = ui.fonts_mut(&mut shapes);
            ui.painter().with_clip_rect(within).extend(shapes);
        });
        let mut rasteriser = Rasteriser::default();
        rasteriser.apply(&mut output.textures_delta);
        Self { rasteriser, primitives: ctx.tessellate(std::mem::take(&mut output.shapes), PIXELS_PER_POINT) }
    }

    fn paint(self, pixels: &mut RgbImage) {
        self.rasteriser.paint(pixels, &self.primitives, PIXELS_PER_POINT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{geometry::NormBox, overlay::mark::Emphasis};

    fn mark(place: [f32; 4], emphasis: Emphasis) -> Mark {
        let [x_min, y_min, x_max, y_max] = place;
        Mark {
            place: NormBox::new(x_min, y_min, x_max, y_max),
            number: 1,
            label: "a dog".to_owned(),
            colour: Color32::from_rgb(230, 159, 0),
            dashed: false,
            emphasis,
        }
    }

    #[test]
    fn the_outline_is_where_the_box_is() {
        let grey = RgbImage::from_pixel(1000, 500, Rgb([128; 3]));
        let annotated = annotate(&grey, &[mark([0.2, 0.4, 0.6, 0.8], Emphasis::Normal)], Look::default());
        assert_eq!(annotated.get_pixel(202, 300).0, [230, 159, 0], "left edge, inside the halo");
        assert_eq!(annotated.get_pixel(598, 300).0, [230, 159, 0], "right edge");
        assert_eq!(annotated.get_pixel(400, 300).0, [128; 3], "the inside is left alone");
        assert_eq!(annotated.get_pixel(203, 190).0, [161, 111, 0], "the number's field on the upper edge");
        assert_eq!(annotated.get_pixel(900, 450).0, [128; 3]);
    }

    #[test]
    fn odd_boxes_and_pictures_are_painted_without_harm() {
        let odd = [[f32::NAN, 0.1, 2.0, -1.0], [0.9, 0.9, 0.1, 0.1], [0.5, 0.5, 0.5, 0.5]];
        let marks: Vec<_> = odd.into_iter().map(|place| mark(place, Emphasis::Strong)).collect();
        for (width, height) in [(1, 1), (1, 300), (300, 1), (64, 64)] {
            let annotated = annotate(&RgbImage::new(width, height), &marks, Look::default());
            assert_eq!(annotated.dimensions(), (width, height));
        }
    }
}
