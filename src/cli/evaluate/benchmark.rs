//! `kosmoscope evaluate TASK`: a published benchmark, asked of the model or reckoned from answers that are there.

use std::{
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context as _, bail};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use serde_json::json;

use crate::{
    cli::{
        exit::Exit,
        loading::LoadingArgs,
        output::{OutputArgs, told},
        terminal::{self, StatusLine},
    },
    disk::Outputs,
    evaluate::benchmarks::{
        self, BENCHMARKS, Benchmark, Question, Report, Run, Scoring, TaskSet, answer_all, n_with_same_boxes,
        read_predictions,
    },
    export::CheckpointRecord,
    words,
};

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
    /// Write results.json and samples_TASK.jsonl into this folder, as lmms-eval does, and the file that the benchmark's
    /// server takes
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Reckon from these answers instead of asking the model: the lines H-N of the original generator
    #[arg(long, value_name = "FILE")]
    predictions: Option<PathBuf>,
    /// Tell how many answers have the same boxes as these, in the same form
    #[arg(long, value_name = "FILE")]
    compare: Option<PathBuf>,
    /// The folder meteor of an installed pycocoevalcap, for METEOR with its table of paraphrases, as published
    #[arg(long, value_name = "DIR")]
    meteor: Option<PathBuf>,
    /// List the benchmarks, their splits and the files they are read from
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
    PossibleValuesParser::new(BENCHMARKS.map(|benchmark| PossibleValue::new(benchmark.name()).help(benchmark.about())))
}

/// What was said to the questions, and by whom.
struct Said {
    answers: Vec<Option<String>>,
    problems: Vec<String>,
    seconds: Option<f64>,
    source: serde_json::Value,
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
    let split = args.split.as_deref().unwrap_or(benchmark.splits()[0]);
    let set = benchmark.read(data, split)?;
    let n_asked = args.limit.map_or(set.questions().len(), |most| set.questions().len().min(most as usize));
    let asked = &set.questions()[..n_asked];
    let task = benchmark.task_name(split);
    let mut files = args.files(&task, data)?;
    let others = args.compare.as_deref().map(|path| read_predictions(path, set.questions().len())).transpose()?;
    let said = args.said(set.as_ref(), asked)?;
    let scoring = Scoring { meteor: args.meteor.clone() };
    let run = Run {
        task,
        n_questions: set.questions().len(),
        n_answered: said.answers.iter().flatten().count(),
        seconds: said.seconds,
        source: said.source.clone(),
    };
    let report = Report::new(run, set.score(&said.answers, &scoring)?);
    if let Some(files) = &mut files {
        files.write(&report, asked, &said.answers, set.as_ref())?;
    }
    args.tell(&report, &said, others.as_deref())?;
    Ok(Exit::after_failures(said.problems.len()))
}

fn list() -> anyhow::Result<Exit> {
    for benchmark in BENCHMARKS {
        terminal::say(&format!("{} ({})", benchmark.name(), benchmark.splits().join(", ")))?;
        terminal::say(&format!("    {}", Benchmark::about(benchmark)))?;
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
        fs::create_dir_all(folder).with_context(|| format!("This folder can't be made: {}", words::place(folder)))?;
        let (results, samples) = (folder.join("results.json"), folder.join(format!("samples_{task}.jsonl")));
        for path in [&results, &samples] {
            outputs.check(path).map_err(told)?;
        }
        Ok(Some(Files { outputs, results, samples }))
    }

    fn said(&self, set: &dyn TaskSet, asked: &[Question]) -> anyhow::Result<Said> {
        if let Some(path) = &self.predictions {
            let mut answers = read_predictions(path, set.questions().len())?;
            answers.truncate(asked.len());
            let source = json!({"predictions": path.to_string_lossy()});
            return Ok(Said { answers, problems: Vec::new(), seconds: None, source });
        }
        let status = StatusLine::new();
        let mut engine = self.loading.load(&status)?;
        let start = Instant::now();
        let told = answer_all(&mut engine, asked, &mut |n_done| {
            status.counting(n_done, asked.len());
            ControlFlow::Continue(())
        });
        status.clear();
        let (answers, problems) = told?;
        let checkpoint = CheckpointRecord {
            name: engine.info().checkpoint.name.clone(),
            fingerprint: engine.info().fingerprint.clone(),
            precision: engine.info().precision,
        };
        let seconds = Some(start.elapsed().as_secs_f64());
        Ok(Said { answers, problems, seconds, source: json!({"checkpoint": checkpoint}) })
    }

    fn tell(&self, report: &Report, said: &Said, others: Option<&[Option<String>]>) -> anyhow::Result<()> {
        for problem in &said.problems {
            terminal::complain(problem);
        }
        let same = others.map(|others| n_with_same_boxes(&said.answers, others));
        if self.json {
            let mut results = report.results();
            if let Some(n_same) = same {
                results["same_boxes"] = n_same.into();
            }
            return terminal::say_json(&results);
        }
        for row in report.to_string().lines() {
            terminal::say(row.trim_end())?;
        }
        if let Some(n_same) = same {
            terminal::say("")?;
            terminal::say(&format!("{n_same} of {} answers have the same boxes", said.answers.len()))?;
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
    fn write(
        &mut self,
        report: &Report,
        asked: &[Question],
        answers: &[Option<String>],
        set: &dyn TaskSet,
    ) -> anyhow::Result<()> {
        let results = serde_json::to_vec_pretty(&report.results())?;
        self.outputs.write(&self.results, &results).map_err(told)?;
        self.outputs.write(&self.samples, report.samples(asked, answers).as_bytes()).map_err(told)?;
        if let Some((name, content)) = set.for_server(answers) {
            self.outputs.write(&self.results.with_file_name(name), &content).map_err(told)?;
        }
        Ok(())
    }
}
