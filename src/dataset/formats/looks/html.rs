//! A page to look at: each picture with its boxes and its caption, self-contained, without a script. What is pointed at, in
//! the text, in the list of phrases or in the picture, lights up in the others.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use super::shared::{N_LIT, data_address, escaped, hue};
use crate::dataset::{
    format::{Format, Outgoing, Part, Shape, Splits, Writer},
    inline::rewritten,
    record::{Record, Span},
};

/// A page.
pub(crate) const HTML: Format = Format {
    name: "html",
    label: "a page to look at, HTML with the pictures in it",
    holds: &[
        Part::Caption,
        Part::Links,
        Part::Overlaps,
        Part::LooseWords,
        Part::BareWords,
        Part::NoBoxes,
        Part::Scores,
        Part::Verdict,
    ],
    shape: Shape::File("html"),
    write: Some(|_: &Splits| Box::new(Page)),
    is_looked_at: true,
    ..Format::ONLY_WRITTEN
};

const HEAD: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n\
<meta name=\"viewport\" content=\"width=device-width\">\n<title>Pictures, captions and boxes</title>\n<style>\n\
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }\n\
body { margin: 0 auto; max-width: 60rem; padding: 1rem; }\n\
figure { margin: 0 0 3rem; }\n\
.picture { position: relative; display: inline-block; max-width: 100%; }\n\
.picture img { display: block; max-width: 100%; max-height: 80vh; }\n\
.picture svg { position: absolute; inset: 0; width: 100%; height: 100%; }\n\
rect { fill: transparent; stroke: hsl(var(--hue) 90% 55%); stroke-width: 2px; vector-effect: non-scaling-stroke; }\n\
mark { color: inherit; background: hsl(var(--hue) 90% 55% / .25); border-radius: .2em; padding: 0 .15em; }\n\
small { opacity: .7; }\n\
ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .5em; }\n";

struct Page;

impl Writer for Page {
    fn needs_picture(&self) -> bool {
        false
    }

    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(HEAD.as_bytes())?;
        for number in 0..N_LIT {
            let hue = hue(number);
            writeln!(out, ".p{number} {{ --hue: {hue}; }}")?;
            writeln!(
                out,
                "figure:has(.p{number}:hover) rect.p{number} {{ fill: hsl({hue} 90% 55% / .3); stroke-width: 4px; }}\n\
                 figure:has(.p{number}:hover) mark.p{number} {{ background: hsl({hue} 90% 55% / .7); }}"
            )?;
        }
        writeln!(out, "</style>\n</head>\n<body>")
    }

    fn put(&mut self, outgoing: &Outgoing<'_>, out: &mut dyn Write) -> io::Result<()> {
        let record = outgoing.record;
        writeln!(out, "<figure>")?;
        match (outgoing.content)() {
            Ok(bytes) => writeln!(
                out,
                "<div class=\"picture\"><img alt=\"\" src=\"{}\"><svg viewBox=\"0 0 1 1\" preserveAspectRatio=\"none\" \
                 aria-hidden=\"true\">{}</svg></div>",
                data_address(&bytes),
                rectangles(record)
            )?,
            Err(reason) => writeln!(out, "<p><small>The picture is not here ({})</small></p>", escaped(&reason))?,
        }
        write!(out, "<figcaption>\n<p dir=\"auto\">{}</p>\n<ul>", caption(record))?;
        for (number, span) in record.spans.iter().enumerate() {
            write!(out, "<li>{}{}</li>", marked(record.words(span), number), told(span))?;
        }
        let verdict = record.verdict.map(|verdict| format!(", {verdict:?}").to_lowercase()).unwrap_or_default();
        let name = escaped(&record.picture_name());
        writeln!(out, "</ul>\n<small>{name}{verdict}</small>\n</figcaption>\n</figure>")
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "</body>\n</html>")
    }
}

/// Large ones first, so that small ones can be pointed at.
fn rectangles(record: &Record) -> String {
    let spans = record.spans.iter().enumerate();
    let mut boxes: Vec<_> =
        spans.flat_map(|(number, span)| span.regions.iter().map(move |region| (number, region.edges))).collect();
    let area = |&(_, [x1, y1, x2, y2]): &(usize, [f64; 4])| (x2 - x1) * (y2 - y1);
    boxes.sort_by(|a, b| area(b).total_cmp(&area(a)));
    let mut rectangles = String::new();
    for (number, [x1, y1, x2, y2]) in boxes {
        let title = escaped(record.words(&record.spans[number]));
        let (width, height) = (x2 - x1, y2 - y1);
        let _ = write!(
            rectangles,
            "<rect class=\"p{number}\" x=\"{x1}\" y=\"{y1}\" width=\"{width}\" height=\"{height}\"><title>{title}</title></rect>"
        );
    }
    rectangles
}

/// The caption with its phrases marked; of those within others the outer ones.
fn caption(record: &Record) -> String {
    let number = |span: &Span| record.spans.iter().position(|other| std::ptr::eq(other, span)).unwrap_or(N_LIT);
    rewritten(record, escaped, |words, span| marked(words, number(span)))
}

fn marked(words: &str, number: usize) -> String {
    let shown = if words.is_empty() { "–" } else { words };
    format!("<mark class=\"p{number}\" dir=\"auto\">{}</mark>", escaped(shown))
}

/// The scores of a phrase's boxes.
fn told(span: &Span) -> String {
    let scores = span.regions.iter().filter_map(|region| region.score);
    let scores: Vec<_> = scores.map(|score| format!("{:.0} %", score * 100.0)).collect();
    if scores.is_empty() { String::new() } else { format!(" <small>{}</small>", scores.join(", ")) }
}
