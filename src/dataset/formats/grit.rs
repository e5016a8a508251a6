//! GRIT: Kosmos-2's training data, one JSON object a line or an array of them, also gzipped; and what img2dataset makes of
//! it, a folder of `KEY.json` with pictures beside.
//!
//! `noun_chunks` and `ref_exps` list `[start, end, x1, y1, x2, y2, score]`, characters and fractions, entry by entry the same
//! boxes: what a phrase of the caption grew from, and what it grew to. Many tools write the offsets as `19.0`.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::dataset::{
    chars::char_range,
    fields::{self, folder_of, linked, location, numbers, object, size, text},
    format::{Format, Outgoing, Part, Records, Shape, Sizes, Splits, Writer},
    input::stream::{files, json_file, values},
    problem::{DatasetError, Problem},
    record::{Location, Picture, Record, Region, Words},
};

const HOLDS: &[Part] =
    &[Part::Caption, Part::Links, Part::Overlaps, Part::NoBoxes, Part::Chunks, Part::Scores, Part::Url, Part::Unknown];

/// GRIT as JSON Lines.
pub(crate) const GRIT: Format = Format {
    name: "grit",
    label: "GRIT, JSON Lines",
    holds: HOLDS,
    rounds: None,
    shape: Shape::File("jsonl"),
    is_looked_at: false,
    recognises: |glimpse| !glimpse.is_folder() && glimpse.has_field(&["ref_exps", "noun_chunks"]),
    read: Some(read_lines),
    write: Some(|_: &Splits| Box::new(Lines)),
};

/// GRIT as img2dataset leaves it.
pub(crate) const GRIT_FOLDER: Format = Format {
    name: "grit-folder",
    label: "GRIT, a folder of KEY.json with pictures beside",
    holds: HOLDS,
    rounds: None,
    shape: Shape::Folder,
    is_looked_at: false,
    recognises: |glimpse| glimpse.is_folder() && glimpse.has_field(&["ref_exps", "noun_chunks"]),
    read: Some(read_folder),
    write: None,
};

/// How pictures beside a `KEY.json` may end.
pub(super) const PICTURES: [&str; 4] = ["jpg", "jpeg", "png", "webp"];

/// What is said of a picture that a downloader did not get.
pub(super) const NOT_HAD: &str = "Its picture could not be had";

/// A record of an object; pictures that it names are in this folder.
pub(super) fn record(mut fields: Map<String, Value>, folder: &Path) -> Result<Record, String> {
    let is_padded = is_padded(&fields);
    let caption = text(&mut fields, "caption")?.ok_or("Its caption is missing")?;
    let url = text(&mut fields, "url")?;
    let image = text(&mut fields, "image")?;
    let size = size(&mut fields, "width", "height");
    let expressions = fields.remove("ref_exps");
    let chunks = fields.remove("noun_chunks");
    let location = image.map(|name| location(folder, &name)).unwrap_or_default();
    let picture = Picture { location, size, url };
    let mut record = Record { picture, caption, ..Record::default() };
    let (expressions, chunks) = (entries(expressions)?, entries(chunks)?);
    let (words, chunks) = if expressions.is_empty() { (chunks, Vec::new()) } else { (expressions, chunks) };
    let has_chunks = chunks.len() == words.len();
    if !has_chunks && !chunks.is_empty() {
        record.notes.push("Its noun phrases do not go with its expressions, and are left out".to_owned());
    }
    if is_padded {
        record.notes.push("Its picture was padded or cropped to a square, so its boxes may be off".to_owned());
    }
    for (at, entry) in words.iter().enumerate() {
        let words = linked(&record.caption, entry)?;
        let chunk = if has_chunks { Some(linked(&record.caption, &chunks[at])?) } else { None };
        let chunk = chunk.filter(|chunk| *chunk != words).and_then(|chunk| chunk.range().cloned());
        record.link(words, chunk, region(entry)?);
    }
    record.unknown = fields;
    Ok(record)
}

fn entries(list: Option<Value>) -> Result<Vec<Value>, String> {
    match list {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(entries)) => Ok(entries),
        Some(_) => Err("Its list of phrases is no list".to_owned()),
    }
}

fn region(entry: &Value) -> Result<Region, String> {
    let numbers = numbers(entry).unwrap_or_default();
    let [_, _, edges @ .., last] = numbers.as_slice() else { return Err("A phrase of it has no box".to_owned()) };
    let (edges, score) = match *edges {
        [x1, y1, x2] => ([x1, y1, x2, *last], None),
        [x1, y1, x2, y2] => ([x1, y1, x2, y2], Some(*last)),
        _ => return Err("A phrase of it has no box".to_owned()),
    };
    Ok(Region::new(edges).ok_or("A box of it is none")?.scored(score))
}

/// Whether img2dataset, left to its own devices, made a square of a picture that is none.
fn is_padded(fields: &Map<String, Value>) -> bool {
    let side = |name: &str| fields.get(name).and_then(fields::whole_number);
    let [now, before] = [["width", "height"], ["original_width", "original_height"]].map(|names| names.map(side));
    matches!((now, before), ([Some(w), Some(h)], [Some(w0), Some(h0)]) if w == h && w0 != h0)
}

fn read_lines(path: &Path, _: Sizes) -> Result<Records, DatasetError> {
    let path = path.to_owned();
    Ok(Box::new(values(&path)?.map(move |(at, value)| {
        let record = value.and_then(object).and_then(|fields| record(fields, folder_of(&path)));
        record.map_err(|reason| Problem::new(&path, &at, reason))
    })))
}

fn read_folder(folder: &Path, _: Sizes) -> Result<Records, DatasetError> {
    let is_record = |path: &PathBuf| !path.to_string_lossy().ends_with("_stats.json");
    Ok(Box::new(files(folder, "json")?.filter(is_record).map(|path| {
        let fields = object(json_file(&path)?).map_err(|reason| Problem::new(&path, "", reason))?;
        let failed = is_failed(&fields);
        let mut record = record(fields, folder_of(&path)).map_err(|reason| Problem::new(&path, "", reason))?;
        let beside = PICTURES.map(|ending| path.with_extension(ending));
        match beside.into_iter().find(|picture| picture.exists()) {
            Some(picture) => record.picture.location = Location::File(picture),
            None if failed => record.notes.push(NOT_HAD.to_owned()),
            None => {}
        }
        Ok(record)
    })))
}

pub(super) fn is_failed(fields: &Map<String, Value>) -> bool {
    fields.get("status").and_then(Value::as_str).is_some_and(|status| status.starts_with("failed"))
}

struct Lines;

impl Writer for Lines {
    fn needs_picture(&self) -> bool {
        false
    }

    fn put(&mut self, outgoing: &Outgoing<'_>, out: &mut dyn std::io::Write) -> std::io::Result<()> {
        let fields = object_of(outgoing);
        writeln!(out, "{}", Value::Object(fields))
    }
}

fn object_of(outgoing: &Outgoing<'_>) -> Map<String, Value> {
    let record = outgoing.record;
    let mut fields = record.unknown.clone();
    let (mut expressions, mut chunks) = (Vec::new(), Vec::new());
    for span in &record.spans {
        let Words::Linked(range) = &span.words else { continue };
        let chunk = span.chunk.as_ref().unwrap_or(range);
        for region in &span.regions {
            let entry = |range| {
                let [start, end] = char_range(&record.caption, range);
                let [x1, y1, x2, y2] = region.edges;
                let mut entry = vec![json!(start), json!(end), json!(x1), json!(y1), json!(x2), json!(y2)];
                entry.extend(region.score.map(|score| json!(score)));
                Value::Array(entry)
            };
            expressions.push(entry(range));
            chunks.push(entry(chunk));
        }
    }
    fields.insert("caption".to_owned(), record.caption.clone().into());
    fields.insert("noun_chunks".to_owned(), chunks.into());
    fields.insert("ref_exps".to_owned(), expressions.into());
    if let Some([width, height]) = outgoing.size {
        fields.insert("width".to_owned(), width.into());
        fields.insert("height".to_owned(), height.into());
    }
    if let Some(url) = &record.picture.url {
        fields.insert("url".to_owned(), url.clone().into());
    }
    if !outgoing.picture.is_empty() {
        fields.insert("image".to_owned(), outgoing.picture.into());
    }
    fields
}
