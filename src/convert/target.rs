//! Where a conversion goes, what its original is called, and whether there is room for it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{error::ConvertError, format::Format};
use crate::{
    checkpoint::{self, Checkpoint, Source, gguf},
    disk,
};

/// What the original is called in the new file: its repository, or else its own name.
#[must_use]
pub fn origin(source: &Source, opened: &Checkpoint) -> String {
    match source {
        Source::Path(path) => checkpoint::repo(path),
        Source::Embedded => opened.info.name.clone(),
    }
}

/// Where a conversion goes unless told otherwise: the last part of what the original is called and the format, in this
/// folder.
#[must_use]
pub fn target(folder: &Path, origin: &str, format: Format) -> PathBuf {
    let name = origin.rsplit('/').next().unwrap_or_default().replace(' ', "-");
    folder.join(format!("{name}-{}.{}", format.name(), gguf::EXTENSION))
}

/// Refuses to replace a file, or to fill the disk.
pub(super) fn check(n_bytes: u64, to: &Path) -> Result<(), ConvertError> {
    if fs::symlink_metadata(to).is_ok() {
        return Err(ConvertError::Exists(to.to_owned()));
    }
    let needs = disk::with_spare_room(n_bytes);
    match disk::free_space(to) {
        Some(free) if free < needs => Err(ConvertError::NoRoom { needs, free, path: to.to_owned() }),
        _ => Ok(()),
    }
}
