//! Writing an answer token by token, until the model is done, the limit is reached or somebody says stop.

use std::{collections::HashSet, ops::ControlFlow};

use candle_core::{DType, Tensor};
use candle_transformers::generation::{LogitsProcessor, Sampling as Pick};

use super::{Ending, EngineError, Sampling, habits::Habits};
use crate::{
    kernels::tensors,
    model::{Kosmos2, KvCache},
};

/// How tokens are picked and when to stop, with nothing left open.
pub(super) struct Rules {
    pub(super) end_id: u32,
    pub(super) max_new_tokens: usize,
    /// 0 for none.
    pub(super) no_repeat_ngram_size: usize,
    /// The place from which runs count; see [`crate::text::Prompt::repeats_from`].
    pub(super) repeats_from: usize,
    pub(super) sampling: Sampling,
    /// Tokens to guess and read with each token, at most.
    pub(super) n_guesses: usize,
}

/// The last token's scores, and those after guesses of what follows.
pub(super) struct Pass {
    guesses: Vec<u32>,
    /// `[1 + guesses, vocab]`.
    logits: Tensor,
    /// Guesses that were right so far.
    n_right: usize,
}

/// One token, as it is written.
pub(super) struct Step<'a> {
    /// The token's id.
    pub(super) id: u32,
    /// Natural logarithm of its probability, before any rule or temperature.
    pub(super) log_prob: f32,
    /// What the model said, before any rule: `[vocab]`.
    pub(super) logits: &'a Tensor,
    /// Passes of the decoder so far, the prompt's too.
    pub(super) n_passes: usize,
}

/// Continues `ids`, whose last hidden state is `hidden` `[1, width]`; `on_token` sees each token, the end token too.
///
/// Gives `None` when `on_token` breaks.
pub(super) fn write(
    model: &Kosmos2,
    ids: &[u32],
    rules: &Rules,
    hidden: &Tensor,
    (cache, habits): (&mut KvCache, &mut Habits),
    on_token: &mut dyn FnMut(&Step) -> ControlFlow<()>,
) -> Result<Option<Ending>, EngineError> {
    let mut ids = ids.to_vec();
    let mut picker = picker(rules.sampling)?;
    let room = model.config().text_config.max_position_embeddings.saturating_sub(ids.len());
    let limit = rules.max_new_tokens.min(room);
    let mut pass = Pass { guesses: Vec::new(), logits: model.logits(hidden)?, n_right: 0 };
    let mut n_passes = 1;
    for n in 1..=limit {
        let logits = pass.logits.get(pass.n_right)?.to_dtype(DType::F32)?; // [vocab]
        let log_total = tensors::log_sum_exp(&logits)?;
        if log_total.is_nan() {
            return Err(EngineError::InvalidNumbers);
        }
        let id = picker.sample(&without_repeats(&logits, rules.counted(&ids), rules.no_repeat_ngram_size)?)?;
        let log_prob = logits.get(id as usize)?.to_scalar::<f32>()? - log_total;
        if on_token(&Step { id, log_prob, logits: &logits, n_passes }).is_break() {
            return Ok(None);
        }
        if id == rules.end_id {
            return Ok(Some(Ending::Complete));
        }
        ids.push(id);
        habits.learn(&ids);
        if pass.guesses.get(pass.n_right) == Some(&id) {
            pass.n_right += 1;
        } else if n < limit {
            let n_guesses = rules.n_guesses.min(limit - n - 1);
            let is_allowed = |id, ids: &[u32]| !repeats(rules.counted(ids), rules.no_repeat_ngram_size).contains(&id);
            let guesses = habits.guess(&ids, n_guesses, is_allowed);
            cache.truncate(ids.len() - 1);
            pass = Pass::read(model, &ids, guesses, cache)?;
            n_passes += 1;
        }
    }
    Ok(Some(Ending::Limit))
}

impl Rules {
    /// The part of the ids in which runs count.
    fn counted<'a>(&self, ids: &'a [u32]) -> &'a [u32] {
        ids.get(self.repeats_from..).unwrap_or_default()
    }
}

impl Pass {
    /// Reads the last of `ids`, the only one that is not in the cache, and guesses of what follows.
    pub(super) fn read(
        model: &Kosmos2,
        ids: &[u32],
        guesses: Vec<u32>,
        cache: &mut KvCache,
    ) -> Result<Self, EngineError> {
        let read: Vec<u32> = ids.last().into_iter().chain(&guesses).copied().collect();
        let hidden = model.forward(&read, None, read.len(), cache)?; // [1 + guesses, width]
        Ok(Self { logits: model.logits(&hidden)?, guesses, n_right: 0 })
    }
}

fn picker(sampling: Sampling) -> Result<LogitsProcessor, EngineError> {
    match sampling {
        Sampling::Greedy => Ok(LogitsProcessor::from_sampling(0, Pick::ArgMax)),
        Sampling::TopP { temperature, .. } if !(temperature > 0.0 && temperature.is_finite()) => {
            Err(EngineError::Setting("The temperature must be above 0"))
        }
        Sampling::TopP { top_p, .. } if !(top_p > 0.0 && top_p <= 1.0) => {
            Err(EngineError::Setting("Top-p must be above 0 and at most 1"))
        }
        Sampling::TopP { temperature, top_p, seed } => {
            Ok(LogitsProcessor::from_sampling(seed, Pick::TopP { p: top_p, temperature }))
        }
    }
}

/// Rules out every token that would complete a run of `n` ids that `ids` already holds; 0 rules nothing out.
///
/// Hugging Face `NoRepeatNGramLogitsProcessor`: the prompt and its image slots count.
fn without_repeats(logits: &Tensor, ids: &[u32], n: usize) -> Result<Tensor, EngineError> {
    let banned = repeats(ids, n);
    if banned.is_empty() {
        return Ok(logits.clone());
    }
    let mut values: Vec<f32> = logits.to_vec1()?;
    for id in banned {
        if let Some(value) = values.get_mut(id as usize) {
            *value = f32::NEG_INFINITY;
        }
    }
    Ok(Tensor::from_vec(values, logits.shape(), logits.device())?)
}

fn repeats(ids: &[u32], n: usize) -> HashSet<u32> {
    let Some(tail) = n.checked_sub(1).and_then(|tail_length| ids.len().checked_sub(tail_length)) else {
        return HashSet::new();
    };
    let tail = &ids[tail..];
    ids.windows(n).filter(|run| run.starts_with(tail)).filter_map(|run| run.last().copied()).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{
        checkpoint::Source,
        engine::{Engine, GenerateOptions, LoadOptions, habits::GUESSES},
        kernels::Precision,
        picture::{self, PictureSource},
        text::{Prompt, Task},
    };

    /// Each token of descriptions of two pictures with the bits of its score, and the passes that they took.
    fn describe(engine: &Engine, n_guesses: usize, sampling: Sampling) -> (Vec<(u32, u32)>, usize) {
        let (mut memo, mut tokens, mut n_all_passes) = (None, Vec::new(), 0);
        let options = GenerateOptions { sampling, no_repeat_ngram_size: Some(3), ..GenerateOptions::original() };
        let prompt = Prompt::new(&engine.tokenizer, &Task::Detailed { grounded: true }, 64).unwrap();
        let rules = Rules { n_guesses, ..engine.rules(&prompt, &options) };
        for name in ["meadow.png", "harbor.png"] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples").join(name);
            let mut now = engine.look(&picture::open(PictureSource::Path(path)).unwrap(), memo.take()).unwrap();
            let hidden = now.read(&engine.model, &prompt, 400).unwrap(); // [1, width]
            let (mut n_passes, memory) = (0, (&mut now.cache, &mut now.habits));
            let ending = write(&engine.model, &prompt.ids, &rules, &hidden, memory, &mut |step| {
                tokens.push((step.id, step.log_prob.to_bits()));
                n_passes = step.n_passes;
                ControlFlow::Continue(())
            });
            assert!(ending.unwrap().is_some());
            n_all_passes += n_passes;
            memo = Some(now);
        }
        (tokens, n_all_passes)
    }

    #[test]
    fn guesses_save_passes_and_change_nothing() {
        for precision in Precision::ALL {
            let options = LoadOptions { precision: Some(precision), ..LoadOptions::default() };
            let source = Source::Embedded;
            let engine = Engine::load_with(&source, options, &mut |_| ControlFlow::Continue(())).unwrap();
            for sampling in [Sampling::Greedy, Sampling::TopP { temperature: 0.9, top_p: 0.95, seed: 3 }] {
                let (tokens, n_passes) = describe(&engine, 0, sampling);
                assert_eq!(n_passes, tokens.len());
                let (guessed, n_passes) = describe(&engine, GUESSES, sampling);
                assert_eq!(guessed, tokens, "{precision:?}, {sampling:?}");
                assert!(5 * n_passes < 4 * tokens.len(), "{precision:?}, {sampling:?}: {n_passes} of {}", tokens.len());
            }
        }
    }

    #[test]
    fn runs_do_not_occur_twice() {
        let check = |ids: &[u32], n, expected: &[u32]| {
            let mut banned: Vec<u32> = repeats(ids, n).into_iter().collect();
            banned.sort_unstable();
            assert_eq!(banned, expected, "{ids:?}, {n}");
        };
        check(&[1, 2, 3, 1, 2], 3, &[3]);
        check(&[1, 2, 3, 1, 2, 4, 1, 2], 3, &[3, 4]);
        check(&[5, 5, 5], 3, &[5]);
        check(&[1, 2], 3, &[]);
        check(&[1], 3, &[]);
        check(&[7, 8, 9], 1, &[7, 8, 9]);
        check(&[1, 2, 1], 0, &[]);
        check(&[], 1, &[]);
    }
}
