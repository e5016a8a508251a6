//! What people hand over: pictures, folders of them, checkpoints, and datasets, which are opened as pictures with answers.

use std::{
    collections::HashMap,
    ffi::OsString,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    batch::{dataset_at, source_of},
    checkpoint,
    dataset::{Location, of_content},
    disk,
    engine::Answer,
    picture::{Gathered, gather, gather_at_most, upright_size},
    ui::state::{DatasetRead, EntryId, JobEvent},
    words::place,
};

/// Of a file that is none after all, millions of lines would be told.
const MOST_PROBLEMS: usize = 3;

/// What is behind these paths; `problems` were met on the way to them.
pub(super) fn gathered(paths: &[PathBuf], problems: Vec<String>) -> JobEvent {
    // One file has one name, whether it is typed in its folder or dropped from another.
    let mut paths: Vec<PathBuf> = paths.iter().map(|path| disk::absolute(path)).collect();
    if let Some(at) = paths.iter().position(|path| checkpoint::is_checkpoint(path)) {
        return JobEvent::GatheredCheckpoint(paths.swap_remove(at));
    }
    let datasets: Vec<DatasetRead> = paths.iter().filter_map(|path| read(path)).collect();
    // A folder may have pictures besides those that its dataset names.
    paths.retain(|path| path.is_dir() || datasets.iter().all(|dataset| dataset.path != *path));
    let mut gathered = if paths.is_empty() { Gathered::default() } else { gather(paths) };
    gathered.problems.extend(problems);
    JobEvent::Gathered(gathered, datasets)
}

/// What the records in this file or folder say of which pictures; `None` if it is no dataset.
pub(super) fn read(path: &Path) -> Option<DatasetRead> {
    let source = dataset_at(path)?;
    let mut read = DatasetRead { path: path.to_owned(), answers: vec![], n_elsewhere: 0, problems: vec![] };
    let records = match source.records() {
        Ok(records) => records,
        Err(e) => return Some(DatasetRead { problems: vec![e.to_string()], ..read }),
    };
    let (mut n_problems, mut known) = (0, HashMap::<Location, Option<[u32; 2]>>::new());
    for record in records {
        let record = match record {
            Ok(record) => record,
            Err(problem) => {
                n_problems += 1;
                if n_problems <= MOST_PROBLEMS {
                    read.problems.push(problem.to_string());
                }
                continue;
            }
        };
        let location = record.picture.location.clone();
        let Some(picture) = source_of(&location) else {
            read.n_elsewhere += 1;
            continue;
        };
        let measured = || of_content(upright_size)(&location).ok();
        let size = record.picture.size.or_else(|| *known.entry(location.clone()).or_insert_with(measured));
        let verdict = record.verdict;
        read.answers.push((picture, Arc::new(Answer::of_record(record, path, size)), verdict));
    }
    if n_problems > MOST_PROBLEMS {
        read.problems.push(format!("{} more records can't be read: {}", n_problems - MOST_PROBLEMS, place(path)));
    }
    Some(read)
}

/// Where in this folder those of the files are that are not where they should be: of several with the same name, the one
/// whose folders are called like the old one's; none where that does not decide.
pub(super) fn found(files: Vec<(EntryId, PathBuf)>, folder: PathBuf) -> JobEvent {
    let mut by_name: HashMap<OsString, Vec<PathBuf>> = HashMap::new();
    for path in gather_at_most(usize::MAX, vec![folder]).files {
        by_name.entry(path.file_name().unwrap_or_default().to_owned()).or_default().push(path);
    }
    let n_shared =
        |a: &Path, b: &Path| a.components().rev().zip(b.components().rev()).take_while(|(a, b)| a == b).count();
    let (mut found, mut n_missing) = (Vec::new(), 0);
    for (id, old) in files.into_iter().filter(|(_, path)| !path.exists()) {
        let candidates = old.file_name().and_then(|name| by_name.get(name)).map_or(&[][..], Vec::as_slice);
        let most = candidates.iter().map(|path| n_shared(path, &old)).max();
        let mut best = candidates.iter().filter(|path| Some(n_shared(path, &old)) == most);
        match (best.next(), best.next()) {
            (Some(path), None) => found.push((id, path.clone())),
            _ => n_missing += 1,
        }
    }
    JobEvent::Found(found, n_missing)
}
