//! The captions of pictures: in text files beside them, or in one file for all.

use std::{
    collections::{HashMap, hash_map::Entry},
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    dataset::{DatasetError, Location, Record, Sizes, Source},
    disk,
    words::place,
};

/// Bytes of a file of captions that is no file of records, at most.
const MOST_BYTES: u64 = 1 << 30;
/// Bytes of a caption, at most.
const LONGEST: u64 = 1 << 16;

/// Where captions are found.
#[derive(Debug)]
pub enum Captions {
    /// In a text file beside each picture, with its name but for the ending, `.txt`.
    Beside,
    /// In a file.
    Listed(Listed),
}

/// The captions of a file, by what it calls the pictures.
#[derive(Debug, Default)]
pub struct Listed {
    /// By the whole name, or where the file is.
    by_name: HashMap<String, Vec<String>>,
    /// The whole name of the only picture that is called so within its folder; `None` for several.
    by_last: HashMap<String, Option<String>>,
}

/// Why there are no captions.
#[derive(Debug, thiserror::Error)]
pub enum CaptionsError {
    /// The file can't be read.
    #[error("The captions can't be read ({reason}): {}", place(path))]
    Unreadable {
        /// What the system says.
        reason: io::Error,
        /// The file.
        path: PathBuf,
    },
    /// It holds none.
    #[error(
        "No caption was found here; a file of captions has a picture's name, a tab and its caption in each line, or is in \
         one of the formats that are read: {}",
        place(.0)
    )]
    None(PathBuf),
    /// A file of records can't be read.
    #[error(transparent)]
    Records(#[from] DatasetError),
}

impl Captions {
    /// Those of a file: records with captions, or a table of two columns, the picture's name and its caption, with a tab or a
    /// comma between. `sizes` is for formats that need the pictures' sizes.
    ///
    /// # Errors
    /// When it can't be read, or has no caption.
    pub fn listed(path: &Path, sizes: Sizes) -> Result<Self, CaptionsError> {
        let mut listed = Listed::default();
        match Source::new(path, None, sizes) {
            Ok(source) => {
                for record in source.records()?.flatten().filter(|record| !record.caption.trim().is_empty()) {
                    listed.add(&name_of(&record), record.caption);
                }
            }
            Err(DatasetError::UnknownFormat(_)) => {}
            Err(e) => return Err(e.into()),
        }
        // A table may look like one of another kind.
        if listed.by_name.is_empty() && !path.is_dir() {
            let unreadable = |reason| CaptionsError::Unreadable { reason, path: path.to_owned() };
            let content = disk::read_at_most(path, MOST_BYTES).map_err(unreadable)?;
            let text = String::from_utf8_lossy(content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&content));
            for (name, caption) in rows(&text) {
                listed.add(&name, caption);
            }
        }
        if listed.by_name.is_empty() { Err(CaptionsError::None(path.to_owned())) } else { Ok(Self::Listed(listed)) }
    }

    /// The captions of a picture that is called this in its folder; none where there are none.
    ///
    /// # Errors
    /// One sentence, when a file beside it can't be read.
    pub fn of(&self, name: &str, path: &Path) -> Result<Vec<String>, String> {
        match self {
            Self::Listed(listed) => Ok(listed.of(name, path)),
            Self::Beside => {
                let beside = path.with_extension("txt");
                match disk::read_at_most(&beside, LONGEST) {
                    Ok(content) => Ok(vec![String::from_utf8_lossy(&content).trim().to_owned()]),
                    Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
                    Err(e) => Err(format!("Its caption can't be read ({e}): {}", place(&beside))),
                }
            }
        }
    }
}

impl Listed {
    fn add(&mut self, name: &str, caption: String) {
        if let Some(known) = self.by_name.get_mut(name) {
            return known.push(caption);
        }
        self.by_name.insert(name.to_owned(), vec![caption]);
        match self.by_last.entry(last(name).to_owned()) {
            Entry::Vacant(free) => drop(free.insert(Some(name.to_owned()))),
            Entry::Occupied(mut taken) => drop(taken.insert(None)),
        }
    }

    fn of(&self, name: &str, path: &Path) -> Vec<String> {
        let whole = fs::canonicalize(path).map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
        let by_last = || self.by_last.get(last(name))?.as_ref().and_then(|name| self.by_name.get(name));
        let found = self.by_name.get(&whole).or_else(|| self.by_name.get(name)).or_else(by_last);
        found.cloned().unwrap_or_default()
    }
}

fn last(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

/// Where a record's picture is, if it is there, or else what it is called.
fn name_of(record: &Record) -> String {
    let found = match &record.picture.location {
        Location::File(path) => fs::canonicalize(path).ok(),
        _ => None,
    };
    found.map_or_else(|| record.picture_name(), |path| path.to_string_lossy().into_owned())
}

/// The rows of a table of two columns. Names may end in `#` and a number, as in Flickr's; a heading that names no picture
/// harms nobody.
fn rows(text: &str) -> impl Iterator<Item = (String, String)> {
    text.lines().filter_map(|line| {
        let (name, caption) = match line.split_once('\t') {
            Some((name, caption)) => (name.to_owned(), caption.to_owned()),
            None => two_columns(line)?,
        };
        let name = match name.rsplit_once('#') {
            Some((name, number)) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => &name,
        };
        let caption = caption.trim();
        let is_row = !name.trim().is_empty() && !caption.is_empty();
        is_row.then(|| (name.trim().to_owned(), caption.to_owned()))
    })
}

/// The first two columns of a line with commas between them; what is in double quotes may hold commas, and its own quotes
/// doubled. Of a second column without quotes the commas are its own.
fn two_columns(line: &str) -> Option<(String, String)> {
    let (name, rest) = column(line)?;
    let rest = rest.trim_start();
    let caption = if rest.starts_with('"') {
        column(rest).map_or_else(|| rest.to_owned(), |(text, _)| text)
    } else {
        rest.to_owned()
    };
    Some((name, caption))
}

fn column(line: &str) -> Option<(String, &str)> {
    let Some(quoted) = line.strip_prefix('"') else {
        let (column, rest) = line.split_once(',')?;
        return Some((column.to_owned(), rest));
    };
    let mut column = String::new();
    let mut signs = quoted.char_indices().peekable();
    while let Some((at, sign)) = signs.next() {
        match sign {
            '"' if signs.peek().is_some_and(|&(_, next)| next == '"') => {
                signs.next();
                column.push('"');
            }
            '"' => return Some((column, quoted[at + 1..].strip_prefix(',').unwrap_or_default())),
            sign => column.push(sign),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(content: &str, ending: &str) -> (tempfile::TempDir, Result<Captions, CaptionsError>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(format!("captions.{ending}"));
        fs::write(&path, content).unwrap();
        let captions = Captions::listed(&path, std::sync::Arc::new(|_| Err("not needed".to_owned())));
        (folder, captions)
    }

    fn of(captions: &Captions, name: &str) -> Vec<String> {
        captions.of(name, Path::new(name)).unwrap()
    }

    #[test]
    fn tables_have_a_name_and_a_caption_in_each_line() {
        let (_folder, captions) = listed("a/1.jpg#0\tA dog, asleep\na/1.jpg#1\tA cat\r\n\nb/2.jpg\tTwo", "token");
        let captions = captions.unwrap();
        assert_eq!(of(&captions, "a/1.jpg"), ["A dog, asleep", "A cat"]);
        assert_eq!(of(&captions, "2.jpg"), ["Two"], "the folder need not be named");
        assert_eq!(of(&captions, "c/3.jpg"), Vec::<String>::new());
        let csv = "image,caption\n1.jpg,A dog , asleep\n\"2, 3.jpg\",\"A \"\"cat\"\", asleep\"\n";
        let (_folder, captions) = listed(csv, "csv");
        let captions = captions.unwrap();
        assert_eq!(of(&captions, "1.jpg"), ["A dog , asleep"]);
        assert_eq!(of(&captions, "2, 3.jpg"), ["A \"cat\", asleep"]);
        assert!(matches!(listed("no captions here\n", "txt").1, Err(CaptionsError::None(_))));
    }

    #[test]
    fn a_name_in_two_folders_is_nobody_s_without_its_folder() {
        let (_folder, captions) = listed("a/1.jpg\tone\nb/1.jpg\ttwo\n", "tsv");
        let captions = captions.unwrap();
        assert_eq!(of(&captions, "b/1.jpg"), ["two"]);
        assert_eq!(of(&captions, "1.jpg"), Vec::<String>::new());
    }

    #[test]
    fn records_have_captions_for_the_pictures_beside_them() {
        let line = r#"{"image":"é 1.png","caption":"a dog","ref_exps":[]}"#;
        let (folder, captions) = listed(line, "jsonl");
        let picture = folder.path().join("é 1.png");
        fs::write(&picture, "").unwrap();
        let captions = captions.unwrap();
        assert_eq!(captions.of("x/é 1.png", &picture).unwrap(), ["a dog"]);
        fs::write(folder.path().join("é 1.txt"), " a cat\n").unwrap();
        assert_eq!(Captions::Beside.of("é 1.png", &picture).unwrap(), ["a cat"]);
        assert_eq!(Captions::Beside.of("x.png", Path::new("x.png")).unwrap(), Vec::<String>::new());
    }
}
