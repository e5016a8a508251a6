//! One request from beginning to end.

use std::time::Instant;

use super::super::{
    answer::Outcome,
    error::EngineError,
    link::Linking,
    loaded::{Engine, Generated},
    picture_cache::PictureCache,
    request::{GenerateOptions, Progress, Request, Stage},
    transcript::Written,
};
use crate::{
    grounding::Warning,
    picture::Picture,
    progress::OnProgress,
    text::{Prompt, Task},
};

/// Tokens of an answer for which the oldest of a conversation makes room: several sentences.
const LEAST_ROOM: usize = 64;

/// What is to be read and written.
pub(super) enum Asked {
    /// One prompt, and what follows it.
    Prompt(Prompt),
    /// A prompt for each phrase of a caption.
    Link(Box<Linking>),
}

impl Engine {
    /// Answers one request; `on_progress` may break to stop, which takes effect within a token.
    ///
    /// # Errors
    /// When the prompt is empty, too long or can't be read, a setting is impossible, or the model gives no numbers.
    pub fn answer(&mut self, request: &Request, on_progress: OnProgress<'_, Progress>) -> Result<Outcome, EngineError> {
        let asked = self.asked(request)?;
        self.with_picture(&request.picture, on_progress, |engine, cache, on_progress| {
            engine.answer_asked(cache, request, asked, on_progress)
        })
    }

    /// Reads and writes what is asked about a picture.
    pub(super) fn answer_asked(
        &self,
        cache: &mut PictureCache,
        request: &Request,
        asked: Asked,
        on_progress: OnProgress<'_, Progress>,
    ) -> Result<Outcome, EngineError> {
        match asked {
            Asked::Link(linking) => self.link(cache, request, *linking, on_progress),
            Asked::Prompt(prompt) => self.answer_prompt(cache, request, prompt, on_progress),
        }
    }

    /// What is to be read and written for a request, if it is possible.
    pub(super) fn asked(&self, request: &Request) -> Result<Asked, EngineError> {
        request.options.check()?;
        Ok(match &request.task {
            Task::Link { caption } => Asked::Link(Box::new(self.linking(caption.trim(), &request.options)?)),
            task => Asked::Prompt(self.prompt_of(task, &request.options)?),
        })
    }

    /// Does `work` with what is known of the picture, which is encoded first if the last one was another.
    pub(super) fn with_picture(
        &mut self,
        picture: &Picture,
        on_progress: OnProgress<'_, Progress>,
        work: impl FnOnce(&Self, &mut PictureCache, OnProgress<'_, Progress>) -> Result<Outcome, EngineError>,
    ) -> Result<Outcome, EngineError> {
        if on_progress(Progress::at(Stage::Looking)).is_break() {
            return Ok(Outcome::Cancelled);
        }
        let start = Instant::now();
        let (mut cache, vision_secs) = match self.picture_cache.take() {
            Some(cache) if cache.picture == picture.id => (cache, 0.0),
            other => (self.encode(picture, other)?, start.elapsed().as_secs_f64()),
        };
        let mut outcome = work(self, &mut cache, on_progress);
        self.picture_cache = Some(cache.after(&outcome));
        if let Ok(Outcome::Finished(answer)) = &mut outcome {
            answer.timings.vision_secs = vision_secs;
        }
        outcome
    }

    /// The prompt of a task, with as much of its conversation as leaves some room for the answer: that gets shorter before
    /// any of the conversation is left out.
    pub(super) fn prompt_of(&self, task: &Task, options: &GenerateOptions) -> Result<Prompt, EngineError> {
        let config = self.model.config();
        let least_room = options.max_new_tokens.min(LEAST_ROOM);
        let limit = config.text_config.max_position_embeddings.saturating_sub(least_room);
        let prompt = Prompt::within(&self.tokenizer, task, config.latent_query_num, limit)?;
        self.capacity(&prompt, options)?;
        Ok(prompt)
    }

    pub(super) fn answer_prompt(
        &self,
        cache: &mut PictureCache,
        request: &Request,
        prompt: Prompt,
        on_progress: OnProgress<'_, Progress>,
    ) -> Result<Outcome, EngineError> {
        if on_progress(Progress::at(Stage::Reading)).is_break() {
            return Ok(Outcome::Cancelled);
        }
        let generated = self.generate(cache, prompt, &request.options, &mut |transcript, secs| {
            on_progress(Progress::writing(transcript.n_tokens(), secs, transcript.growing()))
        })?;
        Ok(self.outcome(request, generated))
    }

    /// What became of a request.
    pub(super) fn outcome(&self, request: &Request, generated: Generated) -> Outcome {
        let Generated { transcript, ending, timings, beam_score } = generated;
        let Some(ending) = ending else { return Outcome::Cancelled };
        let (raw, mut grounded) = transcript.finished();
        let prompt = transcript.into_prompt();
        grounded.warnings.extend(left_out(prompt.n_left_out).map(|message| Warning { message, at: 0 }));
        let Prompt { text: prompt, unfamiliar, .. } = prompt;
        let written = Written { prompt, raw, grounded, unfamiliar, ending, timings, beam_score };
        Outcome::Finished(Box::new(written.answer(request, &self.info)))
    }
}

/// One sentence about a conversation that had no room; `None` if all of it had.
fn left_out(n_exchanges: usize) -> Option<String> {
    let what = match n_exchanges {
        0 => return None,
        1 => "The oldest question and its answer were".to_owned(),
        n => format!("The {n} oldest questions and their answers were"),
    };
    Some(format!(
        "{what} left out of the prompt because the model has no room for more; start afresh to talk of something else"
    ))
}
