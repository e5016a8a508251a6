//! Sentences about marked-up text that the rules pass over in silence.
//!
//! The reference drops such text without a word. A person who wonders where a box went shall find out.

use std::ops::Range;

use super::{
    links::{Link, words_of_phrase},
    markup::{Clean, Mark, Marked},
    warning::Warning,
};
use crate::{text::Tag, words::shortened};

/// Characters of the odd text that a sentence repeats.
const QUOTED_CHARS: usize = 40;

/// All warnings of a finished text, in order of place.
pub(super) fn warnings(marked: &Marked, links: &[Link], clean: &Clean) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for link in links {
        warn_of_boxes(link, &mut warnings);
    }
    let used_before = links.iter().map(|link| link.marks.start).chain([marked.marks.len()]);
    let used_after = [0].into_iter().chain(links.iter().map(|link| link.marks.end));
    for (start, end) in used_after.zip(used_before) {
        warn_of_unused(marked, start..end, &mut warnings);
    }
    warn_of_left_out(marked, clean, &mut warnings);
    warnings.sort_by_key(|warning| warning.at);
    warnings
}

fn warning(at: usize, message: impl Into<String>) -> Warning {
    Warning { message: message.into(), at }
}

fn warn_of_boxes(link: &Link, warnings: &mut Vec<Warning>) {
    for pair in &link.pairs {
        let ((left, top), (right, bottom)) = (pair.upper_left.column_row(), pair.lower_right.column_row());
        if let Some(patch) = [pair.upper_left, pair.lower_right].into_iter().find(|patch| !patch.is_on_grid()) {
            let message = format!("A box names place {}, but the picture has only 0 to 1023", patch.0);
            warnings.push(warning(pair.range.start, message));
        } else if left > right || top > bottom {
            let message = "The corners of a box came in the wrong order and were put in order";
            warnings.push(warning(pair.range.start, message));
        }
    }
}

/// Warns of tags, given by the range of their marks, that are part of no link.
fn warn_of_unused(marked: &Marked, range: Range<usize>, warnings: &mut Vec<Warning>) {
    let (text, marks) = (marked.text, &marked.marks[..range.end]);
    let mut i = range.start;
    while i < range.end {
        let next = i + n_marks_of_one_oddity(marked, marks, i);
        let message = match marks[i].tag {
            Tag::Silent | Tag::ImageEnd => None,
            Tag::Phrase => Some(match words_of_phrase(marked, marks, i) {
                Some(words) => format!("“{}” has no box", shortened(text[words].trim(), QUOTED_CHARS)),
                None => "A phrase is opened but not closed".to_owned(),
            }),
            Tag::PhraseEnd => Some("A phrase is closed but was not opened".to_owned()),
            Tag::Object => Some("A list of boxes is damaged and was left out".to_owned()),
            Tag::ObjectEnd | Tag::Delimiter => Some("A tag of a list of boxes stands on its own".to_owned()),
            Tag::Patch(_) if next == i + 1 => Some("A location stands outside a list of boxes".to_owned()),
            Tag::Patch(_) => Some(format!("{} locations stand outside a list of boxes", next - i)),
        };
        warnings.extend(message.map(|message| warning(marks[i].range.start, message)));
        i = next;
    }
}

/// How many marks from this one on are told of in one sentence; at least one.
fn n_marks_of_one_oddity(marked: &Marked, marks: &[Mark], i: usize) -> usize {
    let n_following = |wanted: fn(Tag) -> bool| marks[i + 1..].iter().take_while(|mark| wanted(mark.tag)).count();
    match marks[i].tag {
        Tag::Phrase if words_of_phrase(marked, marks, i).is_some() => 2,
        Tag::Patch(_) => 1 + n_following(|tag| matches!(tag, Tag::Patch(_))),
        Tag::Object => {
            let n_inside = n_following(|tag| matches!(tag, Tag::Patch(_) | Tag::Delimiter));
            let is_closed = marks.get(i + 1 + n_inside).is_some_and(|mark| mark.tag == Tag::ObjectEnd);
            1 + n_inside + usize::from(is_closed)
        }
        _ => 1,
    }
}

/// Warns of words that were left out because they stand in angle brackets, in a text that is nothing but text.
fn warn_of_left_out(marked: &Marked, clean: &Clean, warnings: &mut Vec<Warning>) {
    for removed in &clean.removed {
        let range = removed.range.clone();
        if marked.marks.binary_search_by_key(&range.start, |mark| mark.range.start).is_err() {
            let message =
                format!("“{}” was taken for a tag and left out", shortened(&marked.text[range.clone()], QUOTED_CHARS));
            warnings.push(warning(range.start, message));
        }
    }
}
