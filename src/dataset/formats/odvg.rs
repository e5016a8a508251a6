//! ODVG, as Open-GroundingDino and `MMDetection` train from it: one object a line with a caption and regions of it, or with
//! instances of classes.
//!
//! One region a box, each with its phrase and `tokens_positive`: the first reader takes one flat box a region, the second
//! needs the place of the phrase.

use std::{
    io::{self, Write},
    path::Path,
};

use serde_json::{Map, Value, json};

use crate::dataset::{
    fields::{folder_of, found, four, linked, location, object, size, text, thousandths},
    format::{Format, Outgoing, Part, Records, Shape, Sizes, Splits, Writer},
    input::stream::values,
    problem::{DatasetError, Problem},
    record::{Picture, Record, Region},
};

/// ODVG.
pub(crate) const ODVG: Format = Format {
    name: "odvg",
    label: "ODVG for Open-GroundingDino and MMDetection, JSON Lines",
    holds: &[Part::Caption, Part::Links, Part::Overlaps],
    rounds: Some("boxes to thousandths of a pixel"),
    shape: Shape::File("jsonl"),
    is_looked_at: false,
    recognises: |glimpse| !glimpse.is_folder() && glimpse.has_field(&["grounding", "detection"]),
    read: Some(read),
    write: Some(|_: &Splits| Box::new(Lines)),
};

fn read(path: &Path, sizes: Sizes) -> Result<Records, DatasetError> {
    let path = path.to_owned();
    Ok(Box::new(values(&path)?.map(move |(at, value)| {
        let record = value.and_then(object).and_then(|fields| record(fields, folder_of(&path), &sizes));
        record.map_err(|reason| Problem::new(&path, &at, reason))
    })))
}

fn record(mut fields: Map<String, Value>, folder: &Path, sizes: &Sizes) -> Result<Record, String> {
    let name = text(&mut fields, "filename")?.ok_or("Its filename is missing")?;
    let mut picture = Picture { location: location(folder, &name), ..Picture::default() };
    let size = size(&mut fields, "width", "height").map_or_else(|| sizes(&picture.location), Ok)?;
    picture.size = Some(size);
    let mut record = Record { picture, ..Record::default() };
    let mut inside = |name: &str| fields.remove(name).map(object).transpose();
    if let Some(mut grounding) = inside("grounding")? {
        record.caption = text(&mut grounding, "caption")?.unwrap_or_default();
        take(&mut record, grounding.remove("regions"), "phrase", size)?;
    }
    if let Some(mut detection) = inside("detection")? {
        take(&mut record, detection.remove("instances"), "category", size)?;
    }
    Ok(record)
}

/// Takes regions whose words are in this field.
fn take(record: &mut Record, regions: Option<Value>, words: &str, size: [u32; 2]) -> Result<(), String> {
    let Some(Value::Array(regions)) = regions else { return Ok(()) };
    for region in regions {
        let mut region = object(region)?;
        let places = region.remove("bbox").unwrap_or_default();
        let phrase = region.remove(words).unwrap_or_default();
        // Some files have the phrase as a list of one.
        let phrase = phrase.as_str().or_else(|| phrase.get(0)?.as_str()).unwrap_or_default();
        let ranges = region.get("tokens_positive").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let words = match (ranges.first(), ranges.last()) {
            (Some(first), Some(last)) => linked(&record.caption, &json!([first.get(0), last.get(1)]))?,
            _ => found(&record.caption, phrase),
        };
        let flat = four(&places).map(|place| vec![place]);
        let nested = || places.as_array().and_then(|places| places.iter().map(four).collect());
        for edges in flat.or_else(nested).ok_or("A box of it is not four numbers")? {
            record.link(words.clone(), None, Region::from_pixels(edges, size).ok_or("A box of it is none")?);
        }
    }
    Ok(())
}

struct Lines;

impl Writer for Lines {
    fn put(&mut self, outgoing: &Outgoing<'_>, out: &mut dyn Write) -> io::Result<()> {
        let Some([width, height]) = outgoing.size else { return Ok(()) };
        let regions = outgoing.pixel_boxes().filter_map(|place| {
            let range = json!([place.chars?]);
            Some(json!({ "bbox": place.edges.map(thousandths), "phrase": place.words, "tokens_positive": range }))
        });
        let regions: Vec<_> = regions.collect();
        // The first reader stops at a picture without regions.
        if regions.is_empty() {
            return Ok(());
        }
        let grounding = json!({ "caption": outgoing.record.caption, "regions": regions });
        let line = json!({ "filename": outgoing.picture, "height": height, "width": width, "grounding": grounding });
        writeln!(out, "{line}")
    }
}
