//! Boxes of an answer in pixels, and how much two of them overlap, as the published evaluations reckon.

use super::benchmark::Truth;
use crate::{geometry::NormBox, grounding};

/// x1, y1, x2, y2 in pixels.
pub(super) type PixelBox = [f64; 4];

/// How much a box must overlap the right one to be right: as much counts too.
pub(super) const ENOUGH: f64 = 0.5;

/// The boxes that an answer gives to a phrase, in a picture of this many pixels across and down.
///
/// Only names that are the phrase count, letter by letter but for spaces around them. Cells in the wrong order give inverted
/// boxes, as in the evaluations.
pub(super) fn of_phrase(answer: &str, phrase: &str, [width, height]: [f64; 2]) -> Vec<PixelBox> {
    let caption = grounding::parse(without_picture(answer)).caption;
    let is_meant = |words: &str| words.trim() == phrase.trim();
    let of_phrase = caption.phrases.iter().filter(|phrase| is_meant(caption.words(phrase)));
    let patches = of_phrase.flat_map(|phrase| phrase.regions.iter().map(|region| region.patches));
    let in_pixels = |corners: NormBox| {
        let [x1, y1, x2, y2] = corners.to_array().map(f64::from);
        [x1 * width, y1 * height, x2 * width, y2 * height]
    };
    patches.map(|(upper_left, lower_right)| in_pixels(NormBox::as_published(upper_left, lower_right))).collect()
}

/// An answer without the slots of the picture, which stand at its beginning in the original program's lists.
#[must_use]
pub fn without_picture(answer: &str) -> &str {
    answer.rsplit_once("</image>").map_or(answer, |(_, text)| text)
}

/// The right box from one as x, y, width and height.
pub(super) fn from_sides([x, y, width, height]: [f64; 4]) -> PixelBox {
    [x, y, x + width, y + height]
}

/// Intersection over union; 0 of two boxes without an area.
pub(super) fn iou(a: PixelBox, b: PixelBox) -> f64 {
    let area = |of: PixelBox| (of[2] - of[0]) * (of[3] - of[1]);
    let across = (a[2].min(b[2]) - a[0].max(b[0])).max(0.0);
    let down = (a[3].min(b[3]) - a[1].max(b[1])).max(0.0);
    let (both, either) = (across * down, area(a) + area(b) - across * down);
    if either == 0.0 { 0.0 } else { both / either }
}

/// The place that is right in a picture of this many pixels across and down, whatever it is called.
pub(super) fn truth(place: PixelBox, [width, height]: [f64; 2]) -> Truth {
    let [x1, y1, x2, y2] = [place[0] / width, place[1] / height, place[2] / width, place[3] / height];
    Truth { place: NormBox::new(x1 as f32, y1 as f32, x2 as f32, y2 as f32), names: Vec::new() }
}

/// Whether a picture can have this size, across and down in pixels.
pub(super) fn is_size(size: [f64; 2]) -> bool {
    size.iter().all(|side| (1.0..=1e6).contains(side))
}

/// Whether there can be a box of x, y, width and height in a picture of this size: some of it is within, if only a line.
pub(super) fn is_within(sides: [f64; 4], size: [f64; 2]) -> bool {
    let [x1, y1, x2, y2] = from_sides(sides);
    sides.iter().all(|side| side.is_finite()) && x1.max(0.0) <= x2.min(size[0]) && y1.max(0.0) <= y2.min(size[1])
}

/// Whether a box is where the right one is.
pub(super) fn is_at(a: PixelBox, b: PixelBox) -> bool {
    iou(a, b) >= ENOUGH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_an_overlap_is_enough() {
        assert!(is_at([0.0, 0.0, 2.0, 1.0], [0.0, 0.0, 1.0, 1.0]));
        assert!(!is_at([0.0, 0.0, 2.1, 1.0], [0.0, 0.0, 1.0, 1.0]));
        assert!(iou([1.0; 4], [2.0; 4]) == 0.0);
    }

    #[test]
    fn there_are_no_boxes_outside_a_picture() {
        let size = [640.0, 480.0];
        for sides in [[0.0, 0.0, 640.0, 480.0], [-0.5, 10.0, 641.0, 480.5], [640.0, 10.0, 0.0, 5.0]] {
            assert!(is_within(sides, size), "{sides:?}");
        }
        for sides in [[1e300, 0.0, 5.0, 5.0], [0.0, 0.0, -1.0, 5.0], [0.0, -9.0, 5.0, 5.0], [f64::NAN, 0.0, 5.0, 5.0]] {
            assert!(!is_within(sides, size), "{sides:?}");
        }
        assert!(
            is_size(size) && ![[0.0, 480.0], [640.0, -1.0], [1e300, 480.0], [f64::NAN; 2]].into_iter().any(is_size)
        );
    }

    #[test]
    fn boxes_are_those_of_the_phrase_behind_the_picture() {
        let raw = "<image> a</image><grounding><phrase> a dog</phrase><object><patch_index_0000><patch_index_1023>\
            </delimiter_of_multi_objects/><patch_index_0033><patch_index_0033></object><phrase> a cat</phrase><object>\
            <patch_index_0001><patch_index_0002></object>";
        let boxes = of_phrase(raw, "a dog ", [64.0, 128.0]);
        assert_eq!(boxes, [[1.0, 2.0, 63.0, 126.0], [2.0, 4.0, 4.0, 8.0]]);
        assert!(of_phrase(raw, "A dog", [64.0, 128.0]).is_empty());
    }
}
