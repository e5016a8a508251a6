//! `PaliGemma`'s detection: what to find as the question, each box in 1024 steps, top and left first, as the answer.

use std::io::{self, Write};

use serde_json::json;

use crate::dataset::format::{Format, Outgoing, Part, Shape, Splits, Writer};

/// `PaliGemma`.
pub(crate) const PALIGEMMA: Format = Format {
    name: "paligemma",
    label: "detection for PaliGemma, JSON Lines",
    holds: &[Part::LooseWords],
    rounds: Some("boxes to 1024 steps of the picture"),
    shape: Shape::File("jsonl"),
    write: Some(|_: &Splits| Box::new(Lines)),
    ..Format::ONLY_WRITTEN
};

struct Lines;

impl Writer for Lines {
    fn refuses(&self, outgoing: &Outgoing<'_>) -> Option<&'static str> {
        let record = outgoing.record;
        let holds_a_sign = record.spans.iter().any(|span| record.words(span).contains(['<', ';']));
        holds_a_sign.then_some("A phrase of it holds < or ;, which separate boxes in this format")
    }

    fn put(&mut self, outgoing: &Outgoing<'_>, out: &mut dyn Write) -> io::Result<()> {
        let record = outgoing.record;
        let step = |edge: f64| ((edge * 1024.0).round() as u32).min(1023);
        let answers = record.boxes().map(|(span, region)| {
            let [x1, y1, x2, y2] = region.edges.map(step);
            format!("<loc{y1:04}><loc{x1:04}><loc{y2:04}><loc{x2:04}> {}", record.words(span).trim())
        });
        let answers: Vec<_> = answers.collect();
        if answers.is_empty() {
            return Ok(());
        }
        let mut names: Vec<&str> = Vec::new();
        for (span, _) in record.boxes() {
            let name = record.words(span).trim();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let prefix = format!("detect {}", names.join(" ; "));
        writeln!(out, "{}", json!({ "image": outgoing.picture, "prefix": prefix, "suffix": answers.join(" ; ") }))
    }
}
