//! Files on disk: written whole or not at all, and with room for them.
//!
//! A half-written file must never take the place of a good one: content goes to a temporary file in the same folder, is
//! brought to disk, and takes the target's name only then. Whatever is written in one go is
//! written by this module; a download and the answers of an evaluation grow piece by piece where they come from.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// Why a file was not written. What was there before is untouched.
#[derive(Debug, thiserror::Error)]
#[error("The file could not be written, and nothing was changed: {reason}. Choose another folder: {}", path.display())]
pub struct WriteError {
    reason: io::Error,
    path: PathBuf,
}

/// Writes `content` to `path`, in place of what was there, with the permissions new files get.
///
/// A symbolic link keeps pointing where it did; the file behind it is replaced.
///
/// # Errors
/// When any step fails; the old file, if any, is then as it was.
pub fn write_atomically(path: &Path, content: &[u8]) -> Result<(), WriteError> {
    write_atomically_with(path, |file| file.write_all(content))
}

/// Writes a file in the same way, with the content that `write` gives it.
///
/// # Errors
/// When any step or `write` itself fails; the old file, if any, is then as it was.
pub fn write_atomically_with(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), WriteError> {
    // Following a link once, here: renaming over it would replace the link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    write_beside(&target, write).map_err(|reason| WriteError { reason, path: path.to_owned() })
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

/// Whether two paths lead to one file, which writing to either would replace; links are followed.
#[must_use]
pub fn is_same_file(a: &Path, b: &Path) -> bool {
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    real(a) == real(b)
}

/// The path with an ending added to its name, whatever ending that has already.
#[must_use]
pub fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Brings a new name in the folder of this file to disk; where folders can't be synced, the system does it in its own time.
pub fn sync_folder_of(path: &Path) {
    if let Ok(folder) = File::open(folder_of(path)) {
        let _ = folder.sync_all();
    }
}

/// The folder a file is in; a bare name is in the current one.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn write_beside(target: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    if target.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    let mut file = new_file_in(folder_of(target))?;
    write(file.as_file_mut())?;
    file.as_file().sync_all()?;
    file.persist(target).map_err(|e| e.error)?;
    sync_folder_of(target);
    Ok(())
}

fn new_file_in(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".kosmoscope-").suffix(".part");
    // The library's private 0600 would stay with the finished file; this is what the umask applies to.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(error.contains("it is a folder"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 0);
    }

    #[test]
    fn endings_are_added_to_whole_names() {
        let path = Path::new("a.b/model.safetensors");
        assert_eq!(with_ending(path, ".part"), Path::new("a.b/model.safetensors.part"));
        assert_eq!([folder_of(path), folder_of(Path::new("x"))], [Path::new("a.b"), Path::new(".")]);
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
    fn one_file_is_recognised_by_any_of_its_names() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, other, link) = (folder.path().join("file"), folder.path().join("other"), folder.path().join("link"));
        fs::write(&file, "").expect("written");
        fs::write(&other, "").expect("written");
        std::os::unix::fs::symlink(&file, &link).expect("linked");
        assert!(is_same_file(&file, &link) && is_same_file(&file, &file));
        assert!(!is_same_file(&file, &other) && !is_same_file(&file, &folder.path().join("missing")));
    }

    #[cfg(unix)]
    #[test]
    fn permissions_are_those_of_any_new_file_and_links_stay_links() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().expect("a folder");
        let (plain, target, link) =
            (folder.path().join("plain"), folder.path().join("target"), folder.path().join("link"));
        fs::write(&plain, "").expect("written");
        fs::write(&target, "old").expect("written");
        symlink(&target, &link).expect("linked");
        write_atomically(&link, b"new").expect("written");
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
        assert_eq!(fs::read(&target).expect("read"), b"new");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode();
        assert_eq!(mode(&target), mode(&plain));
    }
}
