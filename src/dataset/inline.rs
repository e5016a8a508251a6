//! The caption with something in place of each phrase, or behind it, for formats that put boxes into the text.

use super::record::{Record, Span, Words};

/// Linked phrases with boxes, in the order of the text, none within or across another: of those that are, the longest first.
pub(super) fn phrases(record: &Record) -> Vec<&Span> {
    let mut spans: Vec<(&Span, usize, usize)> = record
        .spans
        .iter()
        .filter(|span| !span.regions.is_empty())
        .filter_map(|span| span.words.range().map(|range| (span, range.start, range.end)))
        .collect();
    spans.sort_by_key(|&(_, start, end)| (start, std::cmp::Reverse(end)));
    let mut end = 0;
    let is_free = |&(_, first, last): &(&Span, usize, usize)| {
        let is_free = first >= end;
        end = if is_free { last } else { end };
        is_free
    };
    spans.into_iter().filter(is_free).map(|(span, ..)| span).collect()
}

/// The caption with each phrase as `write` says it, and what is between as `copy` does.
pub(super) fn rewritten(
    record: &Record,
    copy: impl Fn(&str) -> String,
    mut write: impl FnMut(&str, &Span) -> String,
) -> String {
    let (mut text, mut at) = (String::new(), 0);
    for span in phrases(record) {
        let Words::Linked(range) = &span.words else { continue };
        text.push_str(&copy(record.caption.get(at..range.start).unwrap_or_default()));
        text.push_str(&write(record.words(span), span));
        at = range.end;
    }
    text.push_str(&copy(record.caption.get(at..).unwrap_or_default()));
    text
}
