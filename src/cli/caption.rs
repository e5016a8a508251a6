//! `kosmoscope caption`: the tasks of the window, for scripts and for many pictures.

use std::{ops::ControlFlow, path::Path};

use anyhow::bail;

use super::{
    annotated::Outputs,
    caption_args::CaptionArgs,
    exit::Exit,
    printing::Printer,
    terminal::{self, StatusLine},
};
use crate::{
    engine::{Answer, Engine, Outcome, Request},
    picture::{self, Picture, PictureSource},
    text::Task,
};

/// Gives how it went: failed pictures are told about and the others go on.
pub(super) fn run(args: &CaptionArgs) -> anyhow::Result<Exit> {
    let task = args.task()?;
    args.options().check()?;
    let outputs = Outputs::new(args.annotated.clone(), args.images.len())?;
    let status = StatusLine::new();
    let engine = args.loading.load(&status)?;
    let mut run = Run { args, engine, outputs, status };
    let mut printer = Printer::new(&args.printing);
    let mut n_failed = 0;
    for image in &args.images {
        let name = image.to_string_lossy().into_owned();
        let mut answers = Vec::new();
        let result = run.ask(image, task.clone(), &mut answers);
        run.status.clear();
        for answer in answers {
            printer.result(&name, &answer)?;
        }
        if let Err(e) = result {
            n_failed += 1;
            let error = terminal::sentence(&e);
            terminal::complain(&error);
            printer.failure(name, error)?;
        }
    }
    printer.finish()?;
    Ok(Exit::after_failures(n_failed))
}

struct Run<'a> {
    args: &'a CaptionArgs,
    engine: Engine,
    outputs: Outputs,
    status: StatusLine,
}

impl Run<'_> {
    /// Asks about one picture, and goes on with the questions that follow. The last answer is the one painted.
    fn ask(&mut self, image: &Path, task: Task, answers: &mut Vec<Answer>) -> anyhow::Result<()> {
        let picture = picture::open(PictureSource::Path(image.to_owned()))?;
        let mut next = Some(task);
        while let Some(task) = next {
            let answer = self.answer(&picture, task)?;
            next = self.args.follow_up(answers.len(), &answer);
            if next.is_none() {
                self.outputs.write(image, &self.args.images, &picture, &answer.caption)?;
            }
            answers.push(answer);
        }
        Ok(())
    }

    fn answer(&mut self, picture: &Picture, task: Task) -> anyhow::Result<Answer> {
        let request = Request { picture: picture.clone(), task, options: self.args.options() };
        let outcome = self.engine.answer(&request, &mut |progress| {
            self.status.running(&picture.name, &progress);
            ControlFlow::Continue(())
        })?;
        match outcome {
            Outcome::Finished(answer) => Ok(*answer),
            Outcome::Cancelled => bail!("The run was stopped: {}", picture.name),
        }
    }
}
