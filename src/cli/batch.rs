//! `kosmoscope batch`: many pictures, shared out, gone on with, looked at and merged.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicBool},
};

use anyhow::{Context as _, anyhow, bail};
use clap::Subcommand;

use super::{
    caption_args::AskingArgs,
    environment,
    exit::Exit,
    loading::LoadingArgs,
    output::{OutputArgs, is_standard, told},
    pictures::list_content,
    terminal::{self, StatusLine},
};
use crate::{
    batch::{self, Ended, How, Item, News, Part, PartState, Settings, Shard, ShardChoice, Tally},
    interrupt,
    words::{self, duration},
};

/// Bytes of a list: some million names.
const MOST_OF_A_LIST: u64 = 1 << 30;

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct BatchArgs {
    #[command(subcommand)]
    command: Option<BatchCommand>,
    /// The pictures, and folders of pictures; of a single folder they are called by their places in it, wherever it lies
    #[arg(value_name = "IMAGE", value_parser = environment::path_parser())]
    images: Vec<PathBuf>,
    /// Also those in this list: a path a line, or an object with "image", an "id" of its own and fields that are handed
    /// through; - is standard input
    #[arg(long, value_name = "FILE|-")]
    from: Option<PathBuf>,
    /// The folder of the parts: one file of lines for each shard
    #[arg(long, value_name = "DIR", required_unless_present = "stream")]
    out: Option<PathBuf>,
    /// Only this share of the pictures, counted from 0; auto takes it from Slurm, Kubernetes, AWS Batch or `HyperQueue`
    #[arg(long, value_name = "I/N|auto")]
    shard: Option<ShardChoice>,
    /// Try pictures again that could not be answered
    #[arg(long)]
    retry_failed: bool,
    /// Begin anew, and drop what this shard has
    #[arg(long)]
    restart: bool,
    /// End with exit code 1 when more pictures than this fail; a number, or per cent of the shard
    #[arg(long, value_name = "N|P%")]
    max_failed: Option<MostFailed>,
    /// Answer each line of standard input by one line on standard output, in order and at once
    #[arg(long, conflicts_with_all = ["out", "images", "from", "shard", "retry_failed", "restart", "max_failed"])]
    stream: bool,
    #[command(flatten)]
    asking: AskingArgs,
    #[command(flatten)]
    pub(super) loading: LoadingArgs,
}

#[derive(Debug, Subcommand)]
enum BatchCommand {
    /// How far each part is
    Status {
        /// The folder of the parts
        folder: PathBuf,
        /// Print one JSON object instead of a table
        #[arg(long)]
        json: bool,
    },
    /// All parts as one file of lines, ordered by the pictures' names
    Merge {
        /// The folder of the parts
        folder: PathBuf,
        /// The file; standard output unless given
        #[arg(long, value_name = "FILE.jsonl|-", default_value = "-")]
        to: PathBuf,
        /// Also when some parts are not through
        #[arg(long)]
        partial: bool,
        #[command(flatten)]
        output: OutputArgs,
    },
}

/// How many may fail.
#[derive(Clone, Copy, Debug)]
pub(super) enum MostFailed {
    Pictures(usize),
    PerCent(f64),
}

impl std::str::FromStr for MostFailed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("it must be a number of pictures or per cent, as 10 or 2%, and not {}", words::brief(text));
        match text.strip_suffix('%') {
            Some(share) => {
                let share: f64 = share.trim().parse().map_err(|_| wrong())?;
                if (0.0..=100.0).contains(&share) { Ok(Self::PerCent(share)) } else { Err(wrong()) }
            }
            None => text.parse().map(Self::Pictures).map_err(|_| wrong()),
        }
    }
}

impl MostFailed {
    pub(super) fn of(self, n_pictures: usize) -> usize {
        match self {
            Self::Pictures(n) => n,
            Self::PerCent(share) => (n_pictures as f64 * share / 100.0) as usize,
        }
    }
}

/// Gives how it went: failed pictures are told about, and count only beyond what is allowed.
pub(super) fn run(args: &BatchArgs) -> anyhow::Result<Exit> {
    match &args.command {
        Some(BatchCommand::Status { folder, json }) => status(folder, *json),
        Some(BatchCommand::Merge { folder, to, partial, output }) => merge(folder, to, *partial, output),
        None => {
            let stop = Arc::new(AtomicBool::new(false));
            let _ = interrupt::ask_to_stop(&stop, Exit::Stopped as i32);
            if args.stream { stream(args, &stop) } else { work(args, &stop) }
        }
    }
}

fn work(args: &BatchArgs, stop: &AtomicBool) -> anyhow::Result<Exit> {
    let folder = args.out.as_deref().context("--out is missing")?;
    let shard = shard_of(args.shard)?;
    let listed = args.from.as_deref().map(read_list).transpose()?.unwrap_or_default();
    let (items, problems) = batch::items_of(&args.images, listed)?;
    if items.is_empty() {
        bail!("There are no pictures. Name some, or a folder of them, or a list with --from");
    }
    for problem in &problems {
        terminal::complain(problem);
    }
    let items: Vec<Item> = items.into_iter().filter(|item| shard.has(item.id.as_bytes())).collect();
    let status = StatusLine::new();
    let (mut engine, settings) = args.load(&status)?;
    let mut part = Part::open(folder, shard, &settings, args.restart)?;
    let most_failed = args.max_failed.map(|most| most.of(items.len()));
    let how = How { retry_failed: args.retry_failed, most_failed, stop };
    let mut work = batch::answering(&mut engine, &settings, stop);
    let ended = batch::run(&items, &mut part, how, &mut work, &mut |news| tell(&status, news))?;
    status.clear();
    end(ended)
}

/// The share that is meant; everything where none is named.
pub(super) fn shard_of(choice: Option<ShardChoice>) -> anyhow::Result<Shard> {
    Ok(match choice {
        None => Shard::WHOLE,
        Some(ShardChoice::This(shard)) => shard,
        Some(ShardChoice::Auto) => Shard::from_environment(environment::variable)?,
    })
}

/// Tells how far a batch is, and what failed.
pub(super) fn tell(status: &StatusLine, news: News<'_>) {
    match news {
        News::Failed(error) => {
            status.clear();
            terminal::complain(error);
        }
        News::Counted(tally) => status.saying(&so_far(&tally)),
    }
}

/// Tells how a batch ended.
pub(super) fn end(ended: Ended) -> anyhow::Result<Exit> {
    Ok(match ended {
        Ended::Through(tally) => {
            terminal::say_beside(&format!("{} of {} answered, {} failed", tally.done, tally.total, tally.failed))?;
            Exit::Done
        }
        Ended::Stopped(tally) => {
            let left = tally.total.saturating_sub(tally.done + tally.failed);
            terminal::complain(&format!("Stopped with {left} pictures left; run it again to go on"));
            Exit::Stopped
        }
        Ended::TooManyFailed(tally) => {
            terminal::complain(&format!("{} pictures failed, more than --max-failed allows", tally.failed));
            Exit::SomeFailed
        }
    })
}

fn so_far(tally: &Tally) -> String {
    let per_sec = tally.now as f64 / tally.seconds.max(1e-9);
    let left = tally.seconds_left.map_or(String::new(), |secs| format!(", {} left", duration(secs)));
    let n = tally.done + tally.failed;
    format!("{n} of {} pictures, {} failed, {per_sec:.1} a second{left}", tally.total, tally.failed)
}

fn stream(args: &BatchArgs, stop: &AtomicBool) -> anyhow::Result<Exit> {
    let (mut engine, settings) = args.load(&StatusLine::new())?;
    let mut work = batch::answering(&mut engine, &settings, stop);
    batch::answer_lines(&mut work, stop, io::stdin().lock(), &mut io::stdout().lock())?;
    let is_stopped = stop.load(std::sync::atomic::Ordering::SeqCst);
    Ok(if is_stopped { Exit::Stopped } else { Exit::Done })
}

impl BatchArgs {
    fn load(&self, status: &StatusLine) -> anyhow::Result<(crate::engine::Engine, Settings)> {
        if self.asking.conversation {
            bail!("--conversation goes with kosmoscope caption; a batch asks one thing about each picture");
        }
        let (task, options) = (self.asking.task()?, self.asking.options());
        options.check()?;
        let engine = self.loading.load(status)?;
        status.clear();
        let info = engine.info();
        let settings = Settings {
            task,
            options,
            checkpoint: info.checkpoint.name.clone(),
            fingerprint: info.fingerprint.clone(),
            precision: info.precision.name().to_owned(),
        };
        Ok((engine, settings))
    }
}

pub(super) fn read_list(path: &Path) -> anyhow::Result<Vec<Item>> {
    let content = list_content(path, MOST_OF_A_LIST)?;
    let text = std::str::from_utf8(content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&content));
    let text = text.map_err(|_| anyhow!("The list of pictures is no UTF-8 text: {}", words::place(path)))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let items = lines.map(|(n, line)| Item::of_line(line).map_err(|e| anyhow!("Line {} of the list: {e}", n + 1)));
    items.collect()
}

fn status(folder: &Path, json: bool) -> anyhow::Result<Exit> {
    let batch = batch::folder(folder)?;
    if json {
        terminal::say_json(&batch)?;
    } else {
        for (index, part) in batch.parts.iter().enumerate() {
            let state = match part {
                PartState::Missing => "not begun".to_owned(),
                PartState::Begun { status: None } => "begun".to_owned(),
                PartState::Begun { status: Some(status) } => {
                    format!("{} of {} answered, {} failed", status["done"], status["total"], status["failed"])
                }
                PartState::Through(through) => format!("through: {} answered, {} failed", through.done, through.failed),
            };
            terminal::say(&format!("part {index} of {}: {state}", batch.count))?;
        }
    }
    Ok(Exit::after_failures(batch.n_unfinished()))
}

fn merge(folder: &Path, to: &Path, partial: bool, output: &OutputArgs) -> anyhow::Result<Exit> {
    if is_standard(to) {
        let mut stdout = BufWriter::new(io::stdout().lock());
        batch::merge(folder, partial, &mut stdout)?;
        stdout.flush().context(terminal::NOT_PRINTED)?;
        return Ok(Exit::Done);
    }
    let parts = batch::folder(folder)?;
    if !partial {
        parts.check_through()?;
    }
    let mut outputs = output.outputs();
    for part in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        outputs.reads(&part.path());
    }
    outputs.check(to).map_err(told)?;
    let mut merged = None;
    let fill = |file: &mut File| -> io::Result<()> {
        let mut file = BufWriter::new(file);
        merged = Some(batch::merge(folder, partial, &mut file).map_err(io::Error::other)?);
        file.flush()
    };
    outputs.write_with(to, fill).map_err(told)?;
    let merged = merged.unwrap_or_default();
    terminal::say_beside(&format!("{} answered and {} failed in {}", merged.done, merged.failed, words::place(to)))?;
    Ok(Exit::Done)
}
