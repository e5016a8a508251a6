//! What a downloaded checkpoint is made of: each file's size and sum, as the place it came from lists them.
//!
//! A download leaves this list in its folder, so that the files can be summed again at any later time without a network.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::{
    error::CheckpointError,
    files::{self, is_plain_name},
};
use crate::progress::OnProgress;

/// The name of the list in a downloaded checkpoint's folder.
pub const MANIFEST: &str = "kosmoscope.json";

/// Bytes read at a time while summing.
const SUMMED_AT_ONCE: usize = 1 << 20;

/// The files of one revision of a repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Its repository, for example `microsoft/kosmos-2-patch14-224`.
    pub repo: String,
    /// The commit, 40 hexadecimal digits.
    pub revision: String,
    /// The licence as the repository states it, for example `mit`.
    pub licence: Option<String>,
    /// What Kosmoscope takes from the repository.
    pub files: Vec<ListedFile>,
}

/// One file of a [`Manifest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedFile {
    /// A plain name, without folders.
    pub name: String,
    /// How large it is.
    pub n_bytes: u64,
    /// What its content must sum to.
    pub sum: Sum,
}

/// A checksum as hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sum {
    /// SHA-256 over the content, which large files have.
    Sha256(String),
    /// SHA-1 over git's own header and the content, which small files have.
    GitSha1(String),
}

/// A checksum that is being computed.
#[derive(Clone, Debug)]
pub enum Summing {
    /// Becomes a [`Sum::Sha256`].
    Sha256(Sha256),
    /// Becomes a [`Sum::GitSha1`].
    GitSha1(Sha1),
}

/// What was found where a listed file should be.
#[derive(Debug)]
pub enum FileState {
    /// The file is as listed.
    Good,
    /// There is no file.
    Missing,
    /// The file has this many bytes, which is not its size.
    OtherSize(u64),
    /// The file has the right size, and this sum, which is not its sum.
    OtherSum(String),
    /// There is something that can't be read.
    Unreadable(io::Error),
    /// Summing was told to stop.
    Stopped,
}

impl Manifest {
    /// Reads the list in a downloaded checkpoint's folder; other folders have no list.
    ///
    /// # Errors
    /// When there is a list that can't be read.
    pub fn read(folder: &Path) -> Result<Option<Self>, CheckpointError> {
        let path = folder.join(MANIFEST);
        if !path.exists() {
            return Ok(None);
        }
        let bytes = files::read_small(folder, MANIFEST)?;
        let damaged = |reason: String| CheckpointError::Damaged { reason, path: path.clone() };
        let manifest: Self = serde_json::from_slice(&bytes).map_err(|e| damaged(e.to_string()))?;
        match manifest.files.iter().find(|file| !is_plain_name(&file.name)) {
            Some(file) => Err(damaged(format!("it lists the file {:?} outside its folder", file.name))),
            None => Ok(Some(manifest)),
        }
    }

    /// Bytes of all files.
    #[must_use]
    pub fn n_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.n_bytes).fold(0, u64::saturating_add)
    }
}

impl ListedFile {
    /// What the files of any folder should sum to: by our own list, or by the names under which the cache of Hugging Face's
    /// tools keeps their contents, which are their sums. Nothing if neither says it.
    ///
    /// # Errors
    /// As [`Manifest::read`].
    pub fn all_in(folder: &Path) -> Result<Vec<Self>, CheckpointError> {
        Ok(Manifest::read(folder)?.map_or_else(|| Self::in_cache(folder), |manifest| manifest.files))
    }

    fn in_cache(folder: &Path) -> Vec<Self> {
        let entries = folder.read_dir().into_iter().flatten().flatten();
        let mut files: Vec<_> = entries.filter_map(|entry| Self::of_link(&entry.path())).collect();
        files.sort_by(|a, b| a.name.cmp(&b.name));
        files
    }

    /// A link to a content that is kept under its sum.
    fn of_link(path: &Path) -> Option<Self> {
        let content = path.read_link().ok()?;
        let digits = content.file_name()?.to_str()?.to_owned();
        if !digits.bytes().all(|c| c.is_ascii_hexdigit()) || !content.parent()?.ends_with("blobs") {
            return None;
        }
        let sum = match digits.len() {
            64 => Sum::Sha256(digits),
            40 => Sum::GitSha1(digits),
            _ => return None,
        };
        Some(Self { name: path.file_name()?.to_str()?.to_owned(), n_bytes: path.metadata().ok()?.len(), sum })
    }

    /// Compares what is in this file's place with the list; `on_bytes` is given the bytes summed so far and may break.
    pub fn state(&self, folder: &Path, on_bytes: OnProgress<'_, u64>) -> FileState {
        let path = folder.join(&self.name);
        match path.metadata() {
            Ok(metadata) if !metadata.is_file() => FileState::Unreadable(io::Error::other("it is not a file")),
            Ok(metadata) if metadata.len() != self.n_bytes => FileState::OtherSize(metadata.len()),
            Ok(_) => self.state_of(&path, on_bytes).unwrap_or_else(FileState::Unreadable),
            Err(e) if e.kind() == io::ErrorKind::NotFound => FileState::Missing,
            Err(e) => FileState::Unreadable(e),
        }
    }

    fn state_of(&self, path: &Path, on_bytes: OnProgress<'_, u64>) -> io::Result<FileState> {
        let (mut file, mut summing) = (File::open(path)?, self.sum.start(self.n_bytes));
        let (mut buffer, mut n_done) = (vec![0; SUMMED_AT_ONCE], 0);
        loop {
            let n = file.read(&mut buffer)?;
            if n == 0 {
                break;
            }
            summing.update(&buffer[..n]);
            n_done += n as u64;
            if on_bytes(n_done).is_break() {
                return Ok(FileState::Stopped);
            }
        }
        let sum = summing.finish();
        Ok(if sum == self.sum.digits() { FileState::Good } else { FileState::OtherSum(sum) })
    }
}

impl Sum {
    /// The hexadecimal digits.
    #[must_use]
    pub fn digits(&self) -> &str {
        match self {
            Self::Sha256(digits) | Self::GitSha1(digits) => digits,
        }
    }

    /// Begins to sum a file of this size.
    #[must_use]
    pub fn start(&self, n_bytes: u64) -> Summing {
        match self {
            Self::Sha256(_) => Summing::sha256(),
            Self::GitSha1(_) => Summing::GitSha1(Sha1::new_with_prefix(format!("blob {n_bytes}\0"))),
        }
    }
}

impl Summing {
    /// Begins a SHA-256.
    #[must_use]
    pub fn sha256() -> Self {
        Self::Sha256(Sha256::new())
    }

    /// Adds the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(sum) => sum.update(bytes),
            Self::GitSha1(sum) => sum.update(bytes),
        }
    }

    /// The hexadecimal digits.
    #[must_use]
    pub fn finish(self) -> String {
        let hex = |bytes: &[u8]| {
            let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or_default();
            bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
        };
        match self {
            Self::Sha256(sum) => hex(&sum.finalize()),
            Self::GitSha1(sum) => hex(&sum.finalize()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_usual_tools() {
        let check = |sum: Sum, content: &[u8]| {
            let mut summing = sum.start(content.len() as u64);
            content.chunks(2).for_each(|part| summing.update(part));
            assert_eq!(summing.finish(), sum.digits());
        };
        // "git hash-object" and "sha256sum" of the same content
        check(Sum::GitSha1("ce013625030ba8dba906f756967f9e9ca394464a".to_owned()), b"hello\n");
        check(Sum::GitSha1("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391".to_owned()), b"");
        let sha256 = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
        check(Sum::Sha256(sha256.to_owned()), b"hello\n");
    }
}
