//! Writing an answer token by token, until the model is done, the limit is reached or somebody says stop.

use std::{collections::HashSet, ops::ControlFlow};

use candle_core::{DType, Tensor};
use candle_transformers::generation::{LogitsProcessor, Sampling as Pick};

use super::{Ending, EngineError, Sampling};
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
}

/// One token, as it is written.
pub(super) struct Step<'a> {
    /// The token's id.
    pub(super) id: u32,
    /// Natural logarithm of its probability, before any rule or temperature.
    pub(super) log_prob: f32,
    /// What the model said, before any rule: `[vocab]`.
    pub(super) logits: &'a Tensor,
}

/// Continues `ids`, whose last hidden state is `hidden` `[1, width]`; `on_token` sees each token, the end token too.
///
/// Gives `None` when `on_token` breaks.
pub(super) fn write(
    model: &Kosmos2,
    ids: &[u32],
    rules: &Rules,
    mut hidden: Tensor,
    cache: &mut KvCache,
    on_token: &mut dyn FnMut(&Step) -> ControlFlow<()>,
) -> Result<Option<Ending>, EngineError> {
    let mut ids = ids.to_vec();
    let mut picker = picker(rules.sampling)?;
    let room = model.config().text_config.max_position_embeddings.saturating_sub(ids.len());
    let limit = rules.max_new_tokens.min(room);
    for n in 1..=limit {
        let logits = model.logits(&hidden)?.squeeze(0)?.to_dtype(DType::F32)?; // [vocab]
        let log_total = tensors::log_sum_exp(&logits)?;
        if log_total.is_nan() {
            return Err(EngineError::InvalidNumbers);
        }
        let counted = ids.get(rules.repeats_from..).unwrap_or_default();
        let id = picker.sample(&without_repeats(&logits, counted, rules.no_repeat_ngram_size)?)?;
        let log_prob = logits.get(id as usize)?.to_scalar::<f32>()? - log_total;
        if on_token(&Step { id, log_prob, logits: &logits }).is_break() {
            return Ok(None);
        }
        if id == rules.end_id {
            return Ok(Some(Ending::Complete));
        }
        ids.push(id);
        if n < limit {
            hidden = model.read(&[id], None, cache)?; // [1, width]
        }
    }
    Ok(Some(Ending::Limit))
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
    use super::*;

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
