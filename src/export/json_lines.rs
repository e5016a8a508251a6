//! Results as JSON Lines: one [`Record`] a line, for programs that read while more is written.

use super::{error::ExportError, format::Format, kind::FileKind, record::Record};

/// Results as one JSON object a line.
pub const JSON_LINES: Format = Format { name: "jsonl", kind: KIND, loses: None, encode };

const KIND: FileKind = FileKind { label: "JSON Lines", extension: "jsonl" };

fn encode(results: &[Record]) -> Result<Vec<u8>, ExportError> {
    let mut content = Vec::new();
    for result in results {
        serde_json::to_writer(&mut content, result).map_err(|e| ExportError::new(KIND, e))?;
        content.push(b'\n');
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_result() {
        let records = [Record::sample("snow.png"), Record::sample("two\nlines.png")];
        let content = String::from_utf8(JSON_LINES.content(&records).expect("encodes")).expect("text");
        let images: Vec<serde_json::Value> = content
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["image"].take())
            .collect();
        assert_eq!(images, ["snow.png", "two\nlines.png"]);
        assert!(content.ends_with('\n'), "{content}");
    }
}
