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
    markup::{Clean, Marked, trimmed},
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

/// The caption of a text from elsewhere, such as a published answer, in which whatever reads as a tag is one.
#[must_use]
pub fn parse(raw: &str) -> Grounded {
    parse_marked(Marked::found_in(raw), 0)
}

/// The caption of a finished text, for the part of it from this byte on; offsets count from the start of the text.
///
/// For answers whose prompt is not to be shown, see [`crate::text::Prompt::answer_start`].
#[must_use]
pub fn parse_marked(raw: Marked, start: usize) -> Grounded {
    let shown = raw.shown_from(start);
    let (links, clean) = (links(&shown, TextEnd::Final), Clean::new(&shown));
    Grounded { warnings: oddities::warnings(&shown, &links, &clean), caption: caption(&shown, &links, &clean) }
}

/// The caption of a text that is still being written, for the part of it from this byte on.
///
/// A box is there as soon as both of its location tokens are. Once the text has gone on past its last open tag, this is
/// the caption that [`parse_marked`] gives.
#[must_use]
pub fn parse_growing(raw: Marked, start: usize) -> Caption {
    let shown = raw.shown_from(start);
    caption(&shown, &links(&shown, TextEnd::Growing), &Clean::new(&shown))
}

fn caption(marked: &Marked, links: &[Link], clean: &Clean) -> Caption {
    let shown = trimmed(&clean.text);
    let region = |pair: &Pair| Region {
        norm: NormBox::from_patches(pair.upper_left, pair.lower_right),
        patches: (pair.upper_left, pair.lower_right),
        raw_span: pair.range.clone(),
        score: None,
        token_probability: None,
    };
    let mut phrases = Vec::new();
    for link in links {
        if let Some(words) = &link.words {
            let span = span_in(&shown, clean, &trimmed_range(marked.text, words.clone()));
            phrases.push(Phrase { span, regions: link.pairs.iter().map(region).collect(), lost: None });
        } else {
            let span = span_in(&shown, clean, &(link.at..link.at));
            phrases.extend(link.pairs.iter().map(|p| Phrase {
                span: span.clone(),
                regions: vec![region(p)],
                lost: None,
            }));
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
