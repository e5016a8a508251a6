//! `kosmoscope caption`: the tasks of the window, for scripts and for many pictures.

use std::{
    ffi::OsString,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};

use super::{
    annotated::Target,
    caption_args::CaptionArgs,
    exit::Exit,
    pictures::Pictures,
    printing::Printer,
    terminal::{self, StatusLine},
};
use crate::{
    disk::Outputs,
    engine::{Answer, Engine, Example, Outcome, Request},
    picture::{self, Picture, PictureSource},
    text::Task,
};

/// Gives how it went: failed pictures are told about and the others go on.
pub(super) fn run(args: &CaptionArgs) -> anyhow::Result<Exit> {
    let task = args.asking.task(false)?;
    args.asking.options().check()?;
    let Pictures { files, problems } = args.pictures.find()?;
    let annotated = Target::new(args.annotated.as_deref(), files.len())?;
    let printer = Printer::new(&args.printing, &annotated)?;
    let outputs = outputs(args, &files, &annotated)?;
    let status = StatusLine::new();
    let engine = args.loading.load(&status)?;
    let examples = examples(args, &engine)?;
    let mut run = Run { args, engine, examples, annotated, outputs, printer, status, n_failed: 0 };
    for (place, problem) in problems {
        run.fail(&place, problem)?;
    }
    for image in &files {
        run.take(image, task.clone())?;
    }
    run.printer.finish()?;
    Ok(Exit::after_failures(run.n_failed))
}

/// The pictures that are shown before each, with what is said of them.
fn examples(args: &CaptionArgs, engine: &Engine) -> anyhow::Result<Vec<Example>> {
    let example = |[image, text]: &[OsString; 2]| -> anyhow::Result<Example> {
        let picture = picture::open(PictureSource::Path(image.into()))?;
        let text = text.to_str().with_context(|| format!("What is said of an example is no text: {}", picture.name))?;
        Ok(engine.example(&picture, text)?)
    };
    args.example.as_chunks::<2>().0.iter().map(example).collect()
}

/// Where annotated pictures go: over none of the files that are read, done or still to come.
fn outputs(args: &CaptionArgs, files: &[PathBuf], annotated: &Target) -> anyhow::Result<Outputs> {
    let mut outputs = args.output.outputs();
    if *annotated != Target::Nowhere {
        let examples = args.example.as_chunks::<2>().0.iter().map(|[image, _]| Path::new(image));
        for path in files.iter().map(PathBuf::as_path).chain(args.pictures.list()).chain(examples) {
            outputs.reads(path);
        }
        args.loading.protect(&mut outputs);
        annotated.check(&mut outputs)?;
    }
    Ok(outputs)
}

struct Run<'a> {
    args: &'a CaptionArgs,
    engine: Engine,
    examples: Vec<Example>,
    annotated: Target,
    outputs: Outputs,
    printer: Printer,
    status: StatusLine,
    n_failed: usize,
}

impl Run<'_> {
    /// Does all there is to do about one picture. What was answered is printed, whatever goes wrong after it.
    fn take(&mut self, image: &Path, task: Task) -> anyhow::Result<()> {
        let mut answers = Vec::new();
        let asked = self.ask(image, task, &mut answers);
        let written = match (&asked, answers.last()) {
            (Ok(picture), Some(last)) => {
                self.annotated.write(&mut self.outputs, image, picture, (&last.caption, self.args.with_caption))
            }
            _ => Ok(()),
        };
        self.status.clear();
        let unwritten = written.err().map(|e| terminal::sentence(&e));
        let n_before_last = answers.len().saturating_sub(1);
        for (n, answer) in answers.iter().enumerate() {
            let problem = unwritten.as_deref().filter(|_| n == n_before_last);
            self.printer.result(image, answer, problem)?;
        }
        if let Some(problem) = unwritten {
            self.n_failed += 1;
            terminal::complain(&problem);
        }
        asked.map(drop).or_else(|e| self.fail(image, terminal::sentence(&e)))
    }

    /// Tells why there is no result of a picture.
    fn fail(&mut self, image: &Path, problem: String) -> anyhow::Result<()> {
        self.n_failed += 1;
        terminal::complain(&problem);
        self.printer.failure(image, problem)
    }

    /// Asks about one picture, and goes on with the questions that follow. The last answer is the one painted.
    fn ask(&mut self, image: &Path, task: Task, answers: &mut Vec<Answer>) -> anyhow::Result<Picture> {
        let picture = picture::open(PictureSource::Path(image.to_owned()))?;
        let mut next = Some(task);
        while let Some(task) = next {
            let answer = self.answer(&picture, task)?;
            next = self.args.asking.follow_up(answers.len(), &answer);
            answers.push(answer);
        }
        Ok(picture)
    }

    fn answer(&mut self, picture: &Picture, task: Task) -> anyhow::Result<Answer> {
        let request = Request { picture: picture.clone(), task, options: self.args.asking.options() };
        let outcome = self.engine.answer_after(&self.examples, &request, &mut |progress| {
            self.status.running(&picture.name, &progress);
            ControlFlow::Continue(())
        })?;
        match outcome {
            Outcome::Finished(answer) => Ok(*answer),
            Outcome::Cancelled => bail!("The run was stopped: {}", picture.name),
        }
    }
}
