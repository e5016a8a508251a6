//! Every question asked of the engine, one picture after the other.

use std::{ops::ControlFlow, path::Path};

use super::benchmark::Question;
use crate::{
    engine::{Answer, Engine, EngineError, GenerateOptions, Outcome, Request},
    picture::{self, Picture, PictureSource},
    text::Task,
};

/// The answers, and one sentence for each picture that could not be opened.
///
/// All questions are asked greedily; `on_answer` is told how many are done and may break to stop, and what was answered by then
/// is kept.
///
/// # Errors
/// When the model can't answer.
pub fn answer_all(
    engine: &mut Engine,
    questions: &[Question],
    on_answer: &mut dyn FnMut(usize) -> ControlFlow<()>,
) -> Result<(Vec<Option<String>>, Vec<String>), EngineError> {
    let (mut answers, mut problems) = (Vec::new(), Vec::new());
    let mut last: Option<(&Path, Option<Picture>)> = None;
    for question in questions {
        if last.as_ref().is_none_or(|(path, _)| *path != question.picture) {
            let picture = picture::open(PictureSource::Path(question.picture.clone()));
            problems.extend(picture.as_ref().err().map(ToString::to_string));
            last = Some((&question.picture, picture.ok()));
        }
        let picture = last.as_ref().and_then(|(_, picture)| picture.as_ref());
        let answer = picture.map(|picture| ask(engine, picture, &question.prompt)).transpose()?.flatten();
        answers.push(answer.map(|answer| answer.raw));
        if on_answer(answers.len()).is_break() {
            break;
        }
    }
    Ok((answers, problems))
}

fn ask(engine: &mut Engine, picture: &Picture, prompt: &str) -> Result<Option<Box<Answer>>, EngineError> {
    let task = Task::Raw { prompt: prompt.to_owned() };
    let request = Request { picture: picture.clone(), task, options: GenerateOptions::original() };
    Ok(match engine.answer(&request, &mut |_| ControlFlow::Continue(()))? {
        Outcome::Finished(answer) => Some(answer),
        Outcome::Cancelled => None,
    })
}
