//! What downloads put into a folder before they were complete, so that a later one knows what is ours.
//!
//! It is kept in the file of the lock, a line for each file that was begun. What a line says counts only as long as the
//! file's content is still the one that it tells: a file that somebody has changed is theirs. A complete download needs no
//! record, since its list says the same.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
};

use serde::{Deserialize, Serialize};

use crate::checkpoint::{ListedFile, Manifest, is_plain_name};

/// A record is far shorter; what would follow is not read.
const MOST_BYTES: u64 = 4 << 20;

/// The files that downloads into one folder have begun.
#[derive(Debug)]
pub(super) struct Record {
    /// Held, and locked where that is possible, as long as the download runs.
    file: File,
    lines: Vec<Line>,
}

/// One file of one repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    repo: String,
    file: ListedFile,
}

impl Record {
    /// Reads what the file of the lock says, and the list of a complete download. Lines that make no sense are passed over.
    pub(super) fn read(mut file: File, folder: &Path) -> io::Result<Self> {
        let mut bytes = Vec::new();
        (&mut file).take(MOST_BYTES).read_to_end(&mut bytes)?;
        file.seek(SeekFrom::End(0))?;
        let text = String::from_utf8_lossy(&bytes);
        let mut lines: Vec<Line> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        if let Ok(Some(complete)) = Manifest::read(folder) {
            let of = |file| Line { repo: complete.repo.clone(), file };
            lines.extend(complete.files.into_iter().map(of));
        }
        lines.retain(|line| is_plain_name(&line.file.name));
        Ok(Self { file, lines })
    }

    /// Notes that a file is begun; that is on disk before the file is.
    pub(super) fn begin(&mut self, repo: &str, file: &ListedFile) -> io::Result<()> {
        let line = Line { repo: repo.to_owned(), file: file.clone() };
        if !self.lines.contains(&line) {
            // A line that was cut off ends here.
            self.file.write_all(format!("\n{}", serde_json::to_string(&line)?).as_bytes())?;
            self.file.sync_data()?;
            self.lines.push(line);
        }
        Ok(())
    }

    /// Forgets all, once the download is complete.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        self.lines.clear();
        self.file.set_len(0)
    }

    /// What downloads of this repository have begun.
    pub(super) fn files_of(&self, repo: &str) -> impl Iterator<Item = &ListedFile> {
        self.lines.iter().filter(move |line| line.repo == repo).map(|line| &line.file)
    }

    /// The other repository that a content belongs to, if it belongs to one.
    pub(super) fn other_owner(&self, repo: &str, is_content: impl Fn(&ListedFile) -> bool) -> Option<&str> {
        let owners = || self.lines.iter().filter(|line| is_content(&line.file)).map(|line| line.repo.as_str());
        if owners().any(|owner| owner == repo) { None } else { owners().next() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::Sum;

    #[test]
    fn what_was_begun_is_remembered_and_torn_lines_are_not() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("kosmoscope.lock");
        let open = || {
            let file = File::options().create(true).truncate(false).read(true).write(true).open(&path).unwrap();
            Record::read(file, folder.path()).unwrap()
        };
        let listed =
            |name: &str, n_bytes| ListedFile { name: name.to_owned(), n_bytes, sum: Sum::Sha256("ab".repeat(32)) };
        let mut record = open();
        record.begin("a/b", &listed("config.json", 1)).unwrap();
        record.file.write_all(b"\n{\"repo\":\"a/b\",\"file\":{\"na").unwrap();
        let mut record = open();
        record.begin("a/b", &listed("config.json", 1)).unwrap();
        record.begin("a/b", &listed("config.json", 2)).unwrap();
        record.begin("a/b", &listed("../config.json", 3)).unwrap();
        record.begin("c/d", &listed("x", 4)).unwrap();
        let mut record = open();
        assert_eq!(record.files_of("a/b").map(|file| file.n_bytes).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(record.other_owner("a/b", |file| file.n_bytes == 4), Some("c/d"));
        assert_eq!(record.other_owner("a/b", |file| file.n_bytes == 2), None);
        record.clear().unwrap();
        assert!(open().lines.is_empty());
    }
}
