//! Every stage of one answer as tensors, under the names, shapes and types in which the reference writes its own.
//!
//! This is how anyone can hold our network against the Hugging Face implementation: run both on one picture, prompt
//! and checkpoint, and compare the files.

use std::{
    collections::HashMap,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use candle_core::Tensor;
use serde::Serialize;

use super::{
    error::EngineError,
    generate::{Prefilled, generate},
    loaded::Engine,
    request::GenerateOptions,
};
use crate::{
    caption::{Caption, Region},
    disk::with_ending,
    geometry::NormBox,
    grounding,
    model::ImageSlots,
    text::{Prompt, Task},
};

/// All stages of one answer.
#[derive(Debug)]
pub struct Trace {
    /// `pixel_values` `[1, 3, S, S]`, `vision` `[1, 1 + patches, vision width]`, `image_embeds`
    /// `[1, latents, text width]`, `prompt_logits` `[1, T, vocab]` and `step_logits` `[N, vocab]` in f32;
    /// `input_ids` `[1, T]` and `output_ids` `[1, T + N]` in i64.
    pub tensors: HashMap<String, Tensor>,
    /// The text of the answer.
    pub text: TraceText,
}

/// The text of an answer in the form of the reference's `post_process_generation`.
#[derive(Debug, PartialEq, Serialize)]
pub struct TraceText {
    /// Everything after the picture, tags included.
    pub raw: String,
    /// The same without tags.
    pub text: String,
    /// Name, span in characters and boxes of each phrase.
    pub entities: Vec<Entity>,
}

/// A linked phrase, its start and end in characters, and its boxes as fractions of the picture, inverted where the
/// location tokens are.
pub type Entity = (String, (usize, usize), Vec<[f32; 4]>);

impl Engine {
    /// Answers a raw prompt and keeps every stage. Nothing kept of pictures is used.
    ///
    /// # Errors
    /// As [`Engine::answer`].
    pub fn trace(&self, pixel_values: &Tensor, prompt: &str, options: &GenerateOptions) -> Result<Trace, EngineError> {
        let task = Task::Raw { prompt: prompt.to_owned() };
        let prompt = Prompt::new(&self.tokenizer, &task, self.model.config().latent_query_num)?;
        let vision = self.model.encode_image(pixel_values)?; // [1 + patches, vision width]
        let image_embeds = self.model.project_image(&vision)?; // [latents, text width]
        let mut decoder = self.decoder_state();
        self.model.reserve(&mut decoder.kv_cache, self.capacity(&prompt, options)?)?;
        let slots = Some(ImageSlots { slots: prompt.image_slots.clone(), embeds: &image_embeds });
        let hidden = self.model.forward(&prompt.ids, slots, prompt.ids.len(), &mut decoder.kv_cache)?; // [T, text width]
        let prompt_logits = self.model.logits(&hidden)?; // [T, vocab]
        let last = hidden.narrow(0, prompt.ids.len() - 1, 1)?; // [1, text width]
        let (mut ids, mut step_logits) = (prompt.ids.clone(), Vec::new());
        let prefilled = Prefilled { ids: prompt.ids.clone(), draft: Vec::new(), hidden: last };
        generate(&self.model, prefilled, &self.rules(&prompt, options), &mut decoder, &mut |step| {
            ids.push(step.token.id);
            step_logits.push(step.logits.clone());
            ControlFlow::Continue(())
        })?;
        let tensors = HashMap::from([
            ("pixel_values".to_owned(), pixel_values.clone()),
            ("vision".to_owned(), vision.unsqueeze(0)?),
            ("image_embeds".to_owned(), image_embeds.unsqueeze(0)?),
            ("input_ids".to_owned(), id_tensor(&prompt.ids)?),
            ("prompt_logits".to_owned(), prompt_logits.unsqueeze(0)?),
            ("output_ids".to_owned(), id_tensor(&ids)?),
            ("step_logits".to_owned(), Tensor::stack(&step_logits, 0)?),
        ]);
        let (text, spans) = self.tokenizer.decode_spans(&ids);
        let raw = text[spans[prompt.prefix_len() - 1].end..].to_owned();
        let caption = grounding::parse(&raw).caption;
        Ok(Trace { tensors, text: TraceText { entities: entities(&caption), text: caption.text, raw } })
    }
}

impl Trace {
    /// The ids after the prompt, the end token included if it was reached.
    ///
    /// # Errors
    /// When the tensors can't be read.
    pub fn new_ids(&self) -> Result<Vec<u32>, EngineError> {
        let (prompt, all) = (&self.tensors["input_ids"], &self.tensors["output_ids"]);
        let n_prompt = prompt.dim(1)?;
        let new = all.narrow(1, n_prompt, all.dim(1)? - n_prompt)?; // [1, N]
        Ok(new.flatten_all()?.to_vec1::<i64>()?.into_iter().map(|id| id as u32).collect())
    }

    /// The logits `[vocab]` of one step, from 0; negative ones count from the end. Empty if there is no such step.
    ///
    /// # Errors
    /// When the tensors can't be read.
    pub fn step_logits(&self, step: i64) -> Result<Vec<f32>, EngineError> {
        let all = &self.tensors["step_logits"]; // [N, vocab]
        let n_steps = all.dim(0)? as i64;
        let step = if step < 0 { n_steps + step } else { step };
        if !(0..n_steps).contains(&step) {
            return Ok(Vec::new());
        }
        Ok(all.get(step as usize)?.to_vec1()?)
    }

    /// The files of a trace: the tensors at `path`, and the text beside it, at `path` with `.json` added.
    #[must_use]
    pub fn files(path: &Path) -> [PathBuf; 2] {
        [path.to_owned(), with_ending(path, ".json")]
    }

    /// What is in its files.
    ///
    /// # Errors
    /// When the tensors can't be read.
    pub fn content(&self) -> Result<[Vec<u8>; 2], EngineError> {
        let tensors = safetensors::serialize(&self.tensors, None).map_err(candle_core::Error::from)?;
        let json = serde_json::to_vec_pretty(&self.text).map_err(candle_core::Error::wrap)?;
        Ok([tensors, json])
    }
}

fn id_tensor(ids: &[u32]) -> candle_core::Result<Tensor> {
    let ids: Vec<i64> = ids.iter().copied().map(i64::from).collect();
    Tensor::new(ids, &candle_core::Device::Cpu)?.unsqueeze(0)
}

fn entities(caption: &Caption) -> Vec<Entity> {
    let entity = |phrase: &crate::caption::Phrase| {
        let span = caption.char_span(phrase);
        let published = |region: &Region| NormBox::as_published(region.patches.0, region.patches.1).to_array();
        let boxes = phrase.regions.iter().map(published).collect();
        (phrase.name(caption).into_owned(), (span.start, span.end), boxes)
    };
    caption.phrases.iter().map(entity).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{
        checkpoint::Source,
        engine::load::LoadOptions,
        kernels::Precision,
        model::KvCache,
        picture::{self, PictureSource},
    };

    const PROMPT: &str = "<grounding>An image of";

    /// Logits `[T, vocab]` of these ids in one pass, without any cache kept.
    fn full_forward(engine: &Engine, ids: &[u32], image_embeds: &Tensor) -> Tensor {
        let task = Task::Raw { prompt: PROMPT.to_owned() };
        let image_embeds = image_embeds.squeeze(0).unwrap(); // [latents, text width]
        let prompt = Prompt::new(&engine.tokenizer, &task, image_embeds.dim(0).unwrap()).unwrap();
        let mut cache = KvCache::default();
        engine.model.reserve(&mut cache, ids.len()).unwrap();
        let slots = Some(ImageSlots { slots: prompt.image_slots, embeds: &image_embeds });
        let hidden = engine.model.forward(ids, slots, ids.len(), &mut cache).unwrap(); // [T, text width]
        engine.model.logits(&hidden).unwrap()
    }

    /// Root mean square of the difference, over that of the values.
    fn error(ours: &Tensor, expected: &Tensor) -> f32 {
        let size = |t: &Tensor| t.sqr().unwrap().mean_all().unwrap().to_scalar::<f32>().unwrap().sqrt();
        size(&(ours - expected).unwrap()) / size(expected)
    }

    #[test]
    fn decoding_with_a_cache_equals_one_pass_without() {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
        for precision in Precision::ALL {
            let loading = LoadOptions { precision: Some(precision), ..LoadOptions::default() };
            let source = Source::Path(data.join("tiny"));
            let engine = Engine::load_with(&source, loading, &mut |_| ControlFlow::Continue(())).unwrap();
            for name in ["pattern_457x301.png", "pattern_90x100.png"] {
                let picture = picture::open(PictureSource::Path(data.join("golden").join(name))).unwrap();
                let options = GenerateOptions { max_new_tokens: 12, ..GenerateOptions::original() };
                let trace = engine.trace(&engine.pixel_values(&picture).unwrap(), PROMPT, &options).unwrap();
                let step_logits = &trace.tensors["step_logits"]; // [steps, vocab]
                let n_prompt = trace.tensors["input_ids"].dim(1).unwrap();
                let ids: Vec<i64> = trace.tensors["output_ids"].flatten_all().unwrap().to_vec1().unwrap();
                let ids: Vec<u32> = ids.into_iter().map(|id| id as u32).collect();
                let full = full_forward(&engine, &ids[..ids.len() - 1], &trace.tensors["image_embeds"]); // [T, vocab]
                let written = full.narrow(0, n_prompt - 1, step_logits.dim(0).unwrap()).unwrap();
                let error = error(&written, step_logits);
                // A value between two integers may go either way, when a sum differs in its last bit.
                let most = if precision == Precision::F32 { 1e-5 } else { 0.02 };
                assert!(error < most, "{precision:?}, {name}: {error:.1e}");
            }
        }
    }
}
