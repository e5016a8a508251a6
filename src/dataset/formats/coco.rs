//! COCO's instances with MDETR's captions, in one file: readers of COCO pass over `caption` and `tokens_positive`, readers
//! of MDETR find them.
//!
//! Names of pictures start from the file's own folder. Categories are the words of phrases. What readers insist on: ids from
//! 1, names that are unique, no polygon that repeats a box. In the file images stand before annotations; until the images are
//! through, annotations wait in a temporary file.

use std::{
    fs::File,
    io::{self, BufWriter, Seek as _, SeekFrom, Write},
    path::Path,
};

use serde_json::{Map, Value, json};

use super::coco_index::Index;
use crate::dataset::{
    fields::{folder_of, four, linked, location, object, size, text, thousandths},
    format::{Format, Outgoing, Part, Records, Shape, Sizes, Splits, Writer},
    problem::{DatasetError, Problem},
    record::{Location, Picture, Record, Region, Words},
};

/// COCO and MDETR.
pub(crate) const COCO: Format = Format {
    name: "coco",
    label: "COCO with MDETR's captions, JSON",
    holds: &[
        Part::Caption,
        Part::Links,
        Part::Overlaps,
        Part::LooseWords,
        Part::NoBoxes,
        Part::Scores,
        Part::Url,
        Part::Unknown,
    ],
    rounds: Some("boxes to thousandths of a pixel"),
    shape: Shape::File("json"),
    is_looked_at: false,
    recognises: |glimpse| {
        glimpse.head.trim_ascii_start().first() == Some(&b'{') && glimpse.has_field(&["images", "annotations"])
    },
    read: Some(read),
    write: Some(|splits: &Splits| Box::new(Instances { splits: splits.clone(), annotations: None, n_annotations: 0 })),
};

fn read(path: &Path, sizes: Sizes) -> Result<Records, DatasetError> {
    let mut index = Index::of(path)?;
    let problems = std::mem::take(&mut index.problems);
    let path = path.to_owned();
    let records = (0..index.n_images()).map(move |number| {
        let (image, annotations) = index.image(number);
        let told = |reason| Problem::new(&path, &format!("image {}", number + 1), reason);
        let image = image.and_then(object).map_err(told)?;
        record(image, annotations, &index, folder_of(&path), &sizes).map_err(told)
    });
    Ok(Box::new(problems.into_iter().map(Err).chain(records)))
}

fn record(
    mut image: Map<String, Value>,
    annotations: Vec<Result<Value, String>>,
    index: &Index,
    folder: &Path,
    sizes: &Sizes,
) -> Result<Record, String> {
    let name = text(&mut image, "file_name")?.ok_or("Its file_name is missing")?;
    let mut picture = Picture { location: picture_at(folder, &name), ..Picture::default() };
    picture.size = size(&mut image, "width", "height");
    picture.url = text(&mut image, "coco_url")?;
    let size = picture.size.map_or_else(|| sizes(&picture.location), Ok)?;
    picture.size = Some(size);
    let caption = text(&mut image, "caption")?.unwrap_or_default();
    let mut record = Record { picture, caption, ..Record::default() };
    for annotation in annotations {
        let mut annotation = object(annotation?)?;
        let said = annotation.remove("caption");
        match (annotation.get("bbox"), said) {
            (None, Some(Value::String(caption))) if record.caption.is_empty() => record.caption = caption,
            (None, Some(_)) => record.notes.push("Of its captions the first is taken".to_owned()),
            (None, None) => record.notes.push("An annotation of it has no box".to_owned()),
            (Some(edges), _) => {
                let [x, y, w, h] = four(edges).ok_or("A box of it is not four numbers")?;
                let region = Region::from_pixels([x, y, x + w, y + h], size).ok_or("A box of it is none")?;
                let words = words(&record.caption, &annotation, index)?;
                record.link(words, None, region.scored(annotation.get("score").and_then(Value::as_f64)));
            }
        }
    }
    record.unknown = match image.remove("extra") {
        Some(Value::Object(extra)) => extra,
        _ => Map::new(),
    };
    Ok(record)
}

/// Pictures often lie in a folder of their own, which no field names.
fn picture_at(folder: &Path, name: &str) -> Location {
    let at = |folder: &Path| location(folder, name);
    let is_there = |location: &Location| matches!(location, Location::File(path) if path.exists());
    let folders = [folder.to_owned(), folder.join("images"), folder.join("../images")];
    folders.iter().map(|folder| at(folder)).find(is_there).unwrap_or_else(|| at(folder))
}

fn words(caption: &str, annotation: &Map<String, Value>, index: &Index) -> Result<Words, String> {
    let ranges = annotation.get("tokens_positive").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if let (Some(first), Some(last)) = (ranges.first(), ranges.last()) {
        // Words in several places are taken with what stands between them.
        return linked(caption, &json!([first.get(0), last.get(1)]));
    }
    Ok(Words::Loose(index.category(annotation.get("category_id")).unwrap_or_default()))
}

struct Instances {
    splits: Splits,
    /// Those of the images so far.
    annotations: Option<BufWriter<File>>,
    n_annotations: u64,
}

impl Writer for Instances {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.annotations = Some(BufWriter::new(tempfile::tempfile()?));
        self.n_annotations = 0;
        let info = json!({ "description": "Written by Kosmoscope", "version": "1.0" });
        write!(out, "{{\"info\":{info},\"licenses\":[],\"images\":[")
    }

    fn put(&mut self, outgoing: &Outgoing<'_>, out: &mut dyn Write) -> io::Result<()> {
        let (record, Some([width, height])) = (outgoing.record, outgoing.size) else { return Ok(()) };
        let mut image = json!({
            "id": outgoing.number, "file_name": outgoing.picture, "width": width, "height": height,
            "caption": record.caption, "dataset_name": "kosmoscope", "tokens_negative": [[0, record.caption.chars().count()]],
        });
        if let Some(url) = &record.picture.url {
            image["coco_url"] = url.clone().into();
        }
        if !record.unknown.is_empty() {
            image["extra"] = record.unknown.clone().into();
        }
        let comma = if outgoing.number > 1 { "," } else { "" };
        write!(out, "{comma}\n{image}")?;
        for place in outgoing.pixel_boxes() {
            let [x1, y1, x2, y2] = place.edges;
            let (width, height) = (x2 - x1, y2 - y1);
            self.n_annotations += 1;
            let mut annotation = json!({
                "id": self.n_annotations, "image_id": outgoing.number,
                "category_id": self.splits.class_of(place.words) + 1,
                "bbox": ([x1, y1, width, height].map(thousandths)), "area": thousandths(width * height),
                "iscrowd": 0, "segmentation": [],
            });
            if let Some(chars) = place.chars {
                annotation["tokens_positive"] = json!([chars]);
            }
            if let Some(score) = place.region.score {
                annotation["score"] = score.into();
            }
            let comma = if self.n_annotations > 1 { "," } else { "" };
            if let Some(annotations) = &mut self.annotations {
                write!(annotations, "{comma}\n{annotation}")?;
            }
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "\n],\"annotations\":[")?;
        if let Some(annotations) = self.annotations.take() {
            let mut annotations = annotations.into_inner().map_err(io::IntoInnerError::into_error)?;
            annotations.seek(SeekFrom::Start(0))?;
            io::copy(&mut annotations, out)?;
        }
        let category = |(at, name): (usize, &String)| json!({ "id": at + 1, "name": name, "supercategory": "" });
        let categories: Vec<_> = self.splits.classes.iter().enumerate().map(category).collect();
        writeln!(out, "\n],\"categories\":{}}}", Value::from(categories))
    }
}
