//! Marks to shapes: outlines first, then all the plates, so that no label is crossed by a line.

use std::sync::Arc;

use egui::{
    Color32, CornerRadius, FontId, Galley, Rect, Shape, Stroke, StrokeKind, Vec2,
    epaint::text::{FontsView, LayoutJob, TextFormat, TextWrapping},
    vec2,
};

use super::{
    Emphasis, Mark,
    layout::{Label, place_labels},
    palette::text_on,
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
const HALO: Color32 = Color32::from_black_alpha(150);
const HALO_WIDTH: f32 = 1.0;

impl Target {
    /// A place in the picture as a rectangle on the target, its edges in order.
    #[must_use]
    pub fn from_norm(&self, place: NormBox) -> Rect {
        let NormBox { x_min, y_min, x_max, y_max } = place.tidied();
        Rect::from_min_max(self.picture.lerp_inside(vec2(x_min, y_min)), self.picture.lerp_inside(vec2(x_max, y_max)))
    }
}

/// The shapes of all marks; the emphasised ones lie on top, and of the others the smallest.
pub fn mark_shapes(fonts: &mut FontsView<'_>, marks: &[Mark], target: &Target) -> Vec<Shape> {
    let mut by_depth: Vec<&Mark> = marks.iter().collect();
    by_depth.sort_by(|a, b| a.emphasis.cmp(&b.emphasis).then(area(b).total_cmp(&area(a))));
    let mut shapes: Vec<Shape> = by_depth.iter().flat_map(|mark| outline(mark, target)).collect();
    // The uppermost mark chooses the place of its label first.
    let labelled: Vec<&Mark> = by_depth.into_iter().rev().filter(|mark| has_label(mark)).collect();
    let galleys: Vec<Arc<Galley>> = labelled.iter().map(|mark| label_galley(fonts, mark, target)).collect();
    let labels: Vec<Label> = std::iter::zip(&labelled, &galleys)
        .map(|(mark, galley)| Label {
            anchor: target.from_norm(mark.place),
            size: galley.size() + 2.0 * LABEL_PADDING * target.scale,
        })
        .collect();
    let places = place_labels(target.picture.intersect(target.visible), &labels);
    for ((mark, galley), place) in labelled.into_iter().zip(galleys).zip(places).rev() {
        shapes.extend(plate(mark, galley, place, target.scale));
    }
    shapes
}

fn area(mark: &Mark) -> f32 {
    mark.place.tidied().area()
}

fn has_label(mark: &Mark) -> bool {
    mark.emphasis != Emphasis::Dim && !mark.label.is_empty()
}

/// The box itself. The halo's outer edge is the exact edge of the box.
fn outline(mark: &Mark, target: &Target) -> Vec<Shape> {
    let rect = target.from_norm(mark.place);
    let colour = match mark.emphasis {
        Emphasis::Dim => mark.colour.gamma_multiply(0.45),
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
    let mut shapes = Vec::with_capacity(3);
    if mark.emphasis == Emphasis::Strong {
        shapes.push(Shape::rect_filled(rect, CornerRadius::ZERO, colour.gamma_multiply(0.18)));
    }
    if mark.emphasis != Emphasis::Dim {
        shapes.push(stroke(rect, width + 2.0 * halo, HALO));
    }
    shapes.push(stroke(rect.shrink(halo), width, colour));
    shapes
}

fn label_galley(fonts: &mut FontsView<'_>, mark: &Mark, target: &Target) -> Arc<Galley> {
    let font = FontId::proportional(LABEL_FONT_SIZE * target.scale);
    let mut job = LayoutJob::single_section(mark.label.clone(), TextFormat::simple(font, text_on(mark.colour)));
    let room = target.picture.intersect(target.visible).width() - 2.0 * LABEL_PADDING.x * target.scale;
    let max_width = (MAX_LABEL_WIDTH * target.scale).min(room.max(0.0));
    job.wrap = TextWrapping { max_rows: 1, break_anywhere: true, ..TextWrapping::wrap_at_width(max_width) };
    fonts.layout_job(job)
}

fn plate(mark: &Mark, galley: Arc<Galley>, place: Rect, scale: f32) -> [Shape; 3] {
    let radius = CornerRadius::same((3.0 * scale).clamp(0.0, 255.0) as u8);
    let halo = Stroke::new(HALO_WIDTH * scale, HALO);
    [
        Shape::rect_filled(place, radius, mark.colour),
        Shape::rect_stroke(place, radius, halo, StrokeKind::Outside),
        Shape::galley(place.min + LABEL_PADDING * scale, galley, text_on(mark.colour)),
    ]
}
