//! What is kept of the last picture, so that a second question on it costs no vision pass.

use candle_core::{DType, Tensor};

use super::{
    error::EngineError,
    generate::{DecoderState, Prefilled, Rules, beam::Begun},
};
use crate::{
    kernels::{WORTH_PACKING, tensors},
    model::{ImageSlots, Kosmos2},
    picture::PictureId,
    text::Prompt,
};

/// The embeddings of the last picture, and what the decoder has read.
#[derive(Debug)]
pub(super) struct PictureCache {
    pub(super) picture: PictureId,
    pub(super) image_embeds: Tensor, // [latents, text width]
    /// The embeddings of the pictures that the prompt shows before it; none for most prompts.
    pub(super) earlier_embeds: Vec<Tensor>, // [latents, text width] each
    /// Its KV cache holds everything up to the end of the picture, which all prompts share, once the first was read; and
    /// what followed in the last answer, which is forgotten before the next.
    pub(super) decoder: DecoderState,
}

impl PictureCache {
    /// What is known of a picture that the decoder has not read yet; the memory of `decoder` is used again.
    pub(super) fn new(picture: PictureId, image_embeds: Tensor, mut decoder: DecoderState) -> Self {
        decoder.kv_cache.truncate(0);
        decoder.drafts.begin_picture();
        Self { picture, image_embeds, earlier_embeds: Vec::new(), decoder }
    }

    /// What may be kept after this outcome.
    pub(super) fn after<T, E>(mut self, outcome: &Result<T, E>) -> Self {
        if outcome.is_err() {
            // It may have come between two layers, of which only one has read the prompt.
            self.decoder.kv_cache.truncate(0);
        }
        self
    }

    /// Whether the decoder has read this beginning of a prompt, which all prompts on the picture share.
    pub(super) fn has_read(&self, beginning: &Prompt) -> bool {
        self.decoder.kv_cache.n_tokens() >= beginning.ids.len()
    }

    /// Reads the prompt (prefill) and draft tokens behind it, from the end of the picture on if that part was read before,
    /// and makes room for `capacity` tokens in all. Behind other pictures all of it is read.
    ///
    /// Where little follows the picture, the end of the picture is read again: so few tokens by themselves would attend
    /// in another order, and the answer would not be the first one to the bit.
    pub(super) fn prefill(
        &mut self,
        model: &Kosmos2,
        prompt: &Prompt,
        rules: &Rules,
        capacity: usize,
    ) -> Result<Prefilled, EngineError> {
        let draft = rules.draft(&self.decoder.drafts, &prompt.ids, capacity.saturating_sub(prompt.ids.len()));
        let kv_cache = &mut self.decoder.kv_cache;
        let is_known = prompt.earlier_slots.is_empty();
        let n_known = prompt.prefix_len().min(prompt.ids.len().saturating_sub(WORTH_PACKING));
        kv_cache.truncate(if is_known { n_known } else { 0 });
        model.reserve(kv_cache, capacity)?;
        let n_read = kv_cache.n_tokens();
        let slots = n_read.clamp(prompt.image_slots.start, prompt.image_slots.end)..prompt.image_slots.end;
        let embeds = self.image_embeds.narrow(0, slots.start - prompt.image_slots.start, slots.len())?; // [slots to read, text width]
        let picture = (!slots.is_empty())
            .then(|| ImageSlots { slots: slots.start - n_read..slots.end - n_read, embeds: &embeds });
        let earlier = prompt.earlier_slots.iter().zip(&self.earlier_embeds);
        let earlier = earlier.map(|(slots, embeds)| ImageSlots { slots: slots.clone(), embeds });
        let hidden = model.prefill(&prompt.ids[n_read..], earlier.chain(picture), &draft, kv_cache)?; // [1 + draft tokens, text width]
        Ok(Prefilled { ids: prompt.ids.clone(), draft, hidden })
    }

    /// Reads a prompt whose first `n_shared` tokens the prompts before it had too, of which the decoder has read `n_read`;
    /// that is what it can be asked to take over next time. Gives what may follow each token from the last shared one on,
    /// but for the last: `[prompt - shared, vocab]`.
    pub(super) fn read_on(
        &mut self,
        model: &Kosmos2,
        prompt: &Prompt,
        n_shared: usize,
        n_read: &mut usize,
    ) -> Result<Tensor, EngineError> {
        let kv_cache = &mut self.decoder.kv_cache;
        let from = (*n_read).min(n_shared.saturating_sub(1));
        kv_cache.truncate(from);
        model.reserve(kv_cache, prompt.ids.len())?;
        let embeds = ImageSlots { slots: prompt.image_slots.clone(), embeds: &self.image_embeds };
        let picture = (from == 0).then_some(embeds);
        let n_wanted = prompt.ids.len() + 1 - n_shared.max(1);
        let hidden = model.forward(&prompt.ids[from..], picture, n_wanted, kv_cache)?; // [n_wanted, text width]
        *n_read = n_shared;
        Ok(model.logits(&hidden)?.to_dtype(DType::F32)?)
    }

    /// Reads the whole prompt, and finds how likely it is itself: the image slots too, as fairseq counts them.
    pub(super) fn begin(&mut self, model: &Kosmos2, prompt: &Prompt, capacity: usize) -> Result<Begun, EngineError> {
        let kv_cache = &mut self.decoder.kv_cache;
        kv_cache.truncate(0);
        model.reserve(kv_cache, capacity)?;
        let slots = prompt.earlier_slots.iter().chain([&prompt.image_slots]);
        let embeds = self.earlier_embeds.iter().chain([&self.image_embeds]);
        let pictures = slots.zip(embeds).map(|(slots, embeds)| ImageSlots { slots: slots.clone(), embeds });
        let n = prompt.ids.len();
        let hidden = model.forward(&prompt.ids, pictures, n, kv_cache)?; // [seq, text width]
        let logits = model.logits(&hidden)?.to_dtype(DType::F32)?; // [seq, vocab]
        let mut log_prob = 0.0;
        for (at, id) in prompt.ids.iter().skip(1).enumerate() {
            let row = logits.get(at)?; // [vocab]
            log_prob += f64::from(row.get(*id as usize)?.to_scalar::<f32>()? - tensors::log_sum_exp(&row)?);
        }
        Ok(Begun { ids: prompt.ids.clone(), logits: logits.narrow(0, n - 1, 1)?, log_prob })
    }
}
