//! How likely given continuations of a prompt are, as benchmarks with choices ask: the choice of the highest mean log
//! probability is the model's (SEED-Bench, section 4.1; `kosmos-2/evaluation` in unilm).

use crate::{
    engine::{error::EngineError, loaded::Engine},
    kernels::tensors,
    picture::Picture,
    text::{Prompt, Task},
};

/// How likely the model takes one continuation to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Likelihood {
    /// Natural logarithm of the probability of all its tokens, given the picture and the prompt.
    pub log_prob: f64,
    /// Its tokens.
    pub n_tokens: usize,
}

impl Likelihood {
    /// The mean over its tokens; the lowest there is without any.
    #[must_use]
    pub fn mean(&self) -> f64 {
        if self.n_tokens == 0 { f64::NEG_INFINITY } else { self.log_prob / self.n_tokens as f64 }
    }
}

impl Engine {
    /// How likely each of these is to follow a raw prompt about a picture. The picture is encoded once, and what all have in
    /// common is read once.
    ///
    /// # Errors
    /// When the prompt is empty or too long with one of them, or the model gives no numbers.
    pub fn rank(
        &mut self,
        picture: &Picture,
        prompt: &str,
        continuations: &[&str],
    ) -> Result<Vec<Likelihood>, EngineError> {
        let mut cache = match self.picture_cache.take() {
            Some(cache) if cache.picture == picture.id => cache,
            other => self.encode(picture, other)?,
        };
        let n_slots = self.model.config().latent_query_num;
        let of = |text: String| Prompt::new(&self.tokenizer, &Task::Raw { prompt: text }, n_slots);
        let base = of(prompt.to_owned())?;
        let limit = self.model.config().text_config.max_position_embeddings;
        let mut read_up_to = 0;
        let mut ranked = Vec::with_capacity(continuations.len());
        for continuation in continuations {
            let whole = of(format!("{prompt}{continuation}"))?;
            if whole.ids.len() > limit {
                return Err(EngineError::PromptTooLong { n_tokens: whole.ids.len(), limit });
            }
            // The last word of the prompt and the first of the continuation may be one piece.
            let n_shared = base.ids.iter().zip(&whole.ids).take_while(|(a, b)| a == b).count();
            let logits = cache.read_on(&self.model, &whole, n_shared, &mut read_up_to)?; // [1 + continuation, vocab]
            let mut log_prob = 0.0;
            for (at, id) in whole.ids.iter().skip(n_shared).enumerate() {
                let row = logits.get(at)?; // [vocab]
                let token = row.get(*id as usize)?.to_scalar::<f32>()? - tensors::log_sum_exp(&row)?;
                if token.is_nan() {
                    return Err(EngineError::InvalidNumbers { checkpoint: self.info.checkpoint.name.clone() });
                }
                log_prob += f64::from(token);
            }
            ranked.push(Likelihood { log_prob, n_tokens: whole.ids.len() - n_shared });
        }
        self.picture_cache = Some(cache);
        Ok(ranked)
    }
}

#[cfg(test)]
mod tests {
    use std::{ops::ControlFlow, path::PathBuf};

    use super::*;
    use crate::{
        checkpoint::Source,
        engine::{
            answer::Outcome,
            request::{GenerateOptions, Request},
        },
        picture::{PictureSource, open},
    };

    #[test]
    fn what_the_model_would_say_itself_is_the_likeliest_and_order_changes_nothing() {
        let mut engine = Engine::load(&Source::Embedded, &mut |_| ControlFlow::Continue(())).unwrap();
        let sample = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/samples/snow.png");
        let picture = open(PictureSource::Path(sample)).unwrap();
        let prompt = "Question: Is there a penguin? Answer:";
        let choices = [" Yes", " No", " a banana in the sky"];
        let ranked = engine.rank(&picture, prompt, &choices).unwrap();
        assert!(ranked[0].mean() > ranked[1].mean() && ranked[1].mean() > ranked[2].mean(), "{ranked:?}");
        let [last, first] = [choices[2], choices[0]];
        let again = engine.rank(&picture, prompt, &[last, first]).unwrap();
        for (a, b) in [(again[0], ranked[2]), (again[1], ranked[0])] {
            assert!((a.log_prob - b.log_prob).abs() < 1e-3 && a.n_tokens == b.n_tokens, "{a:?} {b:?}");
        }
        // What the model writes by itself is as likely as its tokens were.
        let task = Task::Raw { prompt: prompt.to_owned() };
        let options = GenerateOptions { max_new_tokens: 1, ..GenerateOptions::original() };
        let request = Request { picture, task, options };
        let outcome = engine.answer(&request, &mut |_| ControlFlow::Continue(())).unwrap();
        let Outcome::Finished(answer) = outcome else { panic!("{outcome:?}") };
        assert!(answer.raw.ends_with("Yes"), "{}", answer.raw);
    }
}
