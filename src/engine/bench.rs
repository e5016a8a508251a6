//! How long the stages of an answer take, and how long they would take if only the machine's limits held them up.

use std::{ops::ControlFlow, time::Instant};

use super::{
    draft::MAX_DRAFT_TOKENS,
    error::EngineError,
    generate::{Pass, Rules, generate},
    loaded::Engine,
    picture_cache::PictureCache,
    request::{GenerateOptions, Sampling},
    run::Example,
    transcript::Transcript,
};
use crate::{
    kernels::roofline,
    memory,
    model::KvCache,
    picture::Picture,
    text::{Prompt, Task},
};

/// Seconds of one picture's first and second question.
#[derive(Clone, Copy, Debug)]
pub struct BenchRound {
    /// Resizing the picture, the vision tower and the resampler.
    pub vision_secs: f64,
    /// The prompt through the decoder, and the first token.
    pub prefill_secs: f64,
    /// Each token after the first.
    pub token_secs: f64,
    /// From the picture to the last token.
    pub total_secs: f64,
    /// The first token of another question on the same picture.
    pub second_question_secs: f64,
    /// A pass over a token and all draft tokens that are read with it.
    pub draft_secs: f64,
}

/// What the machine can do, and the time each stage would take by that alone; `None` where it is not known.
#[derive(Clone, Copy, Debug)]
pub struct Roofline {
    /// Bytes that all threads together read from memory in a second; `None` where there is no room to measure it.
    pub bytes_per_sec: Option<f64>,
    /// Multiplications and additions of the instruction used that all threads together do in a second.
    pub ops_per_sec: Option<f64>,
    /// The least that [`BenchRound::vision_secs`] could be.
    pub vision_secs: Option<f64>,
    /// The least that [`BenchRound::prefill_secs`] could be.
    pub prefill_secs: Option<f64>,
    /// The least that [`BenchRound::token_secs`] could be.
    pub token_secs: Option<f64>,
    /// Bytes of weights that are read for each token.
    pub token_bytes: usize,
}

/// What a text of some length costs.
#[derive(Clone, Copy, Debug)]
pub struct LengthCost {
    /// Tokens of the prompt.
    pub n_tokens: usize,
    /// The prompt through the decoder, and the first token, in seconds.
    pub prefill_secs: f64,
    /// Each token behind it, in seconds.
    pub token_secs: f64,
    /// Multiplications and additions of the prompt.
    pub prefill_ops: usize,
    /// Bytes of weights, keys and values that each token behind it reads.
    pub token_bytes: u64,
}

/// What an answer of some length costs.
#[derive(Clone, Copy, Debug)]
pub struct AnswerCost {
    /// Tokens of the answer.
    pub n_tokens: usize,
    /// Each token after the first, in seconds: the mean.
    pub token_secs: f64,
    /// Bytes of weights, keys and values that each token reads: the mean.
    pub token_bytes: u64,
}

/// What several pictures in one prompt cost.
#[derive(Clone, Copy, Debug)]
pub struct PicturesCost {
    /// Tokens of the prompt.
    pub n_tokens: usize,
    /// Resizing and encoding all pictures, in seconds.
    pub vision_secs: f64,
    /// The prompt through the decoder, and the first token, in seconds.
    pub prefill_secs: f64,
    /// Multiplications and additions of the prompt.
    pub prefill_ops: usize,
}

/// What is said of each picture before the last.
const EXAMPLE: &str = "An image of a dog.";

/// Tokens of which the time behind a prompt is the mean.
const TOKENS_BEHIND: usize = 8;

/// More than the caches of desktop machines hold.
const MEMORY_BYTES: usize = 256 << 20;

/// Measurements of the machine, of which the best counts.
const N_MEASUREMENTS: usize = 5;

impl Engine {
    /// Describes a picture in exactly `n_tokens` tokens, then asks something else about it.
    ///
    /// # Errors
    /// As [`Engine::answer`].
    pub fn time_round(&mut self, picture: &Picture, n_tokens: usize) -> Result<BenchRound, EngineError> {
        let (before, start) = (self.picture_cache.take(), Instant::now());
        let mut cache = self.encode(picture, before)?;
        let encoded = Instant::now();
        let [first, end] = self.time_answer(&mut cache, &Task::Brief { grounded: true }, n_tokens)?;
        let question =
            Task::Ask { question: "What is this?".to_owned(), region: None, grounded: false, earlier: vec![] };
        let again = Instant::now();
        let [again_first, _] = self.time_answer(&mut cache, &question, 1)?;
        let kv_cache = &mut cache.decoder.kv_cache;
        self.model.reserve(kv_cache, kv_cache.n_tokens() + 1 + MAX_DRAFT_TOKENS)?;
        let draft = Instant::now();
        Pass::read(&self.model, &[0], vec![0; MAX_DRAFT_TOKENS], kv_cache)?;
        let draft_secs = draft.elapsed().as_secs_f64();
        self.picture_cache = Some(cache);
        let secs = |from: Instant, to: Instant| (to - from).as_secs_f64();
        Ok(BenchRound {
            vision_secs: secs(start, encoded),
            prefill_secs: secs(encoded, first),
            token_secs: secs(first, end) / (n_tokens.max(2) - 1) as f64,
            total_secs: secs(start, end),
            second_question_secs: secs(again, again_first),
            draft_secs,
        })
    }

    /// Times a prompt of `n_tokens` without a picture, or as many as there is room for, and tokens behind it.
    ///
    /// # Errors
    /// When there is too little memory.
    pub fn time_length(&self, n_tokens: usize) -> Result<LengthCost, EngineError> {
        let config = &self.model.config().text_config;
        let n_tokens = n_tokens.clamp(1, config.max_position_embeddings.saturating_sub(TOKENS_BEHIND).max(1));
        let ids: Vec<u32> = (0..n_tokens).map(|i| (i * 31 % config.vocab_size) as u32).collect();
        let mut cache = KvCache::default();
        self.model.reserve(&mut cache, n_tokens + TOKENS_BEHIND)?;
        let start = Instant::now();
        let hidden = self.model.prefill(&ids, None, &[], &mut cache)?; // [1, text width]
        self.model.logits(&hidden)?;
        let prefilled = Instant::now();
        for id in 0..TOKENS_BEHIND {
            let hidden = self.model.forward(&[id as u32], None, 1, &mut cache)?; // [1, text width]
            self.model.logits(&hidden)?;
        }
        let work = self.model.work(n_tokens);
        Ok(LengthCost {
            n_tokens,
            prefill_secs: (prefilled - start).as_secs_f64(),
            token_secs: prefilled.elapsed().as_secs_f64() / TOKENS_BEHIND as f64,
            prefill_ops: work.prefill_ops,
            token_bytes: work.token_bytes as u64 + KvCache::n_bytes(n_tokens, config),
        })
    }

    /// Times an answer of `n_tokens`, or as many as there is room for, as it is written for somebody who watches: with the rule
    /// against repetition, and the caption so far after each token.
    ///
    /// # Errors
    /// When there is too little memory.
    pub fn time_long_answer(&mut self, picture: &Picture, n_tokens: usize) -> Result<AnswerCost, EngineError> {
        let mut cache = match self.picture_cache.take() {
            Some(cache) if cache.picture == picture.id => cache,
            other => self.encode(picture, other)?,
        };
        let task = Task::Detailed { grounded: true };
        let prompt = Prompt::new(&self.tokenizer, &task, self.model.config().latent_query_num)?;
        let options = GenerateOptions { max_new_tokens: n_tokens, ..GenerateOptions::original() };
        let n_prompt = prompt.ids.len();
        let n_tokens = self.capacity(&prompt, &options)? - n_prompt;
        let rules = Rules { end_id: None, max_draft_tokens: 0, ..self.rules(&prompt, &options) };
        let prefilled = cache.prefill(&self.model, &prompt, &rules, n_prompt + n_tokens)?;
        let (mut transcript, mut first) = (Transcript::new(&self.tokenizer, prompt), None);
        generate(&self.model, prefilled, &rules, &mut cache.decoder, &mut |step| {
            first.get_or_insert_with(Instant::now);
            transcript.push(step.token);
            transcript.growing();
            ControlFlow::Continue(())
        })?;
        let secs = first.map_or(0.0, |first| first.elapsed().as_secs_f64());
        self.picture_cache = Some(cache);
        let config = self.model.config();
        let cache_bytes = KvCache::n_bytes(n_prompt + n_tokens / 2, &config.text_config);
        let token_bytes = self.model.work(n_prompt).token_bytes as u64 + cache_bytes;
        Ok(AnswerCost { n_tokens, token_secs: secs / (n_tokens.max(2) - 1) as f64, token_bytes })
    }

    /// Times a prompt with this picture so many times, of which all but the last are examples.
    ///
    /// # Errors
    /// When there is no room for so many, or too little memory.
    pub fn time_pictures(&self, picture: &Picture, n_pictures: usize) -> Result<PicturesCost, EngineError> {
        let start = Instant::now();
        let mut cache = self.encode(picture, None)?;
        let examples = (1..n_pictures).map(|_| self.example(picture, EXAMPLE));
        let examples: Vec<Example> = examples.collect::<Result<_, _>>()?;
        let vision_secs = start.elapsed().as_secs_f64();
        let texts: Vec<&[u32]> = examples.iter().map(Example::ids).collect();
        let task = Task::Brief { grounded: true };
        let prompt = Prompt::new(&self.tokenizer, &task, self.model.config().latent_query_num)?.after(&texts);
        let options = GenerateOptions { max_new_tokens: 1, ..GenerateOptions::original() };
        let (capacity, rules) = (self.capacity(&prompt, &options)?, self.rules(&prompt, &options));
        cache.earlier_embeds = examples.into_iter().map(Example::into_embeds).collect();
        let start = Instant::now();
        let prefilled = cache.prefill(&self.model, &prompt, &rules, capacity)?;
        self.model.logits(&prefilled.hidden)?;
        let (n_tokens, prefill_secs) = (prompt.ids.len(), start.elapsed().as_secs_f64());
        Ok(PicturesCost { n_tokens, vision_secs, prefill_secs, prefill_ops: self.model.work(n_tokens).prefill_ops })
    }

    /// Seconds of a pass that writes one token of each of `n_at_once` answers, of which each has read a prompt and as many
    /// tokens as are still to be written: the mean of `n_tokens` passes.
    ///
    /// # Errors
    /// When there is too little memory.
    pub fn time_together(&self, n_at_once: usize, n_tokens: usize) -> Result<f64, EngineError> {
        let prompt =
            Prompt::new(&self.tokenizer, &Task::Brief { grounded: true }, self.model.config().latent_query_num)?;
        let mut caches: Vec<KvCache> = (0..n_at_once).map(|_| KvCache::default()).collect();
        for cache in &mut caches {
            self.model.reserve(cache, prompt.ids.len() + n_tokens)?;
            self.model.forward(&prompt.ids, None, 1, cache)?;
        }
        let (mut ids, start) = (vec![0; n_at_once], Instant::now());
        for _ in 0..n_tokens {
            let texts: Vec<&[u32]> = ids.iter().map(std::slice::from_ref).collect();
            let hidden = self.model.forward_each(&texts, &mut caches.iter_mut().collect::<Vec<_>>())?; // [answers, text width]
            ids = self.model.logits(&hidden)?.argmax(1)?.to_vec1()?; // [answers]
        }
        Ok(start.elapsed().as_secs_f64() / n_tokens.max(1) as f64)
    }

    /// When the first token was there, and the last.
    fn time_answer(&self, cache: &mut PictureCache, task: &Task, n_tokens: usize) -> Result<[Instant; 2], EngineError> {
        let prompt = Prompt::new(&self.tokenizer, task, self.model.config().latent_query_num)?;
        let rules = Rules {
            end_id: None,
            max_new_tokens: n_tokens,
            no_repeat_ngram: None,
            repeats_from: 0,
            sampling: Sampling::Greedy,
            max_draft_tokens: 0,
            tags: self.tokenizer.tags().clone(),
            checkpoint: self.info.checkpoint.name.clone(),
        };
        let prefilled = cache.prefill(&self.model, &prompt, &rules, prompt.ids.len() + n_tokens)?;
        let mut first = None;
        generate(&self.model, prefilled, &rules, &mut cache.decoder, &mut |_| {
            first.get_or_insert_with(Instant::now);
            ControlFlow::Continue(())
        })?;
        let end = Instant::now();
        Ok([first.unwrap_or(end), end])
    }

    /// Measures the machine, and what it could do with this checkpoint and the task of [`Engine::time_round`].
    ///
    /// # Errors
    /// When the checkpoint's tokenizer can't write that task.
    pub fn roofline(&self) -> Result<Roofline, EngineError> {
        let prompt =
            Prompt::new(&self.tokenizer, &Task::Brief { grounded: true }, self.model.config().latent_query_num)?;
        let work = self.model.work(prompt.ids.len());
        let memory = memory::has_room_for(MEMORY_BYTES as u64).then(|| roofline::Memory::new(MEMORY_BYTES));
        let bytes_per_sec = best_rate(|| memory.as_ref().map(roofline::Memory::read));
        let ops_per_sec = best_rate(|| roofline::compute(self.info.precision));
        Ok(Roofline {
            bytes_per_sec,
            ops_per_sec,
            vision_secs: ops_per_sec.map(|rate| work.vision_ops as f64 / rate),
            prefill_secs: ops_per_sec.map(|rate| work.prefill_ops as f64 / rate),
            token_secs: bytes_per_sec.map(|rate| work.token_bytes as f64 / rate),
            token_bytes: work.token_bytes,
        })
    }
}

/// Units of work per second, at best.
fn best_rate(mut work: impl FnMut() -> Option<usize>) -> Option<f64> {
    let mut rate = || {
        let start = Instant::now();
        work().map(|n| n as f64 / start.elapsed().as_secs_f64())
    };
    (0..N_MEASUREMENTS).filter_map(|_| rate()).reduce(f64::max)
}
