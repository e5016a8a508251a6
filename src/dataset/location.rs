//! The file of a picture, wherever it is, and the way to it from a folder.

use std::{
    ffi::{OsStr, OsString},
    io,
    path::{Component, Path, PathBuf},
};

use super::record::Location;
use crate::disk;

/// Bytes of a picture's file, at most.
const MOST_BYTES: u64 = 512 << 20;

/// The content of a picture's file.
///
/// # Errors
/// When it is not on this computer, can't be read, or is longer than 512 MiB.
pub fn content(location: &Location) -> io::Result<Vec<u8>> {
    match location {
        Location::Unknown => Err(io::Error::new(io::ErrorKind::NotFound, "it is not on this computer")),
        Location::File(path) => disk::read_at_most(path, MOST_BYTES),
        Location::Within(member) => member.read(),
    }
}

/// What `read` makes of the content of a picture's file, wherever that is.
pub fn of_content<T>(read: fn(Vec<u8>) -> Result<T, String>) -> impl Fn(&Location) -> Result<T, String> {
    move |location| read(content(location).map_err(|e| e.to_string())?)
}

/// The way from a folder to a file, with `/` between folders; the whole path where there is none. What is no Unicode text in
/// it is replaced.
pub(super) fn relative(folder: &Path, file: &Path) -> String {
    relative_exactly(folder, file).to_string_lossy().into_owned()
}

/// The same as it is.
pub(super) fn relative_exactly(folder: &Path, file: &Path) -> OsString {
    let (folder, file) = (straight(folder), straight(file));
    let shared = folder.components().zip(file.components()).take_while(|(a, b)| a == b).count();
    if shared == 0 {
        return file.into_os_string();
    }
    let up = folder.components().skip(shared).map(|_| OsStr::new(".."));
    let down = file.components().skip(shared).map(Component::as_os_str);
    up.chain(down).collect::<Vec<_>>().join(OsStr::new("/"))
}

/// From the root, without `..`.
fn straight(path: &Path) -> PathBuf {
    let mut straight = PathBuf::new();
    for part in std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).components() {
        match part {
            Component::ParentDir => drop(straight.pop()),
            Component::CurDir => {}
            part => straight.push(part),
        }
    }
    straight
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_a_file_leads_there() {
        for (folder, file, way) in [
            ("/a/b", "/a/b/c.png", "c.png"),
            ("/a/b", "/a/c d/é.png", "../c d/é.png"),
            ("/a/./b/../x", "/a/b/../y/c.png", "../y/c.png"),
        ] {
            assert_eq!(relative(Path::new(folder), Path::new(file)), way);
        }
    }
}
