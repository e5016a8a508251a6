//! The session's folder: what is kept there is whole after a crash, and belongs to one window at a time.
//!
//! A thread of its own writes it from snapshots of the state. A session file that can't be read is set aside, never
//! deleted.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::content::{Kept, KeptFiles, Session, Snapshot};
use crate::{checkpoint::is_plain_name, disk, picture::PictureSource, ui::state::AppState};

/// Changes are written this long after the first of them at the earliest, and writing takes up at most a twentieth of the
/// time.
const PATIENCE: Duration = Duration::from_secs(1);
const SHARE_OF_TIME: u32 = 20;
const FILE: &str = "session.json";
const PICTURES: &str = "pictures";
const NOT_KEPT: &str = "This session could not be saved; please report this";

/// Keeps the session of one window. Dropping it lets the thread finish what it was given, and does not wait; the folder is
/// the window's until then.
#[derive(Debug)]
pub(crate) struct SessionStore {
    folder: PathBuf,
    inbox: Sender<Message>,
    written: Receiver<Written>,
    thread: JoinHandle<()>,
    /// The changes that are written, or being written.
    n_written: u64,
    /// When the first change was seen that is not.
    waiting_since: Option<Instant>,
    /// How long the last writing took; `None` while one is under way.
    last_took: Option<Duration>,
}

/// What was kept of the last window.
#[derive(Debug)]
pub(crate) struct Restored {
    /// The session file.
    pub(crate) session: Session,
    /// The files of the folder that it needs, by their names, as far as they can be read.
    pub(crate) kept: HashMap<String, Arc<[u8]>>,
    /// Whether the checkpoint that it names is still there.
    pub(crate) has_checkpoint: bool,
}

enum Message {
    /// These pictures have files already.
    Known(KeptFiles),
    /// This is to be written.
    Save(Box<Snapshot>),
}

/// One writing has ended.
struct Written {
    took: Duration,
    result: Result<(), String>,
}

impl SessionStore {
    /// Takes a folder for this window. `wake` is called after each writing, from the thread that writes.
    ///
    /// # Errors
    /// One sentence, when another window has it or it can't be made.
    pub(crate) fn open(folder: &Path, wake: impl Fn() + Send + 'static) -> Result<Self, String> {
        let failed = |e: std::io::Error| {
            format!("This session can't be saved: {e}. Make this folder writable: {}", folder.display())
        };
        fs::create_dir_all(folder.join(PICTURES)).map_err(failed)?;
        let lock = File::create(folder.join("lock")).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                return Err("Another Kosmoscope window is open; what you do in this one is not saved".to_owned());
            }
            Err(fs::TryLockError::Error(e)) => return Err(failed(e)),
        }
        let (inbox, messages) = unbounded();
        let (sender, written) = unbounded();
        let at = folder.to_owned();
        let thread = thread::Builder::new().name("session".to_owned()).spawn(move || {
            // Held until the last of it is written.
            let _lock = lock;
            serve(&at, &messages, |news| {
                // Nobody listening means that the window is gone.
                let _ = sender.send(news);
                wake();
            });
        });
        Ok(Self {
            folder: folder.to_owned(),
            inbox,
            written,
            thread: thread.map_err(failed)?,
            n_written: 0,
            waiting_since: None,
            last_took: Some(Duration::ZERO),
        })
    }

    /// The session kept last; `None` if there is none.
    ///
    /// # Errors
    /// One sentence, when the file can't be read; it is set aside.
    pub(crate) fn load(&self) -> Result<Option<Restored>, String> {
        let path = self.folder.join(FILE);
        let content = match fs::read(&path) {
            Ok(content) => content,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(format!("The last session can't be read: {e}. It stays in {}", path.display())),
        };
        match serde_json::from_slice(&content) {
            Ok(session) => Ok(Some(self.with_files(session))),
            Err(e) => {
                let aside = self.free_name();
                let place = if fs::rename(&path, &aside).is_ok() { aside } else { path };
                Err(format!("The last session is damaged ({e}) and was set aside as {}", place.display()))
            }
        }
    }

    fn with_files(&self, session: Session) -> Restored {
        let path = |file: &str| self.folder.join(PICTURES).join(file);
        let bytes = |file: &str| Some((file.to_owned(), Arc::from(fs::read(path(file)).ok()?)));
        // A damaged file must not lead out of the folder, neither now nor when it is written again.
        let kept = session.kept_files().filter(|file| is_plain_name(file)).filter_map(bytes).collect();
        let has_checkpoint = session.checkpoint.as_ref().is_some_and(|path| path.exists());
        Restored { session, kept, has_checkpoint }
    }

    /// A name for a damaged file that no other has.
    fn free_name(&self) -> PathBuf {
        let name = |n: u32| self.folder.join(format!("session-damaged-{n}.json"));
        (1..u32::MAX).map(name).find(|path| !path.exists()).unwrap_or_else(|| name(0))
    }

    /// What was restored needs no writing, and its pictures have files already.
    pub(crate) fn mark_saved(&mut self, n_changes: u64, files: KeptFiles) {
        self.n_written = n_changes;
        // Without a thread nothing is written.
        let _ = self.inbox.send(Message::Known(files));
    }

    /// How long until the changes up to now are to be written; `None` if they are.
    pub(crate) fn due(&mut self, n_changes: u64) -> Option<Duration> {
        let last_took = self.last_took.filter(|_| n_changes != self.n_written)?;
        let since = *self.waiting_since.get_or_insert_with(Instant::now);
        Some(PATIENCE.max(last_took * SHARE_OF_TIME).saturating_sub(since.elapsed()))
    }

    /// Has this written.
    pub(crate) fn save(&mut self, state: &AppState) {
        (self.n_written, self.waiting_since, self.last_took) = (state.n_changes, None, None);
        // Without a thread nothing is written.
        let _ = self.inbox.send(Message::Save(Box::new(Snapshot::of(state))));
    }

    /// How the last writing ended, if one did since this was asked last.
    pub(crate) fn try_recv(&mut self) -> Option<Result<(), String>> {
        let Written { took, result } = self.written.try_recv().ok()?;
        self.last_took = Some(took);
        Some(result)
    }

    /// Has written what is not yet, and waits for it.
    ///
    /// # Errors
    /// One sentence, when it could not be written.
    pub(crate) fn finish(mut self, state: &AppState) -> Result<(), String> {
        if state.n_changes != self.n_written {
            self.save(state);
        }
        let Self { inbox, written, thread, .. } = self;
        drop(inbox);
        let ended = thread.join();
        let last = written.try_iter().last().map_or(Ok(()), |last| last.result);
        ended.map_err(|_| NOT_KEPT.to_owned()).and(last)
    }
}

/// Writes what arrives, the latest only, until nobody can send any more.
fn serve(folder: &Path, inbox: &Receiver<Message>, tell: impl Fn(Written)) {
    let mut files = KeptFiles::new();
    while let Ok(first) = inbox.recv() {
        let mut latest = None;
        for message in std::iter::once(first).chain(inbox.try_iter()) {
            match message {
                Message::Known(known) => files.extend(known),
                Message::Save(snapshot) => latest = Some(snapshot),
            }
        }
        if let Some(snapshot) = latest {
            let start = Instant::now();
            let written = catch_unwind(AssertUnwindSafe(|| {
                let (session, kept) = snapshot.into_session(&mut files);
                write(folder, &session, &kept)
            }));
            let result = written.unwrap_or_else(|_| Err(NOT_KEPT.to_owned()));
            tell(Written { took: start.elapsed(), result });
        }
    }
}

/// Writes pictures first and then the session that needs them, and removes pictures that it needs no more. When the folder
/// can't be written to, the session kept before is as it was.
fn write(folder: &Path, session: &Session, kept: &[Kept]) -> Result<(), String> {
    let pictures = folder.join(PICTURES);
    for Kept { file, source } in kept {
        let path = pictures.join(file);
        if !path.exists() {
            disk::write_atomically(&path, &content(source)?).map_err(|e| e.to_string())?;
        }
    }
    let json = serde_json::to_vec(session).map_err(|e| format!("This session can't be saved: {e}"))?;
    disk::write_atomically(&folder.join(FILE), &json).map_err(|e| e.to_string())?;
    let needed: Vec<&str> = session.kept_files().collect();
    for file in fs::read_dir(&pictures).into_iter().flatten().flatten() {
        if file.file_name().to_str().is_some_and(|name| !needed.contains(&name)) {
            // A picture that stays for nothing does no harm.
            let _ = fs::remove_file(file.path());
        }
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_file_does_not_lead_out_of_the_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("outside"), "mine").expect("written");
        let pictures = [
            r#"{"source": {"Kept": {"name": "a", "file": "../outside"}}, "results": [], "shown": null, "region": null}"#,
        ];
        let session = format!(r#"{{"pictures": [{}]}}"#, pictures.join(", "));
        fs::create_dir(folder.path().join(PICTURES)).expect("a folder");
        fs::write(folder.path().join(FILE), session).expect("written");
        let store = SessionStore::open(folder.path(), || {}).expect("nobody else has it");
        let restored = store.load().expect("it can be read").expect("there is one");
        assert!(restored.kept.is_empty());
        let mut state = AppState::default();
        let (_, files) = state.restore(restored);
        assert!(files.is_empty() && state.pictures.entries().is_empty());
    }
}
