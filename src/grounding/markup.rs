//! Text in which the places of tags are known, and the text without them.
//!
//! Where text came as ids, tags are where the model or the prompt put their ids, and everything else is words, whatever
//! it looks like. Where text is all there is, the two rules of the reference hold, and are kept apart as it keeps them:
//! links are made of known tags, but whatever stands between `<` and `>` on one line is left out of what a person reads.

use std::ops::Range;

use crate::{geometry::PatchIndex, text::Tag};

const PATCH_START: &str = "<patch_index_";

const NAMES: [(&str, Tag); 11] = [
    ("<phrase>", Tag::Phrase),
    ("</phrase>", Tag::PhraseEnd),
    ("<object>", Tag::Object),
    ("</object>", Tag::ObjectEnd),
    ("</delimiter_of_multi_objects/>", Tag::Delimiter),
    ("</image>", Tag::ImageEnd),
    ("<grounding>", Tag::Silent),
    ("<image>", Tag::Silent),
    ("</doc>", Tag::Silent),
    ("</chunk>", Tag::Silent),
    ("</line>", Tag::Silent),
];

/// A tag and the bytes it takes.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    pub(super) tag: Tag,
    pub(super) range: Range<usize>,
}

/// Text with tags, of which a part is shown.
#[derive(Clone, Debug)]
pub struct Marked<'a> {
    pub(super) text: &'a str,
    /// The tags of the shown part, in order.
    pub(super) marks: Vec<Mark>,
    /// Byte at which the shown part begins; it goes on to the end.
    pub(super) start: usize,
    origin: Origin,
}

/// How tags are told from words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// By the ids that the text came from.
    Ids,
    /// By what they look like: there is nothing but text.
    Text,
}

impl<'a> Marked<'a> {
    /// Text that came as ids, with the tags among them and their bytes, in order.
    pub fn new(text: &'a str, tags: impl IntoIterator<Item = (Tag, Range<usize>)>) -> Self {
        let marks = tags.into_iter().map(|(tag, range)| Mark { tag, range }).collect();
        Self { text, marks, start: 0, origin: Origin::Ids }
    }

    /// Text from elsewhere: what reads as a tag is one.
    #[must_use]
    pub fn found_in(text: &'a str) -> Self {
        Self { text, marks: marks(text), start: 0, origin: Origin::Text }
    }

    /// The part from this byte on, and behind the last picture. A byte that is no place in the text counts as its end.
    pub(super) fn shown_from(mut self, start: usize) -> Self {
        let start = if self.text.is_char_boundary(start) { start } else { self.text.len() };
        let picture = self.marks.iter().rev().find(|mark| mark.tag == Tag::ImageEnd);
        self.start = picture.map_or(start, |mark| mark.range.end.max(start));
        self.marks.retain(|mark| mark.range.start >= self.start);
        self
    }

    /// Whether these bytes, between two tags, can be the words of a phrase.
    pub(super) fn are_words(&self, range: Range<usize>) -> bool {
        !range.is_empty() && (self.origin == Origin::Ids || !self.text[range].contains('<'))
    }

    /// The stretches of the shown part that a person doesn't read, in order.
    fn hidden(&self) -> Vec<Range<usize>> {
        match self.origin {
            Origin::Ids => self.marks.iter().map(|mark| mark.range.clone()).collect(),
            Origin::Text => bracketed(self.text, self.start),
        }
    }
}

/// All that reads as a tag in a text, in order.
fn marks(text: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find('<').map(|found| at + found) {
        at = start + 1;
        if let Some((tag, len)) = tag_at(&text[start..]) {
            at = start + len;
            marks.push(Mark { tag, range: start..at });
        }
    }
    marks
}

fn tag_at(text: &str) -> Option<(Tag, usize)> {
    if let Some(rest) = text.strip_prefix(PATCH_START) {
        let n_digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let is_closed = n_digits > 0 && rest[n_digits..].starts_with('>');
        let len = PATCH_START.len() + n_digits + 1;
        return is_closed.then(|| (Tag::Patch(patch_index(&rest[..n_digits])), len));
    }
    NAMES.iter().find(|(name, _)| text.starts_with(name)).map(|&(name, tag)| (tag, name.len()))
}

/// The number in a location token; one too large to count stays larger than any grid.
fn patch_index(digits: &str) -> PatchIndex {
    PatchIndex(digits.bytes().fold(0, |n: u32, digit| n.saturating_mul(10).saturating_add(u32::from(digit - b'0'))))
}

/// The bytes of a text between its leading and its trailing whitespace.
///
/// Whitespace as the reference's language has it: Unicode's, and the four separators U+001C to U+001F.
pub(super) fn trimmed(text: &str) -> Range<usize> {
    let is_space = |c: char| c.is_whitespace() || ('\x1c'..='\x1f').contains(&c);
    let start = text.len() - text.trim_start_matches(is_space).len();
    start..start + text[start..].trim_end_matches(is_space).len()
}

/// Each shortest `<...>` that lies on one line, from this byte on.
fn bracketed(text: &str, mut at: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    while let Some(start) = text[at..].find('<').map(|found| at + found) {
        let Some(end) = text[start..].find(['>', '\n']).map(|found| start + found) else { break };
        at = end + 1;
        found.extend(text[end..].starts_with('>').then_some(start..at));
    }
    found
}

/// What a person reads of a text.
pub(super) struct Clean {
    pub(super) text: String,
    /// What was left out, in order.
    pub(super) removed: Vec<Removed>,
    /// Byte at which the shown part begins.
    start: usize,
}

/// A stretch that was left out.
pub(super) struct Removed {
    pub(super) range: Range<usize>,
    /// Bytes left out before it, those before the shown part among them.
    before: usize,
}

impl Clean {
    pub(super) fn new(marked: &Marked) -> Self {
        let mut clean = Self { text: String::new(), removed: Vec::new(), start: marked.start };
        let (mut kept_from, mut before) = (marked.start, marked.start);
        for range in marked.hidden() {
            clean.text.push_str(&marked.text[kept_from..range.start]);
            kept_from = range.end;
            clean.removed.push(Removed { range: range.clone(), before });
            before += range.len();
        }
        clean.text.push_str(&marked.text[kept_from..]);
        clean
    }

    /// Where a byte of the text with tags is in the text without; for a byte left out, where it would be.
    pub(super) fn offset_of(&self, at: usize) -> usize {
        let n_started = self.removed.partition_point(|removed| removed.range.start < at);
        match self.removed[..n_started].last() {
            Some(Removed { range, before }) if at < range.end => range.start - before,
            Some(Removed { range, before }) => at - before - range.len(),
            None => at - self.start,
        }
    }
}
