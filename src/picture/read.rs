//! A file's bytes, read whole and once.
//!
//! What is shown, hashed and described are then the same bytes, whatever happens to the file meanwhile.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use super::{error::Problem, limits::MAX_FILE_BYTES};
use crate::typed::Elsewhere;

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

fn problem(error: io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::NotFound => Problem::Missing,
        _ => Problem::Unreadable(error),
    }
}
