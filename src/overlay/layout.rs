//! Where labels go: inside the picture, not over each other, and not over small boxes where it can be helped.
//!
//! Each label tries a dozen places around its box; the cheapest wins. Labels are placed in the order given, so the ones
//! that matter most come first. Pure geometry: the unit is whatever the caller measures in.

use egui::{Rect, Vec2, pos2};

/// A label that needs a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Label {
    /// The box it belongs to.
    pub anchor: Rect,
    /// Width and height of its plate.
    pub size: Vec2,
}

/// Hiding all of another label costs this; the other costs are measured against it.
const COST_OF_LABEL: f32 = 10.0;
/// Hiding all of a box, the label's own or another one.
const COST_OF_BOX: f32 = 2.0;
/// Being pushed by one label height to stay inside the area.
const COST_OF_PUSH: f32 = 0.3;
/// Each step down the list of candidates.
const COST_OF_RANK: f32 = 0.03;

/// Places for the labels, in their order. Each lies inside `area` unless it is larger than the area.
#[must_use]
pub fn place_labels(area: Rect, labels: &[Label]) -> Vec<Rect> {
    let mut placed: Vec<Rect> = Vec::with_capacity(labels.len());
    for label in labels {
        let best = candidates(label)
            .into_iter()
            .enumerate()
            .map(|(rank, wanted)| {
                let place = push_inside(wanted, area);
                let pushed = (place.min - wanted.min).length() / label.size.y.max(1.0);
                (COST_OF_RANK * rank as f32 + COST_OF_PUSH * pushed + hidden(place, &placed, labels), place)
            })
            .min_by(|a, b| a.0.total_cmp(&b.0));
        placed.extend(best.map(|(_, place)| place));
    }
    placed
}

/// Places around the box, the ones that look best first.
fn candidates(label: &Label) -> [Rect; 12] {
    let Rect { min, max } = label.anchor;
    let Vec2 { x: width, y: height } = label.size;
    let right = max.x - width;
    [
        pos2(min.x, min.y - height),       // on the upper edge
        pos2(min.x, min.y),                // inside, upper left
        pos2(right, min.y - height),       // on the upper edge, to the right
        pos2(min.x, max.y),                // under the lower edge
        pos2(right, max.y),                // under the lower edge, to the right
        pos2(right, min.y),                // inside, upper right
        pos2(min.x, max.y - height),       // inside, lower left
        pos2(right, max.y - height),       // inside, lower right
        pos2(min.x, min.y + height),       // one row further down
        pos2(min.x, min.y - 2.0 * height), // one row further up
        pos2(min.x, max.y + height),       // one row further under the box
        pos2(min.x, min.y + 2.0 * height), // two rows further down
    ]
    .map(|corner| Rect::from_min_size(corner, label.size))
}

fn push_inside(place: Rect, area: Rect) -> Rect {
    // A label larger than the area keeps its left and upper end.
    let x = place.min.x.min(area.max.x - place.width()).max(area.min.x);
    let y = place.min.y.min(area.max.y - place.height()).max(area.min.y);
    Rect::from_min_size(pos2(x, y), place.size())
}

/// What a label at this place would hide.
fn hidden(place: Rect, placed: &[Rect], labels: &[Label]) -> f32 {
    let share =
        |of: Rect| place.intersect(of).area().max(0.0) * f32::from(u8::from(place.intersects(of))) / of.area().max(1.0);
    let of_labels: f32 = placed.iter().map(|other| share(*other)).sum();
    let of_boxes: f32 = labels.iter().map(|other| share(other.anchor)).sum();
    COST_OF_LABEL * of_labels + COST_OF_BOX * of_boxes
}

#[cfg(test)]
mod tests {
    use egui::vec2;
    use proptest::prelude::*;

    use super::*;

    const AREA: Rect = Rect { min: pos2(0.0, 0.0), max: pos2(400.0, 300.0) };

    fn label(x: f32, y: f32, width: f32, height: f32) -> Label {
        Label { anchor: Rect::from_min_size(pos2(x, y), vec2(width, height)), size: vec2(60.0, 16.0) }
    }

    fn overlap(a: Rect, b: Rect) -> bool {
        a.shrink(0.01).intersects(b.shrink(0.01))
    }

    #[test]
    fn a_lone_label_sits_on_its_box() {
        assert_eq!(place_labels(AREA, &[label(50.0, 100.0, 80.0, 80.0)])[0].min, pos2(50.0, 84.0));
    }

    #[test]
    fn at_the_upper_edge_it_goes_inside() {
        assert_eq!(place_labels(AREA, &[label(50.0, 0.0, 200.0, 200.0)])[0].min, pos2(50.0, 0.0));
    }

    #[test]
    fn labels_of_equal_boxes_do_not_cover_each_other() {
        let labels = [label(50.0, 100.0, 80.0, 80.0); 5];
        let places = place_labels(AREA, &labels);
        for (i, a) in places.iter().enumerate() {
            assert!(places[..i].iter().all(|b| !overlap(*a, *b)), "{places:?}");
        }
    }

    #[test]
    fn a_small_box_stays_visible() {
        let small = label(60.0, 80.0, 30.0, 18.0);
        let large = label(50.0, 100.0, 200.0, 150.0);
        let places = place_labels(AREA, &[large, small]);
        assert!(places.iter().all(|place| !overlap(*place, small.anchor)), "{places:?}");
    }

    proptest! {
        #[test]
        fn labels_stay_inside(boxes in prop::collection::vec((-50.0f32..450.0, -50.0f32..350.0, 0.0f32..300.0, 0.0f32..300.0), 0..12)) {
            let labels: Vec<_> = boxes.iter().map(|&(x, y, w, h)| label(x, y, w, h)).collect();
            let places = place_labels(AREA, &labels);
            prop_assert_eq!(places.len(), labels.len());
            prop_assert!(places.iter().all(|place| AREA.expand(0.01).contains_rect(*place)));
        }
    }
}
