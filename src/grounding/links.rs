//! Phrases and boxes, put together from tags.
//!
//! A link is `<phrase>words</phrase>` and a list of boxes right behind it, or such a list alone. Only whole links
//! count; a tag that is part of none is left to [`super::oddities`].

use std::ops::Range;

use super::markup::{Mark, Marked};
use crate::{geometry::PatchIndex, text::Tag};

/// Whether more text may follow.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TextEnd {
    /// It is all there: a list of boxes that isn't closed doesn't count.
    Final,
    /// It is being written: a list may be open at the end.
    Growing,
}

/// A phrase and its boxes, or boxes alone.
pub(super) struct Link {
    /// Bytes between the phrase tags; at least one.
    pub(super) words: Option<Range<usize>>,
    /// Byte where the list of boxes begins.
    pub(super) at: usize,
    /// Its boxes; at least one.
    pub(super) pairs: Vec<Pair>,
    /// Which of the marks belong to the link.
    pub(super) marks: Range<usize>,
}

/// One box.
pub(super) struct Pair {
    pub(super) upper_left: PatchIndex,
    pub(super) lower_right: PatchIndex,
    /// Bytes of both location tokens.
    pub(super) range: Range<usize>,
}

/// All links of the shown part of a text, in order.
pub(super) fn links(marked: &Marked, end: TextEnd) -> Vec<Link> {
    let (text, marks) = (marked.text, marked.marks.as_slice());
    let mut links = Vec::new();
    let mut i = 0;
    while i < marks.len() {
        let words = words_of_phrase(marked, marks, i);
        // with a phrase, the list follows its two tags and touches the second
        let list = match words {
            Some(_) if touch(marks, i + 2) => i + 2,
            _ => i,
        };
        let Some((pairs, after)) = boxes(text, marks, list, end) else {
            i += 1;
            continue;
        };
        links.push(Link { words, at: marks[list].range.start, pairs, marks: i..after });
        i = after;
    }
    links
}

/// The bytes of the words if a whole phrase begins at this mark.
pub(super) fn words_of_phrase(marked: &Marked, marks: &[Mark], i: usize) -> Option<Range<usize>> {
    let [open, close] = marks.get(i..i + 2)? else { return None };
    let words = open.range.end..close.range.start;
    let is_phrase = open.tag == Tag::Phrase && close.tag == Tag::PhraseEnd;
    (is_phrase && marked.are_words(words.clone())).then_some(words)
}

/// The boxes of a list that begins at this mark, and the first mark after it.
fn boxes(text: &str, marks: &[Mark], list: usize, end: TextEnd) -> Option<(Vec<Pair>, usize)> {
    if marks.get(list)?.tag != Tag::Object {
        return None;
    }
    let mut pairs = Vec::new();
    let mut i = list + 1;
    while let Some(pair) = pair(marks, i) {
        pairs.push(pair);
        i += 2;
        match marks.get(i).filter(|_| touch(marks, i)).map(|mark| mark.tag) {
            Some(Tag::ObjectEnd) => return Some((pairs, i + 1)),
            Some(Tag::Delimiter) => i += 1,
            _ => break,
        }
    }
    let may_go_on = end == TextEnd::Growing && !pairs.is_empty() && is_open(text, marks, i);
    may_go_on.then_some((pairs, marks.len()))
}

/// Whether a list, read up to this mark, goes on to the end of the text.
fn is_open(text: &str, marks: &[Mark], i: usize) -> bool {
    let has_half_a_box = marks[i - 1].tag == Tag::Delimiter && touch(marks, i) && matches!(marks[i].tag, Tag::Patch(_));
    let n_read = if has_half_a_box { i + 1 } else { i };
    n_read == marks.len() && marks[n_read - 1].range.end == text.len()
}

/// The box whose two location tokens begin at this mark.
fn pair(marks: &[Mark], i: usize) -> Option<Pair> {
    let [first, second] = marks.get(i..i + 2)? else { return None };
    match (first.tag, second.tag) {
        (Tag::Patch(upper_left), Tag::Patch(lower_right)) if touch(marks, i) && touch(marks, i + 1) => {
            Some(Pair { upper_left, lower_right, range: first.range.start..second.range.end })
        }
        _ => None,
    }
}

/// Whether nothing stands between this mark and the one before it.
fn touch(marks: &[Mark], i: usize) -> bool {
    matches!((marks.get(i.wrapping_sub(1)), marks.get(i)), (Some(a), Some(b)) if a.range.end == b.range.start)
}
