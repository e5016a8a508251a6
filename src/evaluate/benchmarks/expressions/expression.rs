//! What somebody called a thing, wherever it is read from.

use std::path::Path;

use super::super::{boxes, data};
use crate::{dataset::Location, words::brief};

/// What somebody called a thing in a picture.
pub(in super::super) struct Expression {
    pub(in super::super) id: String,
    pub(in super::super) picture: Location,
    /// Of the picture, across and down.
    pub(in super::super) size: [f64; 2],
    pub(in super::super) words: String,
    /// Of the thing: x, y, width and height in pixels.
    pub(in super::super) sides: [f64; 4],
}

impl Expression {
    /// Why it can't be asked about, in a sentence; `None` if it can.
    pub(super) fn fault(&self) -> Option<String> {
        let id = brief(&self.id);
        if !boxes::is_size(self.size) {
            Some(format!("The picture of expression {id} can't have {:?} × {:?} pixels", self.size[0], self.size[1]))
        } else if !boxes::is_within(self.sides, self.size) {
            Some(format!("The box of expression {id} lies outside its picture"))
        } else {
            None
        }
    }
}

/// Where a picture of COCO's is.
pub(super) fn picture(data: &Path, file_name: &str) -> Location {
    let folder = if file_name.contains("train2014") { "train2014" } else { "val2014" };
    data::picture(data, &[folder, &format!("coco/{folder}")], file_name)
}
