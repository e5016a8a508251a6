//! Conversations for Qwen's models, with an answer that lists boxes as JSON: in thousandths of the picture for Qwen3-VL (and
//! Qwen2-VL), in pixels of the picture as its processor resizes it for Qwen2.5-VL.

use std::io::{self, Write};

use serde_json::json;

use crate::dataset::{
    format::{Format, Outgoing, Part, Shape, Splits, Writer},
    record::Region,
};

const HOLDS: &[Part] = &[Part::Caption, Part::LooseWords];

/// Qwen3-VL.
pub(crate) const QWEN3_VL: Format = Format {
    name: "qwen3-vl",
    label: "conversations for Qwen3-VL, JSON Lines",
    holds: HOLDS,
    rounds: Some("boxes to thousandths of the picture"),
    shape: Shape::File("jsonl"),
    write: Some(|_: &Splits| Box::new(Lines { edges: in_thousandths })),
    ..Format::ONLY_WRITTEN
};

/// Qwen2.5-VL.
pub(crate) const QWEN2_5_VL: Format = Format {
    name: "qwen2.5-vl",
    label: "conversations for Qwen2.5-VL, JSON Lines",
    holds: HOLDS,
    rounds: Some("boxes to pixels of the resized picture"),
    shape: Shape::File("jsonl"),
    write: Some(|_: &Splits| Box::new(Lines { edges: in_resized_pixels })),
    ..Format::ONLY_WRITTEN
};

struct Lines {
    edges: fn(&Region, [u32; 2]) -> [u32; 4],
}

fn in_thousandths(region: &Region, _: [u32; 2]) -> [u32; 4] {
    region.edges.map(|edge| (edge * 1000.0).round() as u32)
}

fn in_resized_pixels(region: &Region, size: [u32; 2]) -> [u32; 4] {
    let resized = resized(size);
    let [x1, y1, x2, y2] = region.pixels(resized);
    let [width, height] = resized;
    let within = |pixels: f64, side: u32| (pixels.round() as u32).min(side - 1);
    [within(x1, width), within(y1, height), within(x2, width), within(y2, height)]
}

/// The size that the processor resizes a picture to: sides that are multiples of 28, with 3,136 to 1,003,520 pixels
/// (`smart_resize` of Qwen2.5-VL).
fn resized([width, height]: [u32; 2]) -> [u32; 2] {
    const SIDE: f64 = 28.0;
    const LEAST: f64 = 56.0 * 56.0;
    const MOST: f64 = 14.0 * 14.0 * 4.0 * 1280.0;
    let (w, h) = (f64::from(width), f64::from(height));
    // Python rounds halves to even numbers.
    let sides = [w, h].map(|side| (side / SIDE).round_ties_even().max(1.0) * SIDE);
    let scaled = |factor: f64, round: fn(f64) -> f64| [w, h].map(|side| (round(side * factor / SIDE) * SIDE).max(SIDE));
    let sides = match sides[0] * sides[1] {
        area if area > MOST => scaled((MOST / (w * h)).sqrt(), f64::floor),
        area if area < LEAST => scaled((LEAST / (w * h)).sqrt(), f64::ceil),
        _ => sides,
    };
    sides.map(|side| side as u32)
}

impl Writer for Lines {
    fn refuses(&self, outgoing: &Outgoing<'_>) -> Option<&'static str> {
        outgoing.record.caption.contains("<image>").then_some("Its caption holds a tag of this format")
    }

    fn put(&mut self, outgoing: &Outgoing<'_>, out: &mut dyn Write) -> io::Result<()> {
        let (record, Some(size)) = (outgoing.record, outgoing.size) else { return Ok(()) };
        let boxes = record
            .boxes()
            .map(|(span, region)| json!({ "bbox_2d": (self.edges)(region, size), "label": record.words(span) }));
        let boxes: Vec<_> = boxes.collect();
        if boxes.is_empty() {
            return Ok(());
        }
        let what = if record.caption.is_empty() { "everything in the image" } else { "what this caption names" };
        let caption = if record.caption.is_empty() { String::new() } else { format!("\n{}", record.caption) };
        let question = format!("<image>\nLocate {what} and output the bbox coordinates in JSON format.{caption}");
        let line = json!({
            "image": outgoing.picture,
            "conversations": [
                { "from": "human", "value": question },
                { "from": "gpt", "value": json!(boxes).to_string() },
            ],
        });
        writeln!(out, "{line}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_resized_as_the_processor_does() {
        for (size, expected) in
            [([640, 480], [644, 476]), ([200, 300], [196, 308]), ([4000, 3000], [1148, 840]), ([30, 20], [84, 56])]
        {
            assert_eq!(resized(size), expected, "{size:?}");
        }
    }

    #[test]
    fn boxes_are_in_the_model_s_own_numbers() {
        let region = Region::new([0.1, 0.2, 0.45, 1.0]).expect("a box");
        assert_eq!(in_thousandths(&region, [640, 480]), [100, 200, 450, 1000]);
        assert_eq!(in_resized_pixels(&region, [640, 480]), [64, 95, 290, 475]);
    }
}
