//! labelme, and X-AnyLabeling beside it: a JSON file for each picture, with shapes in pixels of the upright picture.
//!
//! Both keep fields they do not know: the caption, and the place of a shape's words in it, come back as `caption` and `span`.
//! The boxes of a phrase get no common `group_id`, since other readers make one box of a group.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::dataset::{
    fields::{folder_of, linked, location, numbers, object, size, text, thousandths},
    format::{Format, Outgoing, Part, PixelBox, Records, Shape, Sizes, Splits, Writer},
    input::stream::{files, json_file},
    problem::{DatasetError, Problem},
    record::{Picture, Record, Region, Words},
};

const HOLDS: &[Part] = &[
    Part::Caption,
    Part::Links,
    Part::Overlaps,
    Part::LooseWords,
    Part::NoBoxes,
    Part::Scores,
    Part::Url,
    Part::Unknown,
];
const ROUNDS: Option<&str> = Some("boxes to thousandths of a pixel");

/// labelme.
pub(crate) const LABELME: Format = Format {
    name: "labelme",
    label: "labelme, a JSON file beside each picture",
    holds: HOLDS,
    rounds: ROUNDS,
    shape: Shape::Folder,
    is_looked_at: false,
    recognises: |glimpse| glimpse.has_field(&["shapes"]),
    read: Some(read),
    write: Some(|_: &Splits| Box::new(Files { dialect: Dialect::Labelme })),
};

/// X-AnyLabeling.
pub(crate) const X_ANYLABELING: Format = Format {
    name: "x-anylabeling",
    label: "X-AnyLabeling, a JSON file beside each picture",
    holds: HOLDS,
    rounds: ROUNDS,
    shape: Shape::Folder,
    is_looked_at: false,
    // It is read as labelme is.
    recognises: |_| false,
    read: Some(read),
    write: Some(|_: &Splits| Box::new(Files { dialect: Dialect::XAnyLabeling })),
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Labelme,
    XAnyLabeling,
}

fn read(path: &Path, sizes: Sizes) -> Result<Records, DatasetError> {
    Ok(Box::new(files(path, "json")?.map(move |path| {
        let record = object(json_file(&path)?).and_then(|fields| record(fields, folder_of(&path), &sizes));
        record.map_err(|reason| Problem::new(&path, "", reason))
    })))
}

fn record(mut fields: Map<String, Value>, folder: &Path, sizes: &Sizes) -> Result<Record, String> {
    let Some(Value::Array(shapes)) = fields.remove("shapes") else { return Err("It has no shapes".to_owned()) };
    let name = text(&mut fields, "imagePath")?.ok_or("Its imagePath is missing")?;
    // Windows writes it the other way round.
    let mut picture = Picture { location: location(folder, &name.replace('\\', "/")), ..Picture::default() };
    let size = size(&mut fields, "imageWidth", "imageHeight").map_or_else(|| sizes(&picture.location), Ok)?;
    picture.size = Some(size);
    picture.url = text(&mut fields, "url")?;
    let caption = text(&mut fields, "caption")?.unwrap_or_default();
    let mut record = Record { picture, caption, ..Record::default() };
    for shape in shapes {
        let mut shape = object(shape)?;
        let edges = edges(shape.get("points")).ok_or("A shape of it has no points")?;
        let words = match shape.get("span").filter(|span| !span.is_null()) {
            Some(span) => linked(&record.caption, span)?,
            None => Words::Loose(text(&mut shape, "label")?.unwrap_or_default()),
        };
        if !matches!(shape.get("shape_type").and_then(Value::as_str), None | Some("rectangle")) {
            record.notes.push("A shape of it that is no rectangle is read as the box around it".to_owned());
        }
        let region = Region::from_pixels(edges, size).ok_or("A box of it is none")?;
        record.link(words, None, region.scored(shape.get("score").and_then(Value::as_f64)));
    }
    record.unknown = match fields.remove("extra") {
        Some(Value::Object(extra)) => extra,
        _ => Map::new(),
    };
    Ok(record)
}

/// The box around points.
fn edges(points: Option<&Value>) -> Option<[f64; 4]> {
    let points: Vec<_> = points?.as_array()?.iter().map(numbers).collect::<Option<_>>()?;
    let edge = |axis: usize, pick: fn(f64, f64) -> f64| {
        points.iter().map(|point| point.get(axis).copied()).collect::<Option<Vec<f64>>>()?.into_iter().reduce(pick)
    };
    Some([edge(0, f64::min)?, edge(1, f64::min)?, edge(0, f64::max)?, edge(1, f64::max)?])
}

struct Files {
    dialect: Dialect,
}

impl Writer for Files {
    fn pictures_folder(&self, _: &str) -> PathBuf {
        PathBuf::new()
    }

    fn own_file(&self, _: &str, outgoing: &Outgoing<'_>) -> Option<(PathBuf, Vec<u8>)> {
        let [width, height] = outgoing.size?;
        let shapes: Vec<_> = outgoing.pixel_boxes().map(|place| self.shape(&place)).collect();
        let record = outgoing.record;
        let mut file = json!({
            "version": if self.dialect == Dialect::Labelme { "5.5.0" } else { "2.4.4" },
            "flags": {}, "shapes": shapes, "imagePath": outgoing.picture, "imageData": null,
            "imageHeight": height, "imageWidth": width, "caption": record.caption,
        });
        if let Some(url) = &record.picture.url {
            file["url"] = url.clone().into();
        }
        if !record.unknown.is_empty() {
            file["extra"] = record.unknown.clone().into();
        }
        let content = serde_json::to_vec_pretty(&file).ok()?;
        Some((PathBuf::from(format!("{}.json", outgoing.stem)), content))
    }
}

impl Files {
    fn shape(&self, place: &PixelBox<'_>) -> Value {
        let [x1, y1, x2, y2] = place.edges.map(thousandths);
        let mut shape = json!({
            "label": place.class, "shape_type": "rectangle", "group_id": null, "description": "", "flags": {},
        });
        match self.dialect {
            Dialect::Labelme => {
                shape["points"] = json!([[x1, y1], [x2, y2]]);
                shape["mask"] = Value::Null;
            }
            Dialect::XAnyLabeling => {
                shape["points"] = json!([[x1, y1], [x2, y1], [x2, y2], [x1, y2]]);
                shape["difficult"] = false.into();
                shape["attributes"] = json!({});
                shape["kie_linking"] = json!([]);
                shape["score"] = Value::Null;
            }
        }
        if let Some(score) = place.region.score {
            shape["score"] = score.into();
        }
        if let Some(chars) = place.chars {
            shape["span"] = json!(chars);
        }
        shape
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_lies_around_its_points() {
        assert_eq!(edges(Some(&json!([[5, 1.5], [2, 9], [3, 3]]))), Some([2.0, 1.5, 5.0, 9.0]));
        for points in [json!([]), json!([[1]]), json!([["a", 1]]), json!(1), json!([1, 2])] {
            assert_eq!(edges(Some(&points)), None, "{points}");
        }
    }
}
