//! Pictures with their boxes painted in, with and without the caption below, and boxes cut out. Whoever converts paints them.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use serde_json::json;

use crate::dataset::format::{Drawing, Format, Outgoing, Part, Shape, Splits, Writer};

/// Pictures with boxes.
pub(crate) const ANNOTATED: Format = Format {
    name: "annotated",
    label: "pictures with the boxes painted in, PNG",
    holds: SHOWN,
    shape: Shape::Folder,
    write: Some(|_: &Splits| Box::new(Pictures(Drawing::Annotated))),
    is_looked_at: true,
    ..Format::ONLY_WRITTEN
};

/// Pictures with boxes and captions.
pub(crate) const CAPTIONED: Format = Format {
    name: "captioned",
    label: "pictures with the boxes painted in and the caption below, PNG",
    holds: SHOWN_WITH_CAPTION,
    shape: Shape::Folder,
    write: Some(|_: &Splits| Box::new(Pictures(Drawing::Captioned))),
    is_looked_at: true,
    ..Format::ONLY_WRITTEN
};

/// Boxes cut out.
pub(crate) const CROPS: Format = Format {
    name: "crops",
    label: "each box cut out, PNG, with its words in metadata.jsonl",
    holds: &[Part::Caption, Part::LooseWords, Part::Overlaps, Part::Scores],
    shape: Shape::Folder,
    write: Some(|_: &Splits| Box::new(Cuttings)),
    is_looked_at: true,
    ..Format::ONLY_WRITTEN
};

const SHOWN: &[Part] = &[Part::Overlaps, Part::LooseWords, Part::NoBoxes];
const SHOWN_WITH_CAPTION: &[Part] = &[Part::Caption, Part::Links, Part::LooseWords, Part::NoBoxes];

/// One picture a record.
struct Pictures(Drawing);

impl Writer for Pictures {
    fn needs_picture(&self) -> bool {
        false
    }

    fn drawings(&self, outgoing: &Outgoing<'_>) -> Vec<(PathBuf, Drawing)> {
        vec![(PathBuf::from(format!("{}.png", outgoing.stem)), self.0)]
    }
}

/// A picture for each box, and a line that says what it shows, as readers of image folders expect it.
struct Cuttings;

/// The name of a cutting: that of its picture, with the number of the phrase and of its box.
fn name(outgoing: &Outgoing<'_>, [span, region]: [usize; 2]) -> String {
    format!("{}-{}-{}.png", outgoing.stem, span + 1, region + 1)
}

impl Writer for Cuttings {
    fn needs_picture(&self) -> bool {
        false
    }

    fn main_file(&self) -> Option<PathBuf> {
        Some(PathBuf::from("metadata.jsonl"))
    }

    fn has_files_beside(&self) -> bool {
        true
    }

    fn put(&mut self, outgoing: &Outgoing<'_>, out: &mut dyn Write) -> io::Result<()> {
        let record = outgoing.record;
        for (at, span) in record.spans.iter().enumerate() {
            for (nth, region) in span.regions.iter().enumerate() {
                let line = json!({
                    "file_name": name(outgoing, [at, nth]),
                    "text": record.words(span),
                    "caption": record.caption,
                    "source": outgoing.picture,
                    "box": region.edges,
                    "score": region.score,
                });
                writeln!(out, "{line}")?;
            }
        }
        Ok(())
    }

    fn drawings(&self, outgoing: &Outgoing<'_>) -> Vec<(PathBuf, Drawing)> {
        let spans = outgoing.record.spans.iter().enumerate();
        let cuttings = spans.flat_map(|(at, span)| {
            let regions = span.regions.iter().enumerate();
            regions.map(move |(nth, region)| ([at, nth], Drawing::Crop(region.edges)))
        });
        cuttings.map(|(place, drawing)| (PathBuf::from(name(outgoing, place)), drawing)).collect()
    }
}
