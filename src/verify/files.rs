//! Whether the files of a checkpoint have the sizes and sums that they should have.

use std::path::Path;

use super::{
    check::{Check, Progress},
    error::VerifyError,
};
use crate::{
    checkpoint::{Checkpoint, FileState, ListedFile, NotedSums},
    progress::{OnProgress, Share},
    words::{brief, size},
};

/// Holds a converted file against the sums that it notes.
pub(super) fn check_noted_sums(
    checkpoint: &Checkpoint,
    on_progress: OnProgress<'_, Progress>,
) -> Result<Check, VerifyError> {
    let what = "sums";
    let n_total = checkpoint.n_bytes();
    let state = checkpoint
        .check_sums(&mut |n_done| on_progress(Progress { what: what.to_owned(), share: Share { n_done, n_total } }));
    Ok(match state {
        Ok(NotedSums::Good) => Check::passed(what, "the header and every tensor are as they were written"),
        Ok(NotedSums::Absent) => Check::skipped(
            what,
            "it has no sums, as an earlier version wrote it; convert the original again to have them",
        ),
        Ok(NotedSums::Wrong(names)) => {
            let (n, named) = (names.len(), brief(names.join(", ")));
            Check::failed(
                what,
                format!("{n} of the tensors changed since they were written ({named}); convert the original again"),
            )
        }
        Ok(NotedSums::Stopped) => return Err(VerifyError::Stopped),
        Err(e) => Check::failed(what, e.to_string()),
    })
}

/// Sums every file that something is known about.
pub(super) fn check(folder: &Path, on_progress: OnProgress<'_, Progress>) -> Result<Vec<Check>, VerifyError> {
    let files = match ListedFile::all_in(folder) {
        Ok(files) if files.is_empty() => {
            return Ok(vec![Check::skipped("files", "there is no list of their checksums")]);
        }
        Ok(files) => files,
        Err(e) => return Ok(vec![Check::failed("files", e.to_string())]),
    };
    let mut checks = Vec::new();
    for file in &files {
        let state = file.state(folder, &mut |n_done| {
            on_progress(Progress { what: file.name.clone(), share: Share { n_done, n_total: file.n_bytes } })
        });
        let remedy = "move it away and run \"kosmoscope model pull\" again";
        checks.push(match state {
            FileState::Good => Check::passed(&file.name, format!("{}, the checksum is right", size(file.n_bytes))),
            FileState::Missing => Check::failed(&file.name, "it is missing; run \"kosmoscope model pull\" again"),
            FileState::OtherSize(n_bytes) => {
                let sizes = format!("it has {n_bytes} bytes and should have {}", file.n_bytes);
                Check::failed(&file.name, format!("{sizes}; {remedy}"))
            }
            FileState::OtherSum(found) => {
                let sums = format!("its checksum is {found} and should be {}", file.sum.digits());
                Check::failed(&file.name, format!("{sums}; {remedy}"))
            }
            FileState::Unreadable(e) => Check::failed(&file.name, format!("it can't be read ({e})")),
            FileState::Stopped => return Err(VerifyError::Stopped),
        });
    }
    Ok(checks)
}
