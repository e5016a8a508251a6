//! Ranges of characters, as files have them, and ranges of bytes, as they are here: the one place where each becomes the
//! other.

use std::ops::Range;

/// The byte range of a range of characters. `None` if it is empty, backwards or not within the text.
#[must_use]
pub fn byte_range(text: &str, [start, end]: [usize; 2]) -> Option<Range<usize>> {
    if start >= end {
        return None;
    }
    let mut borders = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    let first = borders.nth(start)?;
    let last = borders.nth(end - start - 1)?;
    Some(first..last)
}

/// The range of characters of a byte range, end exclusive.
#[must_use]
pub fn char_range(text: &str, range: &Range<usize>) -> [usize; 2] {
    let before = |at: usize| text.get(..at).map_or(0, |part| part.chars().count());
    [before(range.start), before(range.end)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_and_not_bytes() {
        let text = "é👩\u{200d}🚀 שלום";
        for (chars, words) in [([0, 1], "é"), ([1, 4], "👩\u{200d}🚀"), ([5, 9], "שלום"), ([0, 9], text)] {
            let range = byte_range(text, chars).expect("inside");
            assert_eq!(&text[range.clone()], words);
            assert_eq!(char_range(text, &range), chars);
        }
        for chars in [[0, 0], [3, 2], [0, 10], [9, 10], [usize::MAX - 1, usize::MAX]] {
            assert_eq!(byte_range(text, chars), None, "{chars:?}");
        }
    }
}
