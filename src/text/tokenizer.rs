//! Text to token ids and back, with words and tags kept apart.
//!
//! What a person types must never become a tag, and above all no second image. In a `tokenizer.json` the control tokens
//! are also pieces of the vocabulary, and the library matches tags wherever they occur; so words go through a
//! vocabulary of their own in which no control token can be reached, and tags are found here.

use std::{collections::HashMap, ops::Range};

use tokenizers::{
    PreTokenizerWrapper,
    models::unigram::Unigram,
    pre_tokenizers::{
        metaspace::{Metaspace, PrependScheme},
        sequence::Sequence,
        whitespace::WhitespaceSplit,
    },
};

use super::{
    error::TextError,
    file::{TokenizerFile, byte_pieces, guarded},
    tags::{Tag, Tags},
};

/// Stands for a space at the start of a word's piece.
const SPACE_MARK: char = '▁';

/// The vocabulary of a checkpoint.
#[derive(Clone, Debug)]
pub struct Tokenizer {
    /// Encodes words and nothing else.
    words: tokenizers::Tokenizer,
    /// Contents of all ids.
    pieces: Vec<String>,
    /// Ids of the tokens that are not words, by content.
    added: HashMap<String, u32>,
    tags: Tags,
    /// Bytes by id, for vocabularies that spell unknown characters in bytes.
    bytes: HashMap<u32, u8>,
    /// Ids that leave no trace in decoded text.
    silent: Vec<u32>,
}

/// Stretches of a text that are told of, at most.
const MOST_UNFAMILIAR: usize = 16;

/// What of a text a vocabulary has no pieces for, in the order of the text and each once; the first few of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unfamiliar {
    /// Characters that all become `<unk>`, so that the model can't tell one from another.
    pub unreadable: Vec<String>,
    /// Words that are spelt out, letter by letter or in bytes, as by a checkpoint that was not taught them.
    pub spelt: Vec<String>,
}

/// A stretch of a raw prompt.
pub(super) enum Piece<'a> {
    /// Text between tags.
    Words(&'a str),
    /// The id of a tag that is written out.
    Tag(u32),
}

impl Unfamiliar {
    /// Adds what is not among it yet.
    pub(super) fn add(&mut self, more: Self) {
        for (all, more) in [(&mut self.unreadable, more.unreadable), (&mut self.spelt, more.spelt)] {
            for text in &more {
                add_once(all, text);
            }
        }
    }
}

impl Tokenizer {
    /// Reads the contents of a `tokenizer.json`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TextError> {
        let file = TokenizerFile::read(bytes)?;
        let tags = Tags::find(&file.added)?;
        if tags.unk != file.unk_id {
            return Err(TextError::Unsuitable { what: "its piece for unknown characters is not <unk>".to_owned() });
        }
        let silent = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"];
        let silent = silent.iter().filter_map(|&token| file.added.get(token).copied()).collect();
        let words = guarded(|| encoder_of_words(&file)).map_err(|cause| TextError::Unreadable { cause })?;
        let bytes = if file.byte_fallback { byte_pieces(&file.pieces) } else { HashMap::new() };
        let pieces = file.pieces.into_iter().map(|(piece, _)| piece).chain(file.after_pieces).collect();
        Ok(Self { words, pieces, added: file.added, tags, bytes, silent })
    }

    /// The ids that are not words.
    #[must_use]
    pub fn tags(&self) -> &Tags {
        &self.tags
    }

    /// How many ids there are; the weights must have as many rows.
    #[must_use]
    pub fn vocab_size(&self) -> usize {
        self.pieces.len()
    }

    /// The ids of plain text: words, and `<unk>` or bytes for what is in no word, whatever was typed.
    ///
    /// # Errors
    /// If the library fails, which a damaged table of characters can cause.
    pub fn encode_text(&self, text: &str) -> Result<Vec<u32>, TextError> {
        guarded(|| Ok(self.words.encode_fast(text, false)?.get_ids().to_vec()))
            .map_err(|cause| TextError::Encode { cause })
    }

    /// The ids of text with tags written out, as the published processor reads it.
    ///
    /// Tags are matched literally; a piece of text between two of them is encoded on its own, so it starts with a
    /// space. Only the image and the control tokens are out of reach.
    ///
    /// # Errors
    /// If the text holds `<image>`, `</image>`, `<s>`, `</s>`, `<pad>`, `<unk>` or `<mask>`, or the library fails.
    pub fn encode_raw(&self, text: &str) -> Result<Vec<u32>, TextError> {
        let mut ids = Vec::new();
        for piece in self.pieces_of_raw(text)? {
            match piece {
                Piece::Words(words) => ids.extend(self.encode_text(words)?),
                Piece::Tag(id) => ids.push(id),
            }
        }
        Ok(ids)
    }

    /// Text with tags written out, taken apart; see [`Tokenizer::encode_raw`].
    pub(super) fn pieces_of_raw<'a>(&self, text: &'a str) -> Result<Vec<Piece<'a>>, TextError> {
        let mut pieces = Vec::new();
        let (mut words_start, mut at) = (0, 0);
        while let Some(start) = text[at..].find('<').map(|found| at + found) {
            at = start + 1;
            if let Some((token, id)) = self.tag_at(&text[start..]) {
                if self.silent.contains(&id) || id == self.tags.image || id == self.tags.image_end {
                    return Err(TextError::ReservedToken { token: token.to_owned() });
                }
                at = start + token.len();
                pieces.extend([Piece::Words(&text[words_start..start]), Piece::Tag(id)]);
                words_start = at;
            }
        }
        pieces.push(Piece::Words(&text[words_start..]));
        Ok(pieces)
    }

    /// What of a plain text the vocabulary has no pieces for.
    ///
    /// # Errors
    /// As [`Tokenizer::encode_text`].
    pub fn unfamiliar(&self, text: &str) -> Result<Unfamiliar, TextError> {
        let encoding = guarded(|| self.words.encode(text, false)).map_err(|cause| TextError::Encode { cause })?;
        let mut unfamiliar = Unfamiliar::default();
        let (mut word, mut n_letters) = (0..0, 0);
        for (id, &(start, end)) in encoding.get_ids().iter().zip(encoding.get_offsets()) {
            if *id == self.tags.unk {
                add_once(&mut unfamiliar.unreadable, text.get(start..end).unwrap_or(text).trim());
            } else if self.is_letter(*id) {
                if !word.contains(&start) {
                    (word, n_letters) = (word_around(text, start), 0);
                }
                n_letters += 1;
                // one letter may be a plural's, two of one word are not
                if n_letters == 2 {
                    add_once(
                        &mut unfamiliar.spelt,
                        text[word.clone()].trim_matches(|c: char| c.is_ascii_punctuation()),
                    );
                }
            }
        }
        Ok(unfamiliar)
    }

    /// Whether an id stands for one letter inside a word, or a byte of it.
    fn is_letter(&self, id: u32) -> bool {
        let mut letters = self.pieces.get(id as usize).map_or("", String::as_str).chars();
        let is_one = letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none();
        is_one || self.bytes.contains_key(&id)
    }

    /// Whether ids have no words, for the model no more than for a person.
    pub(super) fn is_blank(&self, ids: &[u32]) -> bool {
        self.decode(ids).trim().is_empty()
    }

    /// The text of ids: tags and location tokens written out, control tokens and ids beyond the vocabulary dropped.
    #[must_use]
    pub fn decode(&self, ids: &[u32]) -> String {
        self.decode_spans(ids).0
    }

    /// The text of ids, and the byte range of each id in it; empty for an id that is dropped.
    ///
    /// Any first part of the ids gives the first part of the text: a character spelt in bytes belongs to its last one,
    /// and one that is not complete is left out. Bytes that make no character give U+FFFD.
    #[must_use]
    pub fn decode_spans(&self, ids: &[u32]) -> (String, Vec<Range<usize>>) {
        let mut text = String::new();
        let mut is_first = true;
        let mut unfinished = Vec::new();
        let spans = ids.iter().map(|id| {
            if let Some(&byte) = self.bytes.get(id) {
                is_first = false;
                unfinished.push(byte);
                let start = text.len();
                text.push_str(&take_characters(&mut unfinished));
                return start..text.len();
            }
            if !std::mem::take(&mut unfinished).is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
            }
            let start = text.len();
            if let Some(piece) = self.pieces.get(*id as usize).filter(|_| !self.silent.contains(id)) {
                let drops_spaces = std::mem::take(&mut is_first);
                let kept = piece.chars().filter(|&c| !drops_spaces || c != SPACE_MARK);
                text.extend(kept.map(|c| if c == SPACE_MARK { ' ' } else { c }));
            }
            start..text.len()
        });
        let spans = spans.collect();
        (text, spans)
    }

    /// What an id marks in a text; `None` for words, and for ids that leave no trace.
    #[must_use]
    pub fn tag(&self, id: u32) -> Option<Tag> {
        let is_added = self.pieces.get(id as usize).and_then(|piece| self.added.get(piece)) == Some(&id);
        (is_added && !self.silent.contains(&id)).then(|| self.tags.tag(id))
    }

    /// The tag a text starts with, if it does, and its id.
    fn tag_at<'a>(&self, text: &'a str) -> Option<(&'a str, u32)> {
        let end = 1 + text.get(1..)?.find(['<', '>'])?;
        let token = text.get(..=end)?;
        Some((token, *self.added.get(token)?))
    }
}

fn add_once(all: &mut Vec<String>, text: &str) {
    if !text.is_empty() && all.len() < MOST_UNFAMILIAR && !all.iter().any(|known| known == text) {
        all.push(text.to_owned());
    }
}

/// The bytes between the spaces around this one.
fn word_around(text: &str, at: usize) -> Range<usize> {
    let Some((before, after)) = text.split_at_checked(at) else { return 0..text.len() };
    let start = before.trim_end_matches(|c: char| !c.is_whitespace()).len();
    start..at + after.find(char::is_whitespace).unwrap_or(after.len())
}

/// Takes all that is decided from bytes of UTF-8: whole characters, and U+FFFD for what can't become one.
fn take_characters(bytes: &mut Vec<u8>) -> String {
    let taken = std::mem::take(bytes);
    let mut text = String::new();
    for chunk in taken.utf8_chunks() {
        text.push_str(chunk.valid());
        // a sequence that the end cuts short may still be completed
        let cut_short = std::str::from_utf8(chunk.invalid()).is_err_and(|e| e.error_len().is_none());
        if cut_short && taken.ends_with(chunk.invalid()) {
            bytes.extend_from_slice(chunk.invalid());
        } else if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    text
}

/// An encoder whose vocabulary has the pieces of the file but none of its added tokens.
fn encoder_of_words(file: &TokenizerFile) -> tokenizers::Result<tokenizers::Tokenizer> {
    let mut pieces = file.pieces.clone();
    for (token, &id) in &file.added {
        if let Some((piece, _)) = pieces.get_mut(id as usize) {
            // text is split at spaces first, so no piece that holds one is ever matched
            *piece = format!(" {token}");
        }
    }
    let metaspace = Metaspace::new(SPACE_MARK, PrependScheme::Always, true);
    let splitter = Sequence::new(vec![WhitespaceSplit.into(), metaspace.into()]);
    let mut words = tokenizers::Tokenizer::new(Unigram::from(pieces, Some(file.unk_id as usize), file.byte_fallback)?);
    words.with_normalizer(Some(file.normalizer.clone()))?;
    words.with_pre_tokenizer(Some(PreTokenizerWrapper::from(splitter)));
    Ok(words)
}
