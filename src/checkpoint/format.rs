//! The table of formats that weights are stored in, one row a format.
//!
//! Whatever depends on a format asks this table: opening a checkpoint, finding those on this computer, the dialogs of the
//! window. So a new format is a file in `format/` that recognises it and reads its header, and a row here.

pub mod gguf;
mod pt;
mod safetensors;

use std::path::Path;

use super::{
    error::CheckpointError,
    files::{self, CAN_RUN_CODE, ReadSeek},
    stored::Header,
};

/// One row of the table.
#[derive(Debug)]
pub(super) struct FileFormat {
    /// What people call it.
    name: &'static str,
    /// How the names of its files end, without the dot.
    extensions: &'static [&'static str],
    role: Role,
    /// Whether a file is of this format, by its first [`files::HEAD_BYTES`] or as many as it has.
    sniff: fn(&[u8]) -> bool,
    /// Reads and checks everything but the weights; the number is the length of the file.
    read_header: fn(&mut dyn ReadSeek, u64, &Path) -> Result<Header, CheckpointError>,
}

/// What a file of a format is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// It holds weights alone, and lies in a folder beside `config.json` and `tokenizer.json`.
    InFolder,
    /// It is a whole checkpoint and is opened by itself.
    Whole,
    /// It holds weights alone and could run code. It is never loaded: converting reads its weights as plain data.
    Original,
}

/// All rows; the first is the format of the published checkpoint.
static FORMATS: &[FileFormat] = &[
    FileFormat {
        name: "safetensors",
        extensions: &["safetensors"],
        role: Role::InFolder,
        sniff: safetensors::sniff,
        read_header: safetensors::read_header,
    },
    FileFormat {
        name: "GGUF",
        extensions: &[gguf::EXTENSION],
        role: Role::Whole,
        sniff: gguf::sniff,
        read_header: gguf::read_header,
    },
    FileFormat {
        name: "PyTorch",
        extensions: &["pt"],
        role: Role::Original,
        sniff: files::can_run_code,
        read_header: pt::read_header,
    },
];

impl FileFormat {
    /// The format of the published weights, and of those inside the program.
    pub(super) fn published() -> &'static Self {
        &FORMATS[0]
    }

    /// The format of the weights in a folder; the published one if there are none.
    pub(super) fn in_folder(folder: &Path) -> &'static Self {
        let is_there = |format: &&Self| [format.file(), format.index()].iter().any(|name| folder.join(name).exists());
        FORMATS.iter().filter(|format| format.role == Role::InFolder).find(is_there).unwrap_or(Self::published())
    }

    /// The file that holds all weights of a folder.
    pub(super) fn file(&self) -> String {
        format!("model.{}", self.extensions[0])
    }

    /// The file that names several files of weights in a folder.
    pub(super) fn index(&self) -> String {
        format!("{}.index.json", self.file())
    }

    /// Reads everything but the weights of a file that should be of this format; `n_bytes` is its length.
    pub(super) fn read_header(
        &self,
        file: &mut dyn ReadSeek,
        n_bytes: u64,
        path: &Path,
    ) -> Result<Header, CheckpointError> {
        let head = files::head(file, path)?;
        if !(self.sniff)(&head) {
            files::check_content(&head, path)?;
            if let Some(other) = FORMATS.iter().find(|other| (other.sniff)(&head)) {
                let reason = format!("it is a {} file", other.name);
                return Err(CheckpointError::Damaged { reason, path: path.to_owned() });
            }
        }
        (self.read_header)(file, n_bytes, path)
    }

    fn has_its_ending(&self, path: &Path) -> bool {
        path.extension().is_some_and(|ending| self.extensions.iter().any(|known| ending.eq_ignore_ascii_case(known)))
    }
}

/// Reads everything but the weights of a file that should be a whole checkpoint, whatever its name.
pub(super) fn read_whole(file: &mut dyn ReadSeek, n_bytes: u64, path: &Path) -> Result<Header, CheckpointError> {
    let head = files::head(file, path)?;
    match FORMATS.iter().find(|format| (format.sniff)(&head)) {
        Some(format) if format.role == Role::Whole => (format.read_header)(file, n_bytes, path),
        Some(format) if format.role == Role::Original && format.has_its_ending(path) => {
            let remedy =
                "\"kosmoscope model convert\" reads the weights of the original kosmos-2.pt without running it";
            Err(CheckpointError::Damaged { reason: format!("{CAN_RUN_CODE}; {remedy}"), path: path.to_owned() })
        }
        _ => {
            files::check_content(&head, path)?;
            Err(CheckpointError::NoCheckpoint(path.to_owned()))
        }
    }
}

/// Reads everything but the weights of an original that is only to be converted.
pub(super) fn read_original(file: &mut dyn ReadSeek, n_bytes: u64, path: &Path) -> Result<Header, CheckpointError> {
    match with_ending_of(path, Role::Original) {
        Some(format) => format.read_header(file, n_bytes, path),
        None => Err(CheckpointError::NoCheckpoint(path.to_owned())),
    }
}

fn with_ending_of(path: &Path, role: Role) -> Option<&'static FileFormat> {
    FORMATS.iter().find(|format| format.role == role && format.has_its_ending(path))
}

/// Reads bytes as the head of each format, for `tests/fuzz`.
#[cfg(fuzzing)]
pub fn fuzz_headers(bytes: &[u8]) {
    for format in FORMATS {
        let read = (format.read_header)(&mut std::io::Cursor::new(bytes), bytes.len() as u64, Path::new("a file"));
        assert!(read.err().is_none_or(|error| error.to_string().len() < 1000));
    }
}

/// How the names of files end that are whole checkpoints, without the dot.
#[must_use]
pub fn file_extensions() -> Vec<&'static str> {
    let whole = FORMATS.iter().filter(|format| format.role == Role::Whole);
    whole.flat_map(|format| format.extensions).copied().collect()
}

/// Whether a file of this name should be a whole checkpoint.
#[must_use]
pub fn has_checkpoint_ending(path: &Path) -> bool {
    with_ending_of(path, Role::Whole).is_some()
}

/// Whether a file of this name should be an original that [`super::Checkpoint::open_original`] reads.
#[must_use]
pub fn has_original_ending(path: &Path) -> bool {
    with_ending_of(path, Role::Original).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_project(path: &str) -> Vec<u8> {
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
    }

    #[test]
    fn files_are_recognised_as_one_format() {
        let (weights, original) =
            (in_project("assets/mini/model.safetensors"), in_project("tests/data/original/kosmos-2.pt"));
        for (content, expected) in [(&weights[..], "safetensors"), (b"GGUF\x03\0\0\0", "GGUF"), (&original, "PyTorch")]
        {
            let head = &content[..content.len().min(files::HEAD_BYTES)];
            let found: Vec<_> =
                FORMATS.iter().filter(|format| (format.sniff)(head)).map(|format| format.name).collect();
            assert_eq!(found, [expected]);
        }
        assert!(!FORMATS.iter().any(|format| (format.sniff)(b"{\"model_type\": 1}") || (format.sniff)(b"")));
    }

    #[test]
    fn no_two_formats_share_an_ending() {
        let mut endings: Vec<_> = FORMATS.iter().flat_map(|format| format.extensions).collect();
        let n_endings = endings.len();
        endings.sort_unstable();
        endings.dedup();
        assert_eq!(endings.len(), n_endings);
        assert!(has_checkpoint_ending(Path::new("a/b.GGUF")) && !has_checkpoint_ending(Path::new("gguf")));
        assert!(has_original_ending(Path::new("kosmos-2.pt")) && !has_original_ending(Path::new("kosmos-2.gguf")));
    }

    #[test]
    fn the_readme_names_every_format() {
        let readme = String::from_utf8(in_project("README.md")).unwrap();
        for FileFormat { name, extensions, .. } in FORMATS {
            let is_named =
                |ending: &&str| readme.contains(&format!(".{ending}")) || readme.contains(&format!("{name} file"));
            assert!(extensions.iter().all(is_named), "the README does not name {name} with {extensions:?}");
        }
    }
}
