//! A file that is still arriving: its pieces on disk, and the journal that says which those are.
//!
//! The journal names a piece only after that piece has reached the disk, so it is right after a kill and after a power cut.
//! A line that was cut off does not count. The journal belongs to one content: a file listed with another sum starts anew.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    checkpoint::{ListedFile, Sum},
    disk::{sync_folder_of, with_ending},
};

/// Pieces of a file, unless they would be very small or very large.
const PIECES: u64 = 64;
/// Bringing a piece to disk takes its time, so they are not smaller.
const LEAST_PIECE_BYTES: u64 = 64 << 10;
/// Pieces of one file at most; a journal that claims more is not believed.
const MOST_PIECES: u64 = 1 << 20;

/// What an earlier download left of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unfinished {
    /// The name that it would get.
    pub(super) target: PathBuf,
    /// The sum of its content.
    pub(super) sum: Sum,
    /// Bytes on disk.
    pub(super) n_bytes: u64,
}

/// A file of which pieces are missing.
#[derive(Debug)]
pub(super) struct PartialFile {
    target: PathBuf,
    head: Head,
    journal: File,
    /// Whether a piece is on disk.
    done: Vec<bool>,
}

/// The first line of the journal: which content it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    sum: Sum,
    n_bytes: u64,
    piece_bytes: u64,
}

impl PartialFile {
    /// Goes on with what an earlier download left of this file, or begins it.
    pub(super) fn open(folder: &Path, listed: &ListedFile, most_piece_bytes: u64) -> io::Result<Self> {
        let target = folder.join(&listed.name);
        let piece_bytes = (listed.n_bytes / PIECES).max(LEAST_PIECE_BYTES).min(most_piece_bytes).max(1);
        let fresh = Head { sum: listed.sum.clone(), n_bytes: listed.n_bytes, piece_bytes };
        let has_room = fs::metadata(part_path(&target)).is_ok_and(|m| m.is_file() && m.len() == listed.n_bytes);
        let kept = read_journal(&target).filter(|(head, _)| has_room && head.is_of(listed));
        let (head, done) = kept.unwrap_or_else(|| (fresh.clone(), vec![false; fresh.n_pieces()]));
        if !has_room {
            File::create(part_path(&target))?.set_len(listed.n_bytes)?;
        }
        let journal = write_journal(&target, &head, &done)?;
        Ok(Self { target, head, journal, done })
    }

    /// Where the pieces are.
    pub(super) fn path(&self) -> PathBuf {
        part_path(&self.target)
    }

    /// Number of pieces; all but the last have the same size.
    pub(super) fn n_pieces(&self) -> usize {
        self.done.len()
    }

    /// The first byte of a piece; of one past the last, the size of the file.
    pub(super) fn start(&self, piece: usize) -> u64 {
        (piece as u64).saturating_mul(self.head.piece_bytes).min(self.head.n_bytes)
    }

    pub(super) fn is_done(&self, piece: usize) -> bool {
        self.done[piece]
    }

    /// Bytes that are on disk.
    pub(super) fn n_kept(&self) -> u64 {
        (0..self.n_pieces()).filter(|&i| self.done[i]).map(|i| self.start(i + 1) - self.start(i)).sum()
    }

    /// Bytes that are on disk from the beginning of the file to the first gap.
    pub(super) fn frontier(&self) -> u64 {
        self.start(self.done.iter().position(|done| !done).unwrap_or(self.n_pieces()))
    }

    /// Notes that a piece is on disk; the caller has synced it.
    pub(super) fn mark_done(&mut self, piece: usize) -> io::Result<()> {
        if !self.done[piece] {
            self.journal.write_all(format!("{piece}\n").as_bytes())?;
            self.done[piece] = true;
        }
        Ok(())
    }

    /// Forgets all pieces.
    pub(super) fn reset(&mut self) -> io::Result<()> {
        self.done.fill(false);
        self.journal = write_journal(&self.target, &self.head, &self.done)?;
        Ok(())
    }

    /// Gives the file its name; the caller has checked its sum.
    pub(super) fn finish(self) -> io::Result<()> {
        File::options().write(true).open(self.path())?.sync_all()?;
        // Nothing is written over: what has come into the way since is someone else's.
        if self.target.exists() {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "another file is in the way now"));
        }
        fs::rename(self.path(), &self.target)?;
        sync_folder_of(&self.target);
        remove_if_there(&journal_path(&self.target))
    }

    /// Moves what turned out to be damaged out of the way, and gives its new place.
    pub(super) fn set_aside(self) -> io::Result<PathBuf> {
        let aside = with_ending(&self.target, ".damaged");
        fs::rename(self.path(), &aside)?;
        remove_if_there(&journal_path(&self.target))?;
        Ok(aside)
    }
}

impl Head {
    fn n_pieces(&self) -> usize {
        self.n_bytes.div_ceil(self.piece_bytes.max(1)) as usize
    }

    /// Bytes of the pieces that are on disk; the last one is counted like the others.
    fn n_bytes_of(&self, done: &[bool]) -> u64 {
        let n_done = done.iter().filter(|done| **done).count() as u64;
        n_done.saturating_mul(self.piece_bytes).min(self.n_bytes)
    }

    fn is_of(&self, listed: &ListedFile) -> bool {
        self.sum == listed.sum && self.n_bytes == listed.n_bytes
    }
}

/// Bytes of a file that an earlier download left, if they are of this content.
pub(super) fn n_kept(folder: &Path, listed: &ListedFile) -> u64 {
    let kept = read_journal(&folder.join(&listed.name)).filter(|(head, _)| head.is_of(listed));
    kept.map_or(0, |(head, done)| head.n_bytes_of(&done))
}

/// The files that downloads into this folder left unfinished. Only what has a journal of ours is one: a file that merely ends in `.part` may be anyone's.
pub(super) fn unfinished(folder: &Path) -> io::Result<Vec<Unfinished>> {
    let mut unfinished = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let Some(target) = name.to_str().and_then(|name| name.strip_suffix(".part.journal")) else { continue };
        let target = folder.join(target);
        if let Some((head, done)) = read_journal(&target) {
            unfinished.push(Unfinished { n_bytes: head.n_bytes_of(&done), sum: head.sum, target });
        }
    }
    Ok(unfinished)
}

/// Removes what a download of this file left.
pub(super) fn discard(target: &Path) -> io::Result<()> {
    remove_if_there(&part_path(target))?;
    remove_if_there(&with_ending(target, ".part.journal-new"))?;
    remove_if_there(&journal_path(target))
}

fn read_journal(target: &Path) -> Option<(Head, Vec<bool>)> {
    let text = fs::read_to_string(journal_path(target)).ok()?;
    // What follows the last line break was cut off.
    let (text, _) = text.rsplit_once('\n')?;
    let mut lines = text.lines();
    let head: Head = serde_json::from_str(lines.next()?).ok()?;
    if head.piece_bytes == 0 || head.n_bytes.div_ceil(head.piece_bytes) > MOST_PIECES {
        return None;
    }
    let mut done = vec![false; head.n_pieces()];
    for line in lines {
        *done.get_mut(line.parse::<usize>().ok()?)? = true;
    }
    Some((head, done))
}

/// Writes the journal anew and opens it to add to it.
fn write_journal(target: &Path, head: &Head, done: &[bool]) -> io::Result<File> {
    let mut text = serde_json::to_string(head)?;
    for (piece, _) in done.iter().enumerate().filter(|(_, done)| **done) {
        text.push('\n');
        text.push_str(&piece.to_string());
    }
    text.push('\n');
    let (path, beside) = (journal_path(target), with_ending(target, ".part.journal-new"));
    let mut file = File::create(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&beside, &path)?;
    File::options().append(true).open(path)
}

// These names, and what a journal says, never change: a newer version goes on with what an older one began.

fn part_path(target: &Path) -> PathBuf {
    with_ending(target, ".part")
}

fn journal_path(target: &Path) -> PathBuf {
    with_ending(target, ".part.journal")
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(n_bytes: u64) -> ListedFile {
        ListedFile { name: "x.bin".to_owned(), n_bytes, sum: Sum::Sha256("ab".repeat(32)) }
    }

    #[test]
    fn pieces_are_remembered_and_torn_lines_are_not() {
        let folder = tempfile::TempDir::new().unwrap();
        let open = |listed: &ListedFile| PartialFile::open(folder.path(), listed, 10).unwrap();
        let mut partial = open(&listed(95));
        assert_eq!((partial.n_pieces(), partial.n_kept(), partial.frontier()), (10, 0, 0));
        for piece in [0, 1, 3, 9] {
            partial.mark_done(piece).unwrap();
        }
        assert_eq!((partial.n_kept(), partial.frontier()), (35, 20));
        partial.journal.write_all(b"1").unwrap();
        drop(partial);
        let mut partial = open(&listed(95));
        assert_eq!((partial.n_kept(), partial.frontier()), (35, 20));
        partial.mark_done(2).unwrap();
        drop(partial);
        let partial = open(&listed(95));
        assert_eq!((partial.n_kept(), partial.frontier()), (45, 40));
        assert_eq!(super::n_kept(folder.path(), &listed(95)), 50);
    }

    #[test]
    fn another_content_starts_anew() {
        let folder = tempfile::TempDir::new().unwrap();
        PartialFile::open(folder.path(), &listed(95), 10).unwrap().mark_done(0).unwrap();
        let other = ListedFile { sum: Sum::GitSha1("cd".repeat(20)), ..listed(95) };
        assert_eq!(PartialFile::open(folder.path(), &other, 10).unwrap().n_kept(), 0);
        assert_eq!(PartialFile::open(folder.path(), &listed(96), 10).unwrap().n_kept(), 0);
        fs::write(folder.path().join("x.bin.part.journal"), "nonsense\n7\n").unwrap();
        assert_eq!(PartialFile::open(folder.path(), &listed(96), 10).unwrap().n_kept(), 0);
        PartialFile::open(folder.path(), &listed(96), 10).unwrap().mark_done(0).unwrap();
        fs::remove_file(folder.path().join("x.bin.part")).unwrap();
        assert_eq!(PartialFile::open(folder.path(), &listed(96), 10).unwrap().n_kept(), 0);
    }
    /// The names and the journal as the first version wrote them; what is left of it would stay for ever otherwise.
    #[test]
    fn what_an_older_version_left_is_gone_on_with() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = |name: &str| folder.path().join(name);
        let head = format!("{{\"sum\":{{\"sha256\":\"{}\"}},\"n_bytes\":95,\"piece_bytes\":10}}\n", "ab".repeat(32));
        let leave = || {
            fs::write(path("x.bin.part"), [7; 95]).unwrap();
            fs::write(path("x.bin.part.journal"), format!("{head}0\n2\n")).unwrap();
            fs::write(path("x.bin.part.journal-new"), &head).unwrap();
        };
        leave();
        assert_eq!(super::n_kept(folder.path(), &listed(95)), 20);
        let left = Unfinished { target: path("x.bin"), sum: listed(95).sum, n_bytes: 20 };
        assert_eq!(unfinished(folder.path()).unwrap(), [left]);
        let mut partial = PartialFile::open(folder.path(), &listed(95), 10).unwrap();
        assert_eq!((partial.n_kept(), partial.path()), (20, path("x.bin.part")));
        partial.mark_done(1).unwrap();
        assert_eq!(fs::read_to_string(path("x.bin.part.journal")).unwrap(), format!("{head}0\n2\n1\n"));
        drop(partial);
        leave();
        discard(&path("x.bin")).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
