//! All parts as one file of lines, in the order of the items' names, each item once.

use std::{
    collections::HashMap,
    fs::File,
    io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::{
    error::BatchError,
    item::order,
    part::{Done, LineHead},
    status::{Folder, folder},
};

/// What was merged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Answers.
    pub done: usize,
    /// Failures.
    pub failed: usize,
}

/// Where an item's line is.
struct Place {
    part: usize,
    offset: u64,
    n_bytes: usize,
    done: Done,
}

/// Writes the lines of all parts of a folder; with `partial` also when some are not through. Only ids are held in memory.
///
/// # Errors
/// When a part is missing, damaged or can't be read, or `output` can't be written.
pub fn merge(path: &Path, partial: bool, output: &mut impl Write) -> Result<Merged, BatchError> {
    let parts = folder(path)?;
    if !partial {
        parts.check_through()?;
    }
    let (mut files, places) = index(&parts)?;
    let mut merged = Merged::default();
    let mut line = Vec::new();
    for place in places {
        line.resize(place.n_bytes, 0);
        let Some((file, path)) = files.get_mut(place.part) else { continue };
        file.seek(SeekFrom::Start(place.offset))
            .and_then(|_| file.read_exact(&mut line))
            .map_err(BatchError::disk(&*path))?;
        output.write_all(&line).map_err(BatchError::disk("the merged file"))?;
        match place.done {
            Done::Answered => merged.done += 1,
            Done::Failed => merged.failed += 1,
        }
    }
    Ok(merged)
}

type Index = (Vec<(File, PathBuf)>, Vec<Place>);

/// Where the last line about each item is, in their order: an answer takes the place of a failure before it.
fn index(parts: &Folder) -> Result<Index, BatchError> {
    let (mut files, mut places) = (Vec::new(), HashMap::new());
    for at in 0..parts.count {
        let path = parts.part(at);
        let Ok(file) = File::open(&path) else { continue };
        let mut reader = BufReader::new(file);
        let (mut offset, mut line) = (0, Vec::new());
        for n in 1.. {
            line.clear();
            let n_bytes = reader.read_until(b'\n', &mut line).map_err(BatchError::disk(&path))?;
            // A last line that was not finished is nobody's answer.
            if n_bytes == 0 || line.last() != Some(&b'\n') {
                break;
            }
            let head: LineHead =
                serde_json::from_slice(&line).map_err(|_| BatchError::Damaged { line: n, path: path.clone() })?;
            places.insert(head.key(), Place { part: files.len(), offset, n_bytes, done: head.done() });
            offset += n_bytes as u64;
        }
        files.push((reader.into_inner(), path));
    }
    let mut places: Vec<_> = places.into_iter().collect();
    places.sort_by(|(one, _), (other, _)| order(one, other));
    Ok((files, places.into_iter().map(|(_, place)| place).collect()))
}
