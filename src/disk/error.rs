//! Why a file was not written, with what fits to be done about it.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use crate::words;

/// Why a file was not written, in one sentence. What was there before is untouched, and nothing half written is left.
#[derive(Debug, thiserror::Error)]
#[error("{reason}: {}", words::place(path))]
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
    /// The system refuses what the program keeps for itself.
    Own(io::Error),
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

    /// What is in the way and what mends it, for a sentence that says itself what is not written and where.
    #[must_use]
    pub fn obstacle(&self) -> String {
        match &self.reason {
            Reason::System(e) | Reason::Own(e) => {
                let (what, remedy, _) = advice(e);
                format!("{what}. {remedy}")
            }
            _ => "something else stands in its place. Move that away".to_owned(),
        }
    }

    /// Where the file was to be.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether another name in the same folder would do.
    pub(super) fn is_about_the_name(&self) -> bool {
        !matches!(self.reason, Reason::System(_) | Reason::Own(_))
    }
}

impl Reason {
    /// The same of a file that the program keeps for itself.
    pub(super) fn of_our_own(self) -> Self {
        if let Self::System(e) = self { Self::Own(e) } else { self }
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
            Self::System(e) => {
                let (what, remedy, way_out) = advice(e);
                write!(f, "The file could not be written, and nothing was changed: {what}. {remedy}, or {way_out}")
            }
            // It has one place.
            Self::Own(e) => {
                let (what, remedy, _) = advice(e);
                write!(f, "This can't be kept, and what was kept before stays: {what}. {remedy}")
            }
        }
    }
}

/// What the system says of a failure, what mends it, and what else can be done.
fn advice(e: &io::Error) -> (String, &'static str, &'static str) {
    use io::ErrorKind as Kind;
    let (what, remedy, way_out) = match e.kind() {
        Kind::StorageFull => ("the disk is full", "Make room on it", "choose another disk"),
        Kind::QuotaExceeded => ("your share of the disk is used up", "Make room", "choose another disk"),
        Kind::FileTooLarge => {
            ("it would be longer than files may be here", "Raise the limit (ulimit -f)", "choose another disk")
        }
        Kind::PermissionDenied => ("this folder may not be written to", "Allow it", "choose another folder"),
        Kind::ReadOnlyFilesystem => ("this disk can only be read", "Allow writing", "choose another disk"),
        Kind::NotFound => ("there is no such folder", "Make it", "choose another one"),
        Kind::NotADirectory => ("a part of the path is no folder", "Make it one", "choose another folder"),
        Kind::InvalidFilename => ("this name can't be had here", "Shorten it", "choose another one"),
        _ => return (e.to_string(), "Look after the disk", "choose another one"),
    };
    (what.to_owned(), remedy, way_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remedy_fits_the_failure_and_the_file() {
        let told = |reason: fn(io::Error) -> Reason, kind: io::ErrorKind| {
            WriteError::new(Path::new("a/out.png"), reason(kind.into())).to_string()
        };
        assert_eq!(
            told(Reason::System, io::ErrorKind::StorageFull),
            "The file could not be written, and nothing was changed: the disk is full. Make room on it, or choose another \
             disk: a/out.png"
        );
        assert_eq!(
            told(Reason::Own, io::ErrorKind::StorageFull),
            "This can't be kept, and what was kept before stays: the disk is full. Make room on it: a/out.png"
        );
        assert!(told(Reason::System, io::ErrorKind::FileTooLarge).contains("ulimit -f"));
        let odd = WriteError::new(Path::new("x"), Reason::System(io::Error::other("odd"))).to_string();
        assert!(odd.contains(": odd. Look after the disk"), "{odd}");
    }
}
