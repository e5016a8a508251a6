//! One question asked of the engine, in the way that its benchmark asks.

use super::benchmark::{Question, Way};
use crate::{
    caption::Caption,
    engine::{Engine, EngineError, Example, GenerateOptions, Likelihood, Outcome, Progress, Request, Sampling},
    picture::Picture,
    progress::OnProgress,
    text::Task,
};

/// Of each box of an answer, in the order of its text: its score and the probability of its tokens; `None` for boxes of the
/// prompt.
pub type BoxScores = Vec<Option<[f32; 2]>>;

/// The answer to a question about its picture, behind examples, and what the model thinks of its boxes; `None` if it was
/// stopped. Of choices it is the letter of the likeliest with the mean log probability of each, as `B (-2.25 -0.5)`.
///
/// # Errors
/// When the model can't answer.
pub fn ask(
    engine: &mut Engine,
    examples: &[Example],
    question: &Question,
    picture: Picture,
    on_progress: OnProgress<'_, Progress>,
) -> Result<Option<(String, BoxScores)>, EngineError> {
    match &question.way {
        Way::Chosen(choices) => {
            let choices: Vec<&str> = choices.iter().map(String::as_str).collect();
            Ok(Some((chosen(&engine.rank(&picture, &question.prompt, &choices)?), Vec::new())))
        }
        Way::Written(sampling) => {
            let task = Task::Raw { prompt: question.prompt.clone() };
            let request = Request { picture, task, options: options(*sampling) };
            Ok(match engine.answer_after(examples, &request, on_progress)? {
                Outcome::Finished(answer) => {
                    let scores = scores(&answer.caption);
                    Some((answer.raw, scores))
                }
                Outcome::Cancelled => None,
            })
        }
    }
}

/// As the paper's answers were written.
fn options(sampling: Sampling) -> GenerateOptions {
    GenerateOptions { sampling, ..GenerateOptions::original() }
}

fn scores(caption: &Caption) -> BoxScores {
    let regions = caption.phrases.iter().flat_map(|phrase| &phrase.regions);
    regions.map(|region| Some([region.score?, region.token_probability?])).collect()
}

/// The first of the likeliest.
fn chosen(ranked: &[Likelihood]) -> String {
    let means: Vec<f64> = ranked.iter().map(Likelihood::mean).collect();
    let best = (1..means.len()).fold(0, |best, at| if means[at] > means[best] { at } else { best });
    let told: Vec<String> = means.iter().map(|mean| format!("{mean:.6}")).collect();
    format!("{} ({})", letter(best), told.join(" "))
}

/// What a choice is called: A, B and so on.
fn letter(number: usize) -> char {
    u8::try_from(number).ok().and_then(|number| b'A'.checked_add(number)).map_or('?', char::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likeliest_by_the_mean_is_chosen_and_the_first_of_equals() {
        let of = |log_prob, n_tokens| Likelihood { log_prob, n_tokens };
        assert_eq!(chosen(&[of(-2.0, 1), of(-3.0, 2), of(-1.5, 1)]), "B (-2.000000 -1.500000 -1.500000)");
    }
}
