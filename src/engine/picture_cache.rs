//! What is kept of the last picture, so that a second question on it costs no vision pass.

use candle_core::Tensor;

use super::{
    error::EngineError,
    generate::{DecoderState, Prefilled},
};
use crate::{
    model::{ImageSlots, Kosmos2},
    picture::PictureId,
    text::Prompt,
};

/// The embeddings of the last picture, and what the decoder has read.
#[derive(Debug)]
pub(super) struct PictureCache {
    pub(super) picture: PictureId,
    image_embeds: Tensor, // [latents, text width]
    /// Its KV cache holds everything up to the end of the picture, which all prompts share, once the first was read; and
    /// what followed in the last answer, which is forgotten before the next.
    pub(super) decoder: DecoderState,
}

impl PictureCache {
    /// What is known of a picture that the decoder has not read yet; the memory of `decoder` is used again.
    pub(super) fn new(picture: PictureId, image_embeds: Tensor, mut decoder: DecoderState) -> Self {
        decoder.kv_cache.truncate(0);
        Self { picture, image_embeds, decoder }
    }

    /// Reads the prompt (prefill), from the end of the picture on if that part was read before, and makes room for
    /// `capacity` tokens in all.
    pub(super) fn prefill(
        &mut self,
        model: &Kosmos2,
        prompt: &Prompt,
        capacity: usize,
    ) -> Result<Prefilled, EngineError> {
        let kv_cache = &mut self.decoder.kv_cache;
        kv_cache.truncate(prompt.prefix_len());
        model.reserve(kv_cache, capacity)?;
        let n_read = kv_cache.n_tokens();
        let picture =
            (n_read == 0).then(|| ImageSlots { slots: prompt.image_slots.clone(), embeds: &self.image_embeds });
        let hidden = model.forward(&prompt.ids[n_read..], picture, 1, kv_cache)?; // [1, text width]
        Ok(Prefilled { ids: prompt.ids.clone(), hidden })
    }
}
