//! A run over a folder of pictures whose answers are kept as those of `kosmoscope batch` are, so that either goes on with
//! what the other began.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Instant,
};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::gathering;
use crate::{
    batch::{self, Answered, Done, Item, Part, Settings, Shard},
    dataset::Location,
    disk,
    engine::Answer,
    ui::state::{JobEvent, OpenedBatch},
    words::place,
};

/// What became of the picture in a file.
type Ended = (PathBuf, Result<Arc<Answer>, String>);

/// Keeps answers on a thread of its own: a disk may be slow. Dropping it lets go of the folder once all are kept.
pub(super) struct BatchKeeper {
    ended: Sender<Ended>,
}

impl BatchKeeper {
    /// Keeps what became of the picture in this file.
    pub(super) fn keep(&self, path: PathBuf, outcome: Result<Arc<Answer>, String>) {
        // Without its thread, somebody was told why.
        let _ = self.ended.send((path, outcome));
    }
}

/// Opens the folder of the parts for the pictures in another one, or begins it. What it was begun with is gone on with; else
/// these settings hold.
///
/// # Errors
/// One sentence, when it can't be used: it is shared out over several processes, or of another checkpoint, or in use.
pub(super) fn open(
    pictures: &Path,
    parts: PathBuf,
    retry_failed: bool,
    settings: Settings,
    tell: impl Fn(JobEvent) + Send + 'static,
) -> Result<(BatchKeeper, OpenedBatch), String> {
    if !pictures.is_dir() {
        return Err(format!("There is no folder of pictures here; choose another one: {}", place(pictures)));
    }
    if let Ok(found) = batch::folder(&parts)
        && found.count != 1
    {
        let n = found.count;
        return Err(format!(
            "This batch is shared out over {n} processes; kosmoscope batch --shard goes on with it: {}",
            place(&parts)
        ));
    }
    let (items, mut problems) = batch::items_of(&[disk::absolute(pictures)], vec![]).map_err(|e| e.to_string())?;
    let (items, n_within) = by_file(items);
    if n_within > 0 {
        problems.push(format!(
            "{n_within} pictures are within archives, which kosmoscope batch reads: {}",
            place(pictures)
        ));
    }
    let settings = gone_on_with(&parts, settings);
    let part = Part::open(&parts, Shard::WHOLE, &settings, false).map_err(|e| e.to_string())?;
    let opened = OpenedBatch {
        parts,
        open: items.iter().filter(|item| part.is_open(&item.id, retry_failed)).map(Item::path).collect(),
        answered: gathering::read(part.path()).map(|read| read.answers).unwrap_or_default(),
        files: items.iter().map(Item::path).collect(),
        settings,
        problems,
    };
    if !opened.open.is_empty() {
        part.begin_again();
    }
    let (ended, inbox) = unbounded();
    thread::Builder::new()
        .name("batch".to_owned())
        .spawn(move || keep_all(part, &items, &inbox, tell))
        .map_err(|e| format!("The answers can't be kept: no thread could be started ({e})"))?;
    Ok((BatchKeeper { ended }, opened))
}

/// Those that have a file of their own, and how many have none.
fn by_file(items: Vec<Item>) -> (Vec<Item>, usize) {
    let n_all = items.len();
    let items: Vec<Item> = items.into_iter().filter(|item| matches!(item.location, Location::File(_))).collect();
    let n_within = n_all - items.len();
    (items, n_within)
}

/// What the folder was begun with, asked of the checkpoint in use.
fn gone_on_with(parts: &Path, settings: Settings) -> Settings {
    let begun = Part::begun(parts, Shard::WHOLE).and_then(|begun| serde_json::from_value::<Settings>(begun).ok());
    match begun {
        Some(Settings { task, options, .. }) => Settings { task, options, ..settings },
        None => settings,
    }
}

fn keep_all(mut part: Part, items: &[Item], inbox: &Receiver<Ended>, tell: impl Fn(JobEvent)) {
    let start = Instant::now();
    let by_path: HashMap<PathBuf, &Item> = items.iter().map(|item| (item.path(), item)).collect();
    for (path, outcome) in inbox {
        let Some(item) = by_path.get(&path) else { continue };
        let (answered, done) = match outcome {
            Ok(answer) => (Answered::answer(item, &answer), Done::Answered),
            Err(error) => (Answered::failed(item, error), Done::Failed),
        };
        if let Err(e) = part.add(&item.id, &answered.line, done) {
            return tell(JobEvent::Failed(e.to_string()));
        }
    }
    if items.iter().all(|item| part.has(&item.id).is_some())
        && let Err(e) = part.end(start.elapsed().as_secs_f64())
    {
        tell(JobEvent::Failed(e.to_string()));
    }
}
