//! What Kosmos-2's own processor gives: a text and its entities, each with its words, their place in characters, and boxes.
//!
//! Written as an object a line, with the picture beside `text` and `entities`. Read as well are pairs `[text, entities]`, and
//! lines as Python prints them: `('a dog', [('a dog', (0, 5), [(0.25, 0.5, 0.5, 1.0)])])`.

use std::{
    io::{self, Write},
    path::Path,
};

use serde_json::{Map, Value, json};

use super::tsv::json_of;
use crate::dataset::{
    chars::char_range,
    fields::{folder_of, four, linked, location, object, size, text},
    format::{Format, Outgoing, Part, Records, Shape, Sizes, Splits, Writer},
    input::stream::{Lines, json, open},
    problem::{DatasetError, Problem},
    record::{Origin, Picture, Record, Region, Span, Words},
};

/// The processor's entities.
pub(crate) const TUPLES: Format = Format {
    name: "kosmos-2",
    label: "text and entities as Kosmos-2's processor gives them, JSON Lines",
    holds: &[Part::Caption, Part::Links, Part::Overlaps, Part::BareWords, Part::NoBoxes, Part::Unknown],
    rounds: None,
    shape: Shape::File("jsonl"),
    is_looked_at: false,
    recognises: |glimpse| {
        let is_printed = [b"('", b"(\""].iter().any(|start| glimpse.head.trim_ascii_start().starts_with(*start));
        !glimpse.is_folder() && (is_printed || glimpse.has_field(&["entities"]))
    },
    read: Some(read),
    write: Some(|_: &Splits| Box::new(Objects)),
};

fn read(path: &Path, _: Sizes) -> Result<Records, DatasetError> {
    let path = path.to_owned();
    Ok(Box::new(Lines::new(open(&path)?).filter_map(move |(number, line)| {
        let is_empty = line.as_ref().is_ok_and(|line| line.trim_ascii().is_empty());
        let record = line.and_then(|line| value(line.trim_ascii())).and_then(|value| record(value, folder_of(&path)));
        (!is_empty).then(|| record.map_err(|reason| Problem::new(&path, &format!("line {number}"), reason)))
    })))
}

/// A line as JSON has it, or as Python prints it.
fn value(line: &[u8]) -> Result<Value, String> {
    let as_python = || json(json_of(std::str::from_utf8(line).ok()?).as_bytes()).ok();
    json(line).or_else(|reason| as_python().ok_or(reason))
}

fn record(value: Value, folder: &Path) -> Result<Record, String> {
    let mut fields = match value {
        Value::Array(pair) => {
            let [text, entities] =
                <[Value; 2]>::try_from(pair).map_err(|_| "It is no pair of a text and its entities")?;
            Map::from_iter([("text".to_owned(), text), ("entities".to_owned(), entities)])
        }
        value => object(value)?,
    };
    let caption = match text(&mut fields, "text")? {
        Some(text) => text,
        None => text(&mut fields, "caption")?.ok_or("Its text is missing")?,
    };
    let entities = match fields.remove("entities") {
        Some(Value::Array(entities)) => entities,
        _ => return Err("Its entities are missing".to_owned()),
    };
    let image = text(&mut fields, "image")?;
    let picture = Picture {
        location: image.map(|name| location(folder, &name)).unwrap_or_default(),
        size: size(&mut fields, "width", "height"),
        url: None,
    };
    let spans = entities.iter().map(|entity| span(&caption, entity)).collect::<Result<_, _>>()?;
    Ok(Record { picture, caption, spans, unknown: fields, ..Record::default() })
}

fn span(caption: &str, entity: &Value) -> Result<Span, String> {
    let parts = entity.as_array().map(Vec::as_slice);
    let Some([Value::String(words), range, Value::Array(boxes)]) = parts else {
        return Err("An entity of it is no words, place and boxes".to_owned());
    };
    // The processor gives boxes without words an empty place.
    let is_empty = range.as_array().is_some_and(|range| range.first() == range.last());
    let words = if is_empty { Words::Loose(words.clone()) } else { linked(caption, range)? };
    let region = |edges| four(edges).and_then(Region::new).ok_or_else(|| "A box of it is none".to_owned());
    let regions = boxes.iter().map(region).collect::<Result<_, _>>()?;
    Ok(Span { words, regions, chunk: None, origin: Origin::default() })
}

struct Objects;

impl Writer for Objects {
    fn needs_picture(&self) -> bool {
        false
    }

    fn put(&mut self, outgoing: &Outgoing<'_>, out: &mut dyn Write) -> io::Result<()> {
        let record = outgoing.record;
        let entity = |span: &Span| {
            let boxes: Vec<_> = span.regions.iter().map(|region| region.edges).collect();
            let range = char_range(&record.caption, span.words.range()?);
            Some(json!([record.words(span), range, boxes]))
        };
        let entities: Vec<Value> = record.spans.iter().filter_map(entity).collect();
        let mut fields = record.unknown.clone();
        fields.insert("text".to_owned(), record.caption.clone().into());
        fields.insert("entities".to_owned(), entities.into());
        if !outgoing.picture.is_empty() {
            fields.insert("image".to_owned(), outgoing.picture.into());
        }
        if let Some([width, height]) = outgoing.size {
            fields.insert("width".to_owned(), width.into());
            fields.insert("height".to_owned(), height.into());
        }
        writeln!(out, "{}", Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_processor_gives_is_read_as_python_prints_it_and_as_json() {
        let printed = "('An image of “é” a snowman', [('a snowman', (16, 25), [(0.390625, 0.046875, 0.984375, 0.828125)]), ('', (0, 0), [])])";
        let pair = r#"["An image of “é” a snowman", [["a snowman", [16, 25], [[0.390625, 0.046875, 0.984375, 0.828125]]], ["", [0, 0], []]]]"#;
        for line in [printed, pair] {
            let record = record(value(line.as_bytes()).unwrap(), Path::new("")).unwrap();
            let words: Vec<&str> = record.spans.iter().map(|span| record.words(span)).collect();
            assert_eq!(words, ["a snowman", ""]);
            assert_eq!(record.spans[0].regions[0].edges, [0.390_625, 0.046_875, 0.984_375, 0.828_125]);
        }
        for wrong in
            ["[]", "[1]", r#"["a", [["a", [0, 9], []]]]"#, r#"{"text":"a"}"#, r#"["a", [["a", [0, 1], [[1]]]]]"#]
        {
            assert!(value(wrong.as_bytes()).and_then(|value| record(value, Path::new(""))).is_err(), "{wrong}");
        }
    }
}
