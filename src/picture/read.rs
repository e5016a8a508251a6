//! A file's bytes, read whole and once.
//!
//! What is shown, hashed and described are then the same bytes, whatever happens to the file meanwhile.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
    time::SystemTime,
};

use super::{error::Problem, limits::MAX_FILE_BYTES};
use crate::typed::Elsewhere;

/// What the system says about a file: something else as soon as it is another file, or was written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileStamp {
    n_bytes: u64,
    modified: Option<SystemTime>,
    /// Seconds and nanoseconds; also of files that were copied with their old times. Zero where there is no such thing.
    changed: (i64, i64),
}

impl FileStamp {
    /// That of the file now; `None` if there is none to be seen.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        Some(Self { n_bytes: metadata.len(), modified: metadata.modified().ok(), changed: changed(&metadata) })
    }
}

#[cfg(unix)]
fn changed(metadata: &fs::Metadata) -> (i64, i64) {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn changed(_metadata: &fs::Metadata) -> (i64, i64) {
    (0, 0)
}

/// The content of a regular file. Anything else is refused before it is opened: opening a pipe would wait for its writer.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Problem> {
    let metadata = fs::metadata(path).map_err(|error| match path.to_str().and_then(Elsewhere::of) {
        Some(elsewhere) if error.kind() == io::ErrorKind::NotFound => Problem::Elsewhere(elsewhere),
        _ => problem(error),
    })?;
    if metadata.is_dir() {
        return Err(Problem::NotAFile("a folder"));
    }
    if !metadata.is_file() {
        return Err(Problem::NotAFile("a pipe, a socket or a device"));
    }
    if metadata.len() > MAX_FILE_BYTES {
        return Err(Problem::FileTooLarge);
    }
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    // The file may have grown since.
    let file = File::open(path).map_err(problem)?;
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(problem)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(Problem::FileTooLarge);
    }
    Ok(bytes)
}

pub(super) fn problem(error: io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::NotFound => Problem::Missing,
        _ => Problem::Unreadable(error),
    }
}
