//! The caption of a text, finished or still being written.
//!
//! The rules are those of the published processor (`post_process_generation` in Hugging Face `processing_kosmos2.py`),
//! without its regular expressions: marks are found in one pass, links are made of marks, words are what is left.
//!
//! Three deliberate differences, all in odd text. Spans of boxes without words never leave the caption, where the
//! reference can count past its ends, and after an unclosed `<` they stand at it, where the reference counts on.
//! Location tokens are written in ASCII digits; the reference takes those of any script.

use std::ops::Range;

use super::{
    links::{Link, Pair, TextEnd, links},
    markup::{Clean, marks, trimmed, without_partial_tag},
    oddities,
    warning::Warning,
};
use crate::{
    caption::{Caption, Phrase, Region},
    geometry::NormBox,
};

/// A caption, and what was odd about the text it came from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grounded {
    /// What a person reads.
    pub caption: Caption,
    /// What was odd, in the order of the text.
    pub warnings: Vec<Warning>,
}

/// The caption of a finished text.
#[must_use]
pub fn parse(raw: &str) -> Grounded {
    parse_from(raw, 0)
}

/// As [`parse`], for the part of the text from this byte on; offsets still count from the start of `raw`.
///
/// For answers whose prompt is not to be shown, see [`crate::text::Prompt::answer_start`].
#[must_use]
pub fn parse_from(raw: &str, start: usize) -> Grounded {
    let (text, offset) = shown_part(raw, start);
    let marks = marks(text);
    let links = links(text, &marks, TextEnd::Final);
    let clean = Clean::new(text);
    let mut warnings = oddities::warnings(text, &marks, &links, &clean);
    for warning in &mut warnings {
        warning.at += offset;
    }
    Grounded { caption: caption(text, offset, &links, &clean), warnings }
}

/// The caption of a text that is still being written, for the part of it from this byte on.
///
/// A box is there as soon as both of its location tokens are; half a tag at the end isn't shown. Once the text has gone on
/// past its last open tag, this is the caption that [`parse_from`] gives.
#[must_use]
pub fn parse_growing(raw: &str, start: usize) -> Caption {
    let (text, offset) = shown_part(raw, start);
    let text = without_partial_tag(text);
    caption(text, offset, &links(text, &marks(text), TextEnd::Growing), &Clean::new(text))
}

/// What follows `start` and the last image, and its offset. A `start` that is no place in the text counts as its end.
fn shown_part(raw: &str, start: usize) -> (&str, usize) {
    let tail = raw.get(start..).unwrap_or_default();
    let text = tail.rsplit("</image>").next().unwrap_or_default();
    (text, raw.len() - text.len())
}

fn caption(text: &str, offset: usize, links: &[Link], clean: &Clean) -> Caption {
    let shown = trimmed(&clean.text);
    let region = |pair: &Pair| Region {
        norm: NormBox::from_patches(pair.upper_left, pair.lower_right),
        patches: (pair.upper_left, pair.lower_right),
        raw_span: pair.range.start + offset..pair.range.end + offset,
        score: None,
    };
    let mut phrases = Vec::new();
    for link in links {
        if let Some(words) = &link.words {
            let words = words.start..words.end;
            let span = span_in(&shown, clean, &trimmed_range(text, words));
            phrases.push(Phrase { span, regions: link.pairs.iter().map(region).collect() });
        } else {
            let span = span_in(&shown, clean, &(link.at..link.at));
            phrases.extend(link.pairs.iter().map(|p| Phrase { span: span.clone(), regions: vec![region(p)] }));
        }
    }
    Caption { text: clean.text[shown].to_owned(), phrases }
}

/// The range of the text without whitespace at its ends; empty at its start if there is nothing else.
fn trimmed_range(text: &str, range: Range<usize>) -> Range<usize> {
    let inner = trimmed(&text[range.clone()]);
    range.start + inner.start..range.start + inner.end
}

/// A range of marked-up text as one of the caption.
fn span_in(shown: &Range<usize>, clean: &Clean, range: &Range<usize>) -> Range<usize> {
    let place = |at| clean.offset_of(at).clamp(shown.start, shown.end) - shown.start;
    place(range.start)..place(range.end)
}
