//! The place where a file is to go: what is there already, and how content gets there whole or not at all.

use std::{
    fs::{self, File, Metadata},
    io,
    path::{Component, Path, PathBuf},
};

use super::{error::Reason, temporary::Temporary};

/// A place for a file, with links followed.
#[derive(Debug)]
pub(super) enum Place {
    /// Nothing has this name.
    Free(PathBuf),
    /// A file has it.
    Taken(PathBuf, Metadata),
}

impl Place {
    /// What is at this path. Anything but a file is an error.
    pub(super) fn at(path: &Path) -> Result<Self, Reason> {
        let link = match path.symlink_metadata() {
            Err(e) if e.kind() == io::ErrorKind::NotFound && !ends_in_separator(path) => {
                return Ok(Self::Free(path.to_owned()));
            }
            found => found?,
        };
        let real = match fs::canonicalize(path) {
            Err(_) if link.is_symlink() => return Err(Reason::NoFile("a link that leads nowhere")),
            real => real?,
        };
        let there = fs::metadata(&real)?;
        if !there.is_file() {
            return Err(Reason::NoFile(kind(&there)));
        }
        Ok(Self::Taken(real, there))
    }

    /// Whether its folder is there and takes new files.
    pub(super) fn probe(&self) -> Result<(), Reason> {
        let (Self::Free(path) | Self::Taken(path, _)) = self;
        Ok(Temporary::new(folder_of(path)).map(drop)?)
    }

    /// Puts content there. A file that is there keeps its owner and its permissions.
    pub(super) fn fill(self, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), Reason> {
        let (Self::Free(path) | Self::Taken(path, _)) = &self;
        let mut temporary = Temporary::new(folder_of(path))?;
        write(temporary.content())?;
        if let Self::Taken(_, old) = &self {
            keep_owner(temporary.content(), old);
            temporary.content().set_permissions(old.permissions())?;
        }
        temporary.content().sync_all()?;
        match &self {
            Self::Free(path) => temporary.take_name(path)?,
            Self::Taken(path, _) => temporary.replace(path)?,
        }
        sync_folder_of(path);
        Ok(())
    }
}

/// Whether this folder takes new files, or can be made.
pub(super) fn probe_folder(folder: &Path) -> Result<(), Reason> {
    // With a separator behind it, nothing but a folder would be found there.
    let folder = folder.components().as_path();
    let there = folder.ancestors().find(|part| part.symlink_metadata().is_ok()).unwrap_or(Path::new(""));
    // The way back out of a folder that would have to be made for it.
    let leads_back = folder.strip_prefix(there).is_ok_and(|new| new.components().any(|it| it == Component::ParentDir));
    match if there == Path::new("") { Path::new(".") } else { there } {
        _ if leads_back => Err(Reason::System(io::ErrorKind::NotFound.into())),
        there if there.is_dir() => Ok(Temporary::new(there).map(drop)?),
        _ => Err(Reason::NoFolder),
    }
}

/// Brings a new name in the folder of this file to disk; where folders can't be synced, the system does it in its own time.
pub fn sync_folder_of(path: &Path) {
    if let Ok(folder) = File::open(folder_of(path)) {
        let _ = folder.sync_all();
    }
}

/// The folder a file is in; a bare name is in the current one.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether this can only be a folder.
#[must_use]
pub fn ends_in_separator(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().last().is_some_and(|&byte| std::path::is_separator(byte.into()))
}

/// What there is instead of a file.
fn kind(there: &Metadata) -> &'static str {
    if there.is_dir() {
        return "a folder";
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if there.file_type().is_fifo() {
            return "a pipe";
        }
        if there.file_type().is_socket() {
            return "a socket";
        }
    }
    "a device"
}

/// As far as the system lets us: only root gives files away.
#[cfg(unix)]
fn keep_owner(new: &File, old: &Metadata) {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    if new.metadata().is_ok_and(|new| (new.uid(), new.gid()) != (old.uid(), old.gid())) {
        let _ = fchown(new, Some(old.uid()), Some(old.gid()));
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) {}
