//! A task as the token ids the model is given.
//!
//! The wording of each task is that of the model card and the demo: the model was tuned on it and answers other words
//! worse. Sequences are put together from ids, so what a person typed stays text; see [`Tokenizer::encode_text`].
//!
//! A conversation is written in the words of one question: `Question: … Answer: … Question: … Answer:`, with the
//! earlier answers as a person read them. Nothing else is published.

use std::ops::Range;

use super::{
    error::TextError,
    task::{Exchange, Task},
    tokenizer::{Piece, Tokenizer, Unfamiliar},
};
use crate::{geometry::NormBox, phrases::noun_phrases, words::shortened};

/// `<s> <image>` before the slots and `</image>` behind them.
const N_AROUND_SLOTS: usize = 3;

/// Characters that a sentence repeats.
const QUOTED_CHARS: usize = 40;

/// What the model reads before it writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// `<s> <image> slots </image>` and the ids of the task.
    pub ids: Vec<u32>,
    /// Where in `ids` the picture's vectors take the place of embeddings.
    pub image_slots: Range<usize>,
    /// The same for each picture that is shown before, in their order.
    pub earlier_slots: Vec<Range<usize>>,
    /// The task part as text, to be read and copied; decoded ids after `</image>` begin with it.
    pub text: String,
    /// Byte of the decoded text after `</image>` at which the part for a person begins: 0 or `text.len()`.
    pub answer_start: usize,
    /// Where in `ids` the rule against repetition begins to count. In a conversation that is the last question, or an
    /// answer could begin with no word that an earlier one began with; else 0, as in the original.
    pub repeats_from: usize,
    /// How many of the earlier questions and answers, the oldest, had no room.
    pub n_left_out: usize,
    /// What of the typed words the vocabulary has no pieces for.
    pub unfamiliar: Unfamiliar,
    /// Where the answer begins with typed words: how the vocabulary spells them, and how they were typed.
    pub reworded: Option<[String; 2]>,
}

impl Prompt {
    /// The prompt of a task, for a model that sees a picture as this many vectors.
    ///
    /// # Errors
    /// If something to be typed is empty, a raw prompt holds a reserved token, or the vocabulary is too small; if a phrase to
    /// be found has characters that the vocabulary lacks, or a question nothing else.
    pub fn new(tokenizer: &Tokenizer, task: &Task, n_image_slots: usize) -> Result<Self, TextError> {
        Self::within(tokenizer, task, n_image_slots, usize::MAX)
    }

    /// As [`Prompt::new`], but of a conversation only as much as makes no more than `limit` ids.
    ///
    /// A task that is longer by itself stays so. Of [`Task::Link`] this is the first of [`Prompt::links`].
    ///
    /// # Errors
    /// As [`Prompt::new`].
    pub fn within(tokenizer: &Tokenizer, task: &Task, n_image_slots: usize, limit: usize) -> Result<Self, TextError> {
        let room = limit.saturating_sub(n_image_slots + N_AROUND_SLOTS);
        let mut writer = Writer { room, ..Writer::new(tokenizer) };
        writer.task(task)?;
        let is_shown = task.kind().row().prompt_is_part_of_answer;
        writer.finish(n_image_slots, is_shown)
    }

    /// For each noun phrase of a caption its bytes, and the prompt that its boxes follow: the phrase behind what the
    /// caption says before it, or by itself. Each is written when it is asked for.
    ///
    /// # Errors
    /// If there are no noun phrases; each as [`Prompt::new`], and if its phrase has characters that the vocabulary lacks.
    pub fn links<'a>(
        tokenizer: &'a Tokenizer,
        caption: &'a str,
        in_context: bool,
        n_image_slots: usize,
    ) -> Result<impl Iterator<Item = (Range<usize>, Result<Self, TextError>)> + 'a, TextError> {
        if caption.trim().is_empty() {
            return Err(TextError::Empty { what: "caption" });
        }
        let spans = noun_phrases(caption);
        if spans.is_empty() {
            return Err(TextError::NoPhrase);
        }
        Ok(spans.into_iter().map(move |span| {
            let mut writer = Writer::new(tokenizer);
            let before = if in_context { &caption[..span.start] } else { "" };
            let prompt = writer.link(before, &caption[span.clone()]).and_then(|()| writer.finish(n_image_slots, false));
            (span, prompt)
        }))
    }

    /// The same prompt behind examples, which are pictures with what is said of each in ids: `<s>`, then for each
    /// `<image> slots </image>` and its ids, as the original writes several pictures in a line.
    #[must_use]
    pub fn after(self, examples: &[&[u32]]) -> Self {
        let n_slots = self.image_slots.len();
        let (bos, rest) = self.ids.split_at(self.image_slots.start - 1);
        let picture = &rest[..n_slots + 2]; // `<image> slots </image>`
        let (mut ids, mut earlier_slots) = (bos.to_vec(), Vec::new());
        for example in examples {
            earlier_slots.push(ids.len() + 1..ids.len() + 1 + n_slots);
            ids.extend(picture.iter().chain(*example));
        }
        let n_before = ids.len() - bos.len();
        ids.extend(rest);
        let image_slots = self.image_slots.start + n_before..self.image_slots.end + n_before;
        let repeats_from = if self.repeats_from == 0 { 0 } else { self.repeats_from + n_before };
        Self { ids, image_slots, earlier_slots, repeats_from, ..self }
    }

    /// Ids through `</image>`; for one picture they are the same in every prompt.
    #[must_use]
    pub fn prefix_len(&self) -> usize {
        self.image_slots.end + 1
    }
}

/// Ids of a task in the making.
struct Writer<'a> {
    tokenizer: &'a Tokenizer,
    ids: Vec<u32>,
    /// Ids there may be.
    room: usize,
    /// How many of the ids come before the last question of a conversation; 0 without any before it.
    n_earlier: usize,
    /// How many earlier questions and answers had no room.
    n_left_out: usize,
    unfamiliar: Unfamiliar,
    reworded: Option<[String; 2]>,
}

impl<'a> Writer<'a> {
    fn new(tokenizer: &'a Tokenizer) -> Self {
        let unfamiliar = Unfamiliar::default();
        Self { tokenizer, ids: Vec::new(), room: usize::MAX, n_earlier: 0, n_left_out: 0, unfamiliar, reworded: None }
    }

    /// Puts the picture before the ids. `is_shown` says whether they are part of the answer.
    fn finish(self, n_image_slots: usize, is_shown: bool) -> Result<Prompt, TextError> {
        let Self { tokenizer, ids: task_ids, n_earlier, n_left_out, unfamiliar, reworded, .. } = self;
        let tags = tokenizer.tags();
        // the slots' own embeddings are never used; the published processor numbers them from the id after <unk>
        let first_slot = tags.unk + 1;
        if first_slot as usize + n_image_slots > tokenizer.vocab_size() {
            let what = format!("it has fewer than the {n_image_slots} tokens a picture takes");
            return Err(TextError::Unsuitable { what });
        }
        let text = tokenizer.decode(&task_ids);
        let answer_start = if is_shown { 0 } else { text.len() };
        let mut ids = vec![tags.bos, tags.image];
        let image_slots = ids.len()..ids.len() + n_image_slots;
        ids.extend((first_slot..).take(n_image_slots));
        ids.push(tags.image_end);
        let repeats_from = if n_earlier == 0 { 0 } else { ids.len() + n_earlier };
        ids.extend(task_ids);
        let earlier_slots = Vec::new();
        Ok(Prompt {
            ids,
            image_slots,
            earlier_slots,
            text,
            answer_start,
            repeats_from,
            n_left_out,
            unfamiliar,
            reworded,
        })
    }

    fn task(&mut self, task: &Task) -> Result<(), TextError> {
        match task {
            Task::Brief { grounded } => {
                self.grounding(*grounded);
                self.words("An image of")
            }
            Task::Detailed { grounded } => {
                self.grounding(*grounded);
                self.words("Describe this image in detail:")
            }
            Task::Find { phrase } => {
                self.link("", phrase)?;
                let spelt = self.tokenizer.decode(&self.tokenizer.encode_text(phrase)?);
                self.reworded = Some([spelt.trim().to_owned(), phrase.trim().to_owned()]);
                Ok(())
            }
            Task::Ask { question, region, grounded, earlier } => {
                self.grounding(*grounded);
                let question = self.apart(|writer| writer.question(question, *region))?;
                self.conversation(earlier, question.ids.len())?;
                self.join(question);
                Ok(())
            }
            Task::Region { region } => {
                self.grounding(true);
                self.linked("It", *region)?;
                self.words("is")
            }
            Task::Link { caption } => {
                let first = noun_phrases(caption).into_iter().next().ok_or(TextError::NoPhrase)?;
                self.link("", &caption[first])
            }
            Task::Raw { prompt } => {
                for piece in self.tokenizer.pieces_of_raw(prompt)? {
                    match piece {
                        Piece::Words(words) => self.words(words)?,
                        Piece::Tag(id) => self.ids.push(id),
                    }
                }
                if self.ids.is_empty() { Err(TextError::Empty { what: "prompt" }) } else { Ok(()) }
            }
        }
    }

    /// A phrase to be found, behind these words.
    fn link(&mut self, before: &str, phrase: &str) -> Result<(), TextError> {
        // half a phrase would be looked for, and its boxes told as those of the whole
        self.check_readable(phrase)?;
        self.grounding(true);
        self.words(before)?;
        self.phrase(phrase, "phrase")
    }

    fn check_readable(&self, text: &str) -> Result<(), TextError> {
        let unreadable = self.tokenizer.unfamiliar(text)?.unreadable;
        if unreadable.is_empty() {
            Ok(())
        } else {
            Err(TextError::UnknownCharacters { characters: shortened(&unreadable.concat(), QUOTED_CHARS) })
        }
    }

    /// What `write` would add, to be added later or not at all.
    fn apart(&self, write: impl FnOnce(&mut Self) -> Result<(), TextError>) -> Result<Self, TextError> {
        let mut writer = Self::new(self.tokenizer);
        write(&mut writer)?;
        Ok(writer)
    }

    fn join(&mut self, more: Self) {
        self.ids.extend(more.ids);
        self.unfamiliar.add(more.unfamiliar);
    }

    /// The newest of the earlier exchanges that leave room for this many ids.
    fn conversation(&mut self, earlier: &[Exchange], n_to_follow: usize) -> Result<(), TextError> {
        let mut room = self.room.saturating_sub(self.ids.len() + n_to_follow);
        let mut kept = Vec::new();
        for Exchange { question, region, answer } in earlier.iter().rev() {
            let exchange = self.apart(|writer| {
                writer.question(question, *region)?;
                writer.words(answer)
            })?;
            if exchange.ids.len() > room {
                break;
            }
            room -= exchange.ids.len();
            kept.push(exchange);
        }
        self.n_left_out = earlier.len() - kept.len();
        kept.into_iter().rev().for_each(|exchange| self.join(exchange));
        self.n_earlier = if self.n_left_out < earlier.len() { self.ids.len() } else { 0 };
        Ok(())
    }

    fn question(&mut self, question: &str, region: Option<NormBox>) -> Result<(), TextError> {
        self.words("Question:")?;
        match region {
            None => self.typed(question, "question")?,
            Some(region) => self.question_about(question, region)?,
        }
        self.words("Answer:")
    }

    /// The question with its `[words]`, or else its first pronoun, linked to the region.
    ///
    /// Without either it is said to be about `this object`, the words of the tuning data (paper, Table 9).
    fn question_about(&mut self, question: &str, region: NormBox) -> Result<(), TextError> {
        let mut links = bracketed(question);
        if links.is_empty() {
            links.extend(first_pronoun(question).map(|words| Link { words: words.clone(), whole: words }));
        }
        if links.is_empty() {
            self.words("About")?;
            self.linked("this object", region)?;
            self.words(":")?;
            return self.typed(question, "question");
        }
        let mut at = 0;
        for Link { whole, words } in links {
            self.words(&question[at..whole.start])?;
            self.linked(&question[words], region)?;
            at = whole.end;
        }
        self.words(&question[at..])
    }

    fn grounding(&mut self, grounded: bool) {
        self.ids.extend(grounded.then_some(self.tokenizer.tags().grounding));
    }

    fn words(&mut self, text: &str) -> Result<(), TextError> {
        self.ids.extend(self.tokenizer.encode_text(text)?);
        self.unfamiliar.add(self.tokenizer.unfamiliar(text)?);
        Ok(())
    }

    /// Words of a person, who is told if there are none.
    fn typed(&mut self, text: &str, what: &'static str) -> Result<(), TextError> {
        let n_before = self.ids.len();
        self.words(text)?;
        if self.tokenizer.is_blank(&self.ids[n_before..]) {
            self.check_readable(text)?;
            return Err(TextError::Empty { what });
        }
        Ok(())
    }

    fn phrase(&mut self, words: &str, what: &'static str) -> Result<(), TextError> {
        let tags = self.tokenizer.tags();
        self.ids.push(tags.phrase);
        self.typed(words, what)?;
        self.ids.push(tags.phrase_end);
        Ok(())
    }

    fn linked(&mut self, words: &str, region: NormBox) -> Result<(), TextError> {
        self.phrase(words, "linked phrase")?;
        let tags = self.tokenizer.tags();
        let (upper_left, lower_right) = region.to_patches();
        self.ids.extend([tags.object, tags.patch(upper_left), tags.patch(lower_right), tags.object_end]);
        Ok(())
    }
}

/// Words of a question to be linked to a region.
struct Link {
    /// Byte range with the brackets.
    whole: Range<usize>,
    /// Byte range of the words alone.
    words: Range<usize>,
}

/// The `[words]` of a question; brackets without a partner or without words are left as they are.
fn bracketed(question: &str) -> Vec<Link> {
    let mut links = Vec::new();
    let mut open = None;
    for (at, c) in question.char_indices() {
        match (c, open) {
            ('[', _) => open = Some(at),
            (']', Some(start)) => {
                let words = start + 1..at;
                if !question[words.clone()].trim().is_empty() {
                    links.push(Link { whole: start..at + 1, words });
                }
                open = None;
            }
            _ => {}
        }
    }
    links
}

/// The first `it`, `this` or `that` that is a word of its own.
fn first_pronoun(question: &str) -> Option<Range<usize>> {
    let is_between_words = |c: char| !(c.is_alphanumeric() || ['\'', '’', '-', '_'].contains(&c));
    let mut start = 0;
    for word in question.split_inclusive(is_between_words) {
        let bare = word.trim_end_matches(is_between_words);
        if ["it", "this", "that"].iter().any(|pronoun| bare.eq_ignore_ascii_case(pronoun)) {
            return Some(start..start + bare.len());
        }
        start += word.len();
    }
    None
}
