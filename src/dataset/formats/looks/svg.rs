//! A drawing of each record: its picture, boxes and caption in one SVG file, without a script. What is pointed at, in the text
//! or in the picture, lights up in the other.

use std::{fmt::Write as _, path::PathBuf};

use super::shared::{self, N_LIT, data_address, hue};
use crate::dataset::{
    format::{Format, Outgoing, Part, Shape, Splits, Writer},
    inline::phrases,
    record::{Record, Span, Words},
};

/// A drawing a record.
pub(crate) const SVG: Format = Format {
    name: "svg",
    label: "a drawing of each picture with boxes and caption, SVG",
    holds: &[Part::Caption, Part::Links, Part::Overlaps, Part::LooseWords, Part::NoBoxes],
    shape: Shape::Folder,
    write: Some(|_: &Splits| Box::new(Drawings)),
    is_looked_at: true,
    ..Format::ONLY_WRITTEN
};

struct Drawings;

/// Units of a drawing across; its letters and lines are measured in them.
const WIDTH: f64 = 1000.0;
const MARGIN: f64 = 20.0;
const LETTERS: f64 = 24.0;
const LINE: f64 = 36.0;
/// Letters of a line; a fixed pitch, so that no font makes it too long.
const N_LETTERS: usize = 64;

impl Writer for Drawings {
    fn own_file(&self, _: &str, outgoing: &Outgoing<'_>) -> Option<(PathBuf, Vec<u8>)> {
        let [width, height] = outgoing.size?;
        let height = WIDTH * f64::from(height) / f64::from(width);
        let drawing = drawing(outgoing, height);
        Some((PathBuf::from(format!("{}.svg", outgoing.stem)), drawing.into_bytes()))
    }
}

/// The whole file; the picture is this high.
fn drawing(outgoing: &Outgoing<'_>, height: f64) -> String {
    let record = outgoing.record;
    let lines = lines(record);
    let whole = height + if lines.is_empty() { 0.0 } else { 2.0 * MARGIN + LINE * lines.len() as f64 };
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {whole:.3}\">\n<title>{}</title>\n<style>\n{}</style>\n\
         <rect width=\"{WIDTH}\" height=\"{whole:.3}\" fill=\"#fff\"/>\n",
        escaped(&record.picture_name()),
        style(record.spans.len())
    );
    let _ = match (outgoing.content)() {
        Ok(bytes) => writeln!(
            out,
            "<image href=\"{}\" width=\"{WIDTH}\" height=\"{height:.3}\" preserveAspectRatio=\"none\"/>",
            data_address(&bytes)
        ),
        Err(reason) => {
            writeln!(out, "<text x=\"{MARGIN}\" y=\"{LINE}\">The picture is not here ({})</text>", escaped(&reason))
        }
    };
    for (number, span, [x1, y1, x2, y2]) in large_first(record) {
        let [x, y, w, h] = [x1 * WIDTH, y1 * height, (x2 - x1) * WIDTH, (y2 - y1) * height];
        let _ = writeln!(
            out,
            "<rect class=\"b p{number}\" x=\"{x:.3}\" y=\"{y:.3}\" width=\"{w:.3}\" height=\"{h:.3}\"><title>{}</title></rect>",
            escaped(record.words(span))
        );
    }
    for (at, line) in lines.iter().enumerate() {
        let y = height + MARGIN + LINE * (at as f64 + 0.75);
        let _ = writeln!(out, "<text x=\"{MARGIN}\" y=\"{y:.3}\" xml:space=\"preserve\">{line}</text>");
    }
    out.push_str("</svg>\n");
    out
}

fn style(n_spans: usize) -> String {
    let mut style = format!(
        "text {{ font: {LETTERS}px ui-monospace, monospace; fill: #1d1e24; unicode-bidi: plaintext; }}\n\
         .b {{ fill: transparent; stroke-width: 3px; }}\ntspan.p {{ text-decoration: underline 3px; }}\n"
    );
    for number in 0..n_spans.min(N_LIT) {
        let hue = hue(number);
        let _ = writeln!(
            style,
            ".b.p{number} {{ stroke: hsl({hue} 90% 45%); }} tspan.p{number} {{ fill: hsl({hue} 90% 30%); }}\n\
             svg:has(.p{number}:hover) .b.p{number} {{ fill: hsl({hue} 90% 55% / .3); stroke-width: 6px; }}\n\
             svg:has(.p{number}:hover) tspan.p{number} {{ font-weight: bold; text-decoration-thickness: 5px; }}"
        );
    }
    style
}

/// Text that stays text; of signs that XML can't hold each is replaced.
fn escaped(text: &str) -> String {
    let can_hold = |c: char| !matches!(c, '\u{fffe}' | '\u{ffff}') && (c >= ' ' || "\t\n\r".contains(c));
    shared::escaped(&text.chars().map(|c| if can_hold(c) { c } else { '\u{fffd}' }).collect::<String>())
}

/// Large boxes first, so that small ones can be pointed at.
fn large_first(record: &Record) -> Vec<(usize, &Span, [f64; 4])> {
    let spans = record.spans.iter().enumerate();
    let boxes = spans.flat_map(|(number, span)| span.regions.iter().map(move |region| (number, span, region.edges)));
    let mut boxes: Vec<_> = boxes.collect();
    let area = |&(_, _, [x1, y1, x2, y2]): &(usize, &Span, [f64; 4])| (x2 - x1) * (y2 - y1);
    boxes.sort_by(|a, b| area(b).total_cmp(&area(a)));
    boxes
}

/// The caption in lines, and behind it the words that are not in it; phrases are marked, of those within others the outer.
fn lines(record: &Record) -> Vec<String> {
    let (mut wrapped, mut at) = (Wrapped::default(), 0);
    let number = |span: &Span| record.spans.iter().position(|other| std::ptr::eq(other, span));
    for span in phrases(record) {
        let Words::Linked(range) = &span.words else { continue };
        wrapped.add(record.caption.get(at..range.start).unwrap_or_default(), None);
        wrapped.add(record.words(span), number(span));
        at = range.end;
    }
    wrapped.add(record.caption.get(at..).unwrap_or_default(), None);
    let loose = record.spans.iter().enumerate().filter(|(_, span)| matches!(span.words, Words::Loose(_)));
    for (number, span) in loose {
        wrapped.end_line();
        wrapped.add(record.words(span), Some(number));
    }
    wrapped.end_line();
    wrapped.lines
}

/// Words put into lines of no more than a number of letters.
#[derive(Default)]
struct Wrapped {
    lines: Vec<String>,
    line: String,
    n_letters: usize,
}

impl Wrapped {
    fn add(&mut self, text: &str, number: Option<usize>) {
        for word in text.split_inclusive(char::is_whitespace) {
            let letters: Vec<char> = word.chars().collect();
            for piece in letters.chunks(N_LETTERS) {
                let n_letters = piece.len();
                if self.n_letters + n_letters > N_LETTERS + 1 {
                    self.end_line();
                }
                let shown =
                    escaped(&piece.iter().map(|&c| if c.is_whitespace() { ' ' } else { c }).collect::<String>());
                match number {
                    Some(number) => {
                        let _ = write!(self.line, "<tspan class=\"p p{number}\">{shown}</tspan>");
                    }
                    None => self.line.push_str(&shown),
                }
                self.n_letters += n_letters;
            }
        }
    }

    fn end_line(&mut self) {
        if self.n_letters > 0 {
            self.lines.push(std::mem::take(&mut self.line));
        }
        self.n_letters = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{record::Region, select::Selection};

    #[test]
    fn a_caption_is_wrapped_and_its_phrases_are_marked_word_by_word() {
        let mut record = Record { caption: "a <dog> & a cat ".repeat(8), ..Record::default() };
        let region = || Region::new([0.0, 0.0, 0.5, 0.5]).expect("a box");
        record.link(Words::Linked(0..7), None, region());
        record.link(Words::Loose("sky".to_owned()), None, region());
        let lines = lines(&record);
        assert_eq!(lines.len(), 3, "{lines:#?}");
        let first = "<tspan class=\"p p0\">a </tspan><tspan class=\"p p0\">&lt;dog&gt;</tspan> &amp; a cat ";
        assert!(lines[0].starts_with(first), "{}", lines[0]);
        assert_eq!(lines[2], "<tspan class=\"p p1\">sky</tspan>");
        let long = Record { caption: "x".repeat(200), ..Record::default() };
        assert_eq!(super::lines(&long).iter().map(String::len).collect::<Vec<_>>(), [64, 64, 64, 8]);
    }

    #[test]
    fn a_drawing_is_xml_with_a_rectangle_for_each_box() {
        let mut record = Record { caption: "a \"dog\" & <cat>\u{0}\u{1b}\u{ffff}".to_owned(), ..Record::default() };
        record.link(Words::Linked(0..7), None, Region::new([0.25, 0.5, 0.5, 1.0]).expect("a box"));
        let outgoing = Outgoing {
            record: &record,
            selection: &Selection::default(),
            picture: "",
            picture_exactly: None,
            stem: "",
            size: Some([200, 100]),
            number: 1,
            content: &|| Ok(b"\x89PNG".to_vec()),
        };
        let drawing = drawing(&outgoing, 500.0);
        let tree = roxmltree::Document::parse(&drawing).expect("XML");
        let of_class = |class: &str| tree.descendants().filter(|node| node.attribute("class") == Some(class)).count();
        assert_eq!((of_class("b p0"), of_class("p p0")), (1, 2));
        let rect = tree.descendants().find(|node| node.attribute("class") == Some("b p0")).expect("a box");
        let at = |name: &str| rect.attribute(name).expect("there").parse::<f64>().expect("a number");
        assert_eq!(["x", "y", "width", "height"].map(at), [250.0, 250.0, 250.0, 250.0]);
        assert!(drawing.contains("data:image/png;base64,") && !drawing.contains("<script"));
    }
}
