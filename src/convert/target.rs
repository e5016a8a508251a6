//! Where a conversion goes, what its original is called, and whether there is room for it.

use std::path::{Path, PathBuf};

use super::{error::ConvertError, format::Format};
use crate::{
    checkpoint::{self, Checkpoint, Source, gguf},
    disk::{self, Outputs},
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

/// The file that a conversion writes; its folder is made if there is none.
#[derive(Debug)]
pub struct NewFile {
    /// Where it goes.
    pub path: PathBuf,
    /// What it may replace, and what not.
    pub outputs: Outputs,
}

impl<P: AsRef<Path> + ?Sized> From<&P> for NewFile {
    /// One that replaces nothing.
    fn from(path: &P) -> Self {
        Self { path: path.as_ref().to_owned(), outputs: Outputs::default() }
    }
}

/// Refuses to replace a file, or to fill the disk.
pub(super) fn check(n_bytes: u64, NewFile { path: to, outputs }: &mut NewFile) -> Result<(), ConvertError> {
    let new_folder = to.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir());
    let checked = match new_folder {
        Some(folder) => outputs.check_folder(folder),
        None => outputs.check(to),
    };
    checked.map_err(|e| if e.is_for_want_of_consent() { ConvertError::Exists(to.clone()) } else { e.into() })?;
    let needs = disk::with_spare_room(n_bytes);
    match disk::free_space(to) {
        Some(free) if free < needs => Err(ConvertError::NoRoom { needs, free, path: to.clone() }),
        _ => Ok(()),
    }
}
