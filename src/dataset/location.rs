//! The file of a picture, wherever it is, and the way to it from a folder.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::{self, BufReader, Read as _, Seek as _, SeekFrom},
    path::{Component, Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    input::{stream, table},
    record::Location,
};
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
        Location::Row { table, row, column } => {
            let bytes = table::picture(table, *row, column).map_err(io::Error::other)?;
            disk::all_of(bytes.as_slice(), MOST_BYTES)
        }
        Location::Member { archive, range, .. } => {
            let n_bytes = range.end - range.start;
            let found = part(archive, range.start, n_bytes.min(MOST_BYTES + 1))?;
            let bytes = disk::all_of(found.as_slice(), MOST_BYTES)?;
            let is_table = archive.to_string_lossy().contains(".tsv");
            if is_table { STANDARD.decode(bytes).map_err(|e| io::Error::other(e.to_string())) } else { Ok(bytes) }
        }
    }
}

/// What `read` makes of the content of a picture's file, wherever that is.
pub fn of_content<T>(read: fn(Vec<u8>) -> Result<T, String>) -> impl Fn(&Location) -> Result<T, String> {
    move |location| read(content(location).map_err(|e| e.to_string())?)
}

fn part(archive: &Path, start: u64, n_bytes: u64) -> io::Result<Vec<u8>> {
    let mut plain = BufReader::new(File::open(archive)?);
    let mut mark = [0; 2];
    let mut input: Box<dyn io::Read> = if plain.read_exact(&mut mark).is_ok() && mark == [0x1f, 0x8b] {
        let mut unpacked = stream::open(archive).map_err(io::Error::other)?;
        io::copy(&mut (&mut unpacked).take(start), &mut io::sink())?;
        Box::new(unpacked)
    } else {
        plain.seek(SeekFrom::Start(start))?;
        Box::new(plain)
    };
    let mut bytes = vec![];
    (&mut input).take(n_bytes).read_to_end(&mut bytes)?;
    Ok(bytes)
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
