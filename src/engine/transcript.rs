//! The transcript of an answer: its tokens, its text while it is being written, and in the end its boxes with their scores.

use std::ops::Range;

use super::{
    answer::{Answer, Ending, PictureFacts, Provenance, Timings},
    generate,
    load::ModelInfo,
    request::Request,
};
use crate::{
    caption::Caption,
    grounding::{self, Corner, Grounded, Marked, Warning},
    text::{Prompt, Task, Tokenizer, Unfamiliar},
    words::{listed, shortened},
};

/// Characters of a typed stretch that a sentence repeats.
const QUOTED_CHARS: usize = 20;

/// Typed stretches that a sentence repeats.
const MOST_QUOTED: usize = 5;

/// What is written after one prompt, token by token.
pub(super) struct Transcript<'a> {
    tokenizer: &'a Tokenizer,
    prompt: Prompt,
    /// The prompt's, then those that are written.
    ids: Vec<u32>,
    /// One for each token that is written.
    tokens: Vec<Token>,
    /// The last token, if it is a corner of a box.
    corner: Option<Corner>,
}

/// How sure the model was of one token.
struct Token {
    /// Natural logarithm of its probability.
    log_prob: f32,
    /// The score of the box that the token before it and it are the corners of.
    score: Option<f32>,
}

/// All that was written for one answer, and how it went.
pub(super) struct Written {
    pub(super) prompt: String,
    /// The prompt and what follows it.
    pub(super) raw: String,
    pub(super) grounded: Grounded,
    /// What of the typed words the vocabulary has no pieces for.
    pub(super) unfamiliar: Unfamiliar,
    pub(super) ending: Ending,
    pub(super) timings: Timings,
    /// What it was chosen by among several.
    pub(super) beam_score: Option<f64>,
}

impl<'a> Transcript<'a> {
    pub(super) fn new(tokenizer: &'a Tokenizer, prompt: Prompt) -> Self {
        Self { tokenizer, ids: prompt.ids.clone(), prompt, tokens: Vec::new(), corner: None }
    }

    /// The prompt that it follows.
    pub(super) fn into_prompt(self) -> Prompt {
        self.prompt
    }

    pub(super) fn n_tokens(&self) -> usize {
        self.tokens.len()
    }

    /// The token written last.
    pub(super) fn last(&self) -> Option<u32> {
        self.ids.last().copied().filter(|_| self.n_tokens() > 0)
    }

    pub(super) fn push(&mut self, written: generate::Token) {
        self.ids.push(written.id);
        let corners = self.corner.as_ref().zip(written.corner.as_ref());
        let score = corners.map(|(upper_left, lower_right)| grounding::score(upper_left, lower_right));
        self.tokens.push(Token { log_prob: written.log_prob, score });
        self.corner = written.corner;
    }

    /// The caption so far, with the boxes that are complete.
    pub(super) fn growing(&self) -> Caption {
        let (text, spans) = self.tokenizer.decode_spans(self.text_ids());
        self.as_typed(grounding::parse_growing(self.marked(&text, &spans), self.prompt.answer_start))
    }

    /// All the text after the picture, and what it says.
    pub(super) fn finished(&self) -> (String, Grounded) {
        let (raw, spans) = self.tokenizer.decode_spans(self.text_ids());
        let mut grounded = grounding::parse_marked(self.marked(&raw, &spans), self.prompt.answer_start);
        self.set_scores(&mut grounded.caption, &spans);
        grounded.caption = self.as_typed(grounded.caption);
        (raw, grounded)
    }

    /// The caption with the words that a person typed instead of the vocabulary's spelling of them.
    fn as_typed(&self, caption: Caption) -> Caption {
        match &self.prompt.reworded {
            Some([spelt, typed]) => caption.with_beginning(spelt, typed),
            None => caption,
        }
    }

    /// The text with the tags that there are by their ids: what was typed or written as words is no tag.
    fn marked<'t>(&self, text: &'t str, spans: &[Range<usize>]) -> Marked<'t> {
        let tag = |(id, span): (&u32, &Range<usize>)| Some((self.tokenizer.tag(*id)?, span.clone()));
        Marked::new(text, self.text_ids().iter().zip(spans).filter_map(tag))
    }

    /// The ids after the picture's.
    fn text_ids(&self) -> &[u32] {
        &self.ids[self.prompt.prefix_len()..]
    }

    /// Sets what is known of each box that was written.
    ///
    /// `spans` are the places of the text's tokens in the raw text.
    fn set_scores(&self, caption: &mut Caption, spans: &[Range<usize>]) {
        let n_given = spans.len() - self.n_tokens();
        for region in caption.phrases.iter_mut().flat_map(|phrase| &mut phrase.regions) {
            let starts_it = |span: &Range<usize>| !span.is_empty() && span.start == region.raw_span.start;
            let upper_left = spans.iter().skip(n_given).position(starts_it);
            let pair = upper_left.and_then(|i| self.tokens.get(i..i + 2)).unwrap_or_default();
            let [first, second] = pair else { continue };
            region.score = second.score;
            region.token_probability = Some((first.log_prob + second.log_prob).exp());
        }
    }
}

impl Written {
    pub(super) fn answer(self, request: &Request, model: &ModelInfo) -> Answer {
        let Self { prompt, raw, grounded: Grounded { caption, mut warnings }, unfamiliar, ending, timings, beam_score } =
            self;
        // Of a description that is not well-formed; what was asked for in other tasks may well not be there.
        let is_odd = !warnings.is_empty() && matches!(request.task, Task::Brief { .. } | Task::Detailed { .. });
        let doubt =
            model.checkpoint.small_world.and_then(|world| world.doubt_about(&caption, is_odd, &unfamiliar.spelt));
        warnings.extend(unreadable(&unfamiliar.unreadable).map(|message| Warning { message, at: 0 }));
        let (asked, made_by) = (PictureFacts::new(&request.picture), Provenance::new(model, &request.options));
        let task = request.task.clone();
        Answer {
            task,
            prompt,
            raw,
            caption,
            said: None,
            from_file: None,
            warnings,
            doubt,
            ending,
            beam_score,
            timings,
            asked,
            made_by,
        }
    }
}

/// One sentence about characters that the model got as one and the same; `None` without any.
fn unreadable(characters: &[String]) -> Option<String> {
    let quoted: Vec<String> = characters.iter().map(|text| format!("“{}”", shortened(text, QUOTED_CHARS))).collect();
    let told = listed(&quoted[..quoted.len().min(MOST_QUOTED)], "and");
    (!quoted.is_empty()).then(|| format!("The model can't read {told}; plain English words are safest"))
}
