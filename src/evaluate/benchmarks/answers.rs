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
        Way::Written { sampling, length } => {
            let task = Task::Raw { prompt: question.prompt.clone() };
            let n_prompt = engine.prompt_length(examples, &task)?;
            let request = Request { picture, task, options: options(*sampling, *length, n_prompt) };
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

/// As the paper's answers were written, behind a prompt of so many tokens, of which the length does not count the first.
fn options(sampling: Sampling, length: usize, n_prompt: usize) -> GenerateOptions {
    let max_new_tokens = length.saturating_add(1).saturating_sub(n_prompt).max(1);
    GenerateOptions { max_new_tokens, sampling, ..GenerateOptions::original() }
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
    use std::{fs, num::NonZero, ops::ControlFlow, path::Path};

    use super::*;
    use crate::{
        checkpoint::Source,
        dataset::Location,
        picture::{PictureSource, open},
    };

    /// The tiny checkpoint of the tests, with room for as much as the published one has.
    fn engine() -> Engine {
        let (folder, from) =
            (tempfile::tempdir().unwrap(), Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tiny"));
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
        }
        let config = fs::read_to_string(folder.path().join("config.json")).unwrap();
        let roomy = config.replace("\"max_position_embeddings\": 300", "\"max_position_embeddings\": 2048");
        fs::write(folder.path().join("config.json"), roomy).unwrap();
        let source = Source::Path(folder.path().to_owned());
        Engine::load(&source, &mut |_| ControlFlow::Continue(())).unwrap()
    }

    #[test]
    fn an_answer_ends_where_it_reaches_the_length_with_its_prompt() {
        let mut engine = engine();
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples/snow.png");
        let picture = open(PictureSource::Path(sample)).unwrap();
        let example = engine.example(&picture, "An image of a penguin.").unwrap();
        let prompt = "An image of".to_owned();
        let n_prompt =
            |examples: &[Example]| engine.prompt_length(examples, &Task::Raw { prompt: prompt.clone() }).unwrap();
        let cases = [(vec![], 60), (vec![], 500), (vec![example], 500)];
        let cases = cases.map(|(examples, length)| (n_prompt(&examples), examples, length));
        // nine slots of the picture and more
        assert!(cases[2].0 > cases[1].0 + 9, "{} and {}", cases[2].0, cases[1].0);
        for (n_prompt, examples, length) in cases {
            let way = Way::Written { sampling: Sampling::Greedy, length };
            let (id, target) = (String::new(), String::new());
            let question =
                Question { id, picture: Location::Unknown, prompt: prompt.clone(), way, target, truth: vec![] };
            let mut n_written = 0;
            let told = ask(&mut engine, &examples, &question, picture.clone(), &mut |progress| {
                n_written = n_written.max(progress.n_tokens);
                ControlFlow::Continue(())
            });
            assert!(told.unwrap().is_some());
            // without the first, as the original generator counts
            assert_eq!(n_prompt - 1 + n_written, length);
        }
    }

    #[test]
    fn where_the_prompt_is_as_long_one_token_is_written() {
        let beams = Sampling::Beams { width: NonZero::new(5).unwrap(), length_penalty: 1.0 };
        let written = |length, n_prompt| options(beams, length, n_prompt).max_new_tokens;
        assert_eq!([written(500, 71), written(500, 501), written(500, 900)], [430, 1, 1]);
    }

    #[test]
    fn the_likeliest_by_the_mean_is_chosen_and_the_first_of_equals() {
        let of = |log_prob, n_tokens| Likelihood { log_prob, n_tokens };
        assert_eq!(chosen(&[of(-2.0, 1), of(-3.0, 2), of(-1.5, 1)]), "B (-2.000000 -1.500000 -1.500000)");
    }
}
