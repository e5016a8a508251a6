//! Which words of a caption are a phrase: linked, moved, renamed, merged. Phrases keep to the order of their words and
//! never overlap, and as far as can be each keeps its number.

use std::ops::Range;

use super::linked::{Caption, Choice, Phrase, Region};

impl Caption {
    pub(super) fn link(&mut self, span: Range<usize>) -> Option<Choice> {
        let span = self.words_within(span)?;
        let regions = self.clear(&span);
        Some(Choice::phrase(self.insert(Phrase { span, regions, lost: None })))
    }

    pub(super) fn relink(&mut self, phrase: usize, span: Range<usize>) -> Option<Choice> {
        let span = self.words_within(span)?;
        let moved = std::mem::take(&mut self.phrases.get_mut(phrase)?.regions);
        // Its number stays behind with plain words.
        self.phrases[phrase].lost = None;
        let mut regions = self.clear(&span);
        regions.splice(0..0, moved);
        Some(Choice::phrase(self.insert(Phrase { span, regions, lost: None })))
    }

    pub(super) fn name(&mut self, phrase: usize, words: &str) -> Option<Choice> {
        let words = words.trim();
        let of = self.phrases.get(phrase).filter(|_| !words.is_empty())?;
        let span = of.span.clone();
        if !span.is_empty() {
            let text = format!("{}{words}{}", self.text.get(..span.start)?, self.text.get(span.end..)?);
            let (end, n_after) = (span.start + words.len(), span.end);
            let moved = |at: usize| if at >= n_after { at - n_after + end } else { at };
            for (at, other) in self.phrases.iter_mut().enumerate() {
                other.span =
                    if at == phrase { span.start..end } else { moved(other.span.start)..moved(other.span.end) };
            }
            self.text = text;
            return Some(Choice::phrase(phrase));
        }
        let is_free = |span: &Range<usize>| {
            let overlaps = |other: &Phrase| !other.regions.is_empty() && overlap(&other.span, span);
            !self.phrases.iter().any(overlaps)
        };
        let known = self.text.match_indices(words).map(|(at, _)| at..at + words.len()).find(is_free);
        let span = known.unwrap_or_else(|| {
            self.text.truncate(self.text.trim_end().len());
            if !self.text.is_empty() {
                self.text.push(' ');
            }
            let begin = self.text.len();
            self.text.push_str(words);
            begin..self.text.len()
        });
        self.relink(phrase, span)
    }

    pub(super) fn merge_next(&mut self, phrase: usize) -> Option<Choice> {
        let first = self.phrases.get(phrase)?.span.clone();
        let is_next = |other: &&Phrase| other.span.start >= first.end && !other.span.is_empty();
        let last = self.phrases.iter().skip(phrase + 1).filter(is_next).find(|other| !other.regions.is_empty())?;
        self.link(first.start..last.span.end)
    }

    /// A span without the spaces around its words; `None` without words, or where it cuts a character.
    fn words_within(&self, span: Range<usize>) -> Option<Range<usize>> {
        let words = self.text.get(span.clone())?;
        let begin = span.start + (words.len() - words.trim_start().len());
        let words = words.trim();
        (!words.is_empty()).then(|| begin..begin + words.len())
    }

    /// Makes room for a phrase at this span: takes the words from others. Returns the boxes of those that it takes whole.
    fn clear(&mut self, span: &Range<usize>) -> Vec<Region> {
        let mut taken = Vec::new();
        for at in 0..self.phrases.len() {
            let phrase = &self.phrases[at];
            if phrase.span.is_empty() || !overlap(&phrase.span, span) {
                continue;
            }
            let (before, after) = (phrase.span.start..span.start, span.end..phrase.span.end);
            let left = [before, after].into_iter().filter(|rest| rest.start < rest.end);
            let longest = left.filter_map(|rest| self.words_within(rest)).max_by_key(ExactSizeIterator::len);
            let phrase = &mut self.phrases[at];
            if let Some(rest) = longest {
                phrase.span = rest;
            } else {
                taken.append(&mut phrase.regions);
                phrase.span = span.start..span.start;
            }
        }
        taken
    }

    /// Puts a phrase where its words stand among the others. Returns its place. Where a phrase has neither words nor boxes
    /// any more, it takes over that one's place, so that the others keep their numbers.
    pub(super) fn insert(&mut self, phrase: Phrase) -> usize {
        let at =
            self.phrases.iter().position(|other| other.span.start > phrase.span.start).unwrap_or(self.phrases.len());
        let is_vacant = |other: &Phrase| other.regions.is_empty() && other.span.is_empty();
        if let Some(vacant) = at.checked_sub(1).filter(|before| is_vacant(&self.phrases[*before])) {
            self.phrases[vacant] = phrase;
            return vacant;
        }
        // A plain phrase whose words it takes as they are gives its number too.
        if let Some(same) = self.phrases.iter().position(|other| other.span == phrase.span && other.regions.is_empty())
        {
            self.phrases[same] = phrase;
            return same;
        }
        self.phrases.insert(at, phrase);
        at
    }
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}
