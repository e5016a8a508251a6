//! Fields of JSON objects, taken out with what is wrong with them, and numbers as other programs write them.

use std::path::Path;

use serde_json::{Map, Value};

use super::{
    chars::byte_range,
    record::{Location, Words},
};

/// A JSON object, or why it is none.
pub(super) fn object(value: Value) -> Result<Map<String, Value>, String> {
    match value {
        Value::Object(fields) => Ok(fields),
        _ => Err("It is no JSON object".to_owned()),
    }
}

/// A text that need not be there.
pub(super) fn text(fields: &mut Map<String, Value>, name: &str) -> Result<Option<String>, String> {
    match fields.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("Its {name} is no text")),
    }
}

/// The size that `width` and `height` say, where both are there and more than 0.
pub(super) fn size(fields: &mut Map<String, Value>, width: &str, height: &str) -> Option<[u32; 2]> {
    let mut side = |name: &str| whole_number(&fields.remove(name)?).and_then(|side| u32::try_from(side).ok());
    let (width, height) = (side(width), side(height));
    Some([width?, height?]).filter(|size| !size.contains(&0))
}

/// A number from 0 that is whole, whether it is written as one or as `19.0`.
pub(super) fn whole_number(value: &Value) -> Option<usize> {
    let number = value.as_f64()?;
    let is_whole = number.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(&number);
    is_whole.then_some(number as usize)
}

/// As many numbers as are asked for, at least.
pub(super) fn numbers(value: &Value) -> Option<Vec<f64>> {
    value.as_array()?.iter().map(Value::as_f64).collect()
}

/// Exactly four numbers.
pub(super) fn four(value: &Value) -> Option<[f64; 4]> {
    numbers(value)?.try_into().ok()
}

/// The words that a range of characters `[start, end]` links; the reason if they are not in the caption.
pub(super) fn linked(caption: &str, range: &Value) -> Result<Words, String> {
    let pair = range.as_array().and_then(|pair| Some([whole_number(pair.first()?)?, whole_number(pair.get(1)?)?]));
    let pair = pair.ok_or("A phrase of it has no place in the caption")?;
    let range = byte_range(caption, pair).ok_or_else(|| {
        let [start, end] = pair;
        format!("A phrase of it is from character {start} to {end} of a caption of {}", caption.chars().count())
    })?;
    Ok(Words::Linked(range))
}

/// The words of a phrase of which only the text is known: where they first stand in the caption, or else loose.
pub(super) fn found(caption: &str, phrase: &str) -> Words {
    match caption.find(phrase).filter(|_| !phrase.is_empty()) {
        Some(start) => Words::Linked(start..start + phrase.len()),
        None => Words::Loose(phrase.to_owned()),
    }
}

/// Where a picture is that a file in this folder names.
pub(super) fn location(folder: &Path, name: impl AsRef<Path>) -> Location {
    // An absolute one takes the folder's place.
    Location::File(folder.join(name))
}

/// The folder that a file is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

/// A number of pixels as it is written: to a thousandth.
pub(super) fn thousandths(pixels: f64) -> f64 {
    (pixels * 1000.0).round() / 1000.0
}

/// Text as markup has it: its own signs are spelt out, and others as `spelt` says.
pub(super) fn markup(text: &str, spelt: impl Fn(char) -> Option<&'static str>) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            c => match spelt(c) {
                Some(spelt) => escaped.push_str(spelt),
                None => escaped.push(c),
            },
        }
    }
    escaped
}
