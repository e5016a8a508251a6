//! Guesses of what the model writes next, from what followed before.
//!
//! A token's pass through the decoder is held up by reading all weights from memory, and a few tokens in one pass take
//! hardly longer. So guesses are read together with the last token, and what the model says after them counts as far as
//! they turn out right: every token is still picked from the model's own scores, and no answer changes. Speculative
//! decoding (Leviathan et al. 2023, arXiv 2211.17192) with a table for a draft, as in prompt lookup decoding.

use std::collections::HashMap;

use crate::{geometry::PatchIndex, text::Tags};

/// Guesses read with a token, at most: with up to so many, each token's numbers are those it gets by itself.
pub(super) const GUESSES: usize = 2;

/// Entries from which on the table starts afresh; a few megabytes.
const MOST: usize = 100_000;

/// Stands for any token.
const ANY: u32 = u32::MAX;

/// What followed each token, and each pair of tokens, the last time. Locations are all one token here: nobody knows which
/// comes next, but what stands between boxes hardly changes.
#[derive(Debug)]
pub(super) struct Habits {
    tags: Tags,
    next: HashMap<[u32; 2], u32>,
}

impl Habits {
    /// Knows how boxes are written, and nothing else.
    pub(super) fn new(tags: &Tags) -> Self {
        let location = tags.patch(PatchIndex(0));
        let form = [tags.phrase_end, tags.object, location, location, tags.object_end];
        let mut habits = Self { tags: tags.clone(), next: HashMap::new() };
        (1..=form.len()).for_each(|n| habits.learn(&form[..n]));
        habits
    }

    /// Learns what the last of `ids` follows.
    pub(super) fn learn(&mut self, ids: &[u32]) {
        let Some((&last, before)) = ids.split_last() else { return };
        if self.next.len() > MOST {
            self.next.clear();
        }
        for context in self.contexts(before) {
            self.next.insert(context, last);
        }
    }

    /// What may follow `ids`, at most `n` tokens. `may_follow` is asked about each token and what stands before it.
    pub(super) fn guess(&self, ids: &[u32], n: usize, may_follow: impl Fn(u32, &[u32]) -> bool) -> Vec<u32> {
        let mut all = ids.to_vec();
        for _ in 0..n {
            let mut known = self.contexts(&all).filter_map(|context| self.next.get(&context).copied());
            match known.find(|&id| may_follow(id, &all)) {
                Some(id) if self.tags.as_patch(id).is_none() => all.push(id),
                _ => break,
            }
        }
        all.split_off(ids.len())
    }

    /// The last two tokens, then the last one by itself.
    fn contexts(&self, ids: &[u32]) -> impl Iterator<Item = [u32; 2]> + use<> {
        let kind = |id| self.tags.as_patch(id).map_or(id, |_| self.tags.patch(PatchIndex(0)));
        let mut tail = ids.iter().rev().copied().map(kind);
        let last = tail.next();
        let pair = last.zip(tail.next()).map(|(last, before)| [before, last]);
        pair.into_iter().chain(last.map(|last| [ANY, last]))
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::{checkpoint::Source, engine::Engine};

    /// Passes in which `ids` are written from the second on, if every guess is read.
    fn n_passes(habits: &mut Habits, ids: &[u32]) -> usize {
        let (mut n_read, mut guesses, mut n) = (0, Vec::new(), 0);
        for end in 1..ids.len() {
            habits.learn(&ids[..end]);
            if guesses.get(n_read) == Some(&ids[end - 1]) {
                n_read += 1;
            } else {
                (n_read, guesses, n) = (0, habits.guess(&ids[..end], GUESSES, |_, _| true), n + 1);
            }
        }
        n
    }

    #[test]
    fn the_form_of_boxes_is_known_and_the_rest_is_learnt() {
        let engine = Engine::load(&Source::Embedded, &mut |_| ControlFlow::Continue(())).unwrap();
        let mut habits = Habits::new(engine.tokenizer.tags());
        let caption = "<phrase> a snowman</phrase><object><patch_index_0044><patch_index_0863></object> by\
            <phrase> a fire</phrase><object><patch_index_0005><patch_index_0911></object>.";
        let ids = engine.tokenizer.encode_raw(caption).unwrap();
        // Each box's `<object>` and `</object>`, and what followed both `<phrase>`.
        assert_eq!(n_passes(&mut habits, &ids), ids.len() - 1 - 5);
        // Then only locations are new, two for each box.
        let n_surprises = n_passes(&mut habits, &ids);
        assert!((4..=9).contains(&n_surprises), "{n_surprises} of {}", ids.len());
    }

    #[test]
    fn what_must_not_follow_is_not_guessed() {
        let engine = Engine::load(&Source::Embedded, &mut |_| ControlFlow::Continue(())).unwrap();
        let mut habits = Habits::new(engine.tokenizer.tags());
        let ids = [5, 6, 7, 5, 6];
        (1..=ids.len()).for_each(|n| habits.learn(&ids[..n]));
        assert_eq!(habits.guess(&ids, 2, |_, _| true), [7, 5]);
        assert_eq!(habits.guess(&ids, 2, |id, before| id != 5 || before.len() < ids.len()), [7]);
        assert!(habits.guess(&ids, 2, |id, _| id != 7).is_empty());
        assert!(habits.guess(&[], 2, |_, _| true).is_empty());
    }
}
