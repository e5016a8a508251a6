//! A loaded model with its tokenizer, and what every request needs of it: a picture encoded, a prompt continued.

use std::{ops::ControlFlow, time::Instant};

use candle_core::Tensor;

use super::{
    answer::{Ending, Timings},
    device::DeviceKind,
    draft::{Drafts, MAX_DRAFT_TOKENS},
    error::EngineError,
    generate::{
        DecoderState, Rules,
        beam::{self, Width},
        generate,
    },
    load::{Kept, LoadOptions, ModelInfo, OnLoad, load_model},
    picture_cache::PictureCache,
    request::{GenerateOptions, Sampling},
    transcript::Transcript,
};
use crate::{
    checkpoint::{Checkpoint, Source},
    kernels::start_threads,
    memory,
    model::{Kosmos2, KvCache},
    picture::{Picture, preprocess},
    text::{Prompt, Tokenizer},
};

/// A loaded model with its tokenizer.
#[derive(Debug)]
pub struct Engine {
    pub(super) model: Kosmos2,
    pub(super) tokenizer: Tokenizer,
    pub(super) info: ModelInfo,
    pub(super) picture_cache: Option<PictureCache>,
}

/// What was written after one prompt.
pub(super) struct Generated<'a> {
    pub(super) transcript: Transcript<'a>,
    /// `None` if it was told to stop.
    pub(super) ending: Option<Ending>,
    /// Where the time went, except that for encoding the picture.
    pub(super) timings: Timings,
    /// What it was chosen by among several; `None` where the tokens were picked one by one.
    pub(super) beam_score: Option<f64>,
}

/// A checkpoint that was looked at as far as that costs little: everything but its weights is right.
#[derive(Debug)]
pub struct Opened {
    checkpoint: Checkpoint,
    tokenizer: Tokenizer,
}

impl Opened {
    /// Looks at a checkpoint.
    ///
    /// # Errors
    /// When it can't be used.
    pub fn new(source: &Source) -> Result<Self, EngineError> {
        let checkpoint = Checkpoint::open(source)?;
        let tokenizer = checkpoint.tokenizer()?;
        Ok(Self { checkpoint, tokenizer })
    }

    /// Reads its weights; `on_progress` may break to stop.
    ///
    /// # Errors
    /// When there is too little memory, a weight is damaged, or loading was told to stop.
    pub fn load(self, options: LoadOptions, on_progress: OnLoad<'_>) -> Result<Engine, EngineError> {
        Engine::of(&self.checkpoint, self.tokenizer, options, on_progress)
    }
}

impl Engine {
    /// Loads a checkpoint as [`LoadOptions::default`] says; `on_progress` may break to stop.
    ///
    /// # Errors
    /// When the checkpoint can't be used, or loading was told to stop.
    pub fn load(source: &Source, on_progress: OnLoad<'_>) -> Result<Self, EngineError> {
        Self::load_with(source, LoadOptions::default(), on_progress)
    }

    /// Loads a checkpoint; `on_progress` may break to stop.
    ///
    /// # Errors
    /// As [`Engine::load`].
    pub fn load_with(source: &Source, options: LoadOptions, on_progress: OnLoad<'_>) -> Result<Self, EngineError> {
        Opened::new(source)?.load(options, on_progress)
    }

    /// Reads the weights of an open checkpoint.
    pub(super) fn of(
        checkpoint: &Checkpoint,
        tokenizer: Tokenizer,
        options: LoadOptions,
        on_progress: OnLoad<'_>,
    ) -> Result<Self, EngineError> {
        start_threads()?;
        let device = options.device.open()?;
        let Kept { precision, little_memory } = options.kept(checkpoint, &device, memory::most());
        if let Some(free) = memory::available().filter(|_| device.is_cpu()) {
            checkpoint.check_memory(precision, free)?;
        }
        let (model, fingerprint) = load_model(checkpoint, precision, &device, on_progress)?;
        let device = DeviceKind::of(&device);
        let info = ModelInfo { checkpoint: checkpoint.info.clone(), precision, little_memory, device, fingerprint };
        Ok(Self { model, tokenizer, info, picture_cache: None })
    }

    /// What is loaded.
    #[must_use]
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// What the model sees of a picture: `[1, 3, S, S]`.
    ///
    /// # Errors
    /// When the memory can't be allocated.
    pub fn pixel_values(&self, picture: &Picture) -> Result<Tensor, EngineError> {
        let side = self.model.config().vision_config.image_size;
        Ok(preprocess::pixel_values(&picture.pixels, side, self.model.device())?)
    }

    /// Drops what is kept of the last picture.
    pub fn forget_pictures(&mut self) {
        self.picture_cache = None;
    }

    /// Encodes a picture, in the memory of the one before.
    pub(super) fn encode(&self, picture: &Picture, before: Option<PictureCache>) -> Result<PictureCache, EngineError> {
        let vision = self.model.encode_image(&self.pixel_values(picture)?)?; // [1 + patches, vision width]
        self.encoded(picture, &vision, before)
    }

    /// The same, given up between two layers, with `None`, as soon as `goes_on` says no.
    pub(super) fn encode_while(
        &self,
        picture: &Picture,
        before: Option<PictureCache>,
        goes_on: &(dyn Fn() -> bool + Sync),
    ) -> Result<Option<PictureCache>, EngineError> {
        let vision = self.model.encode_image_while(&self.pixel_values(picture)?, goes_on)?;
        vision.map(|vision| self.encoded(picture, &vision, before)).transpose()
    }

    fn encoded(
        &self,
        picture: &Picture,
        vision: &Tensor, // [1 + patches, vision width]
        before: Option<PictureCache>,
    ) -> Result<PictureCache, EngineError> {
        let image_embeds = self.model.project_image(vision)?; // [latents, text width]
        let decoder = before.map_or_else(|| self.decoder_state(), |before| before.decoder);
        Ok(PictureCache::new(picture.id, image_embeds, decoder))
    }

    /// What a decoder remembers that has read nothing.
    pub(super) fn decoder_state(&self) -> DecoderState {
        DecoderState { kv_cache: KvCache::default(), drafts: Drafts::new(&self.tokenizer) }
    }

    /// How many tokens there must be room for: the prompt, and the longest answer that the model can hold behind it.
    pub(super) fn capacity(&self, prompt: &Prompt, options: &GenerateOptions) -> Result<usize, EngineError> {
        let (n_tokens, limit) = (prompt.ids.len(), self.model.config().text_config.max_position_embeddings);
        if n_tokens >= limit {
            return Err(EngineError::PromptTooLong { n_tokens, limit });
        }
        Ok(limit.min(n_tokens.saturating_add(options.max_new_tokens)))
    }

    pub(super) fn rules(&self, prompt: &Prompt, options: &GenerateOptions) -> Rules {
        Rules {
            end_id: Some(self.tokenizer.tags().eos),
            max_new_tokens: options.max_new_tokens,
            no_repeat_ngram: options.no_repeat_ngram.size(self.info.checkpoint.no_repeat_ngram),
            repeats_from: prompt.repeats_from,
            sampling: options.sampling,
            // Elsewhere several tokens may get other numbers than one by one.
            max_draft_tokens: if self.model.device().is_cpu() { MAX_DRAFT_TOKENS } else { 0 },
            tags: self.tokenizer.tags().clone(),
            checkpoint: self.info.checkpoint.name.clone(),
        }
    }

    /// Reads a prompt and writes on until the model is done, a limit is reached, or `on_token` breaks. That sees what is
    /// written after each token, and how many seconds have passed since the first.
    pub(super) fn generate(
        &self,
        cache: &mut PictureCache,
        prompt: Prompt,
        options: &GenerateOptions,
        on_token: &mut dyn FnMut(&Transcript, f64) -> ControlFlow<()>,
    ) -> Result<Generated<'_>, EngineError> {
        if let Sampling::Beams { width, length_penalty } = options.sampling {
            let width = Width { n_beams: width, length_penalty };
            return self.search(cache, prompt, options, width, on_token);
        }
        let start = Instant::now();
        let rules = self.rules(&prompt, options);
        let prefilled = cache.prefill(&self.model, &prompt, &rules, self.capacity(&prompt, options)?)?;
        let mut transcript = Transcript::new(&self.tokenizer, prompt);
        let (mut first_token, mut n_passes) = (None, 0);
        let ending = generate(&self.model, prefilled, &rules, &mut cache.decoder, &mut |step| {
            let first_token = first_token.get_or_insert_with(Instant::now);
            n_passes = step.n_passes;
            transcript.push(step.token);
            on_token(&transcript, first_token.elapsed().as_secs_f64())
        })?;
        let first_token = first_token.unwrap_or_else(Instant::now);
        let timings = Timings {
            vision_secs: 0.0,
            prefill_secs: (first_token - start).as_secs_f64(),
            decode_secs: first_token.elapsed().as_secs_f64(),
            n_new_tokens: transcript.n_tokens(),
            n_passes,
        };
        Ok(Generated { transcript, ending, timings, beam_score: None })
    }

    /// Reads a prompt and searches for the likeliest answer. `on_token` sees nothing of it before it is found, but may stop
    /// it.
    fn search(
        &self,
        cache: &mut PictureCache,
        prompt: Prompt,
        options: &GenerateOptions,
        width: Width,
        on_token: &mut dyn FnMut(&Transcript, f64) -> ControlFlow<()>,
    ) -> Result<Generated<'_>, EngineError> {
        let start = Instant::now();
        // One more for the end where the limit is reached.
        let begun = cache.begin(&self.model, &prompt, self.capacity(&prompt, options)? + 1)?;
        let first_token = Instant::now();
        let rules = self.rules(&prompt, options);
        let mut transcript = Transcript::new(&self.tokenizer, prompt);
        let kv_cache = cache.decoder.kv_cache.copy()?;
        let found = beam::search(&self.model, begun, &rules, width, kv_cache, &mut || {
            on_token(&transcript, first_token.elapsed().as_secs_f64())
        })?;
        let (mut ending, mut beam_score, mut n_passes) = (None, None, 0);
        if let Some(found) = found {
            (ending, beam_score, n_passes) = (Some(found.ending), Some(found.score), found.n_passes);
            found.tokens.into_iter().for_each(|token| transcript.push(token));
        }
        let timings = Timings {
            vision_secs: 0.0,
            prefill_secs: (first_token - start).as_secs_f64(),
            decode_secs: first_token.elapsed().as_secs_f64(),
            n_new_tokens: transcript.n_tokens(),
            n_passes,
        };
        Ok(Generated { transcript, ending, timings, beam_score })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{
        grounding::Corner,
        kernels::Precision,
        picture::{self, PictureSource},
        text::Task,
    };

    /// Each token of descriptions of two pictures with the bits of its probability, and what it thought of all places if it
    /// is a corner; and the passes that they took.
    fn describe(
        engine: &Engine,
        max_draft_tokens: usize,
        sampling: Sampling,
    ) -> (Vec<(u32, u32, Option<Corner>)>, usize) {
        let (mut cache, mut tokens, mut n_all_passes) = (None, Vec::new(), 0);
        let options = GenerateOptions { sampling, no_repeat_ngram: Some(3).into(), ..GenerateOptions::original() };
        let prompt = Prompt::new(&engine.tokenizer, &Task::Detailed { grounded: true }, 64).unwrap();
        let rules = Rules { max_draft_tokens, ..engine.rules(&prompt, &options) };
        for name in ["meadow.png", "harbour.png"] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples").join(name);
            let mut now = engine.encode(&picture::open(PictureSource::Path(path)).unwrap(), cache.take()).unwrap();
            let prefilled = now.prefill(&engine.model, &prompt, &rules, 400).unwrap();
            let mut n_passes = 0;
            let ending = generate(&engine.model, prefilled, &rules, &mut now.decoder, &mut |step| {
                tokens.push((step.token.id, step.token.log_prob.to_bits(), step.token.corner));
                n_passes = step.n_passes;
                ControlFlow::Continue(())
            });
            assert!(ending.unwrap().is_some());
            n_all_passes += n_passes;
            cache = Some(now);
        }
        (tokens, n_all_passes)
    }

    /// Each token that follows a prompt with the bits of its score.
    fn tokens_after(engine: &Engine, cache: &mut PictureCache, prompt: &Prompt) -> Vec<(u32, u32)> {
        let mut tokens = Vec::new();
        let rules = Rules { max_new_tokens: 8, end_id: None, ..engine.rules(prompt, &GenerateOptions::original()) };
        let prefilled = cache.prefill(&engine.model, prompt, &rules, prompt.ids.len() + 8).unwrap();
        let ending = generate(&engine.model, prefilled, &rules, &mut cache.decoder, &mut |step| {
            tokens.push((step.token.id, step.token.log_prob.to_bits()));
            ControlFlow::Continue(())
        });
        assert!(ending.unwrap().is_some());
        tokens
    }

    #[test]
    fn the_same_question_gives_the_same_answer_to_the_bit() {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
        let picture = |name: &str| picture::open(PictureSource::Path(data.join("golden").join(name))).unwrap();
        let [one, other] = ["pattern_457x301.png", "pattern_90x100.png"].map(picture);
        for precision in Precision::ALL {
            let options = LoadOptions { precision: Some(precision), ..LoadOptions::default() };
            let mut engine = Engine::load_with(&Source::Embedded, options, &mut |_| ControlFlow::Continue(())).unwrap();
            let tokenizer = engine.tokenizer.clone();
            let n_slots = engine.model.config().latent_query_num;
            let prompt =
                |words: &str| Prompt::new(&tokenizer, &Task::Raw { prompt: words.to_owned() }, n_slots).unwrap();
            let long = prompt("<grounding>Describe this image in detail:");
            for n in 1..=8 {
                let short = prompt(["a", "red", "dog", "on", "the", "red", "tree", "and"][..n].join(" ").as_str());
                assert_eq!(short.ids.len(), short.prefix_len() + n);
                let mut cache = engine.encode(&one, None).unwrap();
                let first = tokens_after(&engine, &mut cache, &short);
                assert_eq!(tokens_after(&engine, &mut cache, &short), first, "{precision}, {n}: again");
                tokens_after(&engine, &mut cache, &long);
                assert_eq!(tokens_after(&engine, &mut cache, &short), first, "{precision}, {n}: after another");
                let mut cache = engine.encode(&other, Some(cache)).unwrap();
                tokens_after(&engine, &mut cache, &short);
                let mut cache = engine.encode(&one, Some(cache)).unwrap();
                tokens_after(&engine, &mut cache, &long);
                assert_eq!(tokens_after(&engine, &mut cache, &short), first, "{precision}, {n}: after another picture");
                engine.look_ahead(&other, &|| true).unwrap();
                engine.look_ahead(&one, &|| true).unwrap();
                let mut cache = engine.picture_cache.take().unwrap();
                assert_eq!(cache.decoder.kv_cache.n_tokens(), short.prefix_len());
                assert_eq!(tokens_after(&engine, &mut cache, &short), first, "{precision}, {n}: looked at ahead");
            }
        }
    }

    #[test]
    fn a_long_prompt_is_read_in_parts_to_the_same_bits() {
        for precision in Precision::ALL {
            let options = LoadOptions { precision: Some(precision), ..LoadOptions::default() };
            let engine = Engine::load_with(&Source::Embedded, options, &mut |_| ControlFlow::Continue(())).unwrap();
            let ids: Vec<u32> = (0..1100).map(|i| i * 31 % 1000).collect();
            let read = |in_parts: bool| {
                let mut cache = KvCache::default();
                engine.model.reserve(&mut cache, ids.len()).unwrap();
                let hidden = if in_parts {
                    engine.model.prefill(&ids, None, &[], &mut cache)
                } else {
                    engine.model.forward(&ids, None, 1, &mut cache)
                };
                assert_eq!(cache.n_tokens(), ids.len());
                hidden.unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap()
            };
            assert!(read(true) == read(false), "{precision}");
        }
    }

    #[test]
    fn draft_tokens_save_passes_and_change_nothing() {
        for precision in Precision::ALL {
            let options = LoadOptions { precision: Some(precision), ..LoadOptions::default() };
            let source = Source::Embedded;
            let engine = Engine::load_with(&source, options, &mut |_| ControlFlow::Continue(())).unwrap();
            for sampling in [Sampling::Greedy, Sampling::TopP { temperature: 0.9, top_p: 0.95, seed: 3 }] {
                let (tokens, n_passes) = describe(&engine, 0, sampling);
                assert_eq!(n_passes, tokens.len());
                assert!(tokens.iter().filter(|(_, _, corner)| corner.is_some()).count() >= 4);
                let (drafted, n_passes) = describe(&engine, MAX_DRAFT_TOKENS, sampling);
                assert!(drafted == tokens, "{precision:?}, {sampling:?}");
                assert!(5 * n_passes < 4 * tokens.len(), "{precision:?}, {sampling:?}: {n_passes} of {}", tokens.len());
            }
        }
    }
}
