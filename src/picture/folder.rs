//! From what a person points at, files and folders, to a list of picture files.
//!
//! A file that was named is taken whatever it is, so that opening it can say what is wrong with it; of a folder only
//! what is named like a picture. Numbers in names count as numbers: page 2 comes before page 10.

use std::{
    cmp::Ordering,
    fs, io,
    path::{Path, PathBuf},
};

use crate::words::printable;

/// How files with pictures that can be opened are named, in small letters.
pub const EXTENSIONS: [&str; 16] = [
    "png", "jpg", "jpeg", "jfif", "webp", "gif", "bmp", "tif", "tiff", "tga", "ico", "qoi", "ppm", "pgm", "pbm", "pnm",
];

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Gathered {
    /// Files in the order named, each folder's in their natural order.
    pub files: Vec<PathBuf>,
    /// What could not be read, and folders without pictures: one sentence each.
    pub problems: Vec<String>,
}

/// A whole disk may have been dropped.
const MOST_FILES: usize = 100_000;

/// Lists the picture files behind these paths, folders within folders too. Hidden folders and links to folders are
/// left out, so it always ends.
#[must_use]
pub fn gather(paths: Vec<PathBuf>) -> Gathered {
    let mut gathered = Gathered::default();
    for path in paths {
        if !path.is_dir() {
            gathered.files.push(path);
            continue;
        }
        let n_before = gathered.files.len();
        let place = printable(&path.to_string_lossy());
        if let Err(e) = list(&path, &mut gathered.files) {
            gathered.problems.push(format!("The folder can't be read ({e}): {place}"));
        }
        gathered.files[n_before..].sort_by(|a, b| natural_order(&a.to_string_lossy(), &b.to_string_lossy()));
        if gathered.files.len() == n_before {
            gathered.problems.push(format!("There are no pictures in this folder: {place}"));
        } else if gathered.files.len() >= MOST_FILES {
            gathered.problems.push(format!("Only {MOST_FILES} pictures were taken from this folder: {place}"));
        }
    }
    gathered
}

/// Appends the pictures of a folder. What can't be read further down is left out.
fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)?.flatten() {
        if files.len() >= MOST_FILES {
            break;
        }
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        let path = entry.path();
        if is_folder && !is_hidden {
            let _ = list(&path, files);
        } else if !is_folder && !is_hidden && is_named_like_a_picture(&path) {
            files.push(path);
        }
    }
    Ok(())
}

fn is_named_like_a_picture(path: &Path) -> bool {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()))
}

/// Compares letters without regard to case and runs of digits by their value.
fn natural_order(a: &str, b: &str) -> Ordering {
    let (mut rest_a, mut rest_b) = (a, b);
    loop {
        let (number_a, number_b) = (digits(rest_a), digits(rest_b));
        if !number_a.is_empty() && !number_b.is_empty() {
            let value = |digits: &str| digits.trim_start_matches('0').to_owned();
            let (value_a, value_b) = (value(number_a), value(number_b));
            match value_a.len().cmp(&value_b.len()).then_with(|| value_a.cmp(&value_b)) {
                Ordering::Equal => {}
                unequal => return unequal,
            }
            (rest_a, rest_b) = (&rest_a[number_a.len()..], &rest_b[number_b.len()..]);
            continue;
        }
        let (mut chars_a, mut chars_b) = (rest_a.chars(), rest_b.chars());
        match (chars_a.next(), chars_b.next()) {
            (None, None) => return a.cmp(b),
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
            (Some(x), Some(y)) => match x.to_lowercase().cmp(y.to_lowercase()) {
                Ordering::Equal => (rest_a, rest_b) = (chars_a.as_str(), chars_b.as_str()),
                unequal => return unequal,
            },
        }
    }
}

fn digits(text: &str) -> &str {
    &text[..text.bytes().take_while(u8::is_ascii_digit).count()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_count_as_numbers() {
        let mut names =
            ["page 10.png", "Page 2.png", "page 2b.png", "äpfel.png", "page 002.png", "page.png", "page 1.png"];
        names.sort_by(|a, b| natural_order(a, b));
        assert_eq!(
            names,
            ["page 1.png", "Page 2.png", "page 002.png", "page 2b.png", "page 10.png", "page.png", "äpfel.png"]
        );
    }

    #[test]
    fn of_a_folder_the_pictures_are_taken_and_of_files_all() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["b10.PNG", "b9.jpg", "notes.txt", ".hidden.png", "c/a.webp", ".trash/d.png"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, "").expect("a file");
        }
        let notes = folder.path().join("notes.txt");
        let gathered = gather(vec![notes, folder.path().to_owned()]);
        let names: Vec<_> =
            gathered.files.iter().map(|path| path.strip_prefix(folder.path()).expect("below")).collect();
        assert_eq!(names, ["notes.txt", "b9.jpg", "b10.PNG", "c/a.webp"].map(Path::new));
        assert_eq!(gathered.problems, [""; 0]);
    }

    #[test]
    fn a_folder_without_pictures_is_told_of() {
        let folder = tempfile::tempdir().expect("a folder");
        let gathered = gather(vec![folder.path().to_owned()]);
        assert!(gathered.files.is_empty(), "{:?}", gathered.files);
        assert!(gathered.problems[0].starts_with("There are no pictures in this folder: "), "{:?}", gathered.problems);
    }
}
