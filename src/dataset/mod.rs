//! Datasets: pictures with captions whose words are linked to boxes, read from and written to the formats that others use.
//!
//! Everything is read into one type, [`Record`], and written from it, one record at a time, so that a file may be of any
//! length. [`FORMATS`] lists the formats, each with what it has room for; [`Survey`] goes through a file once and tells what
//! would be lost in another format; [`convert()`] writes it. A new format is one file in `formats` and one row of the table.
//!
//! What is no record is told with its place and left out; the others are read. Nothing is fetched from anywhere: a record
//! whose picture is not on this computer has its address.

mod chars;
mod classes;
mod convert;
mod fields;
mod format;
mod formats;
mod glimpse;
mod inline;
mod input;
mod location;
mod names;
mod preview;
mod problem;
mod record;
mod select;
mod stats;
mod survey;

#[cfg(test)]
mod tests;

pub use chars::{byte_range, char_range};
pub use classes::Classes;
pub use convert::{Conversion, Draw, Images, Report, Upright, convert};
pub use format::{Drawing, Format, Part, Records, Shape, Sizes};
pub use formats::{FORMATS, own_object};
pub use location::{content, of_content};
pub use preview::preview;
pub use problem::{DatasetError, Problem};
pub use record::{Location, Maker, ModelRun, Origin, Picture, Record, Region, Span, Verdict, Words};
pub use select::{Selection, Verdicts};
pub use stats::Stats;
pub use survey::{Source, Survey};

/// The format that is called this.
#[must_use]
pub fn format_named(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}
