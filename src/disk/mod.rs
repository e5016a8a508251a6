//! Files on disk: written whole or not at all, never in place of what is not ours, and with room for them.
//!
//! A half-written file must never take the place of a good one: content goes to a temporary file in the same folder, is
//! brought to disk, and takes the target's name only then. What is written for a person goes through [`Outputs`]; what the
//! program keeps for itself, such as its session, through [`write_atomically`]. Only a download grows piece by piece
//! where it comes from.
//!
//! Only files are ever replaced, never a folder, a device, a pipe or a link: the file behind a link is.

mod error;
mod outputs;
mod place;
mod temporary;

use std::{
    fs::File,
    io::{self, Read, Write as _},
    path::{Component, Path, PathBuf},
};

pub use error::WriteError;
pub use outputs::{Consent, Outputs};
pub use place::{ends_in_separator, sync_folder_of};
pub use temporary::{remove_temporaries, sweep};

use crate::words::size;
use place::Place;

/// Writes a file that the program keeps for itself, in place of the one that was there before.
///
/// # Errors
/// When any step fails; the old file, if any, is then as it was.
pub fn write_atomically(path: &Path, content: &[u8]) -> Result<(), WriteError> {
    let filled = Place::at(path).and_then(|place| place.fill(|file| file.write_all(content)));
    filled.map_err(|reason| WriteError::new(path, reason.of_our_own()))
}

/// The content of a file that is read whole: a list, a table, never weights or pictures. A pipe is read to its end, but what
/// has no end is not.
///
/// # Errors
/// When the system can't read it, or it is longer than this many bytes.
pub fn read_at_most(path: &Path, most_bytes: u64) -> io::Result<Vec<u8>> {
    all_of(File::open(path)?, most_bytes)
}

/// Everything that comes from a reader, within the same limit.
///
/// # Errors
/// As [`read_at_most`].
pub fn all_of(reader: impl Read, most_bytes: u64) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    let n_bytes = reader.take(most_bytes.saturating_add(1)).read_to_end(&mut content)? as u64;
    if n_bytes > most_bytes {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it is longer than {}", size(most_bytes))));
    }
    Ok(content)
}

/// Bytes that can be written below this path, which need not be there yet; `None` if the system does not say.
#[must_use]
pub fn free_space(path: &Path) -> Option<u64> {
    let path = std::path::absolute(path).ok()?;
    path.ancestors().find(|folder| folder.is_dir()).and_then(|folder| fs4::available_space(folder).ok())
}

/// Bytes that should be free before this many are written: a twentieth more, so that the disk is not full afterwards.
#[must_use]
pub fn with_spare_room(n_bytes: u64) -> u64 {
    n_bytes.saturating_add(n_bytes / 20)
}

/// The path from the root, without detours by `..`; whether it leads anywhere or not. Links stay links, as what they are
/// called is what a person knows them by.
#[must_use]
pub fn absolute(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let has_detour = whole.components().any(|part| part == Component::ParentDir);
    let straight = || Some(std::fs::canonicalize(whole.parent()?).ok()?.join(whole.file_name()?));
    has_detour.then(straight).flatten().unwrap_or(whole)
}

/// The path with an ending added to its name, whatever ending that has already.
#[must_use]
pub fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_has_no_end_is_not_read_to_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("list");
        fs::write(&path, "12345").expect("written");
        assert_eq!(read_at_most(&path, 5).expect("read"), b"12345");
        assert_eq!(read_at_most(&path, 4).expect_err("too long").to_string(), "it is longer than 4 bytes");
        assert!(all_of(io::repeat(0), 1 << 20).is_err_and(|e| e.kind() == io::ErrorKind::FileTooLarge));
    }

    #[test]
    fn replaces_a_file_whole_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a b é.png");
        fs::write(&path, "old, and longer than the new one").expect("written");
        write_atomically(&path, b"new").expect("written");
        assert_eq!(fs::read(&path).expect("read"), b"new");
        assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 1);
    }

    #[test]
    fn a_failure_names_the_file_and_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let missing = folder.path().join("missing").join("out.png");
        let error = write_atomically(&missing, b"x").expect_err("no folder").to_string();
        assert!(error.ends_with("out.png"), "{error}");
        let error = write_atomically(folder.path(), b"x").expect_err("a folder").to_string();
        assert!(error.starts_with("This is a folder"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 0);
    }

    #[test]
    fn endings_are_added_to_whole_names() {
        let path = Path::new("a.b/model.safetensors");
        assert_eq!(with_ending(path, ".part"), Path::new("a.b/model.safetensors.part"));
        assert_eq!([place::folder_of(path), place::folder_of(Path::new("x"))], [Path::new("a.b"), Path::new(".")]);
    }

    #[test]
    fn space_is_that_of_the_nearest_folder_there_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let there = free_space(folder.path()).expect("known");
        let below = free_space(&folder.path().join("not").join("there")).expect("known");
        assert!(there > 0 && there.abs_diff(below) < there / 10, "{there} and {below}");
    }

    #[cfg(unix)]
    #[test]
    fn permissions_stay_and_links_stay_links() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().expect("a folder");
        let [plain, new, target, link] = ["plain", "new", "target", "link"].map(|name| folder.path().join(name));
        fs::write(&plain, "").expect("written");
        fs::write(&target, "old").expect("written");
        fs::set_permissions(&target, fs::Permissions::from_mode(0o440)).expect("set");
        symlink(&target, &link).expect("linked");
        write_atomically(&link, b"new").expect("written");
        write_atomically(&new, b"new").expect("written");
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
        assert_eq!(fs::read(&target).expect("read"), b"new");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode();
        assert_eq!([mode(&target) & 0o777, mode(&new)], [0o440, mode(&plain)]);
    }
}
