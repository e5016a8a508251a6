//! The lines of one shard: a file that only ever grows, and beside it how it was made and whether it is through.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions, TryLockError},
    io::{BufRead as _, BufReader, ErrorKind, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    error::BatchError,
    item::{IdField, ItemId},
    shard::Shard,
};
use crate::{
    disk,
    engine::{GenerateOptions, ModelInfo},
    text::Task,
};

/// What all lines of a part have in common.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// What is asked about each picture.
    pub task: Task,
    /// How the answers are written.
    pub options: GenerateOptions,
    /// The checkpoint's name.
    pub checkpoint: String,
    /// The checkpoint's fingerprint.
    pub fingerprint: String,
    /// How exactly its weights are kept.
    pub precision: String,
}

impl Settings {
    /// What this checkpoint is asked.
    #[must_use]
    pub fn new(task: Task, options: GenerateOptions, info: &ModelInfo) -> Self {
        Self {
            task,
            options,
            checkpoint: info.checkpoint.name.clone(),
            fingerprint: info.fingerprint.clone(),
            precision: info.precision.name().to_owned(),
        }
    }
}

/// What is kept when a shard is through.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Through {
    /// How it was made: [`Settings`], or those of another kind of work.
    pub settings: Value,
    /// Pictures that were answered.
    pub done: usize,
    /// Pictures that could not be.
    pub failed: usize,
    /// Seconds of the run that ended it.
    pub seconds: f64,
    /// The version of Kosmoscope that made it.
    pub version: String,
}

/// What a part has of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// Its answer.
    Answered,
    /// Why it has none.
    Failed,
}

/// A part that is being written. Nobody else can write it meanwhile, as far as the disk has locks.
#[derive(Debug)]
pub struct Part {
    path: PathBuf,
    file: File,
    _lock: Option<File>,
    settings: Value,
    done: HashMap<Vec<u8>, Done>,
    n_failed: usize,
}

/// What is read of a line again.
#[derive(Deserialize)]
pub(super) struct LineHead {
    #[serde(flatten)]
    pub(super) id: IdField,
    pub(super) error: Option<String>,
}

impl LineHead {
    /// What the item is sorted by.
    pub(super) fn key(&self) -> Vec<u8> {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        let exactly = self.id.id_bytes.as_ref().and_then(|bytes| STANDARD.decode(bytes).ok());
        exactly.unwrap_or_else(|| self.id.id.clone().into_bytes())
    }

    pub(super) fn done(&self) -> Done {
        if self.error.is_some() { Done::Failed } else { Done::Answered }
    }
}

/// The file of a shard's lines in a folder.
#[must_use]
pub(super) fn part_path(folder: &Path, shard: Shard) -> PathBuf {
    folder.join(format!("part-{:05}-of-{:05}.jsonl", shard.index, shard.count))
}

/// A file beside it.
pub(super) fn beside(part: &Path, ending: &str) -> PathBuf {
    part.with_extension(ending)
}

impl Part {
    /// Opens the part of a shard to go on with it, or begins it; with `restart` it is begun anew in any case. The settings are
    /// all that its lines depend on beside the pictures, as an object of JSON: [`Settings`], or those of another kind of work.
    ///
    /// # Errors
    /// When somebody else works on it, it was begun with other settings, or its file can't be used.
    pub fn open(folder: &Path, shard: Shard, settings: &impl Serialize, restart: bool) -> Result<Self, BatchError> {
        if folder.exists() && !folder.is_dir() {
            return Err(BatchError::NoFolder(folder.to_owned()));
        }
        fs::create_dir_all(folder).map_err(BatchError::disk(folder))?;
        let path = part_path(folder, shard);
        let lock = lock(&path)?;
        if restart {
            for file in [path.clone(), beside(&path, "done.json"), beside(&path, "settings.json")] {
                match fs::remove_file(&file) {
                    Err(error) if error.kind() != ErrorKind::NotFound => {
                        return Err(BatchError::Disk { error, path: file });
                    }
                    _ => {}
                }
            }
        }
        let settings = keep_settings(&path, settings)?;
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(BatchError::disk(&path))?;
        let done = read_done(&mut file, &path)?;
        let n_failed = done.values().filter(|done| **done == Done::Failed).count();
        Ok(Self { path, file, _lock: lock, settings, done, n_failed })
    }

    /// How the part of a shard in this folder was begun, if it was.
    #[must_use]
    pub fn begun(folder: &Path, shard: Shard) -> Option<Value> {
        serde_json::from_slice(&fs::read(beside(&part_path(folder, shard), "settings.json")).ok()?).ok()
    }

    /// Its file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it has of an item.
    #[must_use]
    pub fn has(&self, id: &ItemId) -> Option<Done> {
        self.done.get(id.as_bytes()).copied()
    }

    /// Whether there is something to do about an item: it is not answered, and did not fail unless that is to be tried again.
    #[must_use]
    pub fn is_open(&self, id: &ItemId, retry_failed: bool) -> bool {
        match self.has(id) {
            None => true,
            Some(Done::Failed) => retry_failed,
            Some(Done::Answered) => false,
        }
    }

    /// It is not through any more: there is something to add to it.
    pub fn begin_again(&self) {
        // What can't be removed is replaced at the end.
        let _ = fs::remove_file(beside(&self.path, "done.json"));
    }

    /// How many it has: answered, and failed.
    #[must_use]
    pub fn counts(&self) -> [usize; 2] {
        [self.done.len() - self.n_failed, self.n_failed]
    }

    /// Adds a line, whole.
    ///
    /// # Errors
    /// When it can't be written. What is written of it is dropped when the part is opened again.
    pub fn add(&mut self, id: &ItemId, line: &str, done: Done) -> Result<(), BatchError> {
        let whole = format!("{line}\n");
        self.file.write_all(whole.as_bytes()).map_err(BatchError::disk(&self.path))?;
        let before = self.done.insert(id.as_bytes().to_vec(), done);
        // Counted as they come: to count all after each would take longer with each.
        self.n_failed += usize::from(done == Done::Failed);
        self.n_failed -= usize::from(before == Some(Done::Failed));
        Ok(())
    }

    /// How its lines are made.
    #[must_use]
    pub fn settings(&self) -> &Value {
        &self.settings
    }

    /// Says that the shard is through, after a run of so many seconds.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn end(&mut self, seconds: f64) -> Result<(), BatchError> {
        self.file.sync_data().map_err(BatchError::disk(&self.path))?;
        let ([done, failed], settings) = (self.counts(), self.settings.clone());
        let through = Through { settings, done, failed, seconds, version: env!("CARGO_PKG_VERSION").to_owned() };
        let json = serde_json::to_vec_pretty(&through).unwrap_or_default();
        Ok(disk::write_atomically(&beside(&self.path, "done.json"), &json)?)
    }

    /// Tells how far it is, for others to watch; that it fails costs nothing.
    pub(super) fn tell(&self, status: &impl Serialize) {
        if let Ok(json) = serde_json::to_vec(status) {
            let _ = disk::write_atomically(&beside(&self.path, "status.json"), &json);
        }
    }
}

/// Keeps others from the part; `None` where the disk has no locks.
fn lock(part: &Path) -> Result<Option<File>, BatchError> {
    let path = beside(part, "lock");
    let file =
        OpenOptions::new().write(true).create(true).truncate(false).open(&path).map_err(BatchError::disk(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(BatchError::Busy(part.to_owned())),
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

/// Notes how the part is made, or sees that it was begun alike. Gives it as it is read again.
fn keep_settings(part: &Path, settings: &impl Serialize) -> Result<Value, BatchError> {
    let path = beside(part, "settings.json");
    let json = serde_json::to_vec_pretty(settings).unwrap_or_default();
    let settings: Value = serde_json::from_slice(&json).unwrap_or_default();
    let begun = match fs::read(&path) {
        Ok(begun) => begun,
        Err(e) if e.kind() == ErrorKind::NotFound => {
            disk::write_atomically(&path, &json)?;
            return Ok(settings);
        }
        Err(e) => return Err(BatchError::disk(&path)(e)),
    };
    let begun: Value = serde_json::from_slice(&begun).unwrap_or_default();
    if begun == settings {
        return Ok(settings);
    }
    let fields =
        ["task", "source", "captions", "describe", "rules", "options", "checkpoint", "fingerprint", "precision"];
    let what = match fields.into_iter().find(|field| begun.get(field) != settings.get(field)) {
        Some(_) if !begun.is_object() => "version of Kosmoscope",
        Some("task") => "task",
        Some("source") => "file of records",
        Some("captions" | "describe") => "source of captions",
        Some("rules") => "rule for boxes",
        Some("options") => "setting of how answers are written",
        Some(_) => "checkpoint",
        None => "version of Kosmoscope",
    };
    Err(BatchError::OtherSettings { what, path: part.to_owned() })
}

/// Reads what the part has, drops a last line that was not finished, and leaves the file at its end.
fn read_done(file: &mut File, path: &Path) -> Result<HashMap<Vec<u8>, Done>, BatchError> {
    let mut done = HashMap::new();
    let mut whole = 0;
    let mut reader = BufReader::new(&mut *file);
    let mut line = Vec::new();
    for n in 1.. {
        line.clear();
        let n_bytes = reader.read_until(b'\n', &mut line).map_err(BatchError::disk(path))?;
        if n_bytes == 0 || line.last() != Some(&b'\n') {
            break;
        }
        let head: LineHead =
            serde_json::from_slice(&line).map_err(|_| BatchError::Damaged { line: n, path: path.to_owned() })?;
        done.insert(head.key(), head.done());
        whole += n_bytes as u64;
    }
    file.set_len(whole).map_err(BatchError::disk(path))?;
    file.seek(SeekFrom::Start(whole)).map_err(BatchError::disk(path))?;
    Ok(done)
}
