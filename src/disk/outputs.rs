//! Where one run writes, and what it leaves alone: the files it reads, those it has written, and all that are not its own
//! unless a person agrees.

use std::{
    collections::{HashMap, HashSet},
    fs::{self, File, Metadata},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::{
    error::{Reason, WriteError},
    place::{Place, folder_of, probe_folder},
    temporary::sweep,
};

/// Whether a person agrees that files are replaced which were there before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Consent {
    /// They are kept.
    #[default]
    Withheld,
    /// They are replaced.
    Given,
}

/// The files of one run. Whatever is written for a person goes through one of these.
///
/// Neither a file that the run reads nor one that it has written is ever replaced. Names that differ only in upper and lower
/// case count as one, since on some disks they are.
#[derive(Debug, Default)]
pub struct Outputs {
    consent: Consent,
    inputs: HashSet<FileId>,
    written: HashSet<String>,
    /// The number to try next for a name that was taken.
    numbers: HashMap<String, u32>,
    swept: HashSet<PathBuf>,
}

impl Outputs {
    /// No files yet. What the program's own input and output are redirected to counts as read.
    #[must_use]
    pub fn new(consent: Consent) -> Self {
        let inputs = redirections().into_iter().flatten().collect();
        Self { consent, inputs, ..Self::default() }
    }

    /// Says that the run reads this file, or the files in this folder. What is not there needs no protection.
    pub fn reads(&mut self, path: &Path) {
        let Ok(there) = path.metadata() else { return };
        if there.is_dir() {
            let files = fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
            let files = files.filter_map(|path| Some((path.metadata().ok()?, path)));
            self.inputs.extend(files.map(|(there, path)| id(&path, &there)));
        } else {
            self.inputs.insert(id(path, &there));
        }
    }

    /// Whether a file can be written at this path, to be known before any work is done for it.
    ///
    /// # Errors
    /// When something is in the way, or the folder is missing or takes no files.
    pub fn check(&mut self, path: &Path) -> Result<(), WriteError> {
        let checked = self.place(path).and_then(|place| {
            self.sweep(folder_of(path));
            place.probe()
        });
        checked.map_err(|reason| WriteError::new(path, reason))
    }

    /// Whether files can be written in this folder, or it can be made.
    ///
    /// # Errors
    /// When something else is there, or it takes no files.
    pub fn check_folder(&mut self, folder: &Path) -> Result<(), WriteError> {
        let checked = probe_folder(folder).map_err(|reason| WriteError::new(folder, reason));
        checked.inspect(|()| self.sweep(folder))
    }

    /// Writes a file at this path.
    ///
    /// # Errors
    /// As [`Outputs::check`], or when writing fails. What was there before is then as it was.
    pub fn write(&mut self, path: &Path, content: &[u8]) -> Result<(), WriteError> {
        self.write_with(path, |file| file.write_all(content))
    }

    /// Writes a file in the same way, with the content that `write` gives it.
    ///
    /// # Errors
    /// As [`Outputs::write`], or when `write` fails.
    pub fn write_with(
        &mut self,
        path: &Path,
        write: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> Result<(), WriteError> {
        let filled = self.place(path).and_then(|place| {
            self.sweep(folder_of(path));
            place.fill(write)
        });
        filled.map_err(|reason| WriteError::new(path, reason))?;
        self.written.insert(without_case(path));
        // Another link may lead there too.
        self.reads(path);
        Ok(())
    }

    /// Writes a file at this path, or beside what is in the way, under the same name with a number. Gives where it is. Its
    /// folder is made if there is none.
    ///
    /// # Errors
    /// When the folder can't be made or takes no files.
    pub fn write_numbered(&mut self, path: &Path, content: &[u8]) -> Result<PathBuf, WriteError> {
        if !folder_of(path).is_dir() {
            fs::create_dir_all(folder_of(path)).map_err(|e| WriteError::new(folder_of(path), Reason::System(e)))?;
        }
        let key = without_case(path);
        loop {
            let number = self.numbers.get(&key).copied().unwrap_or(1);
            let target = numbered(path, number);
            match self.write(&target, content) {
                Err(e) if e.is_about_the_name() && number < u32::MAX => {
                    self.numbers.insert(key.clone(), number + 1);
                }
                written => return written.map(|()| target),
            }
        }
    }

    fn place(&self, path: &Path) -> Result<Place, Reason> {
        let place = Place::at(path)?;
        if self.written.contains(&without_case(path)) {
            return Err(Reason::Input);
        }
        match &place {
            Place::Taken(real, there) if self.inputs.contains(&id(real, there)) => Err(Reason::Input),
            Place::Taken(..) if self.consent == Consent::Withheld => Err(Reason::Exists),
            _ => Ok(place),
        }
    }

    /// What an earlier run left half written is removed, once for each folder.
    fn sweep(&mut self, folder: &Path) {
        if !self.swept.contains(folder) {
            self.swept.insert(folder.to_owned());
            sweep(folder);
        }
    }
}

/// `cat-2.png` for `cat.png` and 2; the name itself for 1.
fn numbered(path: &Path, number: u32) -> PathBuf {
    if number == 1 {
        return path.to_owned();
    }
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

fn without_case(path: &Path) -> String {
    path.to_string_lossy().to_lowercase()
}

/// Tells a file from all others, whatever name it is reached by.
#[cfg(unix)]
type FileId = (u64, u64);

#[cfg(unix)]
fn id(_: &Path, there: &Metadata) -> FileId {
    use std::os::unix::fs::MetadataExt as _;
    (there.dev(), there.ino())
}

#[cfg(not(unix))]
type FileId = PathBuf;

#[cfg(not(unix))]
fn id(path: &Path, _: &Metadata) -> FileId {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// The files that standard input comes from, and standard output and standard error go to.
#[cfg(unix)]
fn redirections() -> [Option<FileId>; 3] {
    use std::os::fd::{AsFd as _, BorrowedFd};
    let behind = |stream: BorrowedFd<'_>| {
        let there = File::from(stream.try_clone_to_owned().ok()?).metadata().ok()?;
        Some(id(Path::new(""), &there))
    };
    [behind(io::stdin().as_fd()), behind(io::stdout().as_fd()), behind(io::stderr().as_fd())]
}

#[cfg(not(unix))]
fn redirections() -> [Option<FileId>; 3] {
    [None, None, None]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(result: Result<(), WriteError>) -> String {
        result.expect_err("refused").to_string()
    }

    #[test]
    fn what_was_there_before_is_replaced_with_consent_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("cat.png");
        fs::write(&path, "theirs").expect("written");
        let mut outputs = Outputs::default();
        let refusal = outputs.check(&path).expect_err("theirs");
        assert!(refusal.is_for_want_of_consent(), "{refusal}");
        assert!(error(outputs.write(&path, b"ours")).starts_with("There is already a file of this name"));
        assert_eq!(fs::read(&path).expect("read"), b"theirs");
        let mut outputs = Outputs::new(Consent::Given);
        outputs.check(&path).expect("it may be replaced");
        outputs.write(&path, b"ours").expect("written");
        assert_eq!(fs::read(&path).expect("read"), b"ours");
        assert!(error(outputs.write(&path, b"more")).contains("never overwritten"), "what it wrote is its own");
        assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 1);
    }

    #[test]
    fn what_a_run_reads_is_safe_even_with_consent() {
        let folder = tempfile::tempdir().expect("a folder");
        let (picture, checkpoint) = (folder.path().join("a.png"), folder.path().join("checkpoint"));
        fs::create_dir(&checkpoint).expect("made");
        let (weights, linked) = (checkpoint.join("model.safetensors"), folder.path().join("linked.png"));
        for path in [&picture, &weights] {
            fs::write(path, "theirs").expect("written");
        }
        fs::hard_link(&weights, &linked).expect("linked");
        let mut outputs = Outputs::new(Consent::Given);
        for read in [&picture, &checkpoint, &folder.path().join("missing")] {
            outputs.reads(read);
        }
        for path in [&picture, &weights, &linked, &folder.path().join("checkpoint/../a.png")] {
            assert!(error(outputs.check(path)).contains("never overwritten"), "{}", path.display());
            assert!(outputs.write(path, b"ours").is_err());
            assert_eq!(fs::read(path).expect("read"), b"theirs");
        }
    }

    #[test]
    fn numbers_find_names_that_nobody_has() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::write(at("x.png"), "theirs").expect("written");
        fs::create_dir(at("x-2.png")).expect("made");
        let mut outputs = Outputs::default();
        let mut written = |name: &str| outputs.write_numbered(&at(name), name.as_bytes()).expect("written");
        assert_eq!(written("x.png"), at("x-3.png"));
        assert_eq!(written("x.png"), at("x-4.png"));
        // Upper and lower case are one on some disks.
        assert_eq!([written("IMG.png"), written("img.png")], [at("IMG.png"), at("img-2.png")]);
        assert_eq!([written("a.b"), written("a.b"), written("c"), written("c")], ["a.b", "a-2.b", "c", "c-2"].map(at));
        assert_eq!(fs::read(at("x.png")).expect("read"), b"theirs");
        let mut outputs = Outputs::new(Consent::Given);
        outputs.reads(&at("IMG.png"));
        let mut written = |name: &str| outputs.write_numbered(&at(name), b"new").expect("written");
        assert_eq!([written("x.png"), written("x.png")], ["x.png", "x-3.png"].map(at));
        assert_eq!(written("IMG.png"), at("IMG-2.png"));
        assert_eq!(outputs.write_numbered(&at("new/er/x.png"), b"").expect("written"), at("new/er/x.png"));
        assert!(outputs.write_numbered(&at("x.png/x.png"), b"").is_err(), "a file is no folder");
    }

    #[cfg(unix)]
    #[test]
    fn only_files_are_ever_replaced() {
        use std::os::unix::{fs::symlink, net::UnixListener};
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::write(at("one"), "theirs").expect("written");
        symlink("one", at("other")).expect("linked");
        let mut outputs = Outputs::new(Consent::Given);
        outputs.write(&at("one"), b"ours").expect("written");
        assert!(error(outputs.write(&at("other"), b"more")).contains("never overwritten"), "it is the same file");
        fs::remove_file(at("one")).and_then(|()| fs::remove_file(at("other"))).expect("removed");
        let _socket = UnixListener::bind(at("socket")).expect("a socket");
        symlink(at("nowhere"), at("dangling")).expect("linked");
        symlink("/dev/null", at("device")).expect("linked");
        fs::create_dir(at("folder")).expect("made");
        for (name, kind) in [
            ("socket", "This is a socket"),
            ("dangling", "This is a link that leads nowhere"),
            ("device", "This is a device"),
            ("folder", "This is a folder"),
            ("missing/", "there is no such folder"),
        ] {
            let mut outputs = Outputs::new(Consent::Given);
            let refusal = error(outputs.check(&at(name)));
            assert!(refusal.contains(kind), "{refusal}");
            assert!(error(outputs.write(&at(name), b"ours")).contains(kind));
        }
        for name in ["dangling", "dangling/", "dangling/below"] {
            assert!(error(Outputs::default().check_folder(&at(name))).starts_with("This is no folder"), "{name}");
        }
        assert!(at("dangling").is_symlink() && !at("nowhere").exists() && at("device").is_symlink());
        assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 4);
    }

    #[test]
    fn a_folder_is_looked_at_before_there_is_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        fs::write(&file, "theirs").expect("written");
        let mut outputs = Outputs::default();
        outputs.check_folder(&folder.path().join("new/er")).expect("it can be made");
        for path in [file.clone(), file.join("below"), file.join("")] {
            assert!(error(outputs.check_folder(&path)).starts_with("This is no folder"), "{}", path.display());
        }
        let back = folder.path().join("new/../er");
        assert!(error(outputs.check_folder(&back)).contains("there is no such folder"), "new would have to be made");
        assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 1);
    }

    #[test]
    fn what_was_left_half_written_goes_before_the_first_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let left = folder.path().join(".kosmoscope-abc123.part");
        fs::write(&left, "").expect("written");
        Outputs::default().check(&folder.path().join("a.png")).expect("there is room");
        assert!(!left.exists());
    }
}
