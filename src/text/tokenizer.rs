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
    tags::Tags,
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
        let (mut words_start, mut at) = (0, 0);
        while let Some(start) = text[at..].find('<').map(|found| at + found) {
            at = start + 1;
            if let Some((token, id)) = self.tag_at(&text[start..]) {
                if self.silent.contains(&id) || id == self.tags.image || id == self.tags.image_end {
                    return Err(TextError::ReservedToken { token: token.to_owned() });
                }
                ids.extend(self.encode_text(&text[words_start..start])?);
                ids.push(id);
                at = start + token.len();
                words_start = at;
            }
        }
        ids.extend(self.encode_text(&text[words_start..])?);
        Ok(ids)
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

    /// The tag a text starts with, if it does, and its id.
    fn tag_at<'a>(&self, text: &'a str) -> Option<(&'a str, u32)> {
        let end = 1 + text.get(1..)?.find(['<', '>'])?;
        let token = text.get(..=end)?;
        Some((token, *self.added.get(token)?))
    }
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
