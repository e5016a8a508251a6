//! Why a file was not written, with what fits to be done about it.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

/// Why a file was not written, in one sentence. What was there before is untouched, and nothing half written is left.
#[derive(Debug, thiserror::Error)]
#[error("{reason}: {}", path.display())]
pub struct WriteError {
    reason: Reason,
    path: PathBuf,
}

/// What is in the way.
#[derive(Debug)]
pub(super) enum Reason {
    /// A file that this run did not make.
    Exists,
    /// A file that this run reads.
    Input,
    /// Something else than a file, in words.
    NoFile(&'static str),
    /// Something else than a folder.
    NoFolder,
    /// The system refuses.
    System(io::Error),
}

impl WriteError {
    pub(super) fn new(path: &Path, reason: Reason) -> Self {
        Self { reason, path: path.to_owned() }
    }

    /// Whether only a file is in the way that may be replaced if a person agrees.
    #[must_use]
    pub fn is_for_want_of_consent(&self) -> bool {
        matches!(self.reason, Reason::Exists)
    }

    /// Where the file was to be.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether another name in the same folder would do.
    pub(super) fn is_about_the_name(&self) -> bool {
        !matches!(self.reason, Reason::System(_))
    }
}

impl From<io::Error> for Reason {
    fn from(e: io::Error) -> Self {
        if e.kind() == io::ErrorKind::AlreadyExists { Self::Exists } else { Self::System(e) }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists => write!(f, "There is already a file of this name, and it is kept. Choose another name"),
            Self::Input => write!(f, "A file in use here is never overwritten. Choose another name or folder"),
            Self::NoFile(what) => write!(f, "This is {what}, and only files are written. Choose another name"),
            Self::NoFolder => write!(f, "This is no folder. Choose another one"),
            Self::System(e) => write!(f, "The file could not be written, and nothing was changed: {}", Refusal(e)),
        }
    }
}

/// What the system says, and what can be done about it.
struct Refusal<'a>(&'a io::Error);

impl fmt::Display for Refusal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use io::ErrorKind as Kind;
        match self.0.kind() {
            Kind::StorageFull => write!(f, "the disk is full. Make room on it, or choose another disk"),
            Kind::QuotaExceeded => write!(f, "your share of the disk is used up. Make room, or choose another disk"),
            Kind::FileTooLarge => write!(
                f,
                "it would be longer than files may be here. Raise the limit (ulimit -f), or choose another disk"
            ),
            Kind::PermissionDenied => {
                write!(f, "this folder may not be written to. Allow it, or choose another folder")
            }
            Kind::ReadOnlyFilesystem => write!(f, "this disk can only be read. Choose another disk"),
            Kind::NotFound => write!(f, "there is no such folder. Make it, or choose another one"),
            Kind::NotADirectory => write!(f, "a part of the path is no folder. Choose another folder"),
            Kind::InvalidFilename => write!(f, "the name is too long or not allowed here. Choose another name"),
            _ => write!(f, "{}. Try another folder", self.0),
        }
    }
}
