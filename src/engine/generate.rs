//! Writing an answer token by token, until the model is done, the limit is reached or somebody says stop.

pub(super) mod beam;
pub(super) mod rank;
#[cfg(test)]
mod search_tests;

use std::{collections::HashSet, num::NonZero, ops::ControlFlow};

use candle_core::{DType, Tensor};
use candle_transformers::generation::{LogitsProcessor, Sampling as Pick};

use super::{answer::Ending, draft::Drafts, error::EngineError, request::Sampling};
use crate::{
    grounding::Corner,
    kernels::tensors,
    model::{Kosmos2, KvCache},
    text::Tags,
};

/// How tokens are picked and when to stop, with nothing left open.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    /// The token with which an answer ends; `None` to go on to the limit.
    pub(super) end_id: Option<u32>,
    pub(super) max_new_tokens: usize,
    /// No run of this many ids occurs twice; `None` for no such rule.
    pub(super) no_repeat_ngram: Option<NonZero<usize>>,
    /// The place from which runs count; see [`crate::text::Prompt::repeats_from`].
    pub(super) repeats_from: usize,
    pub(super) sampling: Sampling,
    /// Draft tokens to read with each token, at most.
    pub(super) max_draft_tokens: usize,
    /// Which tokens are corners of boxes.
    pub(super) tags: Tags,
    /// What to call the weights in an error.
    pub(super) checkpoint: String,
}

/// What the decoder remembers: of the text so far, and of how texts go on.
#[derive(Debug)]
pub(super) struct DecoderState {
    pub(super) kv_cache: KvCache,
    pub(super) drafts: Drafts,
}

/// A prompt that the decoder has read.
pub(super) struct Prefilled {
    pub(super) ids: Vec<u32>,
    /// Draft tokens that were read with it.
    pub(super) draft: Vec<u32>,
    /// The hidden states of its last token and of these, `[1 + draft tokens, text width]`.
    pub(super) hidden: Tensor,
}

/// The last token's logits, and those after each draft token.
pub(super) struct Pass {
    draft: Vec<u32>,
    /// `[1 + draft tokens, vocab]`.
    logits: Tensor,
    /// Draft tokens that turned out right so far.
    n_accepted: usize,
}

/// One token that was written.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// Its id.
    pub(super) id: u32,
    /// Natural logarithm of its probability, before any rule or temperature.
    pub(super) log_prob: f32,
    /// If it is a corner of a box, what the model thought of all places.
    pub(super) corner: Option<Corner>,
}

/// One token, as it is written.
pub(super) struct Step<'a> {
    /// The token.
    pub(super) token: Token,
    /// What the model said, before any rule: `[vocab]`.
    pub(super) logits: &'a Tensor,
    /// Passes of the decoder so far, the prompt's too.
    pub(super) n_passes: usize,
}

/// An answer that is being written.
pub(super) struct Writing {
    rules: Rules,
    /// The prompt's ids, then those that were written.
    ids: Vec<u32>,
    picker: LogitsProcessor,
    /// What the model said last.
    pass: Pass,
    /// Tokens that may still be written.
    n_left: usize,
    n_passes: usize,
}

/// What comes after the tokens that could be written.
pub(super) enum Next {
    /// The last token and these draft tokens are to be read.
    Read(Vec<u32>),
    /// Nothing: writing has ended, or somebody said stop (`None`).
    End(Option<Ending>),
}

/// Continues a prompt (decode); `on_token` sees each token, the end token too.
///
/// Gives `None` when `on_token` breaks.
pub(super) fn generate(
    model: &Kosmos2,
    prompt: Prefilled,
    rules: &Rules,
    decoder: &mut DecoderState,
    on_token: &mut dyn FnMut(Step) -> ControlFlow<()>,
) -> Result<Option<Ending>, EngineError> {
    let mut writing = Writing::new(model, prompt, rules.clone())?;
    loop {
        match writing.write(&mut decoder.drafts, on_token)? {
            Next::End(ending) => return Ok(ending),
            Next::Read(draft) => {
                decoder.kv_cache.truncate(writing.ids.len() - 1);
                writing.has_read(Pass::read(model, &writing.ids, draft, &mut decoder.kv_cache)?);
            }
        }
    }
}

impl Writing {
    /// Begins to write after this prompt.
    pub(super) fn new(model: &Kosmos2, prompt: Prefilled, rules: Rules) -> Result<Self, EngineError> {
        let Prefilled { ids, draft, hidden } = prompt;
        let room = model.config().text_config.max_position_embeddings.saturating_sub(ids.len());
        let pass = Pass::new(draft, model.logits(&hidden)?);
        let (picker, n_left) = (picker(rules.sampling), rules.max_new_tokens.min(room));
        Ok(Self { rules, ids, picker, pass, n_left, n_passes: 1 })
    }

    /// Tokens that stand in the cache when the last one is read.
    pub(super) fn n_read(&self) -> usize {
        self.ids.len() - 1
    }

    /// The last token, and draft tokens behind it.
    pub(super) fn to_read(&self, draft: &[u32]) -> Vec<u32> {
        self.ids.last().into_iter().chain(draft).copied().collect()
    }

    /// Takes what the model said after the tokens that were to be read.
    pub(super) fn has_read(&mut self, pass: Pass) {
        self.pass = pass;
        self.n_passes += 1;
    }

    /// Writes as many tokens as the model has said something about: one, and one for each draft token that is right.
    pub(super) fn write(
        &mut self,
        drafts: &mut Drafts,
        on_token: &mut dyn FnMut(Step) -> ControlFlow<()>,
    ) -> Result<Next, EngineError> {
        while self.n_left > 0 {
            let logits = self.pass.logits.get(self.pass.n_accepted)?.to_dtype(DType::F32)?; // [vocab]
            let log_total = tensors::log_sum_exp(&logits)?;
            if log_total.is_nan() {
                return Err(EngineError::InvalidNumbers { checkpoint: self.rules.checkpoint.clone() });
            }
            let id = self.picker.sample(&without_banned(&logits, self.rules.banned(&self.ids))?)?;
            let log_prob = logits.get(id as usize)?.to_scalar::<f32>()? - log_total;
            let corner = corner(&self.rules.tags, id, &logits)?;
            if on_token(Step { token: Token { id, log_prob, corner }, logits: &logits, n_passes: self.n_passes })
                .is_break()
            {
                return Ok(Next::End(None));
            }
            if self.rules.end_id == Some(id) {
                return Ok(Next::End(Some(Ending::Complete)));
            }
            self.ids.push(id);
            self.n_left -= 1;
            drafts.learn(&self.ids);
            if self.pass.draft.get(self.pass.n_accepted) == Some(&id) {
                self.pass.n_accepted += 1;
            } else if self.n_left > 0 {
                return Ok(Next::Read(self.rules.draft(drafts, &self.ids, self.n_left)));
            }
        }
        Ok(Next::End(Some(Ending::Limit)))
    }
}

impl Rules {
    /// Draft tokens behind these ids, where `n_left` tokens may still be written.
    pub(super) fn draft(&self, drafts: &Drafts, ids: &[u32], n_left: usize) -> Vec<u32> {
        let n = self.max_draft_tokens.min(n_left.saturating_sub(1));
        drafts.draft(ids, n, |id, ids| !self.banned(ids).contains(&id))
    }

    /// Every token that would complete a run that these ids already hold.
    fn banned(&self, ids: &[u32]) -> HashSet<u32> {
        let counted = ids.get(self.repeats_from..).unwrap_or_default();
        self.no_repeat_ngram.map(|n| repeats(counted, n)).unwrap_or_default()
    }
}

impl Pass {
    /// Reads the last of `ids`, the only one that is not in the cache, and draft tokens behind it.
    pub(super) fn read(
        model: &Kosmos2,
        ids: &[u32],
        draft: Vec<u32>,
        kv_cache: &mut KvCache,
    ) -> Result<Self, EngineError> {
        let read: Vec<u32> = ids.last().into_iter().chain(&draft).copied().collect();
        let hidden = model.forward(&read, None, read.len(), kv_cache)?; // [1 + draft tokens, text width]
        Ok(Self::new(draft, model.logits(&hidden)?))
    }

    /// What the model says after the last token and these draft tokens: `[1 + draft tokens, vocab]`.
    pub(super) fn new(draft: Vec<u32>, logits: Tensor) -> Self {
        Self { draft, logits, n_accepted: 0 }
    }
}

/// What the model thought of all places, if it wrote one: before any rule and temperature, as they stand in the logits.
fn corner(tags: &Tags, id: u32, logits: &Tensor) -> Result<Option<Corner>, EngineError> {
    let Some(cell) = tags.as_patch(id) else { return Ok(None) };
    let ids = tags.patches();
    let of_places = logits.narrow(0, ids.start as usize, ids.len())?; // [1024]
    Ok(Some(Corner::new(cell, &of_places.to_vec1::<f32>()?)))
}

fn picker(sampling: Sampling) -> LogitsProcessor {
    match sampling {
        // Beams are searched for elsewhere; one beam is the likeliest token each time.
        Sampling::Greedy | Sampling::Beams { .. } => LogitsProcessor::from_sampling(0, Pick::ArgMax),
        Sampling::TopP { temperature, top_p, seed } => {
            LogitsProcessor::from_sampling(seed, Pick::TopP { p: top_p, temperature })
        }
    }
}

fn without_banned(logits: &Tensor, banned: HashSet<u32>) -> Result<Tensor, EngineError> {
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

/// Every token that would complete a run of `n` ids that `ids` already holds.
///
/// Hugging Face `NoRepeatNGramLogitsProcessor`: the prompt and its image slots count.
fn repeats(ids: &[u32], n: NonZero<usize>) -> HashSet<u32> {
    let Some(tail) = ids.len().checked_sub(n.get() - 1).map(|start| &ids[start..]) else {
        return HashSet::new();
    };
    ids.windows(n.get()).filter(|run| run.starts_with(tail)).filter_map(|run| run.last().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_do_not_occur_twice() {
        let check = |ids: &[u32], n, expected: &[u32]| {
            let mut banned: Vec<u32> = repeats(ids, NonZero::new(n).unwrap()).into_iter().collect();
            banned.sort_unstable();
            assert_eq!(banned, expected, "{ids:?}, {n}");
        };
        check(&[1, 2, 3, 1, 2], 3, &[3]);
        check(&[1, 2, 3, 1, 2, 4, 1, 2], 3, &[3, 4]);
        check(&[5, 5, 5], 3, &[5]);
        check(&[1, 2], 3, &[]);
        check(&[1], 3, &[]);
        check(&[7, 8, 9], 1, &[7, 8, 9]);
        check(&[], 1, &[]);
    }
}
