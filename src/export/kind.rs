//! Kinds of files that are exported.

use std::path::{Path, PathBuf};

use crate::disk;

/// A kind of file: what dialogs call it, and how its name ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileKind {
    /// For a person, for example "PNG picture".
    pub label: &'static str,
    /// The end of the file's name, in small letters and without a dot.
    pub extension: &'static str,
}

impl FileKind {
    /// The file with this kind's ending, whatever other it has: a picture under another one would be taken for what it is
    /// not. A path that can only be a folder stays, so that it is refused as what it is.
    #[must_use]
    pub fn named(&self, path: &Path) -> PathBuf {
        let has_it = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(self.extension));
        if has_it || disk::ends_in_separator(path) {
            path.to_owned()
        } else {
            disk::with_ending(path, &format!(".{}", self.extension))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_its_ending() {
        let kind = FileKind { label: "PNG picture", extension: "png" };
        for (typed, expected) in
            [("theirs", "theirs.png"), ("x.jpg", "x.jpg.png"), ("v1.2", "v1.2.png"), ("X.PNG", "X.PNG"), ("no/", "no/")]
        {
            assert_eq!(kind.named(Path::new(typed)), PathBuf::from(expected));
        }
    }
}
