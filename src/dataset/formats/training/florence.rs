//! Florence-2's phrase grounding: the caption as the question, each phrase with its boxes in a thousand steps as the answer.
//! A phrase that holds `<` can't be told from a place and is left out.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use serde_json::json;

use crate::dataset::format::{Format, Outgoing, Part, Shape, Splits, Writer};

/// Florence-2.
pub(crate) const FLORENCE: Format = Format {
    name: "florence-2",
    label: "phrase grounding for Florence-2, JSON Lines",
    holds: &[Part::Caption],
    rounds: Some("boxes down to thousandths of the picture"),
    shape: Shape::File("jsonl"),
    write: Some(|_: &Splits| Box::new(Lines)),
    ..Format::ONLY_WRITTEN
};

struct Lines;

impl Writer for Lines {
    fn refuses(&self, outgoing: &Outgoing<'_>) -> Option<&'static str> {
        let record = outgoing.record;
        let holds_a_tag = record.spans.iter().any(|span| record.words(span).contains('<'));
        holds_a_tag.then_some("A phrase of it holds <, which begins a place in this format")
    }

    fn put(&mut self, outgoing: &Outgoing<'_>, out: &mut dyn Write) -> io::Result<()> {
        let record = outgoing.record;
        let mut suffix = String::new();
        let mut spans: Vec<_> =
            record.spans.iter().filter_map(|span| Some((span.words.range()?.start, span))).collect();
        spans.sort_by_key(|(start, _)| *start);
        for (_, span) in spans.into_iter().filter(|(_, span)| !span.regions.is_empty()) {
            suffix.push_str(record.words(span));
            for edge in span.regions.iter().flat_map(|region| region.edges) {
                let _ = write!(suffix, "<loc_{}>", ((edge * 1000.0) as u32).min(999));
            }
        }
        if suffix.is_empty() {
            return Ok(());
        }
        let prefix = format!("<CAPTION_TO_PHRASE_GROUNDING>{}", record.caption);
        writeln!(out, "{}", json!({ "image": outgoing.picture, "prefix": prefix, "suffix": suffix }))
    }
}
