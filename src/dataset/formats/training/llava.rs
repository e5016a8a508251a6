//! `LLaVA`'s conversations: the caption as the answer, with the boxes of a phrase behind it as fractions of the picture.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use serde_json::json;

use crate::dataset::{
    format::{Format, Outgoing, Part, Shape, Splits, Writer},
    inline::rewritten,
};

/// `LLaVA`.
pub(crate) const LLAVA: Format = Format {
    name: "llava",
    label: "conversations for LLaVA, JSON",
    holds: &[Part::Caption, Part::Links, Part::NoBoxes],
    rounds: Some("boxes to hundredths of the picture"),
    shape: Shape::File("json"),
    write: Some(|_: &Splits| Box::new(Conversations)),
    ..Format::ONLY_WRITTEN
};

struct Conversations;

impl Writer for Conversations {
    fn refuses(&self, outgoing: &Outgoing<'_>) -> Option<&'static str> {
        outgoing.record.caption.contains("<image>").then_some("Its caption holds a tag of this format")
    }

    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "[")
    }

    fn put(&mut self, outgoing: &Outgoing<'_>, out: &mut dyn Write) -> io::Result<()> {
        let text = rewritten(outgoing.record, str::to_owned, |words, span| {
            let mut text = words.to_owned();
            for region in &span.regions {
                let [x1, y1, x2, y2] = region.edges;
                let _ = write!(text, " [{x1:.2}, {y1:.2}, {x2:.2}, {y2:.2}]");
            }
            text
        });
        let conversation = json!({
            "id": outgoing.number.to_string(),
            "image": outgoing.picture,
            "conversations": [
                { "from": "human", "value": "<image>\nDescribe the image, and say where each thing is." },
                { "from": "gpt", "value": text },
            ],
        });
        let comma = if outgoing.number > 1 { "," } else { "" };
        write!(out, "{comma}\n{conversation}")
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "\n]")
    }
}
