//! The session's folder: what is kept there is whole after a crash, and belongs to one window at a time.
//!
//! Writing goes on a thread of its own. A session file that can't be read is set aside, never deleted.

use std::{
    fs::{self, File},
    io::Cursor,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::content::{Kept, Session};
use crate::{disk, picture::PictureSource};

/// Changes are written this long after the first of them at the earliest, and waiting takes up at most a part of the
/// time that writing takes.
const PATIENCE: Duration = Duration::from_secs(1);
const SHARE_OF_TIME: u32 = 20;
const FILE: &str = "session.json";
const PICTURES: &str = "pictures";

/// Keeps the session of one window.
#[derive(Debug)]
pub struct Keeper {
    folder: PathBuf,
    /// Held as long as the window is open.
    _lock: File,
    /// The changes that are written, or being written.
    n_written: u64,
    /// When the first change was seen that is not.
    waiting_since: Option<Instant>,
    /// How long the last writing took; `None` while one is under way.
    last_took: Option<Duration>,
}

/// A session to be written.
pub(crate) struct Writing {
    folder: PathBuf,
    session: Session,
    kept: Vec<Kept>,
}

impl Keeper {
    /// Takes a folder for this window.
    ///
    /// # Errors
    /// One sentence, when another window has it or it can't be made.
    pub fn open(folder: &Path) -> Result<Self, String> {
        let failed = |e: std::io::Error| {
            format!("This session can't be kept: {e}. Make this folder writable: {}", folder.display())
        };
        fs::create_dir_all(folder.join(PICTURES)).map_err(failed)?;
        let lock = File::create(folder.join("lock")).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                return Err("Another Kosmoscope window is open; what is done in this one is not kept".to_owned());
            }
            Err(fs::TryLockError::Error(e)) => return Err(failed(e)),
        }
        let last_took = Some(Duration::ZERO);
        Ok(Self { folder: folder.to_owned(), _lock: lock, n_written: 0, waiting_since: None, last_took })
    }

    /// The session kept last; `None` if there is none.
    ///
    /// # Errors
    /// One sentence, when the file can't be read; it is set aside.
    pub(crate) fn load(&self) -> Result<Option<Session>, String> {
        let path = self.folder.join(FILE);
        let content = match fs::read(&path) {
            Ok(content) => content,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(format!("The last session can't be read: {e}. It stays in {}", path.display())),
        };
        serde_json::from_slice(&content).map(Some).map_err(|e| {
            let aside = self.free_name();
            let place = if fs::rename(&path, &aside).is_ok() { aside } else { path.clone() };
            format!("The last session is damaged ({e}) and was set aside as {}", place.display())
        })
    }

    /// A name for a damaged file that no other has.
    fn free_name(&self) -> PathBuf {
        let name = |n: u32| self.folder.join(format!("session-damaged-{n}.json"));
        (1..u32::MAX).map(name).find(|path| !path.exists()).unwrap_or_else(|| name(0))
    }

    /// The content of a kept picture.
    pub(crate) fn read(&self, file: &str) -> Option<Vec<u8>> {
        fs::read(self.folder.join(PICTURES).join(Path::new(file).file_name()?)).ok()
    }

    /// What was restored needs no writing.
    pub(crate) fn is_at(&mut self, n_changes: u64) {
        self.n_written = n_changes;
    }

    /// How long until the changes up to now are to be written; `None` if they are.
    pub(crate) fn due(&mut self, n_changes: u64) -> Option<Duration> {
        let last_took = self.last_took.filter(|_| n_changes != self.n_written)?;
        let since = *self.waiting_since.get_or_insert_with(Instant::now);
        Some(PATIENCE.max(last_took * SHARE_OF_TIME).saturating_sub(since.elapsed()))
    }

    /// Begins to write; [`Keeper::written`] ends it.
    pub(crate) fn begin(&mut self, n_changes: u64, (session, kept): (Session, Vec<Kept>)) -> Writing {
        (self.n_written, self.waiting_since, self.last_took) = (n_changes, None, None);
        Writing { folder: self.folder.clone(), session, kept }
    }

    /// A writing has ended after so long.
    pub(crate) fn written(&mut self, took: Duration) {
        self.last_took = Some(took);
    }
}

impl Writing {
    /// Writes pictures first and then the session that needs them, and removes pictures that it needs no more.
    ///
    /// # Errors
    /// One sentence, when the folder can't be written to; the session kept before is then as it was.
    pub(crate) fn write(self) -> Result<(), String> {
        let pictures = self.folder.join(PICTURES);
        for Kept { file, source } in &self.kept {
            let path = pictures.join(file);
            if !path.exists() {
                disk::write_atomically(&path, &content(source)?).map_err(|e| e.to_string())?;
            }
        }
        let json = serde_json::to_vec(&self.session).map_err(|e| format!("This session can't be kept: {e}"))?;
        disk::write_atomically(&self.folder.join(FILE), &json).map_err(|e| e.to_string())?;
        let needed: Vec<&str> = self.session.kept_files().collect();
        for file in fs::read_dir(&pictures).into_iter().flatten().flatten() {
            if file.file_name().to_str().is_some_and(|name| !needed.contains(&name)) {
                // A picture that stays for nothing does no harm.
                let _ = fs::remove_file(file.path());
            }
        }
        Ok(())
    }
}

/// A picture as the content of a file.
fn content(source: &PictureSource) -> Result<Vec<u8>, String> {
    match source {
        PictureSource::Bytes { bytes, .. } => Ok(bytes.to_vec()),
        PictureSource::Pixels { pixels, .. } => {
            let mut png = Cursor::new(Vec::new());
            pixels.write_to(&mut png, image::ImageFormat::Png).map_err(|e| e.to_string())?;
            Ok(png.into_inner())
        }
        PictureSource::Path(path) => fs::read(path).map_err(|e| e.to_string()),
    }
}
