//! Hugging Face's imagefolder: `metadata.jsonl` beside the pictures, with `objects` of lists that go together.
//!
//! `objects` has `bbox` (left, top, width and height in pixels), `categories` (the words), and, from here, `span` (characters
//! of `text`). Each list is as long as the others, so that its reader finds one type for each.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde_json::{Map, Value, json};

use crate::dataset::{
    fields::{folder_of, four, linked, location, object, size, text, thousandths},
    format::{Format, Outgoing, Part, Records, Shape, Sizes, Splits, Writer},
    input::stream::{Walk, values},
    problem::{DatasetError, Problem},
    record::{Picture, Record, Region, Words},
};

/// imagefolder.
pub(crate) const IMAGE_FOLDER: Format = Format {
    name: "imagefolder",
    label: "Hugging Face imagefolder, metadata.jsonl beside the pictures",
    holds: &[Part::Caption, Part::Links, Part::Overlaps, Part::LooseWords, Part::NoBoxes],
    rounds: Some("boxes to thousandths of a pixel"),
    shape: Shape::Folder,
    is_looked_at: false,
    recognises: |glimpse| {
        glimpse.has_name(FILE) || glimpse.has_field(&["file_name"]) && glimpse.has_field(&["objects"])
    },
    read: Some(read),
    write: Some(|_: &Splits| Box::new(Metadata)),
};

const FILE: &str = "metadata.jsonl";

fn read(path: &Path, sizes: Sizes) -> Result<Records, DatasetError> {
    if path.is_file() {
        return read_file(path, sizes);
    }
    let is_metadata = |path: &PathBuf| path.file_name().is_some_and(|name| name == FILE);
    let files = Walk::new(path)?.filter(is_metadata);
    Ok(Box::new(files.flat_map(move |path| {
        read_file(&path, sizes.clone()).unwrap_or_else(|e| Box::new(std::iter::once(Err(Problem::new(&path, "", e)))))
    })))
}

fn read_file(path: &Path, sizes: Sizes) -> Result<Records, DatasetError> {
    let path = path.to_owned();
    Ok(Box::new(values(&path)?.map(move |(at, value)| {
        let record = value.and_then(object).and_then(|fields| record(fields, folder_of(&path), &sizes));
        record.map_err(|reason| Problem::new(&path, &at, reason))
    })))
}

fn record(mut fields: Map<String, Value>, folder: &Path, sizes: &Sizes) -> Result<Record, String> {
    let name = text(&mut fields, "file_name")?.ok_or("Its file_name is missing")?;
    let caption = ["text", "caption"].map(|name| text(&mut fields, name));
    let [text, caption] = caption;
    let caption = text?.or(caption?).unwrap_or_default();
    let mut picture = Picture { location: location(folder, &name), ..Picture::default() };
    picture.size = size(&mut fields, "width", "height");
    let mut record = Record { picture, caption, ..Record::default() };
    let Some(objects) = fields.remove("objects") else { return Ok(record) };
    let mut objects = object(objects)?;
    let mut list = |names: &[&str]| match names.iter().find_map(|name| objects.remove(*name)) {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    };
    let (boxes, names, spans) = (list(&["bbox"]), list(&["categories", "category"]), list(&["span"]));
    if boxes.is_empty() {
        return Ok(record);
    }
    let size = record.picture.size.map_or_else(|| sizes(&record.picture.location), Ok)?;
    record.picture.size = Some(size);
    for (at, place) in boxes.iter().enumerate() {
        let [x, y, w, h] = four(place).ok_or("A box of it is not four numbers")?;
        let words = match spans.get(at).filter(|span| span.as_array().is_some_and(|span| !span.is_empty())) {
            Some(span) => linked(&record.caption, span)?,
            None => Words::Loose(match names.get(at) {
                Some(Value::String(name)) => name.clone(),
                Some(number) => number.to_string(),
                None => String::new(),
            }),
        };
        record.link(words, None, Region::from_pixels([x, y, x + w, y + h], size).ok_or("A box of it is none")?);
    }
    Ok(record)
}

struct Metadata;

impl Writer for Metadata {
    fn main_file(&self) -> Option<PathBuf> {
        Some(PathBuf::from(FILE))
    }

    fn pictures_folder(&self, _: &str) -> PathBuf {
        PathBuf::new()
    }

    fn put(&mut self, outgoing: &Outgoing<'_>, out: &mut dyn Write) -> io::Result<()> {
        let Some([width, height]) = outgoing.size else { return Ok(()) };
        let (mut boxes, mut names, mut spans) = (Vec::new(), Vec::new(), Vec::new());
        for place in outgoing.pixel_boxes() {
            let [x1, y1, x2, y2] = place.edges;
            boxes.push(json!(([x1, y1, x2 - x1, y2 - y1].map(thousandths))));
            names.push(place.class);
            spans.push(place.chars.map_or_else(Vec::new, |chars| chars.to_vec()));
        }
        let line = json!({
            "file_name": outgoing.picture, "text": outgoing.record.caption, "width": width, "height": height,
            "objects": { "bbox": boxes, "categories": names, "span": spans },
        });
        writeln!(out, "{line}")
    }
}
