//! Results as a JSON file: an array of [`Record`]s, indented for people who look into it.

use super::{error::ExportError, format::Format, kind::FileKind, record::Record};

/// Results as one JSON array.
pub const JSON: Format = Format { name: "json", kind: KIND, loses: None, encode };

const KIND: FileKind = FileKind { label: "JSON", extension: "json" };

fn encode(results: &[Record]) -> Result<Vec<u8>, ExportError> {
    let mut content = serde_json::to_vec_pretty(results).map_err(|e| ExportError::new(KIND, e))?;
    content.push(b'\n');
    Ok(content)
}

/// One result as a JSON object, indented, for the clipboard.
///
/// # Errors
/// When a number in it is no JSON number.
pub fn json_object(result: &Record) -> Result<String, ExportError> {
    serde_json::to_string_pretty(result).map_err(|e| ExportError::new(KIND, e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_the_elements_of_one_array() {
        let record = Record::sample("snow.png");
        let content = JSON.content(&[record.clone(), record.clone()]).expect("encodes");
        let array: Vec<serde_json::Value> = serde_json::from_slice(&content).expect("JSON");
        let object: serde_json::Value = serde_json::from_str(&json_object(&record).expect("encodes")).expect("JSON");
        assert_eq!(array, [object.clone(), object]);
        assert_eq!(JSON.content(&[]).expect("encodes"), b"[]\n");
    }
}
