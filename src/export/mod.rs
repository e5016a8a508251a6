//! Results to files and to lines of text that other programs read.
//!
//! [`FORMATS`] lists what results can be saved in. A new format is one file in this folder, which defines a [`Format`],
//! and one row in the table; the dialog that saves results, `--format` and its help are made from the table.
//!
//! The annotated picture is not one of them: a format takes any number of results and needs nothing else, whereas the
//! picture is one result painted over its pixels, at a size and with the parts that a person chose. `overlay` paints it,
//! and [`png()`] encodes what was painted.

mod error;
mod format;
mod json_lines;
mod kind;
mod name;
mod png;
mod record;

use std::path::Path;

pub use error::ExportError;
pub use format::Format;
pub use json_lines::JSON_LINES;
pub use kind::FileKind;
pub use name::ImageName;
pub use png::{PNG, png, scaled};
pub use record::{
    BeamsRecord, BoxRecord, CheckpointRecord, FailureRecord, PhraseRecord, Record, SamplingRecord, SettingsRecord,
    TimingsRecord,
};

/// All formats that results can be saved in; the first is the one proposed.
pub const FORMATS: &[Format] = &[JSON_LINES];

/// The format that `--format` calls by this name.
#[must_use]
pub fn format_named(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// The format that a file's name asks for by its ending, whatever its case; the first of the table if it asks for none.
#[must_use]
pub fn format_of(path: &Path) -> &'static Format {
    let extension = path.extension().unwrap_or_default();
    let asked_for = FORMATS.iter().find(|format| extension.eq_ignore_ascii_case(format.kind.extension));
    asked_for.unwrap_or(&FORMATS[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_name_and_by_its_ending() {
        for format in FORMATS {
            assert_eq!(format_named(format.name).map(|found| found.name), Some(format.name));
            let path = format!("a.b/Results.{}", format.kind.extension.to_uppercase());
            assert_eq!(format_of(Path::new(&path)).name, format.name, "{path}");
        }
        assert_eq!(format_of(Path::new("results")).name, FORMATS[0].name);
        assert_eq!(format_of(Path::new("results.txt")).name, FORMATS[0].name);
        assert!(format_named("png").is_none(), "a picture is not made of results");
    }

    #[test]
    fn every_format_has_room_for_many_results_and_for_none() {
        let records = [Record::sample("snow.png"), Record::sample("\"two\"\n\u{202e}lines, é.png")];
        for format in FORMATS {
            let none = format.content(&[]).expect("encodes");
            let two = format.content(&records).expect("encodes");
            assert!(two.len() > none.len(), "{}", format.name);
        }
    }

    #[test]
    fn the_readme_names_every_format() {
        let readme = include_str!("../../README.md");
        let row = readme.lines().find(|line| line.starts_with("| `--format ")).unwrap_or_default();
        for format in FORMATS {
            assert!(row.contains(&format!("`{}` ({})", format.name, format.summary())), "{}: {row}", format.name);
        }
    }
}
