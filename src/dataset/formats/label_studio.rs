//! Label Studio: tasks with predictions, and beside them the configuration of the project they go into.
//!
//! A phrase is a label on the caption, a box one on the picture, and a relation says that they belong together. Pictures are
//! given by their path below the folder that Label Studio serves local files from.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use serde_json::{Value, json};

use crate::dataset::{
    chars::char_range,
    format::{Format, Outgoing, Part, Shape, Splits, Writer},
};

/// Label Studio.
pub(crate) const LABEL_STUDIO: Format = Format {
    name: "label-studio",
    label: "tasks for Label Studio, JSON with a configuration beside",
    holds: &[
        Part::Caption,
        Part::Links,
        Part::Overlaps,
        Part::LooseWords,
        Part::BareWords,
        Part::NoBoxes,
        Part::Scores,
    ],
    shape: Shape::File("json"),
    write: Some(|_: &Splits| Box::new(Tasks)),
    ..Format::ONLY_WRITTEN
};

const CONFIGURATION: &str = r#"<View>
  <Image name="image" value="$image"/>
  <RectangleLabels name="box" toName="image"><Label value="phrase"/></RectangleLabels>
  <TextArea name="name" toName="image" perRegion="true" editable="true"/>
  <Text name="caption" value="$caption"/>
  <Labels name="span" toName="caption"><Label value="phrase"/></Labels>
  <Relations><Relation value="is"/></Relations>
</View>
"#;

struct Tasks;

impl Writer for Tasks {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "[")
    }

    fn put(&mut self, outgoing: &Outgoing<'_>, out: &mut dyn Write) -> io::Result<()> {
        let record = outgoing.record;
        let scores: Vec<f64> = record.boxes().filter_map(|(_, region)| region.score).collect();
        let mut prediction = json!({ "model_version": "kosmoscope", "result": results(outgoing) });
        if !scores.is_empty() {
            prediction["score"] = (scores.iter().sum::<f64>() / scores.len() as f64).into();
        }
        let image = format!("/data/local-files/?d={}", query(outgoing.picture));
        let task = json!({
            "data": { "image": image, "caption": record.caption },
            "predictions": [prediction],
        });
        let comma = if outgoing.number > 1 { "," } else { "" };
        write!(out, "{comma}\n{task}")
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "\n]")
    }

    fn common_files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        vec![(PathBuf::from("-config.xml"), CONFIGURATION.as_bytes().to_vec())]
    }
}

fn results(outgoing: &Outgoing<'_>) -> Vec<Value> {
    let (record, Some([width, height])) = (outgoing.record, outgoing.size) else { return Vec::new() };
    let mut results = Vec::new();
    for (at, span) in record.spans.iter().enumerate() {
        let words = record.words(span);
        if let Some(range) = span.words.range() {
            let [start, end] = char_range(&record.caption, range);
            results.push(json!({
                "id": format!("s{at}"), "from_name": "span", "to_name": "caption", "type": "labels",
                "value": { "start": start, "end": end, "text": words, "labels": ["phrase"] },
            }));
        }
        for (number, region) in span.regions.iter().enumerate() {
            let id = format!("s{at}b{number}");
            let [x1, y1, x2, y2] = region.edges.map(|edge| edge * 100.0);
            let place = json!({ "x": x1, "y": y1, "width": x2 - x1, "height": y2 - y1, "rotation": 0 });
            let shared = json!({
                "id": id, "to_name": "image", "original_width": width, "original_height": height, "image_rotation": 0,
            });
            let with = |name: &str, kind: &str, field: &str, labels: &str| {
                let mut result = shared.clone();
                result["from_name"] = name.into();
                result["type"] = kind.into();
                result["value"] = place.clone();
                result["value"][field] = json!([labels]);
                result
            };
            let mut rectangle = with("box", "rectanglelabels", "rectanglelabels", "phrase");
            if let Some(score) = region.score {
                rectangle["score"] = score.into();
            }
            results.push(rectangle);
            match span.words.range() {
                Some(_) => results.push(json!({
                    "type": "relation", "from_id": format!("s{at}"), "to_id": id, "direction": "right",
                })),
                None => results.push(with("name", "textarea", "text", words)),
            }
        }
    }
    results
}

/// A path within an address.
fn query(path: &str) -> String {
    let spelt = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    path.bytes().map(spelt).collect()
}
