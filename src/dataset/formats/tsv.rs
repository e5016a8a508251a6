//! The table that the original training code reads: a line for each picture with its sum, the caption, the picture in
//! base64, its size, and the phrases as Python prints them.

use std::path::Path;

use serde_json::{Map, Value};

use super::grit;
use crate::archive::{Member, Place};
use crate::dataset::{
    fields::object,
    format::{Format, Records, Shape, Sizes},
    input::stream::{Lines, json, open},
    problem::{DatasetError, Problem},
    record::{Location, Record},
};

/// The original's table.
pub(crate) const TSV: Format = Format {
    name: "tsv",
    label: "the original training code's table",
    holds: &[],
    rounds: None,
    shape: Shape::File("tsv"),
    is_looked_at: false,
    recognises: |glimpse| glimpse.ending == "tsv",
    read: Some(read),
    write: None,
};

fn read(path: &Path, _: Sizes) -> Result<Records, DatasetError> {
    let path = path.to_owned();
    let mut lines = Lines::new(open(&path)?);
    Ok(Box::new(std::iter::from_fn(move || {
        let start = lines.offset();
        let (number, line) = lines.next()?;
        let record = line.and_then(|line| record(&path, start, &line));
        Some(record.map_err(|reason| Problem::new(&path, &format!("line {number}"), reason)))
    })))
}

fn record(path: &Path, start: u64, line: &[u8]) -> Result<Record, String> {
    let columns: Vec<&[u8]> = line.split(|&byte| byte == b'\t').collect();
    let [sum, caption, picture, width, height, phrases] = columns.as_slice() else {
        return Err(format!("It has {} columns instead of 6", columns.len()));
    };
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|_| "It is no UTF-8 text".to_owned());
    let phrases = json(json_of(&text(phrases)?).as_bytes()).and_then(object);
    let mut phrases = phrases.map_err(|_| "Its phrases are malformed")?;
    let side = |bytes: &[u8]| Ok::<_, String>(text(bytes)?.trim().parse::<f64>().map_or(Value::Null, Value::from));
    let fields = [
        ("caption", text(caption)?.into()),
        ("width", side(width)?),
        ("height", side(height)?),
        ("noun_chunks", phrases.remove("phrase").unwrap_or_default()),
        ("ref_exps", phrases.remove("expression_v1").or_else(|| phrases.remove("expression")).unwrap_or_default()),
    ];
    let fields: Map<String, Value> = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let mut record = grit::record(fields, Path::new(""))?;
    let first = start + (sum.len() + caption.len() + 2) as u64;
    let range = first..first + picture.len() as u64;
    record.picture.location = Location::Within(Member {
        file: path.to_owned(),
        place: Place::Range { name: format!("{}.jpg", text(sum)?), range },
    });
    Ok(record)
}

/// What Python prints as JSON: quotes of both kinds, tuples, commas before the end, and its names for nothing and truth.
pub(super) fn json_of(python: &str) -> String {
    let (mut json, mut chars) = (String::with_capacity(python.len()), python.chars().peekable());
    while let Some(c) = chars.next() {
        match c {
            '\'' | '"' => {
                let mut text = String::new();
                while let Some(inside) = chars.next().filter(|&inside| inside != c) {
                    text.push(if inside == '\\' { chars.next().unwrap_or('\\') } else { inside });
                }
                json.push_str(&Value::from(text).to_string());
            }
            '(' => json.push('['),
            ')' | ']' | '}' => {
                if json.trim_end().ends_with(',') {
                    json.truncate(json.trim_end().len() - 1);
                }
                json.push(if c == ')' { ']' } else { c });
            }
            c if c.is_alphabetic() => {
                let mut name = c.to_string();
                while let Some(next) = chars.next_if(|next| next.is_alphanumeric()) {
                    name.push(next);
                }
                json.push_str(match name.as_str() {
                    "True" => "true",
                    "False" => "false",
                    "None" => "null",
                    // The exponent of a number.
                    name => name,
                });
            }
            c => json.push(c),
        }
    }
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_python_prints_becomes_json() {
        let python = "{'phrase': [(0, 5, 1e-05, 0.5,), [1]], \"it's\": 'a \"b\\'', 'x': None, 'y': (True, False)}";
        let json = json_of(python);
        assert_eq!(
            json,
            "{\"phrase\": [[0, 5, 1e-05, 0.5], [1]], \"it's\": \"a \\\"b'\", \"x\": null, \"y\": [true, false]}"
        );
    }
}
