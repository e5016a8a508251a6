//! A whole checkpoint: look it up, make sure there is room, fetch what is missing, leave the list beside it.

use std::{fs, path::Path, thread};

use crossbeam_channel::{RecvTimeoutError, bounded};

use super::{
    attempt::FileProgress,
    error::{HubError, RequestError},
    fetch::{self, Failure},
    folder::{lock, unusable},
    http::Http,
    listing,
    partial::{self, PartialFile},
    progress::{Progress, Speed, TICK},
    settings::Settings,
};
use crate::{
    checkpoint::{FileState, ListedFile, MANIFEST, Manifest},
    disk,
    progress::{OnProgress, Share},
};

/// Downloads a checkpoint into a folder, and goes on with what an earlier download left there.
///
/// `on_progress` is called several times a second on this thread, and may break to pause: what has arrived stays.
///
/// # Errors
/// When anything prevents it; nothing is lost then, and no file has its name before it is checked.
pub fn pull(
    repo: &str,
    folder: &Path,
    settings: &Settings,
    on_progress: OnProgress<'_, Progress>,
) -> Result<Manifest, HubError> {
    let manifest = look_up_or_stop(repo, settings, on_progress)?;
    fs::create_dir_all(folder).map_err(|e| unusable(folder, e))?;
    let _lock = lock(folder, &manifest, on_progress)?;
    let mut pulling = Pulling { manifest: &manifest, folder, settings, n_finished: 0, on_progress };
    let missing = pulling.missing()?;
    pulling.check_room(&missing)?;
    for file in missing {
        pulling.fetch(file)?;
    }
    let list = serde_json::to_vec_pretty(&manifest).map_err(|e| unusable(folder, e.into()))?;
    disk::write_atomically(&folder.join(MANIFEST), &list)?;
    Ok(manifest)
}

/// Looks up on a thread of its own, so that whoever stops does not wait for a request that gets no answer: that one ends
/// by itself within the time of a stall, is followed by no other, and changes nothing.
fn look_up_or_stop(
    repo: &str,
    settings: &Settings,
    on_progress: OnProgress<'_, Progress>,
) -> Result<Manifest, HubError> {
    let (http, (sender, found)) = (Http::new(settings)?, bounded(1));
    let (asking, patience, name) = (http.clone(), settings.patience, repo.to_owned());
    let ask = move || {
        // Nobody waits for it after a stop.
        let _ = sender.send(listing::look_up(&asking, &patience, &name));
    };
    let failed = |error| HubError::LookUp { repo: repo.to_owned(), error };
    let started = thread::Builder::new().name("look-up".to_owned()).spawn(ask);
    started.map_err(|e| failed(RequestError::NotStarted(e)))?;
    loop {
        if on_progress(Progress::LookingUp).is_break() {
            http.stop();
            return Err(HubError::Stopped { kept: None });
        }
        match found.recv_timeout(TICK) {
            Ok(looked_up) => return looked_up,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(failed(RequestError::Panicked)),
        }
    }
}

/// A download under way.
struct Pulling<'a> {
    manifest: &'a Manifest,
    folder: &'a Path,
    settings: &'a Settings,
    /// Bytes of the files that are complete.
    n_finished: u64,
    on_progress: OnProgress<'a, Progress>,
}

impl<'a> Pulling<'a> {
    /// The files that are not there yet. A file of such a name with another content is not ours, and is left alone.
    fn missing(&mut self) -> Result<Vec<&'a ListedFile>, HubError> {
        let mut missing = Vec::new();
        for file in &self.manifest.files {
            let (n_finished, n_total) = (self.n_finished, self.manifest.n_bytes());
            let state = file.state(self.folder, &mut |n| {
                let share = Share { n_done: n_finished + n, n_total };
                (self.on_progress)(Progress::Checking { file: file.name.clone(), share })
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
        let needs = disk::with_spare_room(n_left);
        match disk::free_space(self.folder) {
            Some(free) if free < needs => Err(HubError::NoRoom { needs, free, path: self.folder.to_owned() }),
            _ => Ok(()),
        }
    }

    fn fetch(&mut self, file: &ListedFile) -> Result<(), HubError> {
        let n_finished = self.n_finished;
        let partial = PartialFile::open(self.folder, file, self.settings.most_piece_bytes);
        let partial = partial.map_err(|e| self.error(RequestError::Disk(e).into(), file, n_finished))?;
        let path = format!("/{}/resolve/{}/{}", self.manifest.repo, self.manifest.revision, file.name);
        let (mut n_kept, mut speed) = (partial.n_kept(), Speed::new());
        let n_total = self.manifest.n_bytes();
        let fetched = fetch::fetch(self.settings, &path, file, partial, &mut |progress: FileProgress| {
            n_kept = progress.n_kept;
            let (file, share) = (file.name.clone(), Share { n_done: n_finished + progress.n_done, n_total });
            let bytes_per_sec = speed.after(progress.n_arrived);
            (self.on_progress)(if progress.is_checking {
                Progress::Checking { file, share }
            } else {
                Progress::Receiving { file, share, bytes_per_sec, why_waiting: progress.why_waiting }
            })
        });
        fetched.map_err(|failure| self.error(failure, file, n_finished + n_kept))?;
        self.n_finished += file.n_bytes;
        Ok(())
    }

    fn error(&self, failure: Failure, file: &ListedFile, n_kept: u64) -> HubError {
        let (name, kept) = (file.name.clone(), self.share(n_kept));
        match failure {
            Failure::Setting(e) => e,
            Failure::Request(RequestError::Stopped) => self.stopped(n_kept),
            Failure::Request(RequestError::Disk(reason)) => {
                HubError::Disk { reason, path: self.folder.join(name), kept }
            }
            Failure::Request(error) => HubError::Interrupted { file: name, error, kept },
            Failure::Damaged { found, aside } => {
                HubError::Damaged { file: name, found, listed: file.sum.digits().to_owned(), path: aside }
            }
        }
    }

    fn stopped(&self, n_kept: u64) -> HubError {
        HubError::Stopped { kept: Some(self.share(n_kept)) }
    }

    fn share(&self, n_done: u64) -> Share {
        Share { n_done, n_total: self.manifest.n_bytes() }
    }
}
