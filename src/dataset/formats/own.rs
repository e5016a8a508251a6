//! What `kosmoscope caption --json` prints, one JSON object a line, with what a person made of it: the one format that keeps
//! everything.
//!
//! To the fields of [`crate::export::Record`] come, where there is something to say, `verdict`, `url`, and `origin` of the
//! record, of a phrase and of a box, `chunk` of a phrase and `cells` of a box. A phrase whose words are not in the text has
//! neither `start` nor `end`.

use std::{
    collections::HashMap,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    sync::Arc,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    dataset::{
        chars::char_range,
        fields::{folder_of, linked, location, object, size, text},
        format::{Format, Outgoing, Part, Records, Shape, Sizes, Splits, Writer},
        input::stream::{files, has_ending, values},
        location::{relative, relative_exactly},
        problem::{DatasetError, Problem},
        record::{Location, Maker, ModelRun, Origin, Picture, Record, Region, Span, Words},
    },
    typed::os_string,
};

/// Our own JSON Lines.
pub(crate) const OWN: Format = Format {
    name: "kosmoscope",
    label: "JSON Lines as kosmoscope caption --json prints them",
    holds: &Part::ALL,
    rounds: None,
    shape: Shape::File("jsonl"),
    is_looked_at: false,
    recognises: |glimpse| {
        let is_part = |name: &String| name.starts_with(PART) && has_ending(Path::new(name), "jsonl");
        let has_all = |fields: [&str; 2]| fields.iter().all(|field| glimpse.has_field(&[field]));
        // The first picture may be one that failed.
        let has_fields = || has_all(["phrases", "text"]) || has_all(["image", "error"]);
        glimpse.names.iter().any(is_part) || !glimpse.is_folder() && has_fields()
    },
    read: Some(read),
    write: Some(|_: &Splits| Box::new(Lines)),
};

#[derive(Serialize, Deserialize)]
struct PhraseFields {
    #[serde(default)]
    text: String,
    #[serde(default)]
    start: Value,
    #[serde(default)]
    end: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chunk: Option<[usize; 2]>,
    #[serde(default)]
    boxes: Vec<BoxFields>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<Origin>,
}

#[derive(Serialize, Deserialize)]
struct BoxFields {
    norm: [f64; 4],
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pixels: Option<[f64; 4]>,
    score: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cells: Option<[u32; 2]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<Origin>,
}

/// How the files of a folder begin that a batch fills.
const PART: &str = "part-";

fn read(path: &Path, _: Sizes) -> Result<Records, DatasetError> {
    if !path.is_dir() {
        return read_file(path.to_owned());
    }
    Ok(Box::new(files(path, "jsonl")?.filter(|path| is_part(path)).flat_map(|part| {
        let opened = read_file(part.clone());
        opened.unwrap_or_else(|e| Box::new(std::iter::once(Err(Problem::new(&part, "", e)))))
    })))
}

fn is_part(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PART))
}

fn read_file(path: PathBuf) -> Result<Records, DatasetError> {
    let last_lines = if is_part(&path) { last_lines(&path)? } else { HashMap::new() };
    Ok(Box::new(values(&path)?.enumerate().filter_map(move |(n, (at, value))| {
        let read = value.and_then(object).map(|fields| {
            // A batch keeps what it left out, so as not to try it again, and failures before it tried again.
            let is_left_out = fields.contains_key("left_out");
            let last = id(&fields).and_then(|id| last_lines.get(&id));
            let is_over = fields.contains_key("error") && last.is_some_and(|last| *last > n);
            (!is_left_out && !is_over).then(|| record(fields, folder_of(&path)))
        });
        let record = read.unwrap_or_else(|reason| Some(Err(reason)))?;
        Some(record.map_err(|reason| Problem::new(&path, &at, reason)))
    })))
}

/// The last line about each picture of a batch that failed once, counted from 0: what came of it in the end.
fn last_lines(path: &Path) -> Result<HashMap<String, usize>, DatasetError> {
    let mut last = HashMap::new();
    for (n, (_, value)) in values(path)?.enumerate() {
        let Ok(fields) = value.and_then(object) else { continue };
        let Some(id) = id(&fields) else { continue };
        if fields.contains_key("error") || last.contains_key(&id) {
            last.insert(id, n);
        }
    }
    Ok(last)
}

/// What a line of a batch says tells its picture from others.
fn id(fields: &Map<String, Value>) -> Option<String> {
    let exactly = fields.get("id_bytes").or_else(|| fields.get("id"));
    exactly.and_then(Value::as_str).map(str::to_owned)
}

fn record(mut fields: Map<String, Value>, folder: &Path) -> Result<Record, String> {
    if let Some(error) = text(&mut fields, "error")? {
        return Err(format!("It has no result ({error})"));
    }
    let caption = text(&mut fields, "text")?.ok_or("Its text is missing")?;
    let phrases = fields.remove("phrases").unwrap_or_default();
    let phrases: Vec<PhraseFields> =
        serde_json::from_value(phrases).map_err(|e| format!("Its phrases are malformed ({e})"))?;
    let image = text(&mut fields, "image")?;
    let exactly = text(&mut fields, "image_bytes")?.and_then(|bytes| STANDARD.decode(bytes).ok()).map(os_string);
    let image = exactly.or(image.map(OsString::from));
    let picture = Picture {
        location: image.map(|name| picture_at(folder, &name)).unwrap_or_default(),
        size: size(&mut fields, "width", "height"),
        url: text(&mut fields, "url")?,
    };
    let verdict = optional(&mut fields, "verdict")?;
    let of_record = optional(&mut fields, "origin")?;
    let implied = implied(&fields);
    let mut spans = Vec::new();
    for phrase in phrases {
        spans.push(span(&caption, phrase, &implied.made_by)?);
    }
    let caption_origin = of_record.unwrap_or(implied);
    Ok(Record { picture, caption, caption_origin, spans, verdict, unknown: fields, notes: Vec::new() })
}

/// Paths are given from where the program ran, which is often not where its output lies.
fn picture_at(folder: &Path, name: &OsStr) -> Location {
    let beside = location(folder, name);
    let is_there = |location: &Location| matches!(location, Location::File(path) if path.exists());
    let from_here = location(Path::new(""), name);
    if !is_there(&beside) && is_there(&from_here) { from_here } else { beside }
}

fn optional<T: serde::de::DeserializeOwned>(fields: &mut Map<String, Value>, name: &str) -> Result<Option<T>, String> {
    let value = fields.remove(name).unwrap_or_default();
    serde_json::from_value(value).map_err(|e| format!("Its {name} is malformed ({e})"))
}

/// Who made what does not say it: the checkpoint of the record, if it has one.
fn implied(fields: &Map<String, Value>) -> Origin {
    let checkpoint = fields.get("checkpoint").and_then(Value::as_object);
    let told = |name: &str| Some(checkpoint?.get(name)?.as_str()?.to_owned());
    let run = |name| ModelRun {
        name,
        fingerprint: told("fingerprint").unwrap_or_default(),
        settings: fields.get("settings").cloned().unwrap_or_default(),
    };
    let made_by = told("name").map_or(Maker::File, |name| Maker::Model(Arc::new(run(name))));
    let is_edited = fields.get("edited").and_then(Value::as_bool).unwrap_or(false);
    Origin { made_by, changed_by: is_edited.then_some(Maker::Person) }
}

fn span(caption: &str, phrase: PhraseFields, implied: &Maker) -> Result<Span, String> {
    let of_model = || Origin { made_by: implied.clone(), changed_by: None };
    // A box without words has an empty place among them.
    let words = match (&phrase.start, &phrase.end) {
        (start, end) if start == end => Words::Loose(phrase.text),
        (start, end) => linked(caption, &json!([start, end]))?,
    };
    let chunk = phrase.chunk.map(|chunk| linked(caption, &json!(chunk))).transpose()?;
    let chunk = chunk.and_then(|chunk| chunk.range().cloned());
    let mut regions = Vec::new();
    for place in phrase.boxes {
        let mut region = Region::new(place.norm).ok_or("A box of it is none")?.scored(place.score);
        region.cells = place.cells;
        region.origin = place.origin.unwrap_or_else(of_model);
        regions.push(region);
    }
    let origin = phrase.origin.unwrap_or_else(of_model);
    Ok(Span { words, regions, chunk, origin })
}

struct Lines;

impl Writer for Lines {
    fn needs_picture(&self) -> bool {
        false
    }

    fn put(&mut self, outgoing: &Outgoing<'_>, out: &mut dyn std::io::Write) -> std::io::Result<()> {
        let mut fields = fields(outgoing.record, outgoing.picture, outgoing.size);
        fields.extend(outgoing.picture_exactly.map(image_bytes));
        writeln!(out, "{}", Value::Object(fields))
    }
}

/// A record as the object that it is in a file of this folder: what is written of it one by one, as it is made.
#[must_use]
pub fn own_object(record: &Record, folder: &Path) -> Map<String, Value> {
    let Location::File(path) = &record.picture.location else {
        return fields(record, &record.picture_name(), record.picture.size);
    };
    let mut fields = fields(record, &relative(folder, path), record.picture.size);
    fields.extend(path.to_str().is_none().then(|| image_bytes(&relative_exactly(folder, path))));
    fields
}

/// The bytes of a name that is no Unicode text.
fn image_bytes(name: &OsStr) -> (String, Value) {
    ("image_bytes".to_owned(), STANDARD.encode(name.as_encoded_bytes()).into())
}

/// The fields of a record whose picture is called this; it may be empty.
fn fields(record: &Record, picture: &str, size: Option<[u32; 2]>) -> Map<String, Value> {
    let mut fields = record.unknown.clone();
    let implied = implied(&fields);
    let of_model = Origin { made_by: implied.made_by.clone(), changed_by: None };
    let phrases: Vec<_> = record.spans.iter().map(|span| phrase(record, span, size, &of_model)).collect();
    let mut told = |name: &str, value: Option<Value>| value.map(|value| fields.insert(name.to_owned(), value));
    // Nothing of these can't be written: all their numbers are finite, and all their names are text.
    told("phrases", serde_json::to_value(phrases).ok());
    told("text", Some(record.caption.clone().into()));
    told("image", Some(picture).filter(|name| !name.is_empty()).map(Value::from));
    told("width", size.map(|[width, _]| width.into()));
    told("height", size.map(|[_, height]| height.into()));
    told("url", record.picture.url.clone().map(Value::from));
    told("verdict", record.verdict.and_then(|verdict| serde_json::to_value(verdict).ok()));
    told("origin", unless(&record.caption_origin, &implied).and_then(|origin| serde_json::to_value(origin).ok()));
    fields
}

fn unless(origin: &Origin, implied: &Origin) -> Option<Origin> {
    (origin != implied).then(|| origin.clone())
}

fn phrase(record: &Record, span: &Span, size: Option<[u32; 2]>, implied: &Origin) -> PhraseFields {
    let chars = span.words.range().map(|range| char_range(&record.caption, range));
    let place = |region: &Region| BoxFields {
        norm: region.edges,
        pixels: size.map(|size| region.pixels(size)),
        score: region.score,
        cells: region.cells,
        origin: unless(&region.origin, implied),
    };
    PhraseFields {
        text: record.words(span).to_owned(),
        start: chars.map(|[start, _]| start).into(),
        end: chars.map(|[_, end]| end).into(),
        chunk: span.chunk.as_ref().map(|chunk| char_range(&record.caption, chunk)),
        boxes: span.regions.iter().map(place).collect(),
        origin: unless(&span.origin, implied),
    }
}
