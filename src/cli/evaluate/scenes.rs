//! `kosmoscope evaluate scenes`: how much of the mini checkpoint's own world is answered right.

use std::{ops::ControlFlow, path::PathBuf};

use anyhow::bail;
use serde::Serialize;

use crate::{
    cli::{
        exit::Exit,
        loading::LoadingArgs,
        output::{OutputArgs, is_standard, told},
        terminal::{self, StatusLine},
    },
    disk::Outputs,
    evaluate::{
        BothScores, Table,
        scenes::{self, Evaluation, Scene},
    },
    export::CheckpointRecord,
};

#[derive(Debug, clap::Args)]
pub(super) struct ScenesArgs {
    /// A folder with truth.jsonl and pictures, as made by the mini checkpoint's recipe
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Only the first pictures
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    count: Option<u32>,
    #[command(flatten)]
    pub(super) loading: LoadingArgs,
    /// Also write every answer, one JSON object per line; - is standard output, and the table then goes to standard error
    #[arg(long, value_name = "FILE.jsonl|-")]
    answers: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
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
    /// What the scores of boxes are worth; both definitions, of the same boxes.
    calibration: BothScores,
    problems: Vec<String>,
}

/// A line of `--answers`.
#[derive(Serialize)]
struct AnswerLine<'a> {
    id: &'a str,
    raw: &'a str,
}

/// Gives how it went: pictures that can't be opened are told about and left out.
pub(super) fn run(args: &ScenesArgs) -> anyhow::Result<Exit> {
    let all = scenes::read(&args.folder, args.count.map(|n| n as usize))?;
    let mut outputs = args.outputs(&all)?;
    let status = StatusLine::new();
    let mut engine = args.loading.load(&status)?;
    let (start, mut n_done, mut answers) = (std::time::Instant::now(), 0, String::new());
    let evaluation = scenes::evaluate(&mut engine, &args.folder, &all, &mut |scene, answer| {
        n_done += 1;
        status.counting(n_done, all.len());
        answers.extend(line(&AnswerLine { id: &scene.id, raw: &answer.raw }));
        ControlFlow::Continue(())
    });
    status.clear();
    let written = args.write(&mut outputs, &answers);
    let mut evaluation = evaluation?;
    evaluation.problems.extend(written.err().map(|e| terminal::sentence(&e)));
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
        let calibration = evaluation.calibration();
        let Evaluation { table, problems, .. } = evaluation;
        terminal::say_json(&Report { checkpoint, tasks: n_done, seconds, table, calibration, problems })?;
    } else {
        let say = if args.prints_answers() { terminal::say_beside } else { terminal::say };
        for row in evaluation.table.to_string().lines() {
            say(row.trim_end())?;
        }
        say("")?;
        for row in evaluation.calibration().to_string().lines() {
            say(row)?;
        }
        say("")?;
        say(&format!("{} ({}), {n_done} tasks in {seconds:.0} s", checkpoint.name, checkpoint.precision))?;
    }
    Ok(exit)
}

impl ScenesArgs {
    fn prints_answers(&self) -> bool {
        self.answers.as_deref().is_some_and(is_standard)
    }

    /// Where the answers go, looked at before anything is asked.
    fn outputs(&self, scenes: &[Scene]) -> anyhow::Result<Outputs> {
        let mut outputs = self.output.outputs();
        match &self.answers {
            Some(_) if self.prints_answers() && self.json => {
                bail!("Standard output can't take both the answers and --json; give --answers a file")
            }
            Some(path) if !self.prints_answers() => {
                outputs.reads(&self.folder);
                for scene in scenes {
                    outputs.reads(&self.folder.join(&scene.picture));
                }
                self.loading.protect(&mut outputs);
                outputs.check(path).map_err(told)?;
            }
            _ => {}
        }
        Ok(outputs)
    }

    fn write(&self, outputs: &mut Outputs, answers: &str) -> anyhow::Result<()> {
        match &self.answers {
            None => Ok(()),
            Some(_) if self.prints_answers() => terminal::say_content(answers.as_bytes()),
            Some(path) => outputs.write(path, answers.as_bytes()).map_err(told),
        }
    }
}

fn line(answer: &AnswerLine<'_>) -> Option<String> {
    Some(serde_json::to_string(answer).ok()? + "\n")
}
