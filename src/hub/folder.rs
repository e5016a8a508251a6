//! The folder of a download: who may change it, and what earlier downloads left unfinished there.

use std::{
    fs::{File, TryLockError},
    io,
    path::Path,
    thread,
    time::Duration,
};

use super::{error::HubError, partial, progress::Progress, record::Record};
use crate::{
    checkpoint::{ListedFile, Manifest},
    progress::{OnProgress, Share},
    words,
};

/// Held by whoever downloads into a folder; the system lets go of it when that program ends in any way.
const LOCK: &str = "kosmoscope.lock";
/// How often a second program looks whether the first one is done.
const LOOK_AGAIN: Duration = Duration::from_millis(300);

/// Bytes of unfinished files that downloads left in a folder; `None` if there are no such files.
#[must_use]
pub fn unfinished_bytes(folder: &Path) -> Option<u64> {
    let unfinished = partial::unfinished(folder).ok().filter(|files| !files.is_empty())?;
    Some(unfinished.iter().map(|file| file.n_bytes).sum())
}

/// Removes the unfinished files that a download left in a folder, and gives their bytes; complete files stay, and so does
/// everything that is not of a download.
///
/// # Errors
/// When another program downloads into it, or it can't be changed.
pub fn discard(folder: &Path) -> Result<u64, HubError> {
    if unfinished_bytes(folder).is_none() {
        return Ok(0);
    }
    let lock = open_lock(folder)?;
    if !is_taken(&lock, folder) {
        return Err(HubError::Busy(folder.to_owned()));
    }
    let mut n_removed = 0;
    for unfinished in partial::unfinished(folder).map_err(|e| unusable(folder, e))? {
        partial::discard(&unfinished.target).map_err(|e| unusable(folder, e))?;
        n_removed += unfinished.n_bytes;
    }
    Ok(n_removed)
}

/// Waits until no other program downloads into this folder, and gives what earlier downloads left there.
pub(super) fn take(
    folder: &Path,
    manifest: &Manifest,
    on_progress: OnProgress<'_, Progress>,
) -> Result<Record, HubError> {
    let lock = open_lock(folder)?;
    while !is_taken(&lock, folder) {
        let n_done = manifest.files.iter().map(|file| n_there(folder, file)).sum();
        let share = Share { n_done, n_total: manifest.n_bytes() };
        if on_progress(Progress::Waiting(share)).is_break() {
            return Err(HubError::Stopped { kept: Some(share) });
        }
        thread::sleep(LOOK_AGAIN);
    }
    Record::read(lock, folder).map_err(|e| unusable(folder, e))
}

/// Takes the folder for this program, unless another one has it. Some disks have no locks, such as those of other computers:
/// there everything goes on without.
fn is_taken(lock: &File, folder: &Path) -> bool {
    match lock.try_lock() {
        Ok(()) => true,
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(e)) => {
            tracing::warn!(
                "This disk has no locks ({e}), so the download goes on without; start no second one into this folder: {}",
                words::place(folder)
            );
            true
        }
    }
}

/// Why nothing can be downloaded into a folder.
pub(super) fn unusable(folder: &Path, reason: io::Error) -> HubError {
    HubError::Folder { reason, path: folder.to_owned() }
}

fn open_lock(folder: &Path) -> Result<File, HubError> {
    let lock = File::options().create(true).truncate(false).read(true).write(true).open(folder.join(LOCK));
    lock.map_err(|e| unusable(folder, e))
}

/// Bytes of a file that are on disk, by the look of it.
fn n_there(folder: &Path, file: &ListedFile) -> u64 {
    let complete = folder.join(&file.name).metadata().is_ok_and(|metadata| metadata.len() == file.n_bytes);
    if complete { file.n_bytes } else { partial::n_kept(folder, file) }
}
