//! Captions beside pictures: a text file for each, as trainers of picture generators read them.

use std::path::PathBuf;

use crate::dataset::format::{Format, Outgoing, Part, Shape, Splits, Writer};

/// Caption side files.
pub(crate) const CAPTIONS: Format = Format {
    name: "captions",
    label: "captions, a text file beside each picture",
    holds: &[Part::Caption, Part::NoBoxes],
    shape: Shape::Folder,
    write: Some(|_: &Splits| Box::new(Files)),
    ..Format::ONLY_WRITTEN
};

struct Files;

impl Writer for Files {
    fn needs_picture(&self) -> bool {
        false
    }

    fn pictures_folder(&self, _: &str) -> PathBuf {
        PathBuf::new()
    }

    fn own_file(&self, _: &str, outgoing: &Outgoing<'_>) -> Option<(PathBuf, Vec<u8>)> {
        Some((PathBuf::from(format!("{}.txt", outgoing.stem)), outgoing.record.caption.clone().into_bytes()))
    }
}
