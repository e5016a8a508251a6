//! `kosmoscope evaluate TASK`: a published benchmark, asked of the model or reckoned from answers that are there.

use std::{
    collections::HashSet,
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use serde_json::json;

use crate::{
    batch::{Ended, News, Shard},
    cli::{
        exit::Exit,
        loading::LoadingArgs,
        output::{OutputArgs, told},
        parts::{PartArgs, stop_flag},
        terminal::{self, StatusLine},
    },
    disk::Outputs,
    evaluate::{
        asking::{self, How, Said, Task, Wanted},
        benchmarks::{self, Answers, BENCHMARKS, Card, Comparison, Report, Scoring, read_predictions, without_picture},
    },
    words,
};

/// Answers that are told beside others, at most.
const MOST_DIFFERENCES: usize = 3;

#[derive(Debug, clap::Args)]
pub(super) struct BenchmarkArgs {
    /// The benchmark
    #[arg(value_name = "TASK", value_parser = names(), required_unless_present = "list", hide_possible_values = true)]
    task: Option<String>,
    /// The folder with the benchmark's own files, or the file of questions
    #[arg(long, value_name = "DIR", required_unless_present = "list")]
    data: Option<PathBuf>,
    /// The part of it; --list tells which there are, and the first is taken where none is said
    #[arg(long)]
    split: Option<String>,
    /// Only the first questions
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    /// Show so many examples before each question; --list tells of which there may be any
    #[arg(long, value_name = "N")]
    shots: Option<usize>,
    /// Write results.json and each answer into this folder, as lmms-eval does, and the file that the benchmark's
    /// server takes. Answers are kept there as they come, and a run that was stopped goes on
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    parts: PartArgs,
    /// Reckon from these answers instead of asking the model: the lines H-N of the original generator, samples of
    /// lmms-eval, or the folder that all shares were written into
    #[arg(long, value_name = "FILE|DIR", conflicts_with = "PartArgs")]
    predictions: Option<PathBuf>,
    /// Tell how many answers are the same as these, in one of the forms of files, and which are the first that are not
    #[arg(long, value_name = "FILE")]
    compare: Option<PathBuf>,
    /// The folder meteor of an installed pycocoevalcap, for METEOR with its table of paraphrases, as published
    #[arg(long, value_name = "DIR")]
    meteor: Option<PathBuf>,
    /// List the benchmarks: their splits, the files they are read from, where these come from, and their terms
    #[arg(long)]
    list: bool,
    #[command(flatten)]
    pub(super) loading: LoadingArgs,
    #[command(flatten)]
    output: OutputArgs,
    /// Print results.json instead of a table
    #[arg(long)]
    json: bool,
}

fn names() -> impl TypedValueParser<Value = String> {
    PossibleValuesParser::new(
        BENCHMARKS.map(|benchmark| PossibleValue::new(benchmark.name()).help(benchmark.card().about)),
    )
}

/// Where the files of a run go.
struct Files {
    outputs: Outputs,
    results: PathBuf,
    samples: PathBuf,
}

pub(super) fn run(args: &BenchmarkArgs) -> anyhow::Result<Exit> {
    let (Some(name), Some(data), false) = (&args.task, &args.data, args.list) else { return list() };
    let Some(benchmark) = benchmarks::named(name) else {
        bail!("There is no benchmark of this name; --list tells which")
    };
    let part = benchmarks::Part {
        split: args.split.as_deref().unwrap_or(benchmark.splits()[0]),
        shots: args.shots.unwrap_or(benchmark.shots()[0]),
    };
    let task = Task::read(&Wanted { benchmark, data, part, limit: args.limit.map(|most| most as usize) })?;
    let mut files = args.files(task.name(), data)?;
    let n_questions = task.set().questions().len();
    let others = args.compare.as_deref().map(|path| read_predictions(path, n_questions)).transpose()?;
    let said = match args.said(&task)? {
        ControlFlow::Continue(said) => said,
        ControlFlow::Break(exit) => return Ok(exit),
    };
    let report = asking::reckoned(&task, &said, &Scoring { meteor: args.meteor.clone() })?;
    if let Some(files) = &mut files {
        files.write(&report, &task, &said.answers)?;
    }
    args.tell(&report, &said, &task, others.as_ref())?;
    Ok(Exit::after_failures(said.n_failed))
}

fn list() -> anyhow::Result<Exit> {
    for benchmark in BENCHMARKS {
        terminal::say(&format!("{} ({})", benchmark.name(), benchmark.splits().join(", ")))?;
        let Card { about, files, source, annotations, pictures, length } = benchmark.card();
        terminal::say(&format!("    {about}"))?;
        for (what, told) in [("Needs", files), ("From", source), ("Annotations", annotations), ("Pictures", pictures)] {
            terminal::say(&format!("    {what:12} {told}"))?;
        }
        if let Some(length) = length {
            terminal::say(&format!(
                "    {:12} up to {length} tokens, the question and its pictures included",
                "Answers"
            ))?;
        }
        if let [_, .., most] = benchmark.shots() {
            terminal::say(&format!("    {:12} up to {most}: --shots", "Examples"))?;
        }
    }
    terminal::say("scenes")?;
    terminal::say("    The mini checkpoint's own world: evaluate scenes DIR")?;
    Ok(Exit::Done)
}

impl BenchmarkArgs {
    /// Looks at the files that shall be written before anything is asked.
    fn files(&self, task: &str, data: &Path) -> anyhow::Result<Option<Files>> {
        let Some(folder) = &self.out else { return Ok(None) };
        let mut outputs = self.output.outputs();
        outputs.reads(data);
        for read in self.predictions.iter().chain(&self.compare) {
            outputs.reads(read);
        }
        self.loading.protect(&mut outputs);
        outputs.check_folder(folder).map_err(told)?;
        if self.parts.shard()? != Shard::WHOLE {
            // Nothing is reckoned before all shares are there.
            return Ok(None);
        }
        fs::create_dir_all(folder).with_context(|| format!("This folder can't be made: {}", words::place(folder)))?;
        let (results, samples) = (folder.join("results.json"), folder.join(format!("samples_{task}.jsonl")));
        for path in [&results, &samples] {
            outputs.check(path).map_err(told)?;
        }
        Ok(Some(Files { outputs, results, samples }))
    }

    fn said(&self, task: &Task) -> anyhow::Result<ControlFlow<Exit, Said>> {
        match (&self.predictions, &self.out) {
            (Some(folder), _) if folder.is_dir() => Ok(ControlFlow::Continue(asking::said(task, folder)?)),
            (Some(path), _) => {
                let answers = read_predictions(path, task.set().questions().len())?.first(task.asked().len());
                let source = json!({"predictions": path.to_string_lossy()});
                Ok(ControlFlow::Continue(Said { answers, n_failed: 0, seconds: None, source }))
            }
            (None, Some(folder)) => self.answered(task, folder),
            (None, None) if self.parts.shard()? != Shard::WHOLE => {
                bail!("A share of the answers needs a folder: --out")
            }
            (None, None) => {
                let folder = tempfile::tempdir().context("Answers can't be kept while there are more to come")?;
                self.answered(task, folder.path())
            }
        }
    }

    /// Asks what is not answered yet and keeps the answers in this folder; a break has how it ended where there is nothing
    /// to be reckoned.
    fn answered(&self, task: &Task, folder: &Path) -> anyhow::Result<ControlFlow<Exit, Said>> {
        let (stop, shard, status) = (stop_flag(), self.parts.shard()?, StatusLine::new());
        let mut engine = self.loading.load(&status)?;
        let (restart, retry_failed) = (self.parts.restart, self.parts.retry_failed);
        let how = How { folder, shard, restart, retry_failed, stop: &stop };
        let mut told = HashSet::new();
        let ended = asking::answer(task, &mut engine, how, &mut |news| match news {
            // one picture may have many questions
            News::Failed(error) if told.insert(error.to_owned()) => {
                status.clear();
                terminal::complain(error);
            }
            News::Failed(_) => {}
            News::Counted(tally) => status.counting(tally.done + tally.failed, tally.total),
        });
        status.clear();
        match ended? {
            Ended::Through(_) if shard == Shard::WHOLE => Ok(ControlFlow::Continue(asking::said(task, folder)?)),
            Ended::Through(tally) => {
                terminal::say_beside(&format!(
                    "{} of {} answered, {} failed; once all {} shares are through, reckon with --predictions and this folder",
                    tally.done, tally.total, tally.failed, shard.count
                ))?;
                Ok(ControlFlow::Break(Exit::after_failures(tally.failed)))
            }
            Ended::Stopped(tally) | Ended::TooManyFailed(tally) => {
                let left = tally.total.saturating_sub(tally.done + tally.failed);
                terminal::complain(&format!("Stopped with {left} questions left; with --out, run it again to go on"));
                Ok(ControlFlow::Break(Exit::Stopped))
            }
        }
    }

    fn tell(&self, report: &Report, said: &Said, task: &Task, others: Option<&Answers>) -> anyhow::Result<()> {
        let compared = others.map(|others| (Comparison::of(&said.answers.texts, &others.texts), others));
        if self.json {
            let mut results = report.results();
            if let Some((comparison, _)) = compared {
                results["same_boxes"] = comparison.same_boxes.into();
                results["same_answers"] = comparison.same_answers.into();
                results["different"] = comparison.different.into();
            }
            return terminal::say_json(&results);
        }
        for row in report.to_string().lines() {
            terminal::say(row.trim_end())?;
        }
        if let Some(calibration) = &report.run().calibration {
            terminal::say("")?;
            for row in calibration.to_string().lines() {
                terminal::say(row)?;
            }
        }
        if let Some((comparison, others)) = compared {
            let n = said.answers.texts.len();
            terminal::say("")?;
            for number in comparison.different.iter().take(MOST_DIFFERENCES) {
                terminal::say(&format!("Question {}:", task.asked()[*number].id))?;
                for (whose, answers) in [("here", &said.answers.texts), ("there", &others.texts)] {
                    let answer = answers.get(*number).and_then(Option::as_deref).unwrap_or("no answer");
                    let answer = without_picture(answer).trim();
                    terminal::say(&format!("    {whose:5} {}", words::brief(answer)))?;
                }
            }
            terminal::say(&format!(
                "{} of {n} answers have the same boxes, {} are the same in all",
                comparison.same_boxes, comparison.same_answers
            ))?;
        }
        if let Some(seconds) = said.seconds {
            terminal::say("")?;
            let checkpoint = &said.source["checkpoint"];
            let by = [&checkpoint["name"], &checkpoint["precision"]].map(|part| part.as_str().unwrap_or_default());
            terminal::say(&format!("{} ({}), {seconds:.0} s", by[0], by[1]))?;
        }
        Ok(())
    }
}

impl Files {
    fn write(&mut self, report: &Report, task: &Task, answers: &Answers) -> anyhow::Result<()> {
        let results = serde_json::to_vec_pretty(&report.results())?;
        self.outputs.write(&self.results, &results).map_err(told)?;
        self.outputs.write(&self.samples, report.samples(task.asked(), answers).as_bytes()).map_err(told)?;
        if let Some((name, content)) = task.set().for_server(&answers.texts) {
            self.outputs.write(&self.results.with_file_name(name), &content).map_err(told)?;
        }
        Ok(())
    }
}
