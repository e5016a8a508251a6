//! Which pictures `kosmoscope caption` is about: named, in folders, or in a list.

use std::{
    io,
    path::{Path, PathBuf},
};

use anyhow::{anyhow, bail};

use super::{environment, output::is_standard};
use crate::{disk, picture::gather, typed, words};

/// Bytes of a list: a million names and more.
const MOST_OF_A_LIST: u64 = 1 << 28;

#[derive(Debug, clap::Args)]
pub(super) struct PictureArgs {
    /// The pictures, and folders of pictures
    #[arg(required_unless_present = "files_from", value_name = "IMAGE", value_parser = environment::path_parser())]
    images: Vec<PathBuf>,
    /// Also those in this list, one a line, or with a NUL after each as `find -print0` writes them; - is standard input
    #[arg(long, value_name = "FILE")]
    files_from: Option<PathBuf>,
}

/// The pictures, in the order named.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    pub(super) files: Vec<PathBuf>,
    /// What was named and why not all of it is there, in one sentence.
    pub(super) problems: Vec<(PathBuf, String)>,
}

impl PictureArgs {
    /// Looks into folders and the list; of the files none is opened.
    pub(super) fn find(&self) -> anyhow::Result<Pictures> {
        let listed = self.files_from.as_deref().map(read_list).transpose()?.unwrap_or_default();
        if let Some(list) = self.files_from.as_deref().filter(|_| self.images.is_empty() && listed.is_empty()) {
            bail!("The list of pictures is empty. Write one name a line into it: {}", words::place(list));
        }
        let mut pictures = Pictures::default();
        for path in self.images.iter().chain(&listed) {
            refuse_what_is_no_path(path)?;
            let gathered = gather(vec![path.clone()]);
            pictures.files.extend(gathered.files);
            pictures.problems.extend(gathered.problems.into_iter().map(|problem| (path.clone(), problem)));
        }
        Ok(pictures)
    }

    /// The list, which is read too.
    pub(super) fn list(&self) -> Option<&Path> {
        self.files_from.as_deref()
    }
}

/// What a shell or a habit makes of a path.
fn refuse_what_is_no_path(path: &Path) -> anyhow::Result<()> {
    if is_standard(path) {
        bail!(
            "Pictures are not read from standard input, but a list of them is, with --files-from -; a file of this name is ./-"
        );
    }
    let has_pattern = path.to_string_lossy().contains(['*', '?', '[']);
    if has_pattern && path.symlink_metadata().is_err() {
        bail!(
            "There is no such file, and patterns are left to the shell. Leave out the quotes, or name the folder: {}",
            words::place(path)
        );
    }
    Ok(())
}

fn read_list(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    Ok(names(&list_content(path, MOST_OF_A_LIST)?, environment::home_folder().as_deref()))
}

/// What stands in a list of pictures, or comes from standard input, of at most this many bytes.
pub(super) fn list_content(path: &Path, most_bytes: u64) -> anyhow::Result<Vec<u8>> {
    let read =
        if is_standard(path) { disk::all_of(io::stdin(), most_bytes) } else { disk::read_at_most(path, most_bytes) };
    let content = read.map_err(|e| anyhow!("The list of pictures can't be read ({e}): {}", words::place(path)))?;
    if content.starts_with(b"\xff\xfe") || content.starts_with(b"\xfe\xff") {
        bail!("The list of pictures is UTF-16 text. Save it as UTF-8: {}", words::place(path));
    }
    Ok(content)
}

/// The names in a list, without empty ones. People write lines, as they do arguments; programs write NULs, and mean each byte.
fn names(list: &[u8], home: Option<&Path>) -> Vec<PathBuf> {
    let list = list.strip_prefix(b"\xef\xbb\xbf").unwrap_or(list);
    let names: Vec<PathBuf> = if list.contains(&0) {
        list.split(|&byte| byte == 0).map(|name| typed::os_string(name.to_vec()).into()).collect()
    } else {
        let lines = list.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        lines.map(|line| typed::argument(&typed::os_string(line.to_vec()), home)).collect()
    };
    names.into_iter().filter(|name| !name.as_os_str().is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_a_name_a_line_or_ends_each_with_nul() {
        let check = |list: &[u8], expected: &[&str]| {
            assert_eq!(
                names(list, Some(Path::new("/home/me"))),
                expected.iter().map(PathBuf::from).collect::<Vec<_>>(),
                "{list:?}"
            );
        };
        check(b"a.png\nb c.png\r\n\n", &["a.png", "b c.png"]);
        check(b"a\nb.png\0c.png\0", &["a\nb.png", "c.png"]);
        check(
            b"\xef\xbb\xbfa.png\n \n~/b.png\n\"c d.png\"\nfile:///e%20f.png",
            &["a.png", "/home/me/b.png", "c d.png", "/e f.png"],
        );
        check(b"~/a.png\0 b.png\0", &["~/a.png", " b.png"]);
        check(b"", &[]);
    }

    #[cfg(unix)]
    #[test]
    fn names_are_bytes() {
        use std::os::unix::ffi::OsStrExt as _;
        assert_eq!(names(b"caf\xe9.png\n", None)[0].as_os_str().as_bytes(), b"caf\xe9.png");
    }
}
