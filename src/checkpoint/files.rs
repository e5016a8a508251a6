//! The files of a checkpoint's folder, looked at before they are believed.

use std::{
    fs::File,
    io::{Read, Seek},
    path::{Path, PathBuf},
};

use super::error::CheckpointError;
use crate::disk::with_ending;

/// No configuration or tokenizer is larger; the published tokenizer has 4.7 MB.
const MOST_SMALL_BYTES: u64 = 64 << 20;

/// What some editors begin a file of UTF-8 with.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Bytes at the beginning of a file that tell what it is.
pub(super) const HEAD_BYTES: usize = 512;

/// The reason for refusing a file of which [`can_run_code`] is true.
pub(super) const CAN_RUN_CODE: &str = "it is a Python file that can run code, and is never opened";

/// Weights in these formats are named in the error, and never opened.
const UNSAFE_WEIGHTS: [&str; 4] = ["pytorch_model.bin", "pytorch_model.bin.index.json", "kosmos-2.pt", "model.pth"];

/// Tokenizers in another form are named in the error too.
const OTHER_TOKENIZERS: [&str; 3] = ["sentencepiece.bpe.model", "spiece.model", "tokenizer.model"];

/// What headers are read from: a file on disk, or one inside the program.
pub(super) trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

/// Whether there is a folder at all.
pub(super) fn check_folder(folder: &Path) -> Result<(), CheckpointError> {
    if folder.is_dir() { Ok(()) } else { Err(CheckpointError::NoFolder(folder.to_owned())) }
}

/// Reads a small file of text whole, without the mark that some editors put at its beginning.
pub(super) fn read_small(folder: &Path, name: &str) -> Result<Vec<u8>, CheckpointError> {
    let path = folder.join(name);
    let (mut file, n_bytes) = open(&path)?;
    if n_bytes > MOST_SMALL_BYTES {
        return Err(CheckpointError::Damaged { reason: format!("{n_bytes} bytes is too large for it"), path });
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|reason| CheckpointError::Io { reason, path: path.clone() })?;
    if bytes.starts_with(BYTE_ORDER_MARK) {
        bytes.drain(..BYTE_ORDER_MARK.len());
    }
    check_content(&bytes, &path)?;
    Ok(bytes)
}

/// Opens a regular file and gives its size.
pub(super) fn open(path: &Path) -> Result<(File, u64), CheckpointError> {
    let io_error = |reason| CheckpointError::Io { reason, path: path.to_owned() };
    match path.metadata() {
        Ok(metadata) if metadata.is_file() => Ok((File::open(path).map_err(io_error)?, metadata.len())),
        Ok(_) => Err(CheckpointError::Damaged { reason: "not a file".to_owned(), path: path.to_owned() }),
        Err(reason) if reason.kind() == std::io::ErrorKind::NotFound => Err(missing(path)),
        Err(reason) => Err(io_error(reason)),
    }
}

/// The first bytes of a file, which is then at its beginning again.
pub(super) fn head(file: &mut dyn ReadSeek, path: &Path) -> Result<Vec<u8>, CheckpointError> {
    let io_error = |reason| CheckpointError::Io { reason, path: path.to_owned() };
    let mut bytes = Vec::new();
    file.take(HEAD_BYTES as u64).read_to_end(&mut bytes).map_err(io_error)?;
    file.rewind().map_err(io_error)?;
    Ok(bytes)
}

/// Recognises what is often saved in a file's place, by its first bytes.
pub(super) fn check_content(head: &[u8], path: &Path) -> Result<(), CheckpointError> {
    let text = head.trim_ascii_start();
    if text.starts_with(b"version https://git-lfs") {
        let n_bytes = path.metadata().map_or(head.len() as u64, |m| m.len());
        return Err(CheckpointError::LfsPointer { n_bytes, path: path.to_owned() });
    }
    if can_run_code(head) {
        return Err(CheckpointError::Damaged { reason: CAN_RUN_CODE.to_owned(), path: path.to_owned() });
    }
    if text.starts_with(b"<") {
        return Err(CheckpointError::WebPage(path.to_owned()));
    }
    Ok(())
}

/// Whether a file begins like a zip archive, or like the first two operations of a pickle.
pub(super) fn can_run_code(head: &[u8]) -> bool {
    [&b"PK\x03\x04"[..], b"\x80\x02", b"\x80\x04"].iter().any(|beginning| head.starts_with(beginning))
}

fn missing(path: &Path) -> CheckpointError {
    let arriving = |ending| with_ending(path, ending).exists();
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let not_complete = |file| CheckpointError::NotComplete { file, path: folder.clone() };
    if [".part", ".incomplete", ".crdownload"].into_iter().any(arriving) {
        return not_complete(file);
    }
    // What is not JSON is weights.
    let is_weights = path.extension().is_none_or(|ending| ending != "json");
    let instead = |names: &[&str]| names.iter().find(|name| folder.join(name).exists()).map(|name| (*name).to_owned());
    if let Some(file) = instead(&UNSAFE_WEIGHTS).filter(|_| is_weights) {
        return CheckpointError::UnsafeFormat { file, path: folder };
    }
    if let Some(file) = instead(&OTHER_TOKENIZERS).filter(|_| path.ends_with("tokenizer.json")) {
        return CheckpointError::OtherTokenizer { file, path: folder };
    }
    if is_arriving_in_cache(&folder) { not_complete(file) } else { CheckpointError::MissingFile { file, path: folder } }
}

/// Whether the cache of Hugging Face's tools holds the beginning of a file of this snapshot's repository. Such a file has no
/// name yet.
fn is_arriving_in_cache(snapshot: &Path) -> bool {
    let blobs = snapshot.parent().filter(|parent| parent.ends_with("snapshots")).and_then(Path::parent);
    let entries = blobs.into_iter().filter_map(|repository| repository.join("blobs").read_dir().ok()).flatten();
    entries.flatten().any(|entry| entry.path().extension().is_some_and(|ending| ending == "incomplete"))
}

/// The path of a shard that an index names: a plain file name in the same folder, nothing else.
///
/// A link may lead to where Hugging Face's cache keeps the content of its files, and nowhere else outside.
pub(super) fn shard_path(folder: &Path, name: &str, index: &Path) -> Result<PathBuf, CheckpointError> {
    let path = folder.join(name);
    if is_plain_name(name) && leads_inside(folder, &path) {
        return Ok(path);
    }
    let reason = format!("it names the shard {name:?} outside its folder");
    Err(CheckpointError::Damaged { reason, path: index.to_owned() })
}

fn leads_inside(folder: &Path, path: &Path) -> bool {
    let (Ok(folder), Ok(real)) = (folder.canonicalize(), path.canonicalize()) else {
        return true; // it is missing, which is said when it is opened
    };
    let blobs = folder.parent().and_then(Path::parent).map(|repository| repository.join("blobs"));
    real.starts_with(&folder) || blobs.is_some_and(|blobs| real.starts_with(blobs))
}

/// Whether a name from outside stays in the folder it is joined to, on every system.
#[must_use]
pub fn is_plain_name(name: &str) -> bool {
    let is_fine = |c: char| !c.is_control() && !['/', '\\', ':'].contains(&c);
    (1..=255).contains(&name.len()) && name.chars().all(is_fine) && name != "." && name != ".."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_their_folder() {
        for name in ["model.safetensors", "a b.json", "…"] {
            assert!(is_plain_name(name), "{name}");
        }
        let long = "x".repeat(10_000);
        for name in ["", ".", "..", "../x", "/x", "a/b", "a\\b", "C:x", "a\0", "a\r\nb", &long] {
            assert!(!is_plain_name(name), "{name}");
        }
    }
}
