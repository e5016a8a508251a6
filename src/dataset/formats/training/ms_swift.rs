//! ms-swift's own format, which it turns into that of each model: the caption with `<ref-object>` in place of each phrase and
//! a `<bbox>` behind it for each box, and lists of what they stand for. A caption that holds these words itself, or
//! `<image>`, can't be written.

use std::io::{self, Write};

use serde_json::json;

use crate::dataset::{
    fields::thousandths,
    format::{Format, Outgoing, Part, Shape, Splits, Writer},
    inline::{phrases, rewritten},
};

/// ms-swift.
pub(crate) const MS_SWIFT: Format = Format {
    name: "ms-swift",
    label: "ms-swift, JSON Lines",
    holds: &[Part::Caption, Part::Links, Part::NoBoxes],
    rounds: Some("boxes to thousandths of a pixel"),
    shape: Shape::File("jsonl"),
    write: Some(|_: &Splits| Box::new(Lines)),
    ..Format::ONLY_WRITTEN
};

struct Lines;

impl Writer for Lines {
    fn refuses(&self, outgoing: &Outgoing<'_>) -> Option<&'static str> {
        let caption = &outgoing.record.caption;
        let is_taken = ["<ref-object>", "<bbox>", "<image>"].iter().any(|tag| caption.contains(tag));
        is_taken.then_some("Its caption holds a tag of this format")
    }

    fn put(&mut self, outgoing: &Outgoing<'_>, out: &mut dyn Write) -> io::Result<()> {
        let (record, Some(size)) = (outgoing.record, outgoing.size) else { return Ok(()) };
        let spans = phrases(record);
        let names: Vec<_> = spans.iter().map(|span| record.words(span)).collect();
        let regions = spans.iter().flat_map(|span| &span.regions);
        let boxes: Vec<_> = regions.map(|region| region.pixels(size).map(thousandths)).collect();
        let text =
            rewritten(record, str::to_owned, |_, span| format!("<ref-object>{}", "<bbox>".repeat(span.regions.len())));
        let line = json!({
            "messages": [
                { "role": "user", "content": "<image>Describe the image." },
                { "role": "assistant", "content": text },
            ],
            "images": [outgoing.picture],
            "objects": { "ref": names, "bbox": boxes, "bbox_type": "real" },
        });
        writeln!(out, "{line}")
    }
}
