//! Beam search as fairseq does it, which captions of the paper were written with.
//!
//! Kept are the likeliest beginnings, a fixed number of them; all are continued in one pass over the weights. Ends are
//! taken from the best candidates as they come, and once there are as many as beams the best of them is the answer.
//! The score of an end is the sum of its tokens' log probabilities, those of the prompt too, divided by the number of
//! tokens to the power of the length penalty (`SequenceGenerator` in fairseq). Unlike there, the first token of an answer
//! follows the same rules as all others.

use std::{cmp::Ordering, collections::HashSet, num::NonZero, ops::ControlFlow};

use candle_core::{DType, Tensor};

use super::{Rules, Token, corner};
use crate::{
    engine::{answer::Ending, error::EngineError},
    kernels::tensors,
    model::{Kosmos2, KvCache},
};

/// How wide the search is and how it judges lengths.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Width {
    pub(in crate::engine) n_beams: NonZero<usize>,
    /// Above 1 longer answers are better, below 1 shorter ones.
    pub(in crate::engine) length_penalty: f64,
}

/// A prompt that the decoder has read, and how likely it is itself.
pub(in crate::engine) struct Begun {
    pub(in crate::engine) ids: Vec<u32>,
    /// `[1, vocab]`, for the first token of the answer.
    pub(in crate::engine) logits: Tensor,
    /// Natural logarithm of the probability of all tokens but the first.
    pub(in crate::engine) log_prob: f64,
}

/// The best answer that was found.
#[derive(Debug)]
pub(in crate::engine) struct Found {
    pub(in crate::engine) tokens: Vec<Token>,
    pub(in crate::engine) ending: Ending,
    /// What it was chosen by.
    pub(in crate::engine) score: f64,
    pub(in crate::engine) n_passes: usize,
}

/// An answer as far as it is written.
#[derive(Clone)]
struct Beam {
    ids: Vec<u32>,
    tokens: Vec<Token>,
    log_prob: f64,
}

/// A way to go on.
struct Candidate {
    beam: usize,
    id: u32,
    /// Of the token alone.
    token_log_prob: f32,
    /// Of all so far.
    log_prob: f64,
}

/// Searches for the likeliest answer; `on_step` may break to stop, which gives `None`.
pub(in crate::engine) fn search(
    model: &Kosmos2,
    begun: Begun,
    rules: &Rules,
    width: Width,
    kv_cache: KvCache,
    on_step: &mut dyn FnMut() -> ControlFlow<()>,
) -> Result<Option<Found>, EngineError> {
    let Begun { ids, mut logits, log_prob } = begun;
    let n_prompt = ids.len();
    let limit = rules.max_new_tokens.min(model.config().text_config.max_position_embeddings.saturating_sub(n_prompt));
    let mut beams = vec![Beam { ids, tokens: vec![], log_prob }];
    let mut caches = vec![kv_cache];
    let mut ends: Vec<Found> = Vec::new();
    for n in 1.. {
        if on_step().is_break() {
            return Ok(None);
        }
        let rows = logits.to_dtype(DType::F32)?; // [beams, vocab]
        let candidates = candidates(&rows, &beams, rules, width, n > limit)?;
        let n_steps = (n_prompt - 1 + n) as f64;
        let is_end = |candidate: &Candidate| rules.end_id == Some(candidate.id);
        for candidate in candidates.iter().take(width.n_beams.get()).filter(|candidate| is_end(candidate)) {
            let ending = if n > limit { Ending::Limit } else { Ending::Complete };
            let mut tokens = beams[candidate.beam].tokens.clone();
            if ending == Ending::Complete {
                tokens.push(Token { id: candidate.id, log_prob: candidate.token_log_prob, corner: None });
            }
            let score = candidate.log_prob / n_steps.powf(width.length_penalty);
            ends.push(Found { tokens, ending, score, n_passes: n });
        }
        if ends.len() >= width.n_beams.get() || n > limit {
            ends.truncate(width.n_beams.get());
            // The first of equals, as a stable sort gives it.
            let best = ends.into_iter().map(|end| Found { n_passes: n, ..end }).reduce(better);
            return Ok(Some(best.unwrap_or_else(|| unfinished(&beams, n))));
        }
        let going_on: Vec<Candidate> =
            candidates.into_iter().filter(|candidate| !is_end(candidate)).take(width.n_beams.get()).collect();
        let continued = |candidate: &Candidate| -> Result<Beam, EngineError> {
            let mut beam = beams[candidate.beam].clone();
            let corner = corner(&rules.tags, candidate.id, &rows.get(candidate.beam)?)?;
            beam.tokens.push(Token { id: candidate.id, log_prob: candidate.token_log_prob, corner });
            beam.ids.push(candidate.id);
            Ok(Beam { log_prob: candidate.log_prob, ..beam })
        };
        let next = going_on.iter().map(continued).collect::<Result<Vec<_>, _>>()?;
        let parents: Vec<usize> = going_on.iter().map(|candidate| candidate.beam).collect();
        caches = KvCache::reordered(caches, &parents, n_prompt)?;
        beams = next;
        let last: Vec<&[u32]> = beams.iter().map(|beam| &beam.ids[beam.ids.len() - 1..]).collect();
        let hidden = model.forward_each(&last, &mut caches.iter_mut().collect::<Vec<_>>())?; // [beams, text width]
        logits = model.logits(&hidden)?;
    }
    Ok(None)
}

/// The better of two ends; the first where they are alike.
fn better(a: Found, b: Found) -> Found {
    if b.score > a.score { b } else { a }
}

/// Where no end was found at all: the beam that is the likeliest so far.
fn unfinished(beams: &[Beam], n_passes: usize) -> Found {
    let best = beams.iter().max_by(|a, b| a.log_prob.total_cmp(&b.log_prob));
    let (tokens, score) = best.map_or((vec![], f64::NEG_INFINITY), |best| (best.tokens.clone(), best.log_prob));
    Found { tokens, ending: Ending::Limit, score, n_passes }
}

/// The likeliest ways to go on, twice as many as beams, the likeliest first; at the limit the only way is to end.
fn candidates(
    rows: &Tensor, // [beams, vocab]
    beams: &[Beam],
    rules: &Rules,
    width: Width,
    must_end: bool,
) -> Result<Vec<Candidate>, EngineError> {
    let n_wanted = 2 * width.n_beams.get();
    let mut all = Vec::new();
    for (at, beam) in beams.iter().enumerate() {
        let row = rows.get(at)?; // [vocab]
        let log_total = tensors::log_sum_exp(&row)?;
        if log_total.is_nan() {
            return Err(EngineError::InvalidNumbers { checkpoint: rules.checkpoint.clone() });
        }
        let banned = if must_end { HashSet::new() } else { rules.banned(&beam.ids) };
        let logits: Vec<f32> = row.to_vec1()?;
        let may_follow = |id: u32| id != rules.tags.pad && !banned.contains(&id);
        let ids: Vec<u32> = match rules.end_id {
            Some(end_id) if must_end => vec![end_id],
            _ => (0..logits.len() as u32).filter(|id| may_follow(*id)).collect(),
        };
        let candidate = |id: u32| {
            let token_log_prob = logits.get(id as usize).map_or(f32::NEG_INFINITY, |logit| logit - log_total);
            Candidate { beam: at, id, token_log_prob, log_prob: beam.log_prob + f64::from(token_log_prob) }
        };
        let mut of_beam: Vec<Candidate> = ids.into_iter().map(candidate).collect();
        if of_beam.len() > n_wanted {
            of_beam.select_nth_unstable_by(n_wanted, likelier);
            of_beam.truncate(n_wanted);
        }
        all.append(&mut of_beam);
    }
    all.sort_by(likelier);
    all.truncate(n_wanted);
    Ok(all)
}

/// The likelier first; of equals the one of an earlier beam, then the smaller id.
fn likelier(a: &Candidate, b: &Candidate) -> Ordering {
    b.log_prob.total_cmp(&a.log_prob).then(a.beam.cmp(&b.beam)).then(a.id.cmp(&b.id))
}
