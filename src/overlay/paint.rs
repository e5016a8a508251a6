//! Marks to shapes: outlines first, then all the plates, so that no label is crossed by a line.

use std::sync::Arc;

use egui::{
    Color32, CornerRadius, FontId, Galley, Rect, Shape, Stroke, StrokeKind, Vec2,
    epaint::text::{FontsView, LayoutJob, TextFormat, TextWrapping},
    vec2,
};

use super::{
    layout::{Label, place_labels},
    mark::{Emphasis, Look, Mark},
    palette::{mix, text_on},
};
use crate::geometry::NormBox;

/// Where marks are painted.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The whole picture, in points of the target.
    pub picture: Rect,
    /// The part of the target that is seen; labels stay inside it.
    pub visible: Rect,
    /// Size of lines and text, 1 for a window.
    pub scale: f32,
}

const LABEL_FONT_SIZE: f32 = 13.0;
const LABEL_PADDING: Vec2 = vec2(5.0, 2.0);
/// Longer labels end in an ellipsis; the caption beside the picture has the whole phrase.
const MAX_LABEL_WIDTH: f32 = 240.0;
/// If the labels would cover more than this share of what is seen, only their numbers are shown.
const MAX_COVERED: f32 = 0.2;
const HALO: Color32 = Color32::from_black_alpha(150);
const HALO_WIDTH: f32 = 1.0;
/// A dash of a dashed outline.
const DASH: f32 = 8.0;
/// The gap after it.
const GAP: f32 = 5.0;
/// Share of black in the field of the number.
const NUMBER_SHADE: f32 = 0.3;

impl Target {
    /// A place in the picture as a rectangle on the target, its edges in order.
    #[must_use]
    pub fn from_norm(&self, place: NormBox) -> Rect {
        let NormBox { x_min, y_min, x_max, y_max } = place.tidied();
        Rect::from_min_max(self.picture.lerp_inside(vec2(x_min, y_min)), self.picture.lerp_inside(vec2(x_max, y_max)))
    }
}

/// The shapes of all marks; the emphasised ones lie on top, and of the others the smallest.
pub fn mark_shapes(fonts: &mut FontsView<'_>, marks: &[Mark], target: &Target, look: Look) -> Vec<Shape> {
    let mut by_depth: Vec<&Mark> = marks.iter().collect();
    by_depth.sort_by(|a, b| a.emphasis.cmp(&b.emphasis).then(area(b).total_cmp(&area(a))));
    let mut shapes: Vec<Shape> = by_depth.iter().flat_map(|mark| outline(mark, target, look)).collect();
    let area = target.picture.intersect(target.visible);
    // The uppermost mark chooses the place of its label first.
    let labelled = by_depth.into_iter().rev().filter(|mark| match mark.emphasis {
        Emphasis::Dim => false,
        Emphasis::Normal => look.labels,
        Emphasis::Strong => true,
    });
    let seen = labelled.filter(|mark| area.intersects(target.from_norm(mark.place)));
    let mut plates: Vec<Plate> = seen.map(|mark| Plate::new(fonts, mark, target)).collect();
    let covered: f32 = plates.iter().map(|plate| plate.size(target.scale).x * plate.size(target.scale).y).sum();
    if covered > MAX_COVERED * area.area() {
        for plate in &mut plates {
            plate.words = None;
        }
    }
    let labels: Vec<Label> =
        plates.iter().map(|plate| Label { anchor: plate.anchor, size: plate.size(target.scale) }).collect();
    let places = place_labels(area, &labels);
    for (plate, place) in plates.into_iter().zip(places).rev() {
        shapes.extend(plate.shapes(place, target.scale));
    }
    shapes
}

fn area(mark: &Mark) -> f32 {
    mark.place.tidied().area()
}

/// The box itself. The halo's outer edge is the exact edge of the box.
fn outline(mark: &Mark, target: &Target, look: Look) -> Vec<Shape> {
    let rect = target.from_norm(mark.place);
    let colour = match mark.emphasis {
        Emphasis::Dim => mark.colour.gamma_multiply(0.6),
        Emphasis::Normal | Emphasis::Strong => mark.colour,
    };
    let width = target.scale
        * match mark.emphasis {
            Emphasis::Dim => 1.0,
            Emphasis::Normal => 2.0,
            Emphasis::Strong => 3.0,
        };
    let halo = HALO_WIDTH * target.scale;
    let stroke = |rect, width, colour| {
        Shape::rect_stroke(rect, CornerRadius::ZERO, Stroke::new(width, colour), StrokeKind::Inside)
    };
    let line = |shapes: &mut Vec<Shape>, rect: Rect| {
        if mark.dashed {
            let rect = rect.shrink(width / 2.0);
            let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
            let (dash, gap) = (DASH * target.scale, GAP * target.scale);
            shapes.extend(Shape::dashed_line(&corners, Stroke::new(width, colour), dash, gap));
        } else {
            shapes.push(stroke(rect, width, colour));
        }
    };
    let mut shapes = Vec::with_capacity(3);
    let is_strong = mark.emphasis == Emphasis::Strong;
    if is_strong || (look.fill && mark.emphasis == Emphasis::Normal) {
        shapes.push(Shape::rect_filled(rect, CornerRadius::ZERO, colour.gamma_multiply(0.18)));
    }
    if !look.boxes && !is_strong {
        return shapes;
    }
    if mark.emphasis != Emphasis::Dim {
        shapes.push(stroke(rect, width + 2.0 * halo, HALO));
    }
    line(&mut shapes, rect.shrink(halo));
    shapes
}

/// A label before it has a place: the number in a darker field, then the words.
struct Plate {
    anchor: Rect,
    colour: Color32,
    number: Arc<Galley>,
    words: Option<Arc<Galley>>,
}

impl Plate {
    fn new(fonts: &mut FontsView<'_>, mark: &Mark, target: &Target) -> Self {
        let visible = target.picture.intersect(target.visible);
        let number = line(fonts, mark.number.to_string(), Color32::PLACEHOLDER, f32::INFINITY, target.scale);
        let room = visible.width() - number.size().x - 4.0 * LABEL_PADDING.x * target.scale;
        let max_width = (MAX_LABEL_WIDTH * target.scale).min(room.max(0.0));
        let words = (!mark.label.is_empty())
            .then(|| line(fonts, mark.label.clone(), text_on(mark.colour), max_width, target.scale));
        Self { anchor: target.from_norm(mark.place), colour: mark.colour, number, words }
    }

    fn number_size(&self, scale: f32) -> Vec2 {
        self.number.size() + 2.0 * LABEL_PADDING * scale
    }

    fn size(&self, scale: f32) -> Vec2 {
        let number = self.number_size(scale);
        let words = self.words.as_ref().map_or(0.0, |words| words.size().x + 2.0 * LABEL_PADDING.x * scale);
        vec2(number.x + words, number.y)
    }

    fn shapes(self, place: Rect, scale: f32) -> Vec<Shape> {
        let padding = LABEL_PADDING * scale;
        let radius = CornerRadius::same((3.0 * scale).clamp(0.0, 255.0) as u8);
        let field = Rect::from_min_size(place.min, self.number_size(scale));
        // Beside words the number has a darker field; alone it has the plate.
        let (field_colour, field_radius) = match self.words {
            Some(_) => (mix(Color32::BLACK, self.colour, NUMBER_SHADE), CornerRadius { ne: 0, se: 0, ..radius }),
            None => (self.colour, radius),
        };
        let mut shapes = vec![
            Shape::rect_stroke(place, radius, Stroke::new(HALO_WIDTH * scale, HALO), StrokeKind::Outside),
            Shape::rect_filled(place, radius, self.colour),
            Shape::rect_filled(field, field_radius, field_colour),
            Shape::galley(place.min + padding, self.number, text_on(field_colour)),
        ];
        let words_at = field.right_top() + padding;
        shapes.extend(self.words.map(|words| Shape::galley(words_at, words, text_on(self.colour))));
        shapes
    }
}

/// One line of text that ends in an ellipsis where it would be too wide.
fn line(fonts: &mut FontsView<'_>, text: String, colour: Color32, max_width: f32, scale: f32) -> Arc<Galley> {
    let font = FontId::proportional(LABEL_FONT_SIZE * scale);
    let mut job = LayoutJob::single_section(text, TextFormat::simple(font, colour));
    job.wrap = TextWrapping { max_rows: 1, break_anywhere: true, ..TextWrapping::wrap_at_width(max_width) };
    fonts.layout_job(job)
}
