//! How long the stages of an answer take, and how long they would take if only the machine's limits held them up.

use std::time::Instant;

use super::{
    Engine, EngineError, Memo,
    generate::{self, Pass, Rules},
    habits::GUESSES,
    request::Sampling,
};
use crate::{
    kernels::{Precision, roofline},
    picture::Picture,
    text::{Prompt, Task},
};

/// Seconds of one picture's first and second question.
#[derive(Clone, Copy, Debug)]
pub struct Round {
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
    /// A pass over a token and all guesses that are read with it.
    pub guessing_secs: f64,
}

/// What the machine can do, and the time each stage would take by that alone; `None` where it is not known.
#[derive(Clone, Copy, Debug)]
pub struct Roofline {
    /// Bytes that all threads together read from memory in a second.
    pub bytes_per_sec: f64,
    /// Multiplications and additions of the instruction used that all threads together do in a second.
    pub ops_per_sec: Option<f64>,
    /// As [`Round::vision_secs`].
    pub vision_secs: Option<f64>,
    /// As [`Round::prefill_secs`].
    pub prefill_secs: Option<f64>,
    /// As [`Round::token_secs`].
    pub token_secs: f64,
    /// Bytes of weights that are read for each token.
    pub token_bytes: usize,
}

/// More than the caches of desktop machines hold.
const MEMORY_BYTES: usize = 256 << 20;

/// Measurements of the machine, of which the best counts.
const N_MEASUREMENTS: usize = 5;

/// No id: writing goes on to the limit.
const NO_END: u32 = u32::MAX;

impl Engine {
    /// Describes a picture in exactly `n_tokens` tokens, then asks something else about it.
    ///
    /// # Errors
    /// As [`Engine::answer`].
    pub fn time_round(&mut self, picture: &Picture, n_tokens: usize) -> Result<Round, EngineError> {
        let (before, start) = (self.memo.take(), Instant::now());
        let mut memo = self.look(picture, before)?;
        let seen = Instant::now();
        let [first, end] = self.time_answer(&mut memo, &Task::Brief { grounded: true }, n_tokens)?;
        let question =
            Task::Ask { question: "What is this?".to_owned(), region: None, grounded: false, earlier: vec![] };
        let again = Instant::now();
        let [again_first, _] = self.time_answer(&mut memo, &question, 1)?;
        let capacity = memo.cache.n_tokens() + 1 + GUESSES;
        self.model.reserve(&mut memo.cache, capacity)?;
        let guessing = Instant::now();
        Pass::read(&self.model, &[0], vec![0; GUESSES], &mut memo.cache)?;
        let guessing_secs = guessing.elapsed().as_secs_f64();
        self.memo = Some(memo);
        let secs = |from: Instant, to: Instant| (to - from).as_secs_f64();
        Ok(Round {
            vision_secs: secs(start, seen),
            prefill_secs: secs(seen, first),
            token_secs: secs(first, end) / (n_tokens.max(2) - 1) as f64,
            total_secs: secs(start, end),
            second_question_secs: secs(again, again_first),
            guessing_secs,
        })
    }

    /// First token, last token.
    fn time_answer(&self, memo: &mut Memo, task: &Task, n_tokens: usize) -> Result<[Instant; 2], EngineError> {
        let prompt = Prompt::new(&self.tokenizer, task, self.model.config().latent_query_num)?;
        let hidden = memo.read(&self.model, &prompt, prompt.ids.len() + n_tokens)?; // [1, text width]
        let rules = Rules {
            end_id: NO_END,
            max_new_tokens: n_tokens,
            no_repeat_ngram_size: 0,
            repeats_from: 0,
            sampling: Sampling::Greedy,
            n_guesses: 0,
        };
        let mut first = None;
        generate::write(&self.model, &prompt.ids, &rules, &hidden, (&mut memo.cache, &mut memo.habits), &mut |_| {
            first.get_or_insert_with(Instant::now);
            std::ops::ControlFlow::Continue(())
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
        let precision = Precision::ALL.into_iter().find(|precision| precision.name() == self.info.precision);
        let memory = roofline::Memory::new(MEMORY_BYTES);
        let bytes_per_sec = best_rate(|| Some(memory.read())).unwrap_or(f64::INFINITY);
        let ops_per_sec = precision.and_then(|precision| best_rate(|| roofline::compute(precision)));
        Ok(Roofline {
            bytes_per_sec,
            ops_per_sec,
            vision_secs: ops_per_sec.map(|rate| work.vision_ops as f64 / rate),
            prefill_secs: ops_per_sec.map(|rate| work.prefill_ops as f64 / rate),
            token_secs: work.token_bytes as f64 / bytes_per_sec,
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
