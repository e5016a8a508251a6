//! Temporary files: where content is until it is whole, and how none of them outlives the program.
//!
//! Each is locked by the program that writes it. What is not locked belongs to nobody any more, as after a power cut, and
//! [`sweep`] removes it. Where a disk has no locks, nothing is known about what lies there, and it stays.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs::{self, File, OpenOptions},
    io, mem,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use tempfile::{NamedTempFile, PersistError};

const PREFIX: &str = ".kosmoscope-";
const SUFFIX: &str = ".part";

/// All there are of this program.
static OURS: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// A file without a name of its own yet. Dropping it removes it.
pub(super) struct Temporary {
    // Dropped in this order.
    file: NamedTempFile,
    _listed: Listed,
}

impl Temporary {
    /// An empty one in this folder, with the permissions that new files get.
    pub(super) fn new(folder: &Path) -> io::Result<Self> {
        let mut ours = ours();
        loop {
            let file = create(folder)?;
            // Without locks a disk is as good as any other, but for what a crash leaves on it.
            let _ = file.as_file().try_lock();
            // Another program may have swept it away just before it was locked.
            if file.path().symlink_metadata().is_ok() {
                ours.insert(file.path().to_owned());
                let listed = Listed(file.path().to_owned());
                return Ok(Self { file, _listed: listed });
            }
        }
    }

    /// Where the content goes.
    pub(super) fn content(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Takes a name that is free, or else says that it is not.
    pub(super) fn take_name(self, name: &Path) -> io::Result<()> {
        match self.file.persist_noclobber(name) {
            // Some disks have neither hard links nor a way to rename a file only to a free name.
            Err(e) if e.error.kind() != io::ErrorKind::AlreadyExists => reserve_and_replace(e.file, name),
            taken => taken.map(drop).map_err(cause),
        }
    }

    /// Takes the name of another file, which is gone then.
    pub(super) fn replace(self, other: &Path) -> io::Result<()> {
        self.file.persist(other).map(drop).map_err(cause)
    }
}

/// One of [`OURS`], until it is dropped.
struct Listed(PathBuf);

impl Drop for Listed {
    fn drop(&mut self) {
        ours().remove(&self.0);
    }
}

/// Removes the temporary files that earlier programs left in this folder when they were killed.
pub fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && is_temporary(&entry.file_name()) && is_abandoned(&entry.path()) {
            // What stays does no harm.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Removes the temporary files of this program, which is about to end, and lets it make no more: whoever wants one waits for
/// the end.
pub fn remove_temporaries() {
    let ours = ours();
    for path in ours.iter() {
        // It may just have taken its name.
        let _ = fs::remove_file(path);
    }
    mem::forget(ours);
}

fn ours() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    OURS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes an empty file of this name, which works only where the name is free, and puts the other in its place. The program
/// does not end in between.
fn reserve_and_replace(file: NamedTempFile, name: &Path) -> io::Result<()> {
    let _ours = ours();
    OpenOptions::new().write(true).create_new(true).open(name)?;
    file.persist(name).map(drop).map_err(|e| {
        let _ = fs::remove_file(name);
        cause(e)
    })
}

/// The library's own error names the temporary file, which nobody asked for.
fn create(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    let mut refusal = None;
    let created = builder.prefix(PREFIX).suffix(SUFFIX).make_in(folder, |path| {
        OpenOptions::new().write(true).create_new(true).open(path).map_err(|e| {
            let kind = e.kind();
            refusal = Some(e);
            kind.into()
        })
    });
    created.map_err(|e| refusal.unwrap_or(e))
}

fn cause(e: PersistError<File>) -> io::Error {
    e.error
}

fn is_temporary(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX))
}

/// Whether no living program has it.
fn is_abandoned(path: &Path) -> bool {
    OpenOptions::new().write(true).open(path).is_ok_and(|file| file.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_writes_any_more_is_swept_away() {
        let folder = tempfile::tempdir().expect("a folder");
        let living = Temporary::new(folder.path()).expect("a file");
        for name in [".kosmoscope-abc123.part", "mine.part", ".kosmoscope-mine.png"] {
            fs::write(folder.path().join(name), "").expect("written");
        }
        fs::create_dir(folder.path().join(".kosmoscope-folder.part")).expect("made");
        sweep(folder.path());
        let names = || {
            let entries = fs::read_dir(folder.path()).expect("read");
            entries.map(|entry| entry.expect("there").file_name()).collect::<BTreeSet<_>>()
        };
        let own = living.file.path().file_name().expect("a name").to_owned();
        let kept = ["mine.part", ".kosmoscope-mine.png", ".kosmoscope-folder.part"].map(Into::into);
        assert_eq!(names(), kept.iter().cloned().chain([own]).collect());
        drop(living);
        assert_eq!(names(), kept.into());
        sweep(&folder.path().join("missing"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_named_like_a_temporary_file_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mine, link) = (folder.path().join("mine"), folder.path().join(".kosmoscope-link.part"));
        fs::write(&mine, "mine").expect("written");
        std::os::unix::fs::symlink(&mine, &link).expect("linked");
        sweep(folder.path());
        assert!(link.is_symlink() && mine.is_file());
    }
}
