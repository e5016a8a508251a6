//! What the answers to a task come to, and what the scores of their boxes are worth.

use super::{said::Said, task::Task};
use crate::{
    evaluate::{
        benchmarks::{Answers, BenchmarkError, Question, Report, Run, Scoring, Truth, without_picture},
        calibration::{BothScores, Scored},
    },
    geometry::SAME_PLACE,
    grounding,
};

/// What was said to a task comes to this.
///
/// # Errors
/// When something it takes to score can't be read.
pub fn reckoned(task: &Task, said: &Said, scoring: &Scoring) -> Result<Report, BenchmarkError> {
    let run = Run {
        task: task.name().to_owned(),
        shots: task.shots(),
        n_questions: task.set().questions().len(),
        n_answered: said.answers.n_answered(),
        seconds: said.seconds,
        source: said.source.clone(),
        calibration: calibration(task.asked(), &said.answers),
    };
    Ok(Report::new(run, task.set().score(&said.answers.texts, scoring)?))
}

/// What the scores of boxes are worth, where it is known which boxes are right: those that share half of the area with a place
/// that is, and are called by its name if that matters.
fn calibration(questions: &[Question], answers: &Answers) -> Option<BothScores> {
    let (mut by_score, mut by_probability) = (Scored::default(), Scored::default());
    for ((question, text), scores) in questions.iter().zip(&answers.texts).zip(&answers.scores) {
        let Some(text) = text else { continue };
        let caption = grounding::parse(without_picture(text)).caption;
        let boxes = caption.phrases.iter().flat_map(|phrase| phrase.regions.iter().map(move |region| (phrase, region)));
        for ((phrase, region), scores) in boxes.zip(scores) {
            let Some([score, probability]) = *scores else { continue };
            let words = caption.words(phrase);
            let is_right = question
                .truth
                .iter()
                .any(|truth| is_called(words, truth) && region.norm.iou(truth.place) >= SAME_PLACE);
            by_score.add(score, is_right);
            by_probability.add(probability, is_right);
        }
    }
    let calibration = BothScores { score: by_score.calibration(), token_probability: by_probability.calibration() };
    (calibration.score.boxes > 0).then_some(calibration)
}

fn is_called(words: &str, truth: &Truth) -> bool {
    let last = words.split_whitespace().last().unwrap_or_default();
    truth.names.is_empty() || truth.names.iter().any(|name| name == last)
}
