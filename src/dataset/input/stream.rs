//! Files of records, read piece by piece: never more than one record is in memory, and what is no record does not hide the
//! ones behind it.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use flate2::bufread::MultiGzDecoder;
use serde_json::Value;

use super::elements::{Elements, LONGEST_RECORD};
use crate::{
    dataset::problem::{DatasetError, Problem},
    disk,
};

/// A file from its beginning, unpacked if it is a gzip, and without a byte order mark.
pub(in crate::dataset) fn open(path: &Path) -> Result<Box<dyn BufRead + Send>, DatasetError> {
    let opened = || -> io::Result<Box<dyn BufRead + Send>> {
        let mut file = BufReader::with_capacity(1 << 18, File::open(path)?);
        if !file.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
            skip_mark(&mut file)?;
            return Ok(Box::new(file));
        }
        let mut unpacked = BufReader::with_capacity(1 << 18, MultiGzDecoder::new(file));
        skip_mark(&mut unpacked)?;
        Ok(Box::new(unpacked))
    };
    opened().map_err(|e| DatasetError::unreadable(path, e))
}

/// A file in which one can go back; a gzip is unpacked to a temporary one.
pub(in crate::dataset) fn seekable(path: &Path) -> Result<BufReader<File>, DatasetError> {
    let opened = || -> io::Result<BufReader<File>> {
        let mut file = BufReader::new(File::open(path)?);
        if file.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
            let mut unpacked = tempfile::tempfile()?;
            io::copy(&mut MultiGzDecoder::new(file), &mut unpacked)?;
            unpacked.seek(SeekFrom::Start(0))?;
            file = BufReader::new(unpacked);
        }
        skip_mark(&mut file)?;
        Ok(file)
    };
    opened().map_err(|e| DatasetError::unreadable(path, e))
}

fn skip_mark(input: &mut impl BufRead) -> io::Result<()> {
    if input.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
        input.consume(3);
    }
    Ok(())
}

/// A small file, whole.
pub(in crate::dataset) fn whole(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = disk::read_at_most(path, LONGEST_RECORD as u64)?;
    if content.starts_with(b"\xef\xbb\xbf") {
        content.drain(..3);
    }
    Ok(content)
}

/// A JSON value of a file, or why it is none, with its place such as `line 3`.
pub(in crate::dataset) type Placed = (String, Result<Value, String>);

/// The JSON values of a file: its lines, or the elements of the array that it is.
pub(in crate::dataset) fn values(path: &Path) -> Result<Box<dyn Iterator<Item = Placed> + Send>, DatasetError> {
    let mut input = open(path)?;
    match first_sign(&mut *input).map_err(|e| DatasetError::unreadable(path, e))? {
        Some(b'[') => {
            let elements = Elements::new(input).enumerate();
            Ok(Box::new(elements.map(|(at, element)| {
                let value = element.and_then(|element| json(&element.bytes));
                (format!("record {}", at + 1), value)
            })))
        }
        _ => Ok(Box::new(Lines::new(input).filter_map(|(number, line)| {
            let line = line.map(|line| line.trim_ascii().to_vec());
            let is_empty = line.as_ref().is_ok_and(Vec::is_empty);
            (!is_empty).then(|| (format!("line {number}"), line.and_then(|line| json(&line))))
        }))),
    }
}

/// The value that these bytes are.
pub(in crate::dataset) fn json(bytes: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(bytes).map_err(|e| format!("it is not JSON ({e})"))
}

/// The value of a file that is one.
pub(in crate::dataset) fn json_file(path: &Path) -> Result<Value, Problem> {
    let bytes = whole(path).map_err(|e| Problem::new(path, "", format!("It can't be read ({e})")))?;
    json(&bytes).map_err(|reason| Problem::new(path, "", reason))
}

/// The first character that is no space, which stays to be read.
fn first_sign(input: &mut dyn BufRead) -> io::Result<Option<u8>> {
    loop {
        let there = input.fill_buf()?;
        match there.iter().find(|byte| !byte.is_ascii_whitespace()) {
            None if there.is_empty() => return Ok(None),
            None => {
                let n_bytes = there.len();
                input.consume(n_bytes);
            }
            sign => return Ok(sign.copied()),
        }
    }
}

/// The lines of a file, numbered from 1, without their ends.
pub(in crate::dataset) struct Lines<R> {
    /// `None` once nothing more can be had of it.
    input: Option<R>,
    number: usize,
    offset: u64,
}

impl<R: BufRead> Lines<R> {
    pub(in crate::dataset) fn new(input: R) -> Self {
        Self { input: Some(input), number: 0, offset: 0 }
    }
}

impl<R> Lines<R> {
    /// The first byte of the next line.
    pub(in crate::dataset) fn offset(&self) -> u64 {
        self.offset
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = (usize, Result<Vec<u8>, String>);

    fn next(&mut self) -> Option<Self::Item> {
        let input = self.input.as_mut()?;
        self.number += 1;
        let mut line = Vec::new();
        let read = match input.take(LONGEST_RECORD as u64).read_until(b'\n', &mut line) {
            Ok(0) => return None,
            Ok(LONGEST_RECORD) if line.last() != Some(&b'\n') => {
                self.offset += (LONGEST_RECORD + input.skip_until(b'\n').unwrap_or_default()) as u64;
                Err(io::Error::other("it is longer than any record"))
            }
            read => read,
        };
        self.offset += read.as_ref().map_or(0, |&n_bytes| n_bytes as u64);
        match read {
            Ok(_) => {
                let n_ends = line.iter().rev().take_while(|byte| b"\r\n".contains(byte)).count();
                line.truncate(line.len() - n_ends);
                Some((self.number, Ok(line)))
            }
            Err(e) => {
                if e.kind() != io::ErrorKind::Other {
                    self.input = None;
                }
                Some((self.number, Err(e.to_string())))
            }
        }
    }
}

/// The files below a folder, each folder's by name; hidden ones and links to folders are left out. Only one way down is in
/// memory.
pub(in crate::dataset) struct Walk {
    levels: Vec<std::vec::IntoIter<PathBuf>>,
}

impl Walk {
    pub(in crate::dataset) fn new(folder: &Path) -> Result<Self, DatasetError> {
        let level = listed(folder).map_err(|e| DatasetError::unreadable(folder, e))?;
        Ok(Self { levels: vec![level.into_iter()] })
    }
}

/// The files below a folder whose names end so, or the file itself.
pub(in crate::dataset) fn files(
    path: &Path,
    ending: &'static str,
) -> Result<Box<dyn Iterator<Item = PathBuf> + Send>, DatasetError> {
    if path.is_dir() {
        Ok(Box::new(Walk::new(path)?.filter(move |path| has_ending(path, ending))))
    } else {
        Ok(Box::new(std::iter::once(path.to_owned())))
    }
}

/// Whether a name ends so, in small or capital letters.
pub(in crate::dataset) fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|own| own.eq_ignore_ascii_case(ending))
}

fn listed(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let is_shown = |path: &PathBuf| !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()).filter(is_shown).collect();
    paths.sort();
    Ok(paths)
}

impl Iterator for Walk {
    type Item = PathBuf;

    fn next(&mut self) -> Option<PathBuf> {
        while let Some(level) = self.levels.last_mut() {
            let Some(path) = level.next() else {
                self.levels.pop();
                continue;
            };
            let Ok(there) = path.symlink_metadata() else { continue };
            if !there.is_dir() {
                return Some(path);
            }
            self.levels.push(listed(&path).unwrap_or_default().into_iter());
        }
        None
    }
}
