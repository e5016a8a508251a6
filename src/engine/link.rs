//! Linking a caption that a person gives: its noun phrases are looked for one after the other.
//!
//! Each phrase is one short decode that ends with its list of boxes, or with the first token that belongs to none. No
//! phrase is told what was found for another: a wrong box would pull the later ones along.
//!
//! What stands before the phrase in its prompt depends on the checkpoint. The published evaluation of phrase grounding
//! (Flickr30k Entities) gives the words of the caption up to it, and so do we. The mini checkpoint learnt to find
//! phrases by themselves only, and that is how it is asked. On 150 held-out scenes with 585 things, named in lists or
//! sentences, it found 94 % of them so; with the words before 69 to 73 %, with the earlier links among these 79 to 81 %.
//! Of 70 phrases for things that were not there, 10 got a box; with the words before 50 to 54, with the links 49 to 52.

use std::{
    ops::{ControlFlow, Range},
    time::Instant,
};

use super::{
    answer::{Ending, Outcome, Timings},
    error::EngineError,
    loaded::Engine,
    picture_cache::PictureCache,
    request::{GenerateOptions, Progress, Request, Stage},
    transcript::{Transcript, Written},
};
use crate::{
    caption::{Caption, Phrase, Region},
    grounding::{Grounded, Warning},
    progress::OnProgress,
    text::{Prompt, Tags, TextError, Unfamiliar},
    words::listed,
};

/// A phrase that is looked for.
struct Link {
    /// Its bytes in the caption.
    span: Range<usize>,
    /// The prompt that asks where it is.
    prompt: Prompt,
}

/// A caption that is being linked, and what is known so far.
pub(super) struct Linking {
    /// What is looked for, in this order.
    links: Vec<Link>,
    /// All the text, and the phrases that were found.
    caption: Caption,
    /// The prompts, a line each.
    prompt: String,
    /// The prompts and what was written, a line each.
    raw: String,
    warnings: Vec<Warning>,
    /// Bytes of the caption that got no box.
    unlinked: Vec<Range<usize>>,
    /// What of the caption the vocabulary has no pieces for.
    unfamiliar: Unfamiliar,
    ending: Ending,
    timings: Timings,
}

impl Engine {
    /// What there is to look for in a caption, with prompts that leave room for boxes. What can't be read is not looked for.
    pub(super) fn linking(&self, caption: &str, options: &GenerateOptions) -> Result<Linking, EngineError> {
        let in_context = self.info.checkpoint.small_world.is_none();
        let n_image_slots = self.model.config().latent_query_num;
        let mut linking = Linking::new(caption, self.tokenizer.unfamiliar(caption)?);
        let mut unreadable = None;
        for (span, prompt) in Prompt::links(&self.tokenizer, caption, in_context, n_image_slots)? {
            match prompt {
                Ok(prompt) => {
                    self.capacity(&prompt, options)?;
                    linking.links.push(Link { span, prompt });
                }
                Err(e @ TextError::UnknownCharacters { .. }) => {
                    linking.unlinked.push(span);
                    unreadable = Some(e);
                }
                Err(e) => return Err(e.into()),
            }
        }
        match unreadable {
            Some(e) if linking.links.is_empty() => Err(e.into()),
            _ => Ok(linking),
        }
    }

    /// Asks for the boxes of all phrases of a caption.
    pub(super) fn link(
        &self,
        cache: &mut PictureCache,
        request: &Request,
        mut linking: Linking,
        on_progress: OnProgress<'_, Progress>,
    ) -> Result<Outcome, EngineError> {
        if on_progress(Progress { caption: linking.caption.clone(), ..Progress::at(Stage::Reading) }).is_break() {
            return Ok(Outcome::Cancelled);
        }
        let start = Instant::now();
        for link in std::mem::take(&mut linking.links) {
            let mut is_stopped = false;
            let generated = self.generate(cache, link.prompt.clone(), &request.options, &mut |transcript, _| {
                let progress = linking.progress(&link, transcript, start.elapsed().as_secs_f64());
                is_stopped = on_progress(progress).is_break();
                let goes_on = !is_stopped && transcript.last().is_some_and(|id| is_in_list(self.tokenizer.tags(), id));
                if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })?;
            if is_stopped {
                return Ok(Outcome::Cancelled);
            }
            linking.timings += generated.timings;
            linking.add(&link, &generated.transcript);
            if generated.ending == Some(Ending::Limit) {
                linking.ending = Ending::Limit;
            }
        }
        Ok(Outcome::Finished(Box::new(linking.written().answer(request, &self.info))))
    }
}

impl Linking {
    fn new(text: &str, unfamiliar: Unfamiliar) -> Self {
        Self {
            links: Vec::new(),
            caption: Caption { text: text.to_owned(), phrases: Vec::new() },
            prompt: String::new(),
            raw: String::new(),
            warnings: Vec::new(),
            unlinked: Vec::new(),
            unfamiliar,
            ending: Ending::Complete,
            timings: Timings::default(),
        }
    }

    /// How far it is when this was written for this phrase, `secs` after the start.
    fn progress(&self, link: &Link, transcript: &Transcript, secs: f64) -> Progress {
        let mut caption = self.caption.clone();
        let regions = regions(transcript.growing(), self.next_line());
        caption.phrases.extend((!regions.is_empty()).then(|| Phrase { span: link.span.clone(), regions, lost: None }));
        Progress::writing(self.timings.n_new_tokens + transcript.n_tokens(), secs, caption)
    }

    /// Byte of the raw text where the next phrase's line will begin.
    fn next_line(&self) -> usize {
        if self.raw.is_empty() { 0 } else { self.raw.len() + 1 }
    }

    fn add(&mut self, link: &Link, transcript: &Transcript) {
        let offset = self.next_line();
        if offset > 0 {
            self.raw.push('\n');
            self.prompt.push('\n');
        }
        let (raw, Grounded { caption, warnings }) = transcript.finished();
        self.raw.push_str(&raw);
        self.prompt.push_str(&link.prompt.text);
        self.warnings.extend(warnings.into_iter().map(|warning| Warning { at: warning.at + offset, ..warning }));
        let regions = regions(caption, offset);
        if regions.is_empty() {
            self.unlinked.push(link.span.clone());
        } else {
            self.caption.phrases.push(Phrase { span: link.span.clone(), regions, lost: None });
        }
    }

    fn written(mut self) -> Written {
        self.unlinked.sort_by_key(|span| span.start);
        let unlinked: Vec<&str> = self.unlinked.iter().map(|span| &self.caption.text[span.clone()]).collect();
        self.warnings.extend(without_box(&unlinked).map(|message| Warning { message, at: self.raw.len() }));
        let grounded = Grounded { caption: self.caption, warnings: self.warnings };
        let Self { prompt, raw, unfamiliar, ending, timings, .. } = self;
        Written { prompt, raw, grounded, unfamiliar, ending, timings, beam_score: None }
    }
}

/// All boxes of what was written for one phrase, where they stand without words; `offset` is where its line begins.
fn regions(written: Caption, offset: usize) -> Vec<Region> {
    let regions = written.phrases.into_iter().flat_map(|phrase| phrase.regions);
    let placed = regions.map(|region| {
        let raw_span = region.raw_span.start + offset..region.raw_span.end + offset;
        Region { raw_span, ..region }
    });
    placed.collect()
}

/// Whether a list of boxes goes on behind this token.
fn is_in_list(tags: &Tags, id: u32) -> bool {
    id == tags.object || id == tags.delimiter || tags.as_patch(id).is_some()
}

/// One sentence that names these words; `None` without any.
fn without_box(words: &[&str]) -> Option<String> {
    let quoted: Vec<String> = words.iter().map(|words| format!("“{words}”")).collect();
    let has = if quoted.len() == 1 { "has" } else { "have" };
    (!quoted.is_empty()).then(|| format!("{} {has} no box", listed(&quoted, "and")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_without_a_box_are_named_in_one_sentence() {
        let words = ["a cat", "the moon", "two bees"];
        assert_eq!(without_box(&words[..0]), None);
        assert_eq!(without_box(&words[..1]).unwrap(), "“a cat” has no box");
        assert_eq!(without_box(&words).unwrap(), "“a cat”, “the moon” and “two bees” have no box");
    }
}
