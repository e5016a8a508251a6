//! A whole checkpoint: look it up, make sure there is room, fetch what is missing, leave the list beside it.

use std::{collections::BTreeSet, fs, io, path::Path, thread};

use crossbeam_channel::{RecvTimeoutError, bounded};

use super::{
    attempt::FileProgress,
    error::{HubError, RequestError},
    fetch::{self, Failure},
    folder::{take, unusable},
    http::Http,
    listing,
    partial::{self, PartialFile},
    progress::{Progress, Speed, TICK},
    record::Record,
    settings::Settings,
};
use crate::{
    checkpoint::{FileState, ListedFile, MANIFEST, Manifest},
    disk,
    progress::{OnProgress, Share},
    words::{place, size},
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
    let record = take(folder, &manifest, on_progress)?;
    let (outdated, arrived) = (Vec::new(), Vec::new());
    let mut pulling =
        Pulling { manifest: &manifest, folder, settings, record, outdated, arrived, n_finished: 0, on_progress };
    let missing = pulling.missing()?;
    pulling.look_at_unfinished()?;
    pulling.check_room(&missing)?;
    for file in missing {
        pulling.fetch(file)?;
    }
    pulling.replace_outdated()?;
    let list = serde_json::to_vec_pretty(&manifest).map_err(|e| unusable(folder, e.into()))?;
    disk::write_atomically(&folder.join(MANIFEST), &list)?;
    pulling.record.clear().map_err(|e| unusable(folder, e))?;
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
    record: Record,
    /// Files of ours that are no longer what the hub has. They stay until all else is there, so that what lies in the
    /// folder belongs together.
    outdated: Vec<ListedFile>,
    /// Checked files that take the place of an outdated one.
    arrived: Vec<(&'a ListedFile, PartialFile)>,
    /// Bytes of the files that are complete.
    n_finished: u64,
    on_progress: OnProgress<'a, Progress>,
}

impl<'a> Pulling<'a> {
    /// The files that are not there yet. A file with another content is left alone, unless a download brought it.
    fn missing(&mut self) -> Result<Vec<&'a ListedFile>, HubError> {
        let (manifest, mut missing) = (self.manifest, Vec::new());
        for file in &manifest.files {
            match self.state(file)? {
                FileState::Good => self.n_finished += file.n_bytes,
                FileState::Missing => missing.push(file),
                FileState::OtherSize(_) | FileState::OtherSum(_) if self.is_outdated(&file.name)? => missing.push(file),
                _ => return Err(HubError::InTheWay(self.folder.join(&file.name))),
            }
        }
        let begun: BTreeSet<_> = self.record.files_of(&manifest.repo).map(|file| file.name.clone()).collect();
        for name in begun.iter().filter(|name| !manifest.files.iter().any(|file| file.name == **name)) {
            self.is_outdated(name)?;
        }
        Ok(missing)
    }

    /// Whether what has this name is as a download of this repository brought it.
    fn is_outdated(&mut self, name: &str) -> Result<bool, HubError> {
        let begun = self.record.files_of(&self.manifest.repo).filter(|file| file.name == name);
        for file in begun.cloned().collect::<Vec<_>>() {
            if let FileState::Good = self.state(&file)? {
                self.outdated.push(file);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Compares what is in a file's place with what it should be.
    fn state(&mut self, file: &ListedFile) -> Result<FileState, HubError> {
        let (n_finished, n_total) = (self.n_finished, self.manifest.n_bytes());
        let state = file.state(self.folder, &mut |n| {
            let share = Share { n_done: (n_finished + n).min(n_total), n_total };
            (self.on_progress)(Progress::Checking { file: file.name.clone(), share })
        });
        if let FileState::Stopped = state { Err(self.stopped(n_finished)) } else { Ok(state) }
    }

    /// What earlier downloads left unfinished: another repository's stays and is in the way, of this one what is out of
    /// date goes.
    fn look_at_unfinished(&self) -> Result<(), HubError> {
        let (folder, listed) = (self.folder, &self.manifest.files);
        for left in partial::unfinished(folder).map_err(|e| unusable(folder, e))? {
            let has_its_name = |file: &ListedFile| folder.join(&file.name) == left.target;
            let is_it = |file: &ListedFile| has_its_name(file) && file.sum == left.sum;
            if listed.iter().any(is_it) {
                continue;
            }
            if let Some(repo) = self.record.other_owner(&self.manifest.repo, is_it) {
                return Err(HubError::OtherDownload { repo: repo.to_owned(), path: folder.to_owned() });
            }
            if listed.iter().any(has_its_name) || self.record.files_of(&self.manifest.repo).any(is_it) {
                let (name, there) = (place(left.target.file_name().unwrap_or_default().as_ref()), size(left.n_bytes));
                tracing::warn!("{name} has changed on the hub, so what was there of the old one goes ({there})");
                partial::discard(&left.target).map_err(|e| unusable(folder, e))?;
            }
        }
        Ok(())
    }

    /// Puts what has arrived in the place of what is out of date, unless somebody has changed that meanwhile.
    fn replace_outdated(&mut self) -> Result<(), HubError> {
        for old in std::mem::take(&mut self.outdated) {
            let path = self.folder.join(&old.name);
            match self.state(&old)? {
                FileState::Good => {
                    fs::remove_file(&path).map_err(|e| self.disk_error(e, &old.name, self.n_finished))?;
                }
                FileState::Missing => {}
                _ if self.arrived.iter().any(|(file, _)| file.name == old.name) => {
                    return Err(HubError::InTheWay(path));
                }
                _ => {}
            }
        }
        for (file, partial) in std::mem::take(&mut self.arrived) {
            partial.finish().map_err(|e| self.disk_error(e, &file.name, self.n_finished))?;
        }
        Ok(())
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

    fn fetch(&mut self, file: &'a ListedFile) -> Result<(), HubError> {
        let n_finished = self.n_finished;
        let begun = self.record.begin(&self.manifest.repo, file);
        begun.map_err(|e| self.disk_error(e, &file.name, n_finished))?;
        let partial = PartialFile::open(self.folder, file, self.settings.most_piece_bytes);
        let partial = partial.map_err(|e| self.disk_error(e, &file.name, n_finished))?;
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
        let partial = fetched.map_err(|failure| self.error(failure, file, n_finished + n_kept))?;
        self.n_finished += file.n_bytes;
        if self.outdated.iter().any(|old| old.name == file.name) {
            self.arrived.push((file, partial));
            return Ok(());
        }
        partial.finish().map_err(|e| self.disk_error(e, &file.name, self.n_finished))
    }

    fn error(&self, failure: Failure, file: &ListedFile, n_kept: u64) -> HubError {
        let (name, kept) = (file.name.clone(), self.share(n_kept));
        match failure {
            Failure::Setting(e) => e,
            Failure::Request(RequestError::Stopped) => self.stopped(n_kept),
            Failure::Request(RequestError::Disk(reason)) => self.disk_error(reason, &name, n_kept),
            Failure::Request(error) => HubError::Interrupted { file: name, error, kept },
            Failure::Damaged { found, aside } => {
                HubError::Damaged { file: name, found, listed: file.sum.digits().to_owned(), path: aside }
            }
        }
    }

    fn disk_error(&self, reason: io::Error, name: &str, n_kept: u64) -> HubError {
        let (file, kept, path) = (name.to_owned(), self.share(n_kept), self.folder.to_owned());
        match reason.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => HubError::Full { file, kept, path },
            io::ErrorKind::FileTooLarge => HubError::TooLarge { file, kept, path },
            _ => HubError::Disk { reason, path: path.join(name), kept },
        }
    }

    fn stopped(&self, n_kept: u64) -> HubError {
        HubError::Stopped { kept: Some(self.share(n_kept)) }
    }

    fn share(&self, n_done: u64) -> Share {
        Share { n_done, n_total: self.manifest.n_bytes() }
    }
}
