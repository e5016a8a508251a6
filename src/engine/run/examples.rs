//! Examples before what is asked, each a picture and what is to be said of it (few-shot): the model goes on as they do.

use candle_core::Tensor;

use super::super::{
    answer::Outcome,
    error::EngineError,
    loaded::Engine,
    request::{GenerateOptions, Progress, Request},
};
use crate::{picture::Picture, progress::OnProgress, text::Task};

/// A picture that is shown before others, and what is said of it.
#[derive(Clone, Debug)]
pub struct Example {
    image_embeds: Tensor, // [latents, text width]
    ids: Vec<u32>,
}

impl Example {
    /// What is said of the picture.
    pub(in crate::engine) fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// The picture's embeddings, `[latents, text width]`.
    pub(in crate::engine) fn into_embeds(self) -> Tensor {
        self.image_embeds
    }
}

impl Engine {
    /// Looks at a picture once, to show it before others together with what is said of it; tags stand in the text as the model
    /// writes them, as in [`Task::Raw`].
    ///
    /// # Errors
    /// When the text holds a token that is reserved, or there is too little memory.
    pub fn example(&self, picture: &Picture, text: &str) -> Result<Example, EngineError> {
        let ids = self.tokenizer.encode_raw(text)?;
        let vision = self.model.encode_image(&self.pixel_values(picture)?)?; // [1 + patches, vision width]
        Ok(Example { image_embeds: self.model.project_image(&vision)?, ids })
    }

    /// Tokens that are read before an answer to this task behind examples, with the slots of all pictures.
    ///
    /// # Errors
    /// When the prompt is empty, too long or can't be read.
    pub fn prompt_length(&self, examples: &[Example], task: &Task) -> Result<usize, EngineError> {
        let texts: Vec<&[u32]> = examples.iter().map(|example| &example.ids[..]).collect();
        Ok(self.prompt_of(task, &GenerateOptions::original())?.after(&texts).ids.len())
    }

    /// As [`Engine::answer`], behind examples: the prompt begins with all of them, in their order.
    ///
    /// # Errors
    /// As [`Engine::answer`], and if a caption is to be linked, for which there is more than one prompt.
    pub fn answer_after(
        &mut self,
        examples: &[Example],
        request: &Request,
        on_progress: OnProgress<'_, Progress>,
    ) -> Result<Outcome, EngineError> {
        if examples.is_empty() {
            return self.answer(request, on_progress);
        }
        request.options.check()?;
        if matches!(request.task, Task::Link { .. }) {
            return Err(EngineError::Setting(
                "A caption is linked phrase by phrase, so there can be no examples before it",
            ));
        }
        let texts: Vec<&[u32]> = examples.iter().map(|example| &example.ids[..]).collect();
        let prompt = self.prompt_of(&request.task, &request.options)?.after(&texts);
        self.capacity(&prompt, &request.options)?;
        self.with_picture(&request.picture, on_progress, |engine, cache, on_progress| {
            cache.earlier_embeds = examples.iter().map(|example| example.image_embeds.clone()).collect();
            let outcome = engine.answer_prompt(cache, request, prompt, on_progress);
            // No other prompt begins so.
            cache.earlier_embeds.clear();
            cache.decoder.kv_cache.truncate(0);
            outcome
        })
    }
}
