//! Draft tokens: guesses of what the model writes next, from what followed before.
//!
//! A token's pass through the decoder is held up by reading all weights from memory, and a few tokens in one pass take
//! hardly longer. So draft tokens are read together with the last token, and what the model says after them counts as far
//! as they turn out right: every token is still picked from the model's own scores, and no answer changes. This is
//! speculative decoding (Leviathan et al. 2023, arXiv 2211.17192) with a table in place of a draft model, as in prompt
//! lookup decoding.

use std::collections::HashMap;

use crate::{geometry::PatchIndex, text::Tags};

/// Draft tokens read with a token, at most: with up to this many, each token's numbers are those it gets by itself.
pub(super) const MAX_DRAFT_TOKENS: usize = 2;

/// Entries from which on the table starts afresh; a few megabytes.
const MOST: usize = 100_000;

/// What followed each token, and each pair of tokens, the last time. Locations are all one token here: nobody knows which
/// comes next, but what stands between boxes hardly changes.
#[derive(Debug)]
pub(super) struct NgramDraft {
    tags: Tags,
    next: HashMap<Context, u32>,
}

/// The last tokens before the one that follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Context {
    One(u32),
    Two([u32; 2]),
}

impl NgramDraft {
    /// Knows how boxes are written, and nothing else.
    pub(super) fn new(tags: &Tags) -> Self {
        let location = tags.patch(PatchIndex(0));
        let form = [tags.phrase_end, tags.object, location, location, tags.object_end];
        let mut draft = Self { tags: tags.clone(), next: HashMap::new() };
        (1..=form.len()).for_each(|n| draft.learn(&form[..n]));
        draft
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
    pub(super) fn draft(&self, ids: &[u32], n: usize, may_follow: impl Fn(u32, &[u32]) -> bool) -> Vec<u32> {
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
    fn contexts(&self, ids: &[u32]) -> impl Iterator<Item = Context> + use<> {
        let kind = |id| self.tags.as_patch(id).map_or(id, |_| self.tags.patch(PatchIndex(0)));
        let mut tail = ids.iter().rev().copied().map(kind);
        let last = tail.next();
        let pair = last.zip(tail.next()).map(|(last, before)| Context::Two([before, last]));
        pair.into_iter().chain(last.map(Context::One))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        checkpoint::{Checkpoint, Source},
        text::Tokenizer,
    };

    fn tokenizer() -> Tokenizer {
        Checkpoint::open(&Source::Embedded).unwrap().tokenizer().unwrap()
    }

    /// Passes in which `ids` are written from the second on, if every draft is read.
    fn n_passes(ngrams: &mut NgramDraft, ids: &[u32]) -> usize {
        let (mut n_accepted, mut draft, mut n) = (0, Vec::new(), 0);
        for end in 1..ids.len() {
            ngrams.learn(&ids[..end]);
            if draft.get(n_accepted) == Some(&ids[end - 1]) {
                n_accepted += 1;
            } else {
                (n_accepted, draft, n) = (0, ngrams.draft(&ids[..end], MAX_DRAFT_TOKENS, |_, _| true), n + 1);
            }
        }
        n
    }

    #[test]
    fn the_form_of_boxes_is_known_and_the_rest_is_learnt() {
        let tokenizer = tokenizer();
        let mut ngrams = NgramDraft::new(tokenizer.tags());
        let caption = "<phrase> a snowman</phrase><object><patch_index_0044><patch_index_0863></object> by\
            <phrase> a fire</phrase><object><patch_index_0005><patch_index_0911></object>.";
        let ids = tokenizer.encode_raw(caption).unwrap();
        // Each box's `<object>` and `</object>`, and what followed both `<phrase>`.
        assert_eq!(n_passes(&mut ngrams, &ids), ids.len() - 1 - 5);
        // Then new are only locations, and what differs between the two phrases; and no pass gives more than three tokens.
        assert_eq!((ids.len() - 1, n_passes(&mut ngrams, &ids)), (18, 9));
    }

    #[test]
    fn what_must_not_follow_is_no_draft() {
        let mut ngrams = NgramDraft::new(tokenizer().tags());
        let ids = [5, 6, 7, 5, 6];
        (1..=ids.len()).for_each(|n| ngrams.learn(&ids[..n]));
        assert_eq!(ngrams.draft(&ids, 2, |_, _| true), [7, 5]);
        assert_eq!(ngrams.draft(&ids, 2, |id, before| id != 5 || before.len() < ids.len()), [7]);
        assert!(ngrams.draft(&ids, 2, |id, _| id != 7).is_empty());
        assert!(ngrams.draft(&[], 2, |_, _| true).is_empty());
    }
}
