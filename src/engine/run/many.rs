//! Several requests at a time: each pass over the decoder's weights writes a token of every answer.
//!
//! A token's pass is held up by reading all weights from memory, and so the tokens of a few answers take hardly longer than
//! one. Pictures and prompts are read one by one: there the arithmetic holds it up. As soon as an answer is complete the
//! next request takes its place, so that long answers keep no short ones waiting (continuous batching; Yu et al. 2022, Orca).

use std::{ops::ControlFlow, time::Instant};

use super::{
    super::{
        answer::{Ending, Outcome, Timings},
        error::EngineError,
        generate::{Next, Pass, Writing},
        loaded::{Engine, Generated},
        picture_cache::PictureCache,
        request::{GenerateOptions, Request, Sampling},
        transcript::Transcript,
    },
    one::Asked,
};
use crate::{memory, model::KvCache, text::Task};

/// Answers at a time, at most: with more, the arithmetic holds a pass up too.
const MOST_AT_ONCE: usize = 8;

/// Tokens in one pass from which on draft tokens cost more than they save.
const MOST_TOKENS_IN_A_PASS: usize = 6;

/// Where requests come from, and where their outcomes go.
pub trait Queue {
    /// The next request; `None` if there is none now. It is asked again after the next token.
    fn next(&mut self) -> Option<Request>;

    /// Takes what became of the request that was given as number `n`, counted from 0.
    fn done(&mut self, n: usize, outcome: Result<Outcome, EngineError>);

    /// Whether to go on; asked before each token. If not, what is being written is cancelled.
    fn goes_on(&self) -> bool {
        true
    }
}

/// An answer that is being written.
struct Slot<'a> {
    n: usize,
    request: Request,
    transcript: Transcript<'a>,
    writing: Writing,
    cache: PictureCache,
    vision_secs: f64,
    /// When its picture had been read.
    start: Instant,
    /// When its first token was there.
    first_token: Option<Instant>,
    n_passes: usize,
}

impl Engine {
    /// Answers the requests of a queue, up to `n_at_once` of them together, until there are none or it says stop. Each answer
    /// is the one that [`Engine::answer`] gives, but for times; on other devices than the CPU up to rounding. Outcomes come in
    /// the order in which answers are complete.
    ///
    /// # Errors
    /// When the tensor library fails in the middle of several answers, which then have no outcome.
    pub fn answer_many(&mut self, queue: &mut dyn Queue, n_at_once: usize) -> Result<(), EngineError> {
        let mut spare: Vec<PictureCache> = self.picture_cache.take().into_iter().collect();
        let engine = &*self;
        let (mut slots, mut n_begun) = (Vec::new(), 0);
        let answered = loop {
            while slots.len() < n_at_once.max(1) && queue.goes_on() {
                let Some(request) = queue.next() else { break };
                match engine.begin(n_begun, request, &mut spare) {
                    Ok(ControlFlow::Continue(slot)) => slots.push(slot),
                    Ok(ControlFlow::Break(outcome)) => queue.done(n_begun, Ok(outcome)),
                    Err(e) => queue.done(n_begun, Err(e)),
                }
                n_begun += 1;
            }
            if slots.is_empty() {
                break Ok(());
            }
            let drafts = engine.write(&mut slots, &mut spare, queue);
            if let Err(e) = engine.read(&mut slots, drafts) {
                break Err(e);
            }
        };
        drop(slots);
        self.picture_cache = spare.pop();
        answered
    }

    /// How many answers are best written together in the memory that is free now.
    ///
    /// # Errors
    /// When the prompt of the task can't be written, or is too long.
    pub fn n_at_once(&self, task: &Task, options: &GenerateOptions) -> Result<usize, EngineError> {
        let n_tokens = self.capacity(&self.prompt_of(task, options)?, options)?;
        let n_bytes = KvCache::n_bytes(n_tokens, &self.model.config().text_config);
        // The other half is for pictures, and for other programs.
        let n_fit = memory::available().map_or(MOST_AT_ONCE as u64, |free| free / 2 / n_bytes.max(1));
        Ok(n_fit.clamp(1, MOST_AT_ONCE as u64) as usize)
    }

    /// Reads picture and prompt; a break has the outcome of what is not written in one go.
    fn begin<'a>(
        &'a self,
        n: usize,
        request: Request,
        spare: &mut Vec<PictureCache>,
    ) -> Result<ControlFlow<Outcome, Slot<'a>>, EngineError> {
        let asked = self.asked(&request)?;
        let start = Instant::now();
        let known = spare.iter().position(|cache| cache.picture == request.picture.id);
        let (mut cache, vision_secs) = match known {
            Some(i) => (spare.swap_remove(i), 0.0),
            None => (self.encode(&request.picture, spare.pop())?, start.elapsed().as_secs_f64()),
        };
        let prompt = match asked {
            Asked::Prompt(prompt) if !matches!(request.options.sampling, Sampling::Beams { .. }) => prompt,
            asked => {
                // A phrase at a time, or several beginnings at a time.
                let outcome = self.answer_asked(&mut cache, &request, asked, &mut |_| ControlFlow::Continue(()));
                spare.push(cache.after(&outcome));
                return outcome.map(ControlFlow::Break);
            }
        };
        let start = Instant::now();
        let rules = self.rules(&prompt, &request.options);
        let prefilled = cache.prefill(&self.model, &prompt, &rules, self.capacity(&prompt, &request.options)?)?;
        let writing = Writing::new(&self.model, prefilled, rules)?;
        let transcript = Transcript::new(&self.tokenizer, prompt);
        let (first_token, n_passes) = (None, 0);
        Ok(ControlFlow::Continue(Slot {
            n,
            request,
            transcript,
            writing,
            cache,
            vision_secs,
            start,
            first_token,
            n_passes,
        }))
    }

    /// Writes what can be written of each answer, and hands out those that are complete: the draft tokens of those that go on.
    fn write(&self, slots: &mut Vec<Slot>, spare: &mut Vec<PictureCache>, queue: &mut dyn Queue) -> Vec<Vec<u32>> {
        let n_draft = MOST_TOKENS_IN_A_PASS.checked_div(slots.len()).unwrap_or(0).saturating_sub(1);
        let mut drafts = Vec::new();
        for mut slot in std::mem::take(slots) {
            let goes_on = queue.goes_on();
            let ended = match slot.write(goes_on) {
                Ok(Next::Read(mut draft)) => {
                    draft.truncate(n_draft);
                    drafts.push(draft);
                    slots.push(slot);
                    continue;
                }
                Ok(Next::End(ending)) => Ok(ending),
                Err(e) => Err(e),
            };
            let (n, cache, outcome) = slot.end(self, ended);
            spare.push(cache.after(&outcome));
            queue.done(n, outcome);
        }
        drafts
    }

    /// Reads the last token of each answer and its draft tokens in one pass.
    fn read(&self, slots: &mut [Slot], drafts: Vec<Vec<u32>>) -> Result<(), EngineError> {
        let texts: Vec<Vec<u32>> = slots.iter().zip(&drafts).map(|(slot, draft)| slot.writing.to_read(draft)).collect();
        let texts: Vec<&[u32]> = texts.iter().map(Vec::as_slice).collect();
        if texts.is_empty() {
            return Ok(());
        }
        let caches = slots.iter_mut().map(|slot| {
            slot.cache.decoder.kv_cache.truncate(slot.writing.n_read());
            &mut slot.cache.decoder.kv_cache
        });
        let hidden = self.model.forward_each(&texts, &mut caches.collect::<Vec<_>>())?; // [tokens of all, text width]
        let logits = self.model.logits(&hidden)?; // [tokens of all, vocab]
        let mut first = 0;
        for (slot, draft) in slots.iter_mut().zip(drafts) {
            let n_tokens = 1 + draft.len();
            slot.writing.has_read(Pass::new(draft, logits.narrow(0, first, n_tokens)?));
            first += n_tokens;
        }
        Ok(())
    }
}

impl Slot<'_> {
    /// Writes as much as the model has said something about, or nothing if it is to stop.
    fn write(&mut self, goes_on: bool) -> Result<Next, EngineError> {
        if !goes_on {
            return Ok(Next::End(None));
        }
        let Self { transcript, writing, cache, first_token, n_passes, .. } = self;
        writing.write(&mut cache.decoder.drafts, &mut |step| {
            first_token.get_or_insert_with(Instant::now);
            *n_passes = step.n_passes;
            transcript.push(step.token);
            ControlFlow::Continue(())
        })
    }

    /// Its number, what is known of its picture, and what became of it.
    fn end(
        self,
        engine: &Engine,
        ended: Result<Option<Ending>, EngineError>,
    ) -> (usize, PictureCache, Result<Outcome, EngineError>) {
        let first_token = self.first_token.unwrap_or_else(Instant::now);
        let timings = Timings {
            vision_secs: self.vision_secs,
            prefill_secs: (first_token - self.start).as_secs_f64(),
            decode_secs: first_token.elapsed().as_secs_f64(),
            n_new_tokens: self.transcript.n_tokens(),
            n_passes: self.n_passes,
        };
        let (request, transcript) = (self.request, self.transcript);
        let outcome =
            ended.map(|ending| engine.outcome(&request, Generated { transcript, ending, timings, beam_score: None }));
        (self.n, self.cache, outcome)
    }
}
