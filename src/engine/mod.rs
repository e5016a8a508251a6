//! One model, ready to answer: what the window, the command line and the evaluations all call.
//!
//! An answer takes three steps: the picture's embeddings (kept for the next question on the same picture, together
//! with what the decoder remembers of them), the prompt, then token after token.

mod bench;
mod error;
mod generate;
mod load;
mod request;
mod trace;
mod writing;

use std::{ops::ControlFlow, time::Instant};

use candle_core::{Device, Tensor};

pub use bench::{Limits, Round};
pub use error::EngineError;
pub use request::{
    Answer, Asked, Ending, GenerateOptions, MadeBy, Outcome, Progress, Request, Sampling, Stage, Timings,
};
pub use trace::Trace;

use self::{generate::Rules, writing::Writing};
use crate::{
    caption::Caption,
    checkpoint::{Checkpoint, CheckpointInfo, Source},
    kernels::Precision,
    model::{Kosmos2, KvCache, KvPrefix},
    picture::{Picture, PictureId},
    text::{Prompt, Tokenizer},
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

/// What is kept of the last picture.
#[derive(Debug)]
struct Memo {
    picture: PictureId,
    image_embeds: Tensor, // [latents, text width]
    /// The decoder's memory of everything up to the end of the picture, which all prompts share.
    prefix: Option<KvPrefix>,
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
        let precision = options.precision.unwrap_or(if is_small { Precision::F32 } else { Precision::Q8 });
        let (model, fingerprint) = load::load_model(&checkpoint, precision, &Device::Cpu, on_progress)?;
        checkpoint.info.fingerprint = fingerprint;
        checkpoint.info.precision = precision.name();
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
        let prompt = Prompt::new(&self.tokenizer, &request.task, self.model.config().latent_query_num)?;
        let capacity = self.capacity(&prompt, &request.options)?;
        let mut timings = Timings::default();
        if on_progress(Progress::at(Stage::Looking)).is_break() {
            return Ok(Outcome::Cancelled);
        }
        let kept = self.memo.take().filter(|memo| memo.picture == request.picture.id);
        let memo = if let Some(memo) = kept {
            memo
        } else {
            let start = Instant::now();
            let memo = self.look(&request.picture)?;
            timings.vision_secs = start.elapsed().as_secs_f64();
            memo
        };
        let memo = self.memo.insert(memo);
        if on_progress(Progress::at(Stage::Reading)).is_break() {
            return Ok(Outcome::Cancelled);
        }
        let start = Instant::now();
        let mut cache = self.model.new_cache(capacity)?;
        let hidden = memo.read(&self.model, &prompt, &mut cache)?; // [1, text width]
        timings.prefill_secs = start.elapsed().as_secs_f64();
        self.write(request, &prompt, hidden, &mut cache, timings, on_progress)
    }

    /// Tokens there must be room for.
    fn capacity(&self, prompt: &Prompt, options: &GenerateOptions) -> Result<usize, EngineError> {
        let (n_tokens, limit) = (prompt.ids.len(), self.model.config().text_config.max_position_embeddings);
        if n_tokens >= limit {
            return Err(EngineError::PromptTooLong { n_tokens, limit });
        }
        Ok(limit.min(n_tokens.saturating_add(options.max_new_tokens)))
    }

    fn rules(&self, options: &GenerateOptions) -> Rules {
        Rules {
            end_id: self.tokenizer.tags().eos,
            max_new_tokens: options.max_new_tokens,
            no_repeat_ngram_size: options.no_repeat_ngram_size.unwrap_or(self.info.no_repeat_ngram_size),
            sampling: options.sampling,
        }
    }

    fn look(&self, picture: &Picture) -> Result<Memo, EngineError> {
        let vision = self.model.look(&self.pixel_values(picture)?)?; // [1 + patches, vision width]
        let image_embeds = self.model.image_embeds(&vision)?; // [latents, text width]
        Ok(Memo { picture: picture.id, image_embeds, prefix: None })
    }

    fn write(
        &self,
        request: &Request,
        prompt: &Prompt,
        hidden: Tensor,
        cache: &mut KvCache,
        mut timings: Timings,
        on_progress: OnProgress<'_>,
    ) -> Result<Outcome, EngineError> {
        let mut writing = Writing::new(&self.tokenizer, request, prompt);
        let start = Instant::now();
        let mut first_token = start;
        let rules = self.rules(&request.options);
        let ending = generate::write(&self.model, &prompt.ids, &rules, hidden, cache, &mut |step| {
            if writing.n_tokens() == 0 {
                first_token = Instant::now();
            }
            writing.push(step.id, step.log_prob);
            on_progress(writing.progress(first_token.elapsed().as_secs_f64()))
        })?;
        timings.decode_secs = first_token.elapsed().as_secs_f64();
        timings.prefill_secs += (first_token - start).as_secs_f64();
        timings.n_new_tokens = writing.n_tokens();
        let Some(ending) = ending else { return Ok(Outcome::Cancelled) };
        Ok(Outcome::Finished(Box::new(writing.answer(ending, timings, &self.info))))
    }
}

impl Memo {
    /// Reads the prompt, from the end of the picture on if that part was read before; gives the last token's state.
    fn read(&mut self, model: &Kosmos2, prompt: &Prompt, cache: &mut KvCache) -> Result<Tensor, EngineError> {
        let ids = &prompt.ids;
        let hidden = if let Some(prefix) = &self.prefix {
            cache.begin_with(prefix)?;
            model.read(&ids[prompt.prefix_len()..], None, cache)?
        } else {
            let picture = Some((prompt.image_slots.clone(), &self.image_embeds));
            let hidden = model.read(ids, picture, cache)?;
            self.prefix = Some(cache.prefix(prompt.prefix_len())?);
            hidden
        };
        Ok(hidden.narrow(0, hidden.dim(0)? - 1, 1)?) // [1, text width]
    }
}

impl Progress {
    fn at(stage: Stage) -> Self {
        Self { stage, n_tokens: 0, tokens_per_sec: 0.0, caption: Caption::default() }
    }
}
