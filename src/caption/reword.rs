//! Where words of a text are found again once a person has changed it.
//!
//! The longest common subsequence of words (as in the `diff` of 1976), capitals aside, tells which stayed;
//! what stands between two that stayed was put in place of what stood there before.

use std::ops::Range;

/// How one text became another.
#[derive(Debug)]
pub(super) struct Rewording<'a> {
    old: &'a str,
    new: &'a str,
    old_words: Vec<Range<usize>>,
    new_words: Vec<Range<usize>>,
    /// The words that stayed, by their places in both, in order.
    stayed: Vec<(usize, usize)>,
}

/// Longer texts are compared only at their ends; the table of the others takes a byte for each pair of words.
const MOST_PAIRS: usize = 4_000_000;

impl<'a> Rewording<'a> {
    pub(super) fn new(old: &'a str, new: &'a str) -> Self {
        let (old_words, new_words) = (words(old), words(new));
        let stayed = {
            let lower = |text: &str, words: &[Range<usize>]| -> Vec<String> {
                words.iter().map(|word| text[word.clone()].to_lowercase()).collect()
            };
            stayed(&lower(old, &old_words), &lower(new, &new_words))
        };
        Self { old, new, old_words, new_words, stayed }
    }

    /// Where the words of a span are now; `None` if nothing of them is left or has come in their place. An empty span has
    /// no words.
    pub(super) fn span(&self, span: &Range<usize>) -> Option<Range<usize>> {
        if self.old == self.new {
            return Some(span.clone());
        }
        if span.is_empty() {
            return None;
        }
        let first = self.old_words.iter().position(|word| word.end > span.start)?;
        let end = self.old_words.iter().rposition(|word| word.start < span.end)? + 1;
        if first >= end {
            return None;
        }
        let (new_first, new_end) = (self.first(first), self.end(end));
        if new_first >= new_end {
            return None;
        }
        // Within a word that stayed, a span begins and ends where it did.
        let begin = match self.counterpart(first) {
            Some(_) => self.new_words[new_first].start + span.start.saturating_sub(self.old_words[first].start),
            None => self.new_words[new_first].start,
        };
        let last = self.new_words[new_end - 1].clone();
        let stop = match self.counterpart(end - 1) {
            Some(_) => last.end - self.old_words[end - 1].end.saturating_sub(span.end),
            None => last.end,
        };
        (begin < stop).then_some(begin..stop)
    }

    /// The place that a byte of the old text has now, for what has no words.
    pub(super) fn place(&self, at: usize) -> usize {
        if at >= self.old.len() {
            return self.new.len();
        }
        let n_before = self.old_words.iter().take_while(|word| word.end <= at).count();
        self.end(n_before).checked_sub(1).map_or(0, |last| self.new_words[last].end)
    }

    /// The word that an old word became by staying.
    fn counterpart(&self, word: usize) -> Option<usize> {
        let at = self.stayed.binary_search_by_key(&word, |(old, _)| *old).ok()?;
        Some(self.stayed[at].1)
    }

    /// The words around an old one that stayed: of both texts, what lies between them.
    fn hunk(&self, word: usize) -> (Range<usize>, Range<usize>) {
        let next = self.stayed.partition_point(|(old, _)| *old < word);
        let (old, new) = next.checked_sub(1).map_or((0, 0), |at| (self.stayed[at].0 + 1, self.stayed[at].1 + 1));
        let all = (self.old_words.len(), self.new_words.len());
        let (old_end, new_end) = self.stayed.get(next).copied().unwrap_or(all);
        (old..old_end, new..new_end)
    }

    /// The new word that a span begins with which began with this old one.
    fn first(&self, word: usize) -> usize {
        self.counterpart(word).unwrap_or_else(|| {
            let (old, new) = self.hunk(word);
            (new.start + word - old.start).min(new.end)
        })
    }

    /// The end of the new words of a span that ended before this old word.
    fn end(&self, end: usize) -> usize {
        let Some(last) = end.checked_sub(1) else { return 0 };
        self.counterpart(last).map_or_else(
            || {
                let (old, new) = self.hunk(last);
                if end == old.end { new.end } else { (new.start + end - old.start).min(new.end) }
            },
            |new| new + 1,
        )
    }
}

/// Runs of letters and digits, and each other character that is no space by itself; letters of scripts that put no spaces
/// between words stand alone.
fn words(text: &str) -> Vec<Range<usize>> {
    let is_joined = |c: char| (c.is_alphanumeric() && c < '\u{2E80}') || ('\u{300}'..='\u{36F}').contains(&c);
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut is_open = false;
    for (at, c) in text.char_indices().filter(|(_, c)| !c.is_whitespace()) {
        let end = at + c.len_utf8();
        match words.last_mut() {
            Some(last) if is_open && is_joined(c) && last.end == at => last.end = end,
            _ => words.push(at..end),
        }
        is_open = is_joined(c);
    }
    words
}

/// The pairs of places of a longest common subsequence.
fn stayed(a: &[String], b: &[String]) -> Vec<(usize, usize)> {
    let n_before = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (rest_a, rest_b) = (&a[n_before..], &b[n_before..]);
    let n_after = rest_a.iter().rev().zip(rest_b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (mid_a, mid_b) = (&rest_a[..rest_a.len() - n_after], &rest_b[..rest_b.len() - n_after]);
    let mut pairs: Vec<(usize, usize)> = (0..n_before).map(|at| (at, at)).collect();
    pairs.extend(common(mid_a, mid_b).into_iter().map(|(i, j)| (n_before + i, n_before + j)));
    pairs.extend((0..n_after).map(|at| (a.len() - n_after + at, b.len() - n_after + at)));
    pairs
}

fn common(a: &[String], b: &[String]) -> Vec<(usize, usize)> {
    if a.len().saturating_mul(b.len()) > MOST_PAIRS {
        return vec![];
    }
    let width = b.len() + 1;
    // longest[i, j]: of a from i on and b from j on
    let mut longest = vec![0_u16; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            longest[i * width + j] = if a[i] == b[j] {
                longest[(i + 1) * width + j + 1].saturating_add(1)
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}
