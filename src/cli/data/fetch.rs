//! `kosmoscope data fetch`: the pictures of records that have an address, many at a time, gone on with where it was stopped.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{anyhow, bail};
use crossbeam_channel::{Receiver, Sender, bounded};
use serde_json::{Map, json};
use sha2::{Digest as _, Sha256};

use super::input::{InputArgs, Problems};
use crate::{
    batch::{Answered, Asked, Done, Item, ItemId, Part},
    cli::{
        environment,
        exit::Exit,
        parts::{PartArgs, stop_flag},
        terminal::{self, StatusLine},
    },
    dataset::{Location, Record, own_object},
    disk,
    hub::{Limits, Outside, RequestError},
    picture::upright_size,
};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct FetchArgs {
    #[command(flatten)]
    input: InputArgs,
    /// The folder for the pictures, and for the records that have them, which `kosmoscope data` reads
    #[arg(value_name = "OUT")]
    target: PathBuf,
    /// Pictures at a time
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=256))]
    parallel: u16,
    /// Leave out pictures of more megabytes than this
    #[arg(long, value_name = "MB", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=512))]
    most_megabytes: u64,
    /// Give a picture up after this many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    timeout: u64,
    /// Tries for each picture, where a later one may succeed
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=20))]
    tries: u32,
    /// Also from computers of a private network, and from this one
    #[arg(long)]
    allow_private: bool,
    #[command(flatten)]
    parts: PartArgs,
}

/// A picture's side may be off by this share of what the record says of its shape.
const SAME_SHAPE: f64 = 0.03;
/// The screen is told this often.
const TELL_EVERY: Duration = Duration::from_millis(200);

/// A record that is to get its picture, and what tells it from others.
type Task = (Item, Record);
/// What came of it: the record with its picture, or a kind of failure with a sentence.
type Fetched = (Item, Result<Record, (&'static str, String)>);

/// Gives how it went: pictures that can't be had are told about and left out.
pub(super) fn run(args: &FetchArgs) -> anyhow::Result<Exit> {
    let stop = stop_flag();
    let source = args.input.source()?;
    let limits = Limits {
        most_bytes: args.most_megabytes * 1_000_000,
        longest: Duration::from_secs(args.timeout),
        n_tries: args.tries,
    };
    let outside = Outside::new(&environment::settings(), limits, args.allow_private).map_err(|e| anyhow!("{e}"))?;
    let shard = args.parts.shard()?;
    let records = source.records()?;
    let settings = json!({ "task": "fetch", "source": std::path::absolute(&args.input.input)?.to_string_lossy() });
    let mut part = Part::open(&args.target, shard, &settings, args.parts.restart)?;
    let mut fetching = Fetching { args, start: Instant::now(), kinds: BTreeMap::new(), n_now: 0 };
    let mut problems = Problems::default();
    let mut open_tasks = Vec::new();
    let status = StatusLine::new();
    for (number, record) in records.enumerate() {
        // The place in the file tells records apart, as neither addresses nor captions do.
        let id = ItemId::Given(number.to_string());
        match record {
            _ if !shard.has(id.as_bytes()) => {}
            Err(problem) => problems.tell(&problem),
            Ok(record) => {
                if part.is_open(&id, args.parts.retry_failed) {
                    let path = PathBuf::from(record.picture.url.clone().unwrap_or_default());
                    open_tasks.push((
                        Item { id, location: Location::File(path), asked: Asked::default(), given: Map::new() },
                        record,
                    ));
                }
            }
        }
        // Not more than some of them are in memory.
        if open_tasks.len() == 1024 {
            fetching.work(&outside, std::mem::take(&mut open_tasks), &mut part, &status, &stop)?;
        }
        if stop.load(Ordering::SeqCst) {
            break;
        }
    }
    fetching.work(&outside, open_tasks, &mut part, &status, &stop)?;
    status.clear();
    fetching.end(&mut part, problems.finish(), &stop)
}

/// What is known of a run.
struct Fetching<'a> {
    args: &'a FetchArgs,
    start: Instant,
    /// Failures of this run, by their kind.
    kinds: BTreeMap<&'static str, usize>,
    /// Pictures of this run, failed ones included.
    n_now: usize,
}

impl Fetching<'_> {
    /// Gets some pictures, and writes a line for each as it comes.
    fn work(
        &mut self,
        outside: &Outside,
        tasks: Vec<Task>,
        part: &mut Part,
        status: &StatusLine,
        stop: &AtomicBool,
    ) -> anyhow::Result<()> {
        if tasks.is_empty() {
            return Ok(());
        }
        part.begin_again();
        let (target, n_threads) = (self.args.target.as_path(), usize::from(self.args.parallel).min(tasks.len()));
        let (to_do, tasks_there) = bounded::<Task>(tasks.len());
        for task in tasks {
            // There is room for all of them.
            let _ = to_do.send(task);
        }
        drop(to_do);
        thread::scope(|scope| {
            let (sender, fetched) = bounded::<Fetched>(n_threads);
            for _ in 0..n_threads {
                let (tasks, sender) = (tasks_there.clone(), sender.clone());
                let one = thread::Builder::new().name("fetcher".to_owned());
                if let Err(e) = one.spawn_scoped(scope, move || fetch_all(outside, &tasks, &sender, (target, stop))) {
                    bail!("No picture can be fetched: a thread could not be started ({e})");
                }
            }
            drop(sender);
            let mut told = Instant::now();
            for (item, result) in fetched {
                self.write(&item, result, part)?;
                if told.elapsed() > TELL_EVERY {
                    let [done, failed] = part.counts();
                    let per_sec = self.n_now as f64 / self.start.elapsed().as_secs_f64().max(1e-9);
                    status.saying(&format!("{done} pictures, {failed} failed, {per_sec:.1} a second"));
                    told = Instant::now();
                }
            }
            Ok(())
        })
    }

    fn write(
        &mut self,
        item: &Item,
        result: Result<Record, (&'static str, String)>,
        part: &mut Part,
    ) -> anyhow::Result<()> {
        self.n_now += 1;
        match result {
            Ok(record) => {
                let line = Answered::of(item, &own_object(&record, &self.args.target)).line;
                part.add(&item.id, &line, Done::Answered)?;
            }
            Err((kind, error)) => {
                *self.kinds.entry(kind).or_default() += 1;
                part.add(&item.id, &Answered::failed(item, error).line, Done::Failed)?;
            }
        }
        Ok(())
    }

    /// Tells how it ended.
    fn end(self, part: &mut Part, n_problems: usize, stop: &AtomicBool) -> anyhow::Result<Exit> {
        let [done, failed] = part.counts();
        terminal::say(&format!("{done} pictures, {failed} failed"))?;
        for (kind, n) in &self.kinds {
            terminal::say(&format!("{n:>9}  {kind}"))?;
        }
        if stop.load(Ordering::SeqCst) {
            terminal::complain("Stopped; run it again to go on");
            return Ok(Exit::Stopped);
        }
        part.end(self.start.elapsed().as_secs_f64())?;
        Ok(Exit::after_failures(failed + n_problems))
    }
}

/// Gets pictures as long as there are any.
fn fetch_all(outside: &Outside, tasks: &Receiver<Task>, sender: &Sender<Fetched>, to: (&Path, &AtomicBool)) {
    let (target, stop) = to;
    for (item, record) in tasks {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let fetched = fetched(outside, record, target);
        // What was cut off by the stop has not failed.
        if stop.load(Ordering::SeqCst) && fetched.is_err() || sender.send((item, fetched)).is_err() {
            break;
        }
    }
}

/// The record with its picture on this computer.
fn fetched(outside: &Outside, mut record: Record, target: &Path) -> Result<Record, (&'static str, String)> {
    let is_here = match &record.picture.location {
        Location::File(path) => path.exists(),
        Location::Within(_) => true,
        Location::Unknown => false,
    };
    if is_here {
        return Ok(record);
    }
    let Some(url) = record.picture.url.as_deref().filter(|url| !url.is_empty()) else {
        return Err(("no address", "It has no address".to_owned()));
    };
    let file = outside.get(url).map_err(|e| (kind(&e), e.to_string()))?;
    let ending = image::guess_format(&file).ok().and_then(|format| format.extensions_str().first().copied());
    let size = upright_size(file.clone()).map_err(|reason| ("no picture", reason))?;
    if let Some([told_width, told_height]) = record.picture.size.filter(|told| !has_shape(size, *told)) {
        let [width, height] = size;
        let reason = format!("It has {width}×{height} pixels, and the record says {told_width}×{told_height}");
        return Err(("another picture by its shape", reason));
    }
    let path = target.join(name(url, ending.unwrap_or("img")));
    path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(|e| ("not written", e.to_string()))?;
    disk::write_atomically(&path, &file).map_err(|e| ("not written", e.to_string()))?;
    record.picture.location = Location::File(path);
    record.picture.size = Some(size);
    Ok(record)
}

/// Whether a picture has the shape that its boxes were drawn on.
fn has_shape([width, height]: [u32; 2], [told_width, told_height]: [u32; 2]) -> bool {
    let shape = |width: u32, height: u32| f64::from(width) / f64::from(height);
    let (now, told) = (shape(width, height), shape(told_width, told_height));
    // Small pictures are rounded by more.
    (now / told - 1.0).abs() <= SAME_SHAPE + 2.0 / f64::from(width.min(height).max(1))
}

/// A name that an address always gets, in one of 256 folders.
fn name(url: &str, ending: &str) -> PathBuf {
    let sum = Sha256::digest(url.as_bytes());
    let first = sum.iter().take(12).fold(0_u128, |number, &byte| number << 8 | u128::from(byte));
    let digits = format!("{first:024x}");
    ["images", &digits[..2], &format!("{digits}.{ending}")].iter().collect()
}

/// What went wrong, for a table.
fn kind(error: &RequestError) -> &'static str {
    match error {
        RequestError::NotFound => "not there any more",
        RequestError::NoAccess { .. } => "access refused",
        RequestError::Status { .. } => "refused by the server",
        RequestError::TooLong(_) => "too large",
        RequestError::Private { .. } => "within a private network",
        RequestError::Stalled(_) => "too slow",
        RequestError::Unreachable { .. } | RequestError::NoWay { .. } => "not to be reached",
        RequestError::NotSecure { .. } | RequestError::Downgrade { .. } => "not secure",
        _ => "cut off, or no sensible answer",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_compared_and_names_are_those_of_addresses() {
        assert!(has_shape([400, 300], [800, 600]) && has_shape([341, 256], [1024, 768]));
        assert!(!has_shape([300, 400], [800, 600]) && !has_shape([800, 800], [800, 600]));
        let path = name("https://example.org/../../etc/passwd", "png");
        assert_eq!(path.components().count(), 3);
        assert_eq!(path.extension(), Some("png".as_ref()));
        assert_ne!(path, name("https://example.org/../../etc/passw", "png"));
    }
}
