//! From what a person points at, files and folders, to a list of picture files.
//!
//! A file that was named is taken whatever it is, so that opening it can say what is wrong with it; of a folder only
//! what is named like a picture; pictures in formats that are not read are counted and named. Numbers in names count as numbers: page 2 comes before page 10.

use std::{
    cmp::Ordering,
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

use crate::words::{listed, place};

/// How files with pictures that can be opened are named, in small letters.
pub const EXTENSIONS: [&str; 26] = [
    "png", "apng", "jpg", "jpeg", "jpe", "jfif", "jfi", "jif", "pjpeg", "pjp", "mpo", "jps", "webp", "gif", "bmp",
    "dib", "tif", "tiff", "tga", "ico", "qoi", "ppm", "pgm", "pbm", "pnm", "pam",
];

/// Formats that are not read, and how their files are named.
const UNREAD: [(&str, &[&str]); 17] = [
    ("HEIC", &["heic", "heif", "hif", "heics"]),
    ("AVIF", &["avif", "avifs"]),
    ("JPEG XL", &["jxl"]),
    ("JPEG 2000", &["jp2", "j2k", "j2c", "jpc", "jpf", "jpx", "jpm"]),
    ("JPEG XR", &["jxr", "wdp", "hdp"]),
    ("camera raw", RAW),
    ("Photoshop", &["psd", "psb"]),
    ("GIMP", &["xcf"]),
    ("OpenEXR", &["exr"]),
    ("Radiance HDR", &["hdr"]),
    ("DDS", &["dds"]),
    ("PCX", &["pcx"]),
    ("farbfeld", &["ff"]),
    ("SVG", &["svg", "svgz"]),
    ("PDF", &["pdf"]),
    ("PostScript or Illustrator", &["eps", "epsf", "epsi", "ps", "ai"]),
    ("WMF or EMF", &["wmf", "wmz", "emf", "emz"]),
];

/// Of cameras of all makers.
const RAW: &[&str] = &[
    "3fr", "ari", "arw", "cr2", "cr3", "crw", "dcr", "dng", "erf", "fff", "gpr", "iiq", "kdc", "mef", "mos", "mrw",
    "nef", "nrw", "orf", "pef", "raf", "raw", "rw2", "rwl", "sr2", "srf", "srw", "x3f",
];

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Gathered {
    /// Files in the order named, each folder's in their natural order.
    pub files: Vec<PathBuf>,
    /// What could not be read, pictures left out, and folders without pictures: one sentence each.
    pub problems: Vec<String>,
}

/// A whole disk may have been dropped.
const MOST_FILES: usize = 100_000;

/// What folders are called that other programs fill with small copies of the pictures beside them.
const THUMBNAILS: [&str; 5] = ["thumbnails", "thumbs", "@eadir", "__macosx", "$recycle.bin"];

/// Lists the picture files behind these paths, folders within folders too, each once, however many links lead there. Hidden
/// folders and those of thumbnails are left out.
#[must_use]
pub fn gather(paths: Vec<PathBuf>) -> Gathered {
    gather_at_most(MOST_FILES, paths)
}

/// The same, but of each folder so many pictures.
#[must_use]
pub fn gather_at_most(most_files: usize, paths: Vec<PathBuf>) -> Gathered {
    let mut gathered = Gathered::default();
    for path in paths {
        if !path.is_dir() {
            gathered.files.push(path);
            continue;
        }
        let mut found = Found { files: vec![], n_unread: [0; UNREAD.len()], most_files, seen: HashSet::new() };
        let result = found.list(&path);
        gathered.problems.extend(found.problem(result).map(|problem| format!("{problem}: {}", place(&path))));
        found.files.sort_by(|a, b| natural_order(&a.to_string_lossy(), &b.to_string_lossy()));
        gathered.files.append(&mut found.files);
    }
    gathered
}

/// What one folder has.
struct Found {
    files: Vec<PathBuf>,
    most_files: usize,
    /// How many there are of each format that is not read.
    n_unread: [usize; UNREAD.len()],
    /// Folders that were looked into, without links.
    seen: HashSet<PathBuf>,
}

impl Found {
    /// Takes in what is in a folder, if it is not the same as one before. What can't be read further down is left out.
    fn list(&mut self, folder: &Path) -> io::Result<()> {
        if !self.seen.insert(fs::canonicalize(folder)?) {
            return Ok(());
        }
        let mut links = Vec::new();
        for entry in fs::read_dir(folder)?.flatten() {
            if self.files.len() >= self.most_files {
                break;
            }
            let (kind, name, path) = (entry.file_type().ok(), entry.file_name(), entry.path());
            let is_link = kind.is_some_and(|kind| kind.is_symlink());
            let is_folder = kind.is_some_and(|kind| kind.is_dir()) || is_link && path.is_dir();
            let name = name.to_string_lossy().to_lowercase();
            match (is_folder, is_link) {
                _ if name.starts_with('.') || is_folder && THUMBNAILS.contains(&name.as_str()) => {}
                (true, true) => links.push(path),
                (true, false) => drop(self.list(&path)),
                (false, _) => self.take(path),
            }
        }
        // Last and in their order, so that a folder is found in its own place, and always in the same.
        links.sort();
        for path in links {
            let _ = self.list(&path);
        }
        Ok(())
    }

    fn take(&mut self, path: PathBuf) {
        let Some(extension) = path.extension().map(|extension| extension.to_string_lossy().to_lowercase()) else {
            return;
        };
        let is_named = |names: &[&str]| names.contains(&extension.as_str());
        if is_named(&EXTENSIONS) {
            self.files.push(path);
        } else if let Some(format) = UNREAD.iter().position(|(_, names)| is_named(names)) {
            self.n_unread[format] += 1;
        }
    }

    /// What a person should know about the folder, if anything.
    fn problem(&self, listed: io::Result<()>) -> Option<String> {
        if let Err(e) = listed {
            return Some(format!("The folder can't be read ({e})"));
        }
        if self.files.len() >= self.most_files {
            return Some(format!("Only {} pictures were taken from this folder", self.most_files));
        }
        let none = self.files.is_empty().then(|| "There are no pictures in this folder".to_owned());
        self.left_out().or(none)
    }

    fn left_out(&self) -> Option<String> {
        let formats: Vec<&str> =
            UNREAD.iter().zip(self.n_unread).filter(|(_, n)| *n > 0).map(|((format, _), _)| *format).collect();
        let formats = listed(&formats, "or");
        match self.n_unread.iter().sum() {
            0 => None,
            1 => {
                Some(format!("1 picture here is {formats}, which Kosmoscope does not read; convert it to JPEG or PNG"))
            }
            n => Some(format!(
                "{n} pictures here are {formats}, which Kosmoscope does not read; convert them to JPEG or PNG"
            )),
        }
    }
}

/// Compares letters without regard to case and runs of digits by their value.
pub(crate) fn natural_order(a: &str, b: &str) -> Ordering {
    let (mut rest_a, mut rest_b) = (a, b);
    loop {
        let (number_a, number_b) = (digits(rest_a), digits(rest_b));
        if !number_a.is_empty() && !number_b.is_empty() {
            let (value_a, value_b) = (number_a.trim_start_matches('0'), number_b.trim_start_matches('0'));
            match value_a.len().cmp(&value_b.len()).then_with(|| value_a.cmp(value_b)) {
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
            (Some(x), Some(y)) if x == y => (rest_a, rest_b) = (chars_a.as_str(), chars_b.as_str()),
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

    /// A folder with files of these names, and what is gathered of it.
    fn gathered_of(names: &[&str]) -> (usize, Vec<String>) {
        let folder = tempfile::tempdir().expect("a folder");
        for name in names {
            fs::write(folder.path().join(name), "").expect("a file");
        }
        let Gathered { files, problems } = gather(vec![folder.path().to_owned()]);
        let place = format!(": {}", folder.path().display());
        (files.len(), problems.iter().map(|problem| problem.replace(&place, "")).collect())
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_once_and_thumbnails_left_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        for name in ["in/a.png", "in/deep/b.png", "in/Thumbs/b.png", "in/@eaDir/b.png", "other/c.png"] {
            fs::create_dir_all(at(name).parent().expect("a parent")).expect("a folder");
            fs::write(at(name), "").expect("a file");
        }
        for (to, link) in
            [("in", "in/deep/round"), ("other", "in/away"), ("other", "in/deep/again"), ("gone", "in/gone")]
        {
            std::os::unix::fs::symlink(at(to), at(link)).expect("a link");
        }
        let gathered = gather(vec![at("in")]);
        let names: Vec<_> = gathered.files.iter().map(|path| path.strip_prefix(at("in")).expect("below")).collect();
        assert_eq!(names, ["a.png", "deep/again/c.png", "deep/b.png"].map(Path::new));
    }

    #[test]
    fn pictures_that_are_not_read_are_counted_and_named() {
        let heic = ["IMG_1.HEIC", "IMG_2.heic", "IMG_3.Heif", "render.avif", "scan.jxl"];
        let five =
            "5 pictures here are HEIC, AVIF or JPEG XL, which Kosmoscope does not read; convert them to JPEG or PNG";
        assert_eq!(gathered_of(&heic), (0, vec![five.to_owned()]));
        assert_eq!(gathered_of(&[&heic[..], &["a.JPG", "notes.txt"]].concat()), (1, vec![five.to_owned()]));
        let one = |format: &str| {
            format!("1 picture here is {format}, which Kosmoscope does not read; convert it to JPEG or PNG")
        };
        for (name, format) in [
            ("a.jp2", "JPEG 2000"),
            ("a.svg", "SVG"),
            ("a.PDF", "PDF"),
            ("a.CR2", "camera raw"),
            ("a.psd", "Photoshop"),
            ("a.hdr", "Radiance HDR"),
            ("a.dds", "DDS"),
            ("a.pcx", "PCX"),
            ("a.ff", "farbfeld"),
            ("a.eps", "PostScript or Illustrator"),
            ("a.ai", "PostScript or Illustrator"),
            ("a.EMF", "WMF or EMF"),
        ] {
            assert_eq!(gathered_of(&[name]), (0, vec![one(format)]), "{name}");
        }
    }

    #[test]
    fn other_endings_of_the_same_formats_are_taken() {
        for extension in EXTENSIONS {
            assert_eq!(gathered_of(&[&format!("a.{}", extension.to_uppercase())]), (1, vec![]), "{extension}");
        }
    }

    #[test]
    fn a_folder_without_pictures_is_told_of() {
        let folder = tempfile::tempdir().expect("a folder");
        let gathered = gather(vec![folder.path().to_owned()]);
        assert!(gathered.files.is_empty(), "{:?}", gathered.files);
        assert!(gathered.problems[0].starts_with("There are no pictures in this folder: "), "{:?}", gathered.problems);
    }
}
