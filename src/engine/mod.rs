//! One model, ready to answer: what the window, the command line and the evaluations all call.
//!
//! An answer takes three steps: the picture's embeddings (kept for the next question on the same picture, together
//! with what the decoder remembers of them), the prompt, then token after token.

mod bench;
mod device;
mod error;
mod generate;
mod habits;
mod link;
mod load;
mod request;
mod trace;
mod writing;

use std::{ops::ControlFlow, time::Instant};

use candle_core::Tensor;

pub use bench::{Roofline, Round};
pub use device::DeviceChoice;
pub use error::EngineError;
pub use request::{
    Answer, Asked, Ending, GenerateOptions, MadeBy, Outcome, Progress, Request, Sampling, Stage, Timings,
};
pub use trace::Trace;

use self::{
    generate::Rules,
    habits::Habits,
    writing::{Writing, Written},
};
use crate::{
    caption::Caption,
    checkpoint::{Checkpoint, CheckpointInfo, Source, available_memory},
    grounding::Warning,
    kernels::Precision,
    model::{ImageSlots, Kosmos2, KvCache},
    picture::{Picture, PictureId},
    text::{Prompt, Task, Tokenizer},
};

/// How far loading is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoadProgress {
    /// Bytes of weights read so far.
    pub n_done: u64,
    /// Bytes of weights in all.
    pub n_total: u64,
}

/// What may be chosen when loading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// How exactly weights are kept; `None` for [`Precision::F32`] if the checkpoint is small, for [`Precision::Q8`] if it
    /// is not.
    pub precision: Option<Precision>,
    /// Where the network is computed. On a graphics card, weights are always kept in [`Precision::F32`].
    pub device: DeviceChoice,
}

/// Numbers from which on a checkpoint is not small: with more, f32 takes a second and more on two cores.
const MANY_WEIGHTS: u64 = 100_000_000;

/// A loaded model with its tokenizer.
#[derive(Debug)]
pub struct Engine {
    model: Kosmos2,
    tokenizer: Tokenizer,
    info: CheckpointInfo,
    memo: Option<Memo>,
}

/// What is kept of the last picture, and of how answers go on.
#[derive(Debug)]
struct Memo {
    picture: PictureId,
    image_embeds: Tensor, // [latents, text width]
    /// Holds everything up to the end of the picture, which all prompts share, once the first was read; and what followed
    /// in the last answer, which is forgotten before the next.
    cache: KvCache,
    habits: Habits,
}

/// What was written after one prompt.
struct Draft<'a> {
    writing: Writing<'a>,
    /// `None` if it was told to stop.
    ending: Option<Ending>,
    /// Without the picture's.
    timings: Timings,
}

/// How long a step may go on, and whom it tells.
type OnProgress<'a> = &'a mut dyn FnMut(Progress) -> ControlFlow<()>;

impl Engine {
    /// Loads a checkpoint as [`LoadOptions::default`] says; `on_progress` may break to stop.
    ///
    /// # Errors
    /// When the checkpoint can't be used, or loading was told to stop.
    pub fn load(
        source: &Source,
        on_progress: &mut dyn FnMut(LoadProgress) -> ControlFlow<()>,
    ) -> Result<Self, EngineError> {
        Self::load_with(source, LoadOptions::default(), on_progress)
    }

    /// Loads a checkpoint; `on_progress` may break to stop.
    ///
    /// # Errors
    /// As [`Engine::load`].
    pub fn load_with(
        source: &Source,
        options: LoadOptions,
        on_progress: &mut dyn FnMut(LoadProgress) -> ControlFlow<()>,
    ) -> Result<Self, EngineError> {
        let mut checkpoint = Checkpoint::open(source)?;
        let tokenizer = Tokenizer::from_bytes(&checkpoint.tokenizer_json)?;
        let (n_tokens, vocab_size) = (tokenizer.vocab_size(), checkpoint.config.text_config.vocab_size);
        if n_tokens != vocab_size {
            return Err(EngineError::Vocabulary { n_tokens, vocab_size });
        }
        let is_small = checkpoint.n_weights() < MANY_WEIGHTS;
        let device = options.device.open()?;
        let precision = match options.precision {
            _ if !device.is_cpu() => Precision::F32,
            Some(precision) => precision,
            None if is_small => Precision::F32,
            None => Precision::Q8,
        };
        if let Some(free) = available_memory().filter(|_| device.is_cpu()) {
            checkpoint.check_memory(precision, free)?;
        }
        let (model, fingerprint) = load::load_model(&checkpoint, precision, &device, on_progress)?;
        checkpoint.info.fingerprint = fingerprint;
        checkpoint.info.precision = precision.name();
        checkpoint.info.device = device::name(&device);
        Ok(Self { model, tokenizer, info: checkpoint.info, memo: None })
    }

    /// What is loaded.
    #[must_use]
    pub fn info(&self) -> &CheckpointInfo {
        &self.info
    }

    /// Drops what is kept of the last picture.
    pub fn forget_pictures(&mut self) {
        self.memo = None;
    }

    /// Answers one request; `on_progress` may break to stop, which takes effect within a token.
    ///
    /// # Errors
    /// When the prompt is empty or too long, a setting is impossible, or the model gives no numbers.
    pub fn answer(&mut self, request: &Request, on_progress: OnProgress<'_>) -> Result<Outcome, EngineError> {
        if let Task::Link { caption } = &request.task {
            let caption = caption.trim();
            let links = self.links(caption, &request.options)?;
            return self.with_picture(&request.picture, on_progress, |engine, memo, on_progress| {
                engine.link(memo, request, (caption, &links), on_progress)
            });
        }
        let prompt = self.prompt(request)?;
        self.with_picture(&request.picture, on_progress, |engine, memo, on_progress| {
            engine.write(memo, request, &prompt, on_progress)
        })
    }

    /// Does `work` with what is known of the picture, which is looked at first if the last one was another.
    fn with_picture(
        &mut self,
        picture: &Picture,
        on_progress: OnProgress<'_>,
        work: impl FnOnce(&Self, &mut Memo, OnProgress<'_>) -> Result<Outcome, EngineError>,
    ) -> Result<Outcome, EngineError> {
        if on_progress(Progress::at(Stage::Looking)).is_break() {
            return Ok(Outcome::Cancelled);
        }
        let start = Instant::now();
        let (mut memo, vision_secs) = match self.memo.take() {
            Some(memo) if memo.picture == picture.id => (memo, 0.0),
            other => (self.look(picture, other)?, start.elapsed().as_secs_f64()),
        };
        let mut outcome = work(self, &mut memo, on_progress);
        if outcome.is_err() {
            // It may have come between two layers, of which only one has read the prompt.
            memo.cache.truncate(0);
        }
        self.memo = Some(memo);
        if let Ok(Outcome::Finished(answer)) = &mut outcome {
            answer.timings.vision_secs = vision_secs;
        }
        outcome
    }

    /// The prompt of a task, with as much of its conversation as leaves room for the answer.
    fn prompt(&self, request: &Request) -> Result<Prompt, EngineError> {
        let config = self.model.config();
        let limit = config.text_config.max_position_embeddings.saturating_sub(request.options.max_new_tokens);
        let prompt = Prompt::within(&self.tokenizer, &request.task, config.latent_query_num, limit)?;
        self.capacity(&prompt, &request.options)?;
        Ok(prompt)
    }

    /// Tokens there must be room for.
    fn capacity(&self, prompt: &Prompt, options: &GenerateOptions) -> Result<usize, EngineError> {
        let (n_tokens, limit) = (prompt.ids.len(), self.model.config().text_config.max_position_embeddings);
        if n_tokens >= limit {
            return Err(EngineError::PromptTooLong { n_tokens, limit });
        }
        Ok(limit.min(n_tokens.saturating_add(options.max_new_tokens)))
    }

    fn rules(&self, prompt: &Prompt, options: &GenerateOptions) -> Rules {
        Rules {
            end_id: self.tokenizer.tags().eos,
            max_new_tokens: options.max_new_tokens,
            no_repeat_ngram_size: options.no_repeat_ngram_size.unwrap_or(self.info.no_repeat_ngram_size),
            repeats_from: prompt.repeats_from,
            sampling: options.sampling,
            // Elsewhere several tokens may get other numbers than one by one.
            n_guesses: if self.model.device().is_cpu() { habits::GUESSES } else { 0 },
        }
    }

    /// Looks at a picture, in the memory of the one before.
    fn look(&self, picture: &Picture, before: Option<Memo>) -> Result<Memo, EngineError> {
        let vision = self.model.encode_image(&self.pixel_values(picture)?)?; // [1 + patches, vision width]
        let image_embeds = self.model.project_image(&vision)?; // [latents, text width]
        let before = before.map(|memo| (memo.cache, memo.habits));
        let (mut cache, habits) = before.unwrap_or_else(|| (KvCache::default(), Habits::new(self.tokenizer.tags())));
        cache.truncate(0);
        Ok(Memo { picture: picture.id, image_embeds, cache, habits })
    }

    fn write(
        &self,
        memo: &mut Memo,
        request: &Request,
        prompt: &Prompt,
        on_progress: OnProgress<'_>,
    ) -> Result<Outcome, EngineError> {
        if on_progress(Progress::at(Stage::Reading)).is_break() {
            return Ok(Outcome::Cancelled);
        }
        let Draft { writing, ending, timings } = self.draft(memo, prompt, &request.options, &mut |writing, secs| {
            on_progress(Progress::writing(writing.n_tokens(), secs, writing.growing()))
        })?;
        let Some(ending) = ending else { return Ok(Outcome::Cancelled) };
        let (raw, mut grounded) = writing.finished();
        grounded.warnings.extend(left_out(prompt.n_left_out).map(|message| Warning { message, at: 0 }));
        let written = Written { prompt: prompt.text.clone(), raw, grounded, ending, timings };
        Ok(Outcome::Finished(Box::new(written.answer(request, &self.info))))
    }

    /// Reads a prompt and writes on until the model is done, a limit is reached, or `on_token` breaks. That sees what is
    /// written after each token, and how many seconds have passed since the first.
    fn draft<'a>(
        &'a self,
        memo: &mut Memo,
        prompt: &'a Prompt,
        options: &GenerateOptions,
        on_token: &mut dyn FnMut(&Writing, f64) -> ControlFlow<()>,
    ) -> Result<Draft<'a>, EngineError> {
        let start = Instant::now();
        let hidden = memo.read(&self.model, prompt, self.capacity(prompt, options)?)?; // [1, text width]
        let mut writing = Writing::new(&self.tokenizer, prompt);
        let (mut first_token, mut n_passes) = (None, 0);
        let rules = self.rules(prompt, options);
        let memory = (&mut memo.cache, &mut memo.habits);
        let ending = generate::write(&self.model, &prompt.ids, &rules, &hidden, memory, &mut |step| {
            let first_token = first_token.get_or_insert_with(Instant::now);
            writing.push(step.id, step.log_prob);
            n_passes = step.n_passes;
            on_token(&writing, first_token.elapsed().as_secs_f64())
        })?;
        let first_token = first_token.unwrap_or_else(Instant::now);
        let timings = Timings {
            vision_secs: 0.0,
            prefill_secs: (first_token - start).as_secs_f64(),
            decode_secs: first_token.elapsed().as_secs_f64(),
            n_new_tokens: writing.n_tokens(),
            n_passes,
        };
        Ok(Draft { writing, ending, timings })
    }
}

/// One sentence about a conversation that had no room; `None` if all had.
fn left_out(n_exchanges: usize) -> Option<String> {
    let what = match n_exchanges {
        0 => return None,
        1 => "The oldest question and its answer were".to_owned(),
        n => format!("The {n} oldest questions and their answers were"),
    };
    Some(format!("{what} left out of the prompt, there was no room for more; start afresh or lower the token limit"))
}

impl Memo {
    /// Reads the prompt, from the end of the picture on if that part was read before; gives the last token's state.
    fn read(&mut self, model: &Kosmos2, prompt: &Prompt, capacity: usize) -> Result<Tensor, EngineError> {
        self.cache.truncate(prompt.prefix_len());
        model.reserve(&mut self.cache, capacity)?;
        let n_read = self.cache.n_tokens();
        let picture =
            (n_read == 0).then(|| ImageSlots { slots: prompt.image_slots.clone(), embeds: &self.image_embeds });
        Ok(model.forward(&prompt.ids[n_read..], picture, 1, &mut self.cache)?) // [1, text width]
    }
}

impl Progress {
    fn at(stage: Stage) -> Self {
        Self { stage, n_tokens: 0, tokens_per_sec: 0.0, caption: Caption::default() }
    }
}
