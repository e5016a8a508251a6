//! An answer while it is being written: its tokens, its text so far, and in the end its boxes with their scores.

use std::collections::HashMap;

use super::{Answer, Ending, Progress, Request, Stage, Timings};
use crate::{
    caption::Caption,
    grounding,
    text::{Prompt, Tokenizer},
};

pub(super) struct Writing<'a> {
    tokenizer: &'a Tokenizer,
    request: &'a Request,
    prompt: &'a Prompt,
    /// Of the prompt and what is written.
    ids: Vec<u32>,
    /// Of what is written.
    log_probs: Vec<f32>,
}

impl<'a> Writing<'a> {
    pub(super) fn new(tokenizer: &'a Tokenizer, request: &'a Request, prompt: &'a Prompt) -> Self {
        Self { tokenizer, request, prompt, ids: prompt.ids.clone(), log_probs: Vec::new() }
    }

    pub(super) fn n_tokens(&self) -> usize {
        self.log_probs.len()
    }

    pub(super) fn push(&mut self, id: u32, log_prob: f32) {
        self.ids.push(id);
        self.log_probs.push(log_prob);
    }

    /// `secs` have passed since the first token.
    pub(super) fn progress(&self, secs: f64) -> Progress {
        let n_tokens = self.n_tokens();
        let tokens_per_sec = if n_tokens > 1 && secs > 0.0 { (n_tokens - 1) as f64 / secs } else { 0.0 };
        let caption = self.shown(grounding::parse_growing(&self.raw(self.ids.len())));
        Progress { stage: Stage::Writing, n_tokens, tokens_per_sec, caption }
    }

    pub(super) fn answer(self, ending: Ending, timings: Timings) -> Answer {
        let raw = self.raw(self.ids.len());
        let mut parsed = grounding::parse(&raw);
        self.set_scores(&mut parsed.caption);
        Answer {
            task: self.request.task.clone(),
            prompt: self.prompt.text.clone(),
            caption: self.shown(parsed.caption),
            raw,
            warnings: parsed.warnings,
            ending,
            timings,
        }
    }

    /// The text of the first `n` ids, from the end of the picture on.
    fn raw(&self, n: usize) -> String {
        self.tokenizer.decode_after(&self.ids[..n], self.prompt.prefix_len())
    }

    /// What a person reads: without the prompt, where that is an instruction or a question.
    fn shown(&self, caption: Caption) -> Caption {
        if self.request.task.prompt_is_part_of_answer() {
            return caption;
        }
        caption.after(&grounding::parse(&self.raw(self.prompt.ids.len())).caption.text)
    }

    /// A box's score is the product of the probabilities of the two location tokens that were written for it.
    fn set_scores(&self, caption: &mut Caption) {
        let n_prompt = self.prompt.ids.len();
        let is_patch = |i: usize| self.tokenizer.tags().as_patch(self.ids[i]).is_some();
        let by_end: HashMap<usize, f32> = (n_prompt + 1..self.ids.len())
            .filter(|&i| is_patch(i - 1) && is_patch(i))
            .map(|i| (self.raw(i + 1).len(), (self.log_probs[i - n_prompt - 1] + self.log_probs[i - n_prompt]).exp()))
            .collect();
        for region in caption.phrases.iter_mut().flat_map(|phrase| &mut phrase.regions) {
            region.score = by_end.get(&region.raw_span.end).copied();
        }
    }
}
