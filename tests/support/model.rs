//! Engines, and what they answer to a request that nobody stops.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]
#![allow(dead_code, reason = "each program takes what it needs")]

use std::{ops::ControlFlow, path::Path};

use kosmoscope::{
    checkpoint::Source,
    engine::{Answer, Engine, GenerateOptions, LoadOptions, Outcome, Request},
    kernels::Precision,
    picture::{self, Picture, PictureSource},
    text::Task,
    worker::{RequestId, Worker},
};

use super::files;

/// The checkpoint that is built in.
pub(crate) fn mini() -> Engine {
    engine(&Source::Embedded, None)
}

/// The tiny checkpoint of the tests.
pub(crate) fn tiny() -> Engine {
    engine(&Source::Path(files::tiny()), None)
}

/// An engine in this precision, or in the one that the checkpoint gets by itself.
pub(crate) fn engine(source: &Source, precision: Option<Precision>) -> Engine {
    Engine::load_with(source, LoadOptions { precision, ..LoadOptions::default() }, &mut |_| ControlFlow::Continue(()))
        .unwrap()
}

pub(crate) fn open(path: &Path) -> Picture {
    picture::open(PictureSource::Path(path.to_owned())).unwrap()
}

/// The sample that most is asked about.
pub(crate) fn meadow() -> Picture {
    open(&files::sample("meadow.png"))
}

/// What the engine answers, or its complaint.
pub(crate) fn try_answer(
    engine: &mut Engine,
    picture: &Picture,
    task: Task,
    options: GenerateOptions,
) -> Result<Answer, String> {
    let request = Request { picture: picture.clone(), task, options };
    match engine.answer(&request, &mut |_| ControlFlow::Continue(())) {
        Ok(Outcome::Finished(answer)) => Ok(*answer),
        Ok(Outcome::Cancelled) => panic!("nobody cancelled"),
        Err(e) => Err(e.to_string()),
    }
}

pub(crate) fn answer(engine: &mut Engine, picture: &Picture, task: Task, options: GenerateOptions) -> Answer {
    try_answer(engine, picture, task, options).unwrap()
}

/// Asks for a run under a new identity.
pub(crate) fn submit(worker: &Worker, picture: Picture, task: Task, options: GenerateOptions) -> RequestId {
    let id = RequestId::next();
    worker.submit(id, picture, task, options);
    id
}
