//! A whole checkpoint: look it up, make sure there is room, fetch what is missing, leave the list beside it.

use std::{
    fs::{self, File, TryLockError},
    io,
    ops::ControlFlow,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{RecvTimeoutError, bounded};

use super::{
    HubError, Settings, Trouble,
    fetch::{self, Failure, Tick},
    http::Http,
    listing,
    partial::{self, Part},
};
use crate::{
    checkpoint::{FileState, ListedFile, MANIFEST, Manifest},
    disk,
};

/// Held by whoever downloads into a folder; the system lets go of it when that program ends in any way.
const LOCK: &str = "kosmoscope.lock";
/// How often a second program looks whether the first one is done.
const LOOK_AGAIN: Duration = Duration::from_millis(300);
/// How often it is asked whether to stop while the list of files is looked up.
const TICK: Duration = Duration::from_millis(100);
/// The speed is that of the last while.
const SPEED_WINDOW: Duration = Duration::from_secs(1);
/// Room that is left on the disk, of what is needed.
const SPARE_ROOM: f64 = 0.05;

/// How far a download is.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// What is being done.
    pub step: Step,
    /// The file it is about; empty if none.
    pub file: String,
    /// Bytes of all files so far, those from earlier downloads included.
    pub n_done: u64,
    /// Bytes of all files; 0 until that is known.
    pub n_total: u64,
    /// Over the network, lately.
    pub bytes_per_sec: f64,
    /// What a connection waits for, if it does.
    pub trouble: Option<String>,
}

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Asking for the list of files.
    LookingUp,
    /// Another program downloads into the same folder; its progress is shown.
    Waiting,
    /// Bytes arrive.
    Receiving,
    /// Files that are already there are summed.
    Checking,
}

type OnProgress<'a> = &'a mut dyn FnMut(&Progress) -> ControlFlow<()>;

impl Progress {
    /// Seconds until the end at this speed, if anything can be said.
    #[must_use]
    pub fn secs_left(&self) -> Option<f64> {
        let n_left = self.n_total.saturating_sub(self.n_done) as f64;
        (self.bytes_per_sec > 1.0).then(|| n_left / self.bytes_per_sec)
    }

    fn at(step: Step) -> Self {
        Self { step, file: String::new(), n_done: 0, n_total: 0, bytes_per_sec: 0.0, trouble: None }
    }
}

/// What a repository offers: size and licence, for whoever must decide.
///
/// # Errors
/// When the hub can't be reached, or the repository is not there or no checkpoint.
pub fn look_up(repo: &str, settings: &Settings) -> Result<Manifest, HubError> {
    listing::look_up(&Http::new(settings)?, &settings.patience, repo)
}

/// Downloads a checkpoint into a folder, and goes on with what an earlier download left there.
///
/// `on_progress` is called several times a second on this thread, and may break to pause: what has arrived stays.
///
/// # Errors
/// When anything prevents it; nothing is lost then, and no file has its name before it is checked.
pub fn pull(repo: &str, folder: &Path, settings: &Settings, on_progress: OnProgress<'_>) -> Result<Manifest, HubError> {
    let manifest = look_up_or_stop(repo, settings, on_progress)?;
    let unusable = |reason| HubError::Folder { reason, path: folder.to_owned() };
    fs::create_dir_all(folder).map_err(unusable)?;
    let _lock = lock(folder, &manifest, on_progress)?;
    let mut pulling = Pulling { manifest: &manifest, folder, settings, n_finished: 0, on_progress };
    let missing = pulling.missing()?;
    pulling.check_room(&missing)?;
    for file in missing {
        pulling.fetch(file)?;
    }
    let list = serde_json::to_vec_pretty(&manifest).map_err(|e| unusable(e.into()))?;
    disk::write_atomically(&folder.join(MANIFEST), &list)?;
    Ok(manifest)
}

/// Looks up on a thread of its own, so that whoever stops does not wait for a request that gets no answer: that one ends
/// by itself within the time of a stall, is followed by no other, and changes nothing.
fn look_up_or_stop(repo: &str, settings: &Settings, on_progress: OnProgress<'_>) -> Result<Manifest, HubError> {
    let (http, (sender, found)) = (Http::new(settings)?, bounded(1));
    let (asking, patience, name) = (http.clone(), settings.patience, repo.to_owned());
    let ask = move || {
        // Nobody waits for it after a stop.
        let _ = sender.send(listing::look_up(&asking, &patience, &name));
    };
    let failed = |reason: String| {
        let trouble = Trouble::Unreachable { host: settings.endpoint.clone(), reason };
        HubError::LookUp { repo: repo.to_owned(), trouble }
    };
    thread::Builder::new().name("look-up".to_owned()).spawn(ask).map_err(|e| failed(e.to_string()))?;
    loop {
        if on_progress(&Progress::at(Step::LookingUp)).is_break() {
            http.stop();
            return Err(HubError::Stopped { n_kept: 0, n_total: 0 });
        }
        match found.recv_timeout(TICK) {
            Ok(looked_up) => return looked_up,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(failed("its thread ended".to_owned())),
        }
    }
}

/// Bytes of unfinished files that downloads left in a folder; `None` if there are no such files.
#[must_use]
pub fn unfinished_bytes(folder: &Path) -> Option<u64> {
    let unfinished = partial::unfinished(folder).ok().filter(|files| !files.is_empty())?;
    Some(unfinished.iter().map(|(_, n_bytes)| n_bytes).sum())
}

/// Removes the unfinished files that a download left in a folder, and gives their bytes; complete files stay, and so does
/// everything that is not of a download.
///
/// # Errors
/// When another program downloads into it, or it can't be changed.
pub fn discard(folder: &Path) -> Result<u64, HubError> {
    let unusable = |reason| HubError::Folder { reason, path: folder.to_owned() };
    if unfinished_bytes(folder).is_none() {
        return Ok(0);
    }
    let lock = open_lock(folder)?;
    lock.try_lock().map_err(|e| match e {
        TryLockError::WouldBlock => HubError::Busy(folder.to_owned()),
        TryLockError::Error(e) => unusable(e),
    })?;
    let mut n_removed = 0;
    for (target, n_bytes) in partial::unfinished(folder).map_err(unusable)? {
        partial::discard(&target).map_err(unusable)?;
        n_removed += n_bytes;
    }
    Ok(n_removed)
}

fn open_lock(folder: &Path) -> Result<File, HubError> {
    let lock = File::options().create(true).append(true).open(folder.join(LOCK));
    lock.map_err(|reason| HubError::Folder { reason, path: folder.to_owned() })
}

/// Waits until no other program downloads into this folder.
fn lock(folder: &Path, manifest: &Manifest, on_progress: OnProgress<'_>) -> Result<File, HubError> {
    let unusable = |reason| HubError::Folder { reason, path: folder.to_owned() };
    let lock = open_lock(folder)?;
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::Error(e)) => return Err(unusable(e)),
            Err(TryLockError::WouldBlock) => {}
        }
        let n_done = manifest.files.iter().map(|file| n_there(folder, file)).sum();
        let progress = Progress { n_done, n_total: manifest.n_bytes(), ..Progress::at(Step::Waiting) };
        if on_progress(&progress).is_break() {
            return Err(HubError::Stopped { n_kept: n_done, n_total: manifest.n_bytes() });
        }
        thread::sleep(LOOK_AGAIN);
    }
}

/// Bytes of a file that are on disk, by the look of it.
fn n_there(folder: &Path, file: &ListedFile) -> u64 {
    let complete = folder.join(&file.name).metadata().is_ok_and(|metadata| metadata.len() == file.n_bytes);
    if complete { file.n_bytes } else { partial::n_kept(folder, file) }
}

/// A download under way.
struct Pulling<'a> {
    manifest: &'a Manifest,
    folder: &'a Path,
    settings: &'a Settings,
    /// Bytes of the files that are complete.
    n_finished: u64,
    on_progress: OnProgress<'a>,
}

impl<'a> Pulling<'a> {
    /// The files that are not there yet. One that is there and is another is nothing of ours.
    fn missing(&mut self) -> Result<Vec<&'a ListedFile>, HubError> {
        let mut missing = Vec::new();
        for file in &self.manifest.files {
            let (n_finished, n_total) = (self.n_finished, self.manifest.n_bytes());
            let state = file.state(self.folder, &mut |n| {
                let name = file.name.clone();
                let progress = Progress { file: name, n_done: n_finished + n, n_total, ..Progress::at(Step::Checking) };
                (self.on_progress)(&progress)
            });
            match state {
                FileState::Good => self.n_finished += file.n_bytes,
                FileState::Missing => missing.push(file),
                FileState::Stopped => return Err(self.stopped(self.n_finished)),
                FileState::OtherSize(_) | FileState::OtherSum(_) | FileState::Unreadable(_) => {
                    return Err(HubError::InTheWay(self.folder.join(&file.name)));
                }
            }
        }
        Ok(missing)
    }

    fn check_room(&self, missing: &[&ListedFile]) -> Result<(), HubError> {
        let sizes = missing.iter().map(|file| file.n_bytes - partial::n_kept(self.folder, file).min(file.n_bytes));
        let n_left = sizes.fold(0, u64::saturating_add);
        let needs = n_left.saturating_add((n_left as f64 * SPARE_ROOM) as u64);
        match disk::free_space(self.folder) {
            Some(free) if free < needs => Err(HubError::NoRoom { needs, free, path: self.folder.to_owned() }),
            _ => Ok(()),
        }
    }

    fn fetch(&mut self, file: &ListedFile) -> Result<(), HubError> {
        let part = Part::open(self.folder, file, self.settings.most_piece_bytes);
        let part = part.map_err(|e| self.disk(e, self.n_finished, file))?;
        let address = format!("/{}/resolve/{}/{}", self.manifest.repo, self.manifest.revision, file.name);
        let (mut n_kept, mut speed) = (part.n_kept(), Speed::new());
        let (n_finished, n_total) = (self.n_finished, self.manifest.n_bytes());
        let fetched = fetch::fetch(self.settings, &address, file, part, &mut |tick: Tick| {
            n_kept = tick.n_kept;
            (self.on_progress)(&Progress {
                step: if tick.is_checking { Step::Checking } else { Step::Receiving },
                file: file.name.clone(),
                n_done: n_finished + tick.n_done,
                n_total,
                bytes_per_sec: speed.of(tick.n_arrived),
                trouble: tick.trouble,
            })
        });
        match fetched {
            Ok(()) => {
                self.n_finished += file.n_bytes;
                Ok(())
            }
            Err(failure) => Err(self.error(failure, file, n_finished + n_kept)),
        }
    }

    fn error(&self, failure: Failure, file: &ListedFile, n_kept: u64) -> HubError {
        let (name, n_total) = (file.name.clone(), self.manifest.n_bytes());
        match failure {
            Failure::Setting(e) => e,
            Failure::Trouble(Trouble::Stopped) => self.stopped(n_kept),
            Failure::Trouble(Trouble::Disk(reason)) => self.disk(reason, n_kept, file),
            Failure::Trouble(trouble) => HubError::Interrupted { file: name, trouble, n_kept, n_total },
            Failure::Damaged { found, aside } => {
                HubError::Damaged { file: name, found, listed: file.sum.digits().to_owned(), path: aside }
            }
        }
    }

    fn stopped(&self, n_kept: u64) -> HubError {
        HubError::Stopped { n_kept, n_total: self.manifest.n_bytes() }
    }

    fn disk(&self, reason: io::Error, n_kept: u64, file: &ListedFile) -> HubError {
        let path: PathBuf = self.folder.join(&file.name);
        HubError::Disk { reason, path, n_kept, n_total: self.manifest.n_bytes() }
    }
}

/// Bytes a second over the last while.
struct Speed {
    since: Instant,
    n_then: u64,
    last: f64,
}

impl Speed {
    fn new() -> Self {
        Self { since: Instant::now(), n_then: 0, last: 0.0 }
    }

    fn of(&mut self, n_now: u64) -> f64 {
        let elapsed = self.since.elapsed();
        if elapsed >= SPEED_WINDOW {
            let now = n_now.saturating_sub(self.n_then) as f64 / elapsed.as_secs_f64();
            self.last = if self.last == 0.0 { now } else { 0.5 * self.last + 0.5 * now };
            (self.since, self.n_then) = (Instant::now(), n_now);
        }
        self.last
    }
}
