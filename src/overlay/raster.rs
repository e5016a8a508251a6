//! A small software rasteriser for what egui tessellates: exported pictures, and window tests without a graphics card.
//!
//! It blends as egui's own renderers do: premultiplied alpha in gamma space, textures filtered bilinearly, edges shared
//! by two triangles painted once (top-left rule).

use std::{cmp::Ordering, collections::HashMap};

use egui::{
    ClippedPrimitive, ColorImage, ImageData, Pos2, Rect, TextureFilter, TextureId, TexturesDelta,
    epaint::{Primitive, Vertex},
    pos2,
};
use image::{ImageBuffer, Pixel};

/// The textures of one egui context, and how to paint with them.
#[derive(Default)]
pub struct Rasteriser {
    textures: HashMap<TextureId, Texture>,
}

struct Texture {
    image: ColorImage,
    filter: TextureFilter,
}

/// Pixels that may be painted: first ones, and one past the last ones.
#[derive(Clone, Copy)]
struct Clip {
    x: (u32, u32),
    y: (u32, u32),
}

impl Rasteriser {
    /// Takes over new and changed textures, and drains them: what is left in a delta counts as lost to egui.
    pub fn apply(&mut self, delta: &mut TexturesDelta) {
        for (id, images) in delta.set.drain() {
            for change in images {
                let ImageData::Color(source) = change.image;
                match (change.pos, self.textures.get_mut(&id)) {
                    (None, _) => {
                        let texture = Texture { image: (*source).clone(), filter: change.options.magnification };
                        self.textures.insert(id, texture);
                    }
                    (Some(at), Some(texture)) => copy_into(&mut texture.image, &source, at),
                    // A change of a texture that was never given: there is nothing to change.
                    (Some(_), None) => {}
                }
            }
        }
        for id in delta.free.drain() {
            self.textures.remove(&id);
        }
    }

    /// Paints over `target`, whose pixels are opaque or premultiplied.
    pub fn paint<P: Pixel<Subpixel = u8>>(
        &self,
        target: &mut ImageBuffer<P, Vec<u8>>,
        primitives: &[ClippedPrimitive],
        pixels_per_point: f32,
    ) {
        for clipped in primitives {
            let Primitive::Mesh(mesh) = &clipped.primitive else { continue };
            let Some(texture) = self.textures.get(&mesh.texture_id) else { continue };
            let clip = Clip::new(clipped.clip_rect, pixels_per_point, target.dimensions());
            for corners in mesh.indices.as_chunks::<3>().0 {
                let vertex = |k: usize| mesh.vertices.get(corners[k] as usize).copied();
                if let (Some(a), Some(b), Some(c)) = (vertex(0), vertex(1), vertex(2)) {
                    let scaled = [a, b, c].map(|v| Vertex { pos: v.pos * pixels_per_point, ..v });
                    if let Some(triangle) = Triangle::new(scaled) {
                        triangle.paint(target, texture, clip);
                    }
                }
            }
        }
    }
}

fn copy_into(texture: &mut ColorImage, source: &ColorImage, [x, y]: [usize; 2]) {
    let (width, texture_width) = (source.width(), texture.width());
    for row in 0..source.height() {
        let at = (y + row) * texture_width + x;
        let from = source.pixels.get(row * width..(row + 1) * width);
        if let (Some(to), Some(from)) = (texture.pixels.get_mut(at..at + width), from) {
            to.copy_from_slice(from);
        }
    }
}

impl Clip {
    fn new(rect: Rect, pixels_per_point: f32, (width, height): (u32, u32)) -> Self {
        let pixel = |v: f32, end: u32| (v * pixels_per_point).round().clamp(0.0, end as f32) as u32;
        Self {
            x: (pixel(rect.min.x, width), pixel(rect.max.x, width)),
            y: (pixel(rect.min.y, height), pixel(rect.max.y, height)),
        }
    }
}

/// Corners in pixels, turned so that the area is positive.
struct Triangle {
    corners: [Vertex; 3],
    area: f32,
}

fn cross(a: Pos2, b: Pos2, c: Pos2) -> f32 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

impl Triangle {
    /// `None` if it has no area.
    fn new([a, b, c]: [Vertex; 3]) -> Option<Self> {
        let area = cross(a.pos, b.pos, c.pos);
        // egui's winding order is not consistent.
        let corners = if area < 0.0 { [a, c, b] } else { [a, b, c] };
        (area.abs() > 0.0 && area.is_finite()).then_some(Self { corners, area: area.abs() })
    }

    fn paint<P: Pixel<Subpixel = u8>>(&self, target: &mut ImageBuffer<P, Vec<u8>>, texture: &Texture, clip: Clip) {
        let [p0, p1, p2] = self.corners.map(|v| v.pos);
        let first = |a: f32, b: f32, c: f32, clip: u32| (a.min(b).min(c).floor().max(0.0) as u32).max(clip);
        let end = |a: f32, b: f32, c: f32, clip: u32| (a.max(b).max(c).ceil().max(0.0) as u32).min(clip);
        let columns = first(p0.x, p1.x, p2.x, clip.x.0)..end(p0.x, p1.x, p2.x, clip.x.1);
        let owns_edge = |a: Pos2, b: Pos2| match b.y.total_cmp(&a.y) {
            Ordering::Less => true,
            Ordering::Equal => b.x > a.x,
            Ordering::Greater => false,
        };
        let owned = [owns_edge(p1, p2), owns_edge(p2, p0), owns_edge(p0, p1)];
        let shade = Shade::new(&self.corners);
        for y in first(p0.y, p1.y, p2.y, clip.y.0)..end(p0.y, p1.y, p2.y, clip.y.1) {
            for x in columns.clone() {
                let p = pos2(x as f32 + 0.5, y as f32 + 0.5);
                let edges = [cross(p1, p2, p), cross(p2, p0, p), cross(p0, p1, p)];
                if std::iter::zip(edges, owned).all(|(edge, owned)| edge > 0.0 || (edge >= 0.0 && owned)) {
                    blend(target.get_pixel_mut(x, y), shade.at(edges.map(|edge| edge / self.area), texture));
                }
            }
        }
    }
}

/// Source over destination; the source is premultiplied, 0..=255. A target without alpha is opaque.
fn blend<P: Pixel<Subpixel = u8>>(pixel: &mut P, source: [f32; 4]) {
    let keep = 1.0 - source[3] / 255.0;
    for (channel, source) in std::iter::zip(pixel.channels_mut(), source) {
        *channel = (source + f32::from(*channel) * keep + 0.5) as u8;
    }
}

/// Colour and texture place between the corners.
struct Shade {
    colours: [[f32; 4]; 3],
    uvs: [Pos2; 3],
    one_uv: bool,
}

impl Shade {
    fn new(corners: &[Vertex; 3]) -> Self {
        let uvs = corners.map(|v| v.uv);
        let one_uv = uvs.iter().all(|uv| *uv == uvs[0]);
        Self { colours: corners.map(|v| v.color.to_array().map(f32::from)), uvs, one_uv }
    }

    /// The premultiplied colour at a point given by its weights of the corners.
    fn at(&self, weights: [f32; 3], texture: &Texture) -> [f32; 4] {
        let between = |values: [f32; 3]| std::iter::zip(values, weights).map(|(v, w)| v * w).sum::<f32>();
        // Most triangles are plain fills, which point at the white corner of the font texture.
        let uv = if self.one_uv {
            self.uvs[0]
        } else {
            pos2(between(self.uvs.map(|uv| uv.x)), between(self.uvs.map(|uv| uv.y)))
        };
        let texel = texture.sample(uv);
        std::array::from_fn(|channel| between(self.colours.map(|colour| colour[channel])) * texel[channel] / 255.0)
    }
}

impl Texture {
    fn sample(&self, uv: Pos2) -> [f32; 4] {
        let [width, height] = self.image.size;
        let (x, y) = (uv.x * width as f32, uv.y * height as f32);
        if self.filter == TextureFilter::Nearest {
            return self.texel(x.floor(), y.floor());
        }
        let (left, top) = ((x - 0.5).floor(), (y - 0.5).floor());
        let (right_share, lower_share) = (x - 0.5 - left, y - 0.5 - top);
        if right_share.max(lower_share) <= 0.0 {
            return self.texel(left, top);
        }
        let upper = lerp(self.texel(left, top), self.texel(left + 1.0, top), right_share);
        let lower = lerp(self.texel(left, top + 1.0), self.texel(left + 1.0, top + 1.0), right_share);
        lerp(upper, lower, lower_share)
    }

    /// The nearest texel; clamped to the edge.
    fn texel(&self, x: f32, y: f32) -> [f32; 4] {
        let [width, height] = self.image.size;
        let inside = |v: f32, size: usize| (v.max(0.0) as usize).min(size.saturating_sub(1));
        let at = inside(y, height) * width + inside(x, width);
        self.image.pixels.get(at).map_or([0.0; 4], |colour| colour.to_array().map(f32::from))
    }
}

fn lerp(a: [f32; 4], b: [f32; 4], share: f32) -> [f32; 4] {
    std::array::from_fn(|channel| a[channel] * (1.0 - share) + b[channel] * share)
}

#[cfg(test)]
mod tests {
    use egui::{Color32, Context, RawInput, Shape, vec2};
    use image::{Rgb, RgbImage};

    use super::*;

    fn painted(shapes: &[Shape]) -> RgbImage {
        let ctx = Context::default();
        let screen = Rect::from_min_size(Pos2::ZERO, vec2(40.0, 20.0));
        let input = RawInput { screen_rect: Some(screen), ..Default::default() };
        let mut output = ctx.run_ui(input, |ui| ui.painter().extend(shapes.to_vec()));
        let mut rasteriser = Rasteriser::default();
        rasteriser.apply(&mut output.textures_delta);
        let primitives = ctx.tessellate(std::mem::take(&mut output.shapes), 1.0);
        let mut target = RgbImage::from_pixel(40, 20, Rgb([100, 100, 100]));
        rasteriser.paint(&mut target, &primitives, 1.0);
        target
    }

    fn count(image: &RgbImage, colour: [u8; 3]) -> usize {
        image.pixels().filter(|pixel| pixel.0 == colour).count()
    }

    #[test]
    fn a_filled_rectangle_covers_its_pixels_once() {
        let rect = Rect::from_min_max(pos2(10.0, 5.0), pos2(30.0, 15.0));
        let opaque = painted(&[Shape::rect_filled(rect, 0.0, Color32::RED)]);
        // egui feathers the outermost pixels.
        assert!((18 * 8..=20 * 10).contains(&count(&opaque, [255, 0, 0])), "{}", count(&opaque, [255, 0, 0]));
        let half = painted(&[Shape::rect_filled(rect, 0.0, Color32::from_black_alpha(128))]);
        assert_eq!(half.get_pixel(20, 10).0, [50, 50, 50], "the diagonal of the two triangles is painted once");
        assert_eq!(half.get_pixel(11, 6).0, [50, 50, 50]);
        assert_eq!(half.get_pixel(2, 2).0, [100, 100, 100]);
    }

    #[test]
    fn shapes_beyond_the_target_are_cut_off() {
        let rect = Rect::from_min_max(pos2(-50.0, -50.0), pos2(20.0, 500.0));
        let image = painted(&[Shape::rect_filled(rect, 0.0, Color32::BLUE)]);
        assert_eq!(image.get_pixel(0, 0).0, [0, 0, 255]);
        assert_eq!(image.get_pixel(39, 19).0, [100, 100, 100]);
    }
}
