//! All scenes asked and scored, one picture after the other.

use std::{ops::ControlFlow, path::Path};

use super::{
    records::{Scene, Size},
    score::{judged, score},
};
use crate::{
    engine::{Answer, Engine, EngineError, GenerateOptions, Outcome, Request},
    evaluate::{
        calibration::{BothScores, Scored},
        table::Table,
    },
    picture::{self, Picture, PictureSource},
    text::Task,
};

/// Enough for the longest detailed caption of a scene.
const MAX_NEW_TOKENS: usize = 192;

/// What came of an evaluation.
#[derive(Debug)]
pub struct Evaluation {
    /// Right answers by task and by size.
    pub table: Table,
    /// The boxes of which it is known whether they are right, by their scores.
    pub scores: Scored,
    /// The same boxes by the probability of their two tokens.
    pub token_probabilities: Scored,
    /// One sentence for each picture that could not be opened; its tasks are not scored.
    pub problems: Vec<String>,
}

/// Answers and scores all `scenes`, greedily; those of one picture should follow each other.
///
/// `on_answer` is told of each answer and may break to stop; what was scored by then is kept.
///
/// # Errors
/// When the model can't answer.
pub fn evaluate(
    engine: &mut Engine,
    folder: &Path,
    scenes: &[Scene],
    on_answer: &mut dyn FnMut(&Scene, &Answer) -> ControlFlow<()>,
) -> Result<Evaluation, EngineError> {
    let mut evaluation = Evaluation {
        table: Table::split_by(&Size::NAMES),
        scores: Scored::default(),
        token_probabilities: Scored::default(),
        problems: Vec::new(),
    };
    for of_picture in scenes.chunk_by(|a, b| a.picture == b.picture) {
        let path = folder.join(&of_picture[0].picture);
        let picture = match picture::open(PictureSource::Path(path)) {
            Ok(picture) => picture,
            Err(e) => {
                evaluation.problems.push(e.to_string());
                continue;
            }
        };
        for scene in of_picture {
            let Some(answer) = answer(engine, &picture, scene)? else { return Ok(evaluation) };
            for (name, share) in score(scene, &answer) {
                evaluation.table.add(&name, share);
            }
            evaluation.add_boxes(scene, &answer);
            if on_answer(scene, &answer).is_break() {
                return Ok(evaluation);
            }
        }
    }
    Ok(evaluation)
}

impl Evaluation {
    fn add_boxes(&mut self, scene: &Scene, answer: &Answer) {
        for (region, is_right) in judged(scene, &answer.caption) {
            if let Some((score, probability)) = region.score.zip(region.token_probability) {
                self.scores.add(score, is_right);
                self.token_probabilities.add(probability, is_right);
            }
        }
    }

    /// What the scores of boxes are worth.
    #[must_use]
    pub fn calibration(&self) -> BothScores {
        BothScores { score: self.scores.calibration(), token_probability: self.token_probabilities.calibration() }
    }
}

fn answer(engine: &mut Engine, picture: &Picture, scene: &Scene) -> Result<Option<Box<Answer>>, EngineError> {
    let options = GenerateOptions { max_new_tokens: MAX_NEW_TOKENS, ..GenerateOptions::original() };
    let task = Task::Raw { prompt: scene.prompt.clone() };
    let request = Request { picture: picture.clone(), task, options };
    Ok(match engine.answer(&request, &mut |_| ControlFlow::Continue(()))? {
        Outcome::Finished(answer) => Some(answer),
        Outcome::Cancelled => None,
    })
}
