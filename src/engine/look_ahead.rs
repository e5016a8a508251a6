//! Looking at a picture before anything is asked about it, so that the first answer comes as soon as a second one would.

use super::{error::EngineError, loaded::Engine, request::GenerateOptions};
use crate::{
    picture::Picture,
    text::{Prompt, Task},
};

impl Engine {
    /// Encodes a picture and reads what every prompt on it begins with; given up between two layers as soon as `goes_on`
    /// says no. Does nothing if that was done before.
    ///
    /// # Errors
    /// When there is too little memory.
    pub fn look_ahead(&mut self, picture: &Picture, goes_on: &(dyn Fn() -> bool + Sync)) -> Result<(), EngineError> {
        let mut cache = match self.picture_cache.take() {
            Some(cache) if cache.picture == picture.id => cache,
            other => match self.encode_while(picture, other, goes_on)? {
                Some(cache) => cache,
                None => return Ok(()),
            },
        };
        let mut beginning =
            Prompt::new(&self.tokenizer, &Task::Brief { grounded: true }, self.model.config().latent_query_num)?;
        beginning.ids.truncate(beginning.prefix_len());
        if goes_on() && !cache.has_read(&beginning) {
            let rules = self.rules(&beginning, &GenerateOptions::original());
            cache.prefill(&self.model, &beginning, &rules, beginning.ids.len())?;
        }
        self.picture_cache = Some(cache);
        Ok(())
    }
}
