//! Tags in decoded text, and the text without them.
//!
//! Two rules that the reference keeps apart are kept apart here too: links are made of known tags, but whatever stands
//! between `<` and `>` on one line is left out of what a person reads.

use std::ops::Range;

use crate::geometry::PatchIndex;

const PATCH_START: &str = "<patch_index_";

const NAMES: [(&str, Tag); 10] = [
    ("<phrase>", Tag::Phrase),
    ("</phrase>", Tag::PhraseEnd),
    ("<object>", Tag::Object),
    ("</object>", Tag::ObjectEnd),
    ("</delimiter_of_multi_objects/>", Tag::Delimiter),
    ("<grounding>", Tag::Silent),
    ("<image>", Tag::Silent),
    ("</doc>", Tag::Silent),
    ("</chunk>", Tag::Silent),
    ("</line>", Tag::Silent),
];

/// What a tag does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    Phrase,
    PhraseEnd,
    Object,
    ObjectEnd,
    Delimiter,
    Patch(PatchIndex),
    /// Says nothing about phrases and boxes.
    Silent,
}

/// A tag and the bytes it takes.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    pub(super) tag: Tag,
    pub(super) range: Range<usize>,
}

/// All tags of a text, in order.
pub(super) fn marks(text: &str) -> Vec<Mark> {
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

/// The text up to a tag that has begun at its end and isn't complete.
pub(super) fn without_partial_tag(text: &str) -> &str {
    let Some(start) = text.rfind('<') else { return text };
    let tail = &text[start..];
    let digits = tail.strip_prefix(PATCH_START);
    let begins_patch = digits.is_some_and(|d| d.bytes().all(|b| b.is_ascii_digit())) || PATCH_START.starts_with(tail);
    let begins_name = NAMES.iter().any(|(name, _)| name.starts_with(tail) && name.len() > tail.len());
    if begins_patch || begins_name { &text[..start] } else { text }
}

/// The bytes of a text between its leading and its trailing whitespace.
///
/// Whitespace as the reference's language has it: Unicode's, and the four separators U+001C to U+001F.
pub(super) fn trimmed(text: &str) -> Range<usize> {
    let is_space = |c: char| c.is_whitespace() || ('\x1c'..='\x1f').contains(&c);
    let start = text.len() - text.trim_start_matches(is_space).len();
    start..start + text[start..].trim_end_matches(is_space).len()
}

/// A text without anything in angle brackets.
pub(super) struct Clean {
    pub(super) text: String,
    /// What was left out, in order.
    pub(super) removed: Vec<Removed>,
}

/// A stretch that was left out.
pub(super) struct Removed {
    pub(super) range: Range<usize>,
    /// Bytes left out before it.
    before: usize,
}

impl Clean {
    /// Leaves out each shortest `<...>` that lies on one line.
    pub(super) fn new(text: &str) -> Self {
        let mut clean = Self { text: String::with_capacity(text.len()), removed: Vec::new() };
        let (mut kept_from, mut at, mut before) = (0, 0, 0);
        while let Some(start) = text[at..].find('<').map(|found| at + found) {
            let Some(end) = text[start..].find(['>', '\n']).map(|found| start + found) else { break };
            at = end + 1;
            if text[end..].starts_with('>') {
                clean.text.push_str(&text[kept_from..start]);
                clean.removed.push(Removed { range: start..at, before });
                before += at - start;
                kept_from = at;
            }
        }
        clean.text.push_str(&text[kept_from..]);
        clean
    }

    /// Where a byte of the text with tags is in the text without; for a byte left out, where it would be.
    pub(super) fn offset_of(&self, at: usize) -> usize {
        let n_started = self.removed.partition_point(|removed| removed.range.start < at);
        match self.removed[..n_started].last() {
            Some(Removed { range, before }) if at < range.end => range.start - before,
            Some(Removed { range, before }) => at - before - range.len(),
            None => at,
        }
    }
}
