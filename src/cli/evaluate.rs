//! `kosmoscope evaluate`: how good a checkpoint is.

use std::{fs::File, io::Write as _, ops::ControlFlow, path::PathBuf};

use anyhow::anyhow;
use clap::Subcommand;
use serde::Serialize;

use super::{
    exit::Exit,
    loading::LoadingArgs,
    terminal::{self, StatusLine},
};
use crate::{
    evaluate::{Table, scenes},
    export::CheckpointRecord,
};

#[derive(Debug, Subcommand)]
pub(super) enum EvaluateCommand {
    /// Ask about scenes with known answers, and print how many are answered right, by task and by size
    Scenes(ScenesArgs),
}

#[derive(Debug, clap::Args)]
pub(super) struct ScenesArgs {
    /// A folder with truth.jsonl and pictures, as made by the mini checkpoint's recipe
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Only the first pictures
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    count: Option<u32>,
    #[command(flatten)]
    loading: LoadingArgs,
    /// Also write every answer, one JSON object per line
    #[arg(long, value_name = "FILE.jsonl")]
    answers: Option<PathBuf>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Report {
    checkpoint: CheckpointRecord,
    tasks: usize,
    seconds: f64,
    table: Table,
    problems: Vec<String>,
}

/// A line of `--answers`.
#[derive(Serialize)]
struct AnswerLine<'a> {
    id: &'a str,
    raw: &'a str,
}

/// Gives how it went: pictures that can't be opened are told about and left out.
pub(super) fn run(command: &EvaluateCommand) -> anyhow::Result<Exit> {
    let EvaluateCommand::Scenes(args) = command;
    let all = scenes::read(&args.folder, args.count.map(|n| n as usize))?;
    let mut answers = args.answers.as_ref().map(create).transpose()?;
    let status = StatusLine::new();
    let mut engine = args.loading.load(&status)?;
    let (start, mut n_done, mut failure) = (std::time::Instant::now(), 0, None);
    let evaluation = scenes::evaluate(&mut engine, &args.folder, &all, &mut |scene, answer| {
        n_done += 1;
        status.counting(n_done, all.len());
        let line = AnswerLine { id: &scene.id, raw: &answer.raw };
        failure = answers.as_mut().and_then(|file| write_line(file, &line).err());
        if failure.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    status.clear();
    if let (Some(e), Some(path)) = (failure, &args.answers) {
        return Err(anyhow!("The answers can't be written ({e}): {}", path.display()));
    }
    let seconds = start.elapsed().as_secs_f64();
    for problem in &evaluation.problems {
        terminal::complain(problem);
    }
    let exit = Exit::after_failures(evaluation.problems.len());
    let checkpoint = CheckpointRecord {
        name: engine.info().checkpoint.name.clone(),
        fingerprint: engine.info().fingerprint.clone(),
        precision: engine.info().precision,
    };
    if args.json {
        let report =
            Report { checkpoint, tasks: n_done, seconds, table: evaluation.table, problems: evaluation.problems };
        terminal::say_json(&report)?;
    } else {
        for row in evaluation.table.to_string().lines() {
            terminal::say(row.trim_end())?;
        }
        terminal::say(&format!("{} ({}), {n_done} tasks in {seconds:.0} s", checkpoint.name, checkpoint.precision))?;
    }
    Ok(exit)
}

fn create(path: &PathBuf) -> anyhow::Result<File> {
    File::create(path).map_err(|e| anyhow!("The answers can't be written ({e}): {}", path.display()))
}

fn write_line(file: &mut File, line: &AnswerLine<'_>) -> std::io::Result<()> {
    writeln!(file, "{}", serde_json::to_string(line)?)
}
