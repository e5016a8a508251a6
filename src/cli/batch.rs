//! `kosmoscope batch`: many pictures, shared out, gone on with, looked at and merged.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
};

use anyhow::{Context as _, anyhow, bail};
use clap::Subcommand;

use super::{
    caption_args::AskingArgs,
    data::{format_parser, write_lines},
    environment,
    exit::Exit,
    loading::LoadingArgs,
    output::{OutputArgs, is_standard, told},
    parts::{MostFailed, PartArgs, end, read_list, stop_flag, tell},
    terminal::{self, StatusLine},
};
use crate::{
    batch::{self, How, Item, Part, PartState, Settings},
    dataset::Format,
    disk::Outputs,
    text::Task,
    words,
};

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct BatchArgs {
    #[command(subcommand)]
    command: Option<BatchCommand>,
    /// The pictures, and folders of pictures; of a single folder they are called by their places in it, wherever it lies
    #[arg(value_name = "IMAGE", value_parser = environment::path_parser())]
    images: Vec<PathBuf>,
    /// Also those in this list: a path a line, or an object with "image", an "id" of its own, a "prompt" and a "region" in
    /// place of --prompt and --region, and fields that are handed through; - is standard input
    #[arg(long, value_name = "FILE|-")]
    from: Option<PathBuf>,
    /// The folder of the parts: one file of lines for each shard
    #[arg(long, value_name = "DIR", required_unless_present = "stream")]
    out: Option<PathBuf>,
    #[command(flatten)]
    parts: PartArgs,
    /// End with exit code 1 when more pictures than this fail; a number, or per cent of the shard
    #[arg(long, value_name = "N|P%")]
    max_failed: Option<MostFailed>,
    /// Write so many answers together, from 1 to 64, which is faster and changes none of them; as many as pay and fit into the
    /// free memory unless given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64), conflicts_with = "stream")]
    at_once: Option<u16>,
    /// Answer each line of standard input by one line on standard output, in order and at once
    #[arg(long, conflicts_with_all = ["out", "images", "from", "PartArgs", "max_failed"])]
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
    /// All parts as one, ordered by the pictures' names
    Merge(MergeArgs),
}

#[derive(Debug, clap::Args)]
struct MergeArgs {
    /// The folder of the parts
    folder: PathBuf,
    /// The file, or the folder where the format is one; standard output unless given
    #[arg(long, value_name = "FILE|DIR|-", default_value = "-")]
    to: PathBuf,
    /// A format of kosmoscope data convert, instead of all lines as they are; pictures without an answer are left out
    #[arg(long, value_name = "NAME", value_parser = format_parser(Format::is_written), requires = "to")]
    format: Option<&'static Format>,
    /// Leave out what the format has no room for
    #[arg(long, requires = "format")]
    allow_loss: bool,
    /// Also when some parts are not through
    #[arg(long)]
    partial: bool,
    #[command(flatten)]
    output: OutputArgs,
}

/// Gives how it went: failed pictures are told about, and count only beyond what is allowed.
pub(super) fn run(args: &BatchArgs) -> anyhow::Result<Exit> {
    match &args.command {
        Some(BatchCommand::Status { folder, json }) => status(folder, *json),
        Some(BatchCommand::Merge(args)) => merge(args),
        None => {
            let stop = stop_flag();
            if args.stream { stream(args, &stop) } else { work(args, &stop) }
        }
    }
}

fn work(args: &BatchArgs, stop: &AtomicBool) -> anyhow::Result<Exit> {
    let folder = args.out.as_deref().context("--out is missing")?;
    let shard = args.parts.shard()?;
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
    let mut part = Part::open(folder, shard, &settings, args.parts.restart)?;
    let most_failed = args.max_failed.map(|most| most.of(items.len()));
    let how = How { retry_failed: args.parts.retry_failed, most_failed, stop };
    let n_at_once = match args.at_once {
        Some(n) => usize::from(n),
        // What lines ask is about as long.
        None if args.lines_may_ask() => engine.n_at_once(&Task::Brief { grounded: true }, &settings.options)?,
        None => engine.n_at_once(&settings.task, &settings.options)?,
    };
    let mut work = batch::answering_many(&mut engine, &settings, n_at_once);
    let ended = batch::run(&items, &mut part, how, &mut work, &mut |news| tell(&status, news))?;
    status.clear();
    end(ended)
}

fn stream(args: &BatchArgs, stop: &AtomicBool) -> anyhow::Result<Exit> {
    let (mut engine, settings) = args.load(&StatusLine::new())?;
    let work = batch::answering(&mut engine, &settings, stop);
    batch::answer_lines(work, stop, io::stdin().lock(), &mut io::stdout().lock())?;
    let is_stopped = stop.load(std::sync::atomic::Ordering::SeqCst);
    Ok(if is_stopped { Exit::Stopped } else { Exit::Done })
}

impl BatchArgs {
    /// Whether lines may say what is asked about their pictures.
    fn lines_may_ask(&self) -> bool {
        self.from.is_some() || self.stream
    }

    fn load(&self, status: &StatusLine) -> anyhow::Result<(crate::engine::Engine, Settings)> {
        if self.asking.conversation {
            bail!("--conversation goes with kosmoscope caption; a batch asks one thing about each picture");
        }
        let (task, options) = (self.asking.task(self.lines_may_ask())?, self.asking.options());
        options.check()?;
        let engine = self.loading.load(status)?;
        status.clear();
        let settings = Settings::new(task, options, engine.info());
        Ok((engine, settings))
    }
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

fn merge(args: &MergeArgs) -> anyhow::Result<Exit> {
    let MergeArgs { folder, to, partial, .. } = args;
    if let Some(format) = args.format {
        return merge_as(args, format);
    }
    if is_standard(to) {
        let mut stdout = BufWriter::new(io::stdout().lock());
        batch::merge(folder, *partial, &mut stdout)?;
        stdout.flush().context(terminal::NOT_PRINTED)?;
        return Ok(Exit::Done);
    }
    let mut outputs = args.outputs()?;
    outputs.check(to).map_err(told)?;
    let mut merged = None;
    let fill = |file: &mut File| -> io::Result<()> {
        let mut file = BufWriter::new(file);
        merged = Some(batch::merge(folder, *partial, &mut file).map_err(io::Error::other)?);
        file.flush()
    };
    outputs.write_with(to, fill).map_err(told)?;
    let merged = merged.unwrap_or_default();
    terminal::say_beside(&format!("{} answered and {} failed in {}", merged.done, merged.failed, words::place(to)))?;
    Ok(Exit::Done)
}

/// In another format: of the same lines, whatever the parts are, so that the outcome is the same.
fn merge_as(args: &MergeArgs, format: &'static Format) -> anyhow::Result<Exit> {
    let outputs = args.outputs()?;
    // Pictures are named from where the parts lie.
    let lines = tempfile::Builder::new().prefix(".merged-").suffix(".jsonl").tempfile_in(&args.folder);
    let mut lines = lines.map_err(|e| anyhow!("The parts can't be merged ({e}): {}", words::place(&args.folder)))?;
    batch::merge(&args.folder, args.partial, &mut BufWriter::new(&mut lines))?;
    write_lines(lines.path(), (&args.to, format), args.allow_loss, outputs)
}

impl MergeArgs {
    /// What must not be written over: the parts, which must be through.
    fn outputs(&self) -> anyhow::Result<Outputs> {
        let parts = batch::folder(&self.folder)?;
        if !self.partial {
            parts.check_through()?;
        }
        let mut outputs = self.output.outputs();
        for part in std::fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            outputs.reads(&part.path());
        }
        Ok(outputs)
    }
}
