//! What a person changes about a caption: its words, what they are linked to, and the boxes.
//!
//! A [`Correction`] gives another caption and leaves the old one as it is, so that all of them can be taken back.

use std::ops::Range;

use super::{
    linked::{Caption, Choice, Phrase, Region},
    reword::Rewording,
};
use crate::geometry::NormBox;

/// One change. Phrases and boxes are named by their places; spans are byte ranges of the text.
#[derive(Clone, Debug, PartialEq)]
pub enum Correction {
    /// The text becomes this; what is linked goes along with its words, and is lost where they are gone.
    Reword(String),
    /// These words become a phrase. What they take from another phrase that one loses; of a phrase that they take whole,
    /// they get the boxes.
    Link(Range<usize>),
    /// A phrase without words, or whose words are lost, is about these from now on; any other phrase moves to them.
    Relink(usize, Range<usize>),
    /// A phrase gets these words: in the text they take the place of its own, or stand at the end where it has none.
    Name(usize, String),
    /// A phrase takes in the one after it, and the words between them.
    MergeNext(usize),
    /// A phrase becomes plain words, and its boxes go.
    Unlink(usize),
    /// A phrase gets one more box; with no phrase, one without words does.
    AddBox(Option<usize>, NormBox),
    /// A box becomes this.
    Shape(usize, usize, NormBox),
    /// A box gets a twin beside it.
    Duplicate(usize, usize),
    /// A box goes away.
    Remove(usize, usize),
    /// A box changes places with the one before it among those of its phrase.
    Earlier(usize, usize),
    /// A box of a phrase becomes one of another phrase.
    Move(usize, usize, usize),
    /// The boxes of a phrase become these.
    Replace(usize, Vec<Region>),
}

/// How far a twin lies from its box, in fractions of the picture.
const BESIDE: f32 = 0.02;

impl Caption {
    /// The caption with a change, and what of it is to be chosen then. `None` if there is nothing to change.
    #[must_use]
    pub fn corrected(&self, correction: &Correction) -> Option<(Self, Option<Choice>)> {
        let mut new = self.clone();
        let choice = match correction {
            Correction::Reword(text) => new.reword(text),
            Correction::Link(span) => new.link(span.clone()),
            Correction::Relink(phrase, span) => new.relink(*phrase, span.clone()),
            Correction::Name(phrase, words) => new.name(*phrase, words),
            Correction::MergeNext(phrase) => new.merge_next(*phrase),
            Correction::Unlink(phrase) => new.phrases.get_mut(*phrase).and_then(|phrase| {
                (phrase.regions, phrase.lost) = (vec![], None);
                None
            }),
            Correction::AddBox(phrase, place) => Some(new.add_box(*phrase, *place)),
            Correction::Shape(phrase, region, place) => {
                *new.region_mut(*phrase, *region)? = Region::by_hand(*place);
                Some(Choice { phrase: *phrase, region: Some(*region) })
            }
            Correction::Duplicate(phrase, region) => {
                let place = new.region_mut(*phrase, *region)?.norm;
                let moved = [(BESIDE, BESIDE), (-BESIDE, -BESIDE)].map(|(dx, dy)| place.moved(dx, dy));
                let twin = moved.into_iter().find(|moved| *moved != place.tidied()).unwrap_or(place);
                new.phrases[*phrase].regions.insert(region + 1, Region::by_hand(twin));
                Some(Choice { phrase: *phrase, region: Some(region + 1) })
            }
            Correction::Remove(phrase, region) => {
                new.region_mut(*phrase, *region)?;
                new.remove(*phrase, *region);
                None
            }
            Correction::Earlier(phrase, region) => {
                new.region_mut(*phrase, *region)?;
                let earlier = region.checked_sub(1)?;
                new.phrases[*phrase].regions.swap(earlier, *region);
                Some(Choice { phrase: *phrase, region: Some(earlier) })
            }
            Correction::Move(phrase, region, to) => {
                let moved = new.region_mut(*phrase, *region)?.clone();
                new.phrases.get_mut(*to).filter(|_| to != phrase)?.regions.push(moved);
                new.remove(*phrase, *region);
                Some(Choice { phrase: *to, region: new.phrases[*to].regions.len().checked_sub(1) })
            }
            Correction::Replace(phrase, regions) => {
                new.phrases.get_mut(*phrase)?.regions.clone_from(regions);
                Some(Choice::phrase(*phrase))
            }
        };
        (new != *self).then_some((new, choice))
    }

    fn region_mut(&mut self, phrase: usize, region: usize) -> Option<&mut Region> {
        self.phrases.get_mut(phrase)?.regions.get_mut(region)
    }

    /// Takes a box away that is there; what was lost has nothing to be kept for then.
    fn remove(&mut self, phrase: usize, region: usize) {
        let phrase = &mut self.phrases[phrase];
        phrase.regions.remove(region);
        if phrase.regions.is_empty() {
            phrase.lost = None;
        }
    }

    fn reword(&mut self, text: &str) -> Option<Choice> {
        let rewording = Rewording::new(&self.text, text);
        // Where the one before ends: two that shared a word don't share what came in its place.
        let mut end = 0;
        for phrase in &mut self.phrases {
            let words = self.text.get(phrase.span.clone()).unwrap_or_default();
            if let Some(span) = rewording.span(&phrase.span).filter(|span| span.end > end) {
                phrase.span = span.start.max(end)..span.end;
            } else {
                let is_kept = !words.is_empty() && !phrase.regions.is_empty();
                phrase.lost = phrase.lost.take().or_else(|| is_kept.then(|| words.to_owned()));
                let at = rewording.place(phrase.span.start).max(end);
                phrase.span = at..at;
            }
            end = phrase.span.end;
        }
        text.clone_into(&mut self.text);
        None
    }

    fn add_box(&mut self, phrase: Option<usize>, place: NormBox) -> Choice {
        let end = self.text.len();
        let unnamed = || Phrase { span: end..end, regions: vec![], lost: None };
        let phrase = match phrase.filter(|phrase| *phrase < self.phrases.len()) {
            Some(phrase) => phrase,
            None => self.insert(unnamed()),
        };
        let regions = &mut self.phrases[phrase].regions;
        regions.push(Region::by_hand(place));
        Choice { phrase, region: Some(regions.len() - 1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `[words]` are phrases with a box each, `[words]*2` with two.
    fn caption(marked: &str) -> Caption {
        let mut caption = Caption::default();
        let mut rest = marked;
        while let Some((before, after)) = rest.split_once('[') {
            caption.text.push_str(before);
            let (words, after) = after.split_once(']').expect("closed");
            let begin = caption.text.len();
            caption.text.push_str(words);
            let n = after.strip_prefix("*2").map_or(1, |_| 2);
            let regions = (0..n).map(|at| place(0.1 * (caption.phrases.len() * 2 + at) as f32)).map(Region::by_hand);
            caption.phrases.push(Phrase { span: begin..caption.text.len(), regions: regions.collect(), lost: None });
            rest = after.strip_prefix("*2").unwrap_or(after);
        }
        caption.text.push_str(rest);
        caption
    }

    fn place(x: f32) -> NormBox {
        NormBox::new(x, 0.0, x + 0.25, 0.5)
    }

    fn span(caption: &Caption, words: &str) -> Range<usize> {
        let at = caption.text.find(words).expect("there");
        at..at + words.len()
    }

    /// Words, number of boxes and what was lost, of all phrases that are something.
    fn told(caption: &Caption) -> Vec<(String, usize)> {
        let name = |phrase: &Phrase| {
            phrase.lost.as_ref().map_or_else(|| caption.words(phrase).to_owned(), |l| format!("lost {l}"))
        };
        caption.linked().map(|(_, phrase)| (name(phrase), phrase.regions.len())).collect()
    }

    fn after(caption: &Caption, correction: &Correction) -> (Caption, Option<Choice>) {
        caption.corrected(correction).expect("changes something")
    }

    #[test]
    fn phrases_go_along_with_their_words() {
        let c = caption("[A dog] runs to [the big tree] on [grass].");
        let say = |text: &str| told(&after(&c, &Correction::Reword(text.to_owned())).0);
        let one = |words: &str| (words.to_owned(), 1);
        assert_eq!(
            say("Look: A dog runs to the big tree on grass."),
            [one("A dog"), one("the big tree"), one("grass")]
        );
        assert_eq!(say("A brown dog runs to the tree on grass."), [one("A brown dog"), one("the tree"), one("grass")]);
        assert_eq!(say("Two cats run to the big tree on grass."), [one("Two cats"), one("the big tree"), one("grass")]);
        assert_eq!(say("A dog runs to on grass."), [one("A dog"), one("lost the big tree"), one("grass")]);
        assert_eq!(
            say("A dog, a cat, runs to the big tree on grass."),
            [one("A dog"), one("the big tree"), one("grass")]
        );
        assert_eq!(say(""), [one("lost A dog"), one("lost the big tree"), one("lost grass")]);
        assert_eq!(say("A doge runs to the big tree on grass."), [one("A doge"), one("the big tree"), one("grass")]);
    }

    #[test]
    fn what_is_lost_is_kept_with_its_words_until_it_is_linked_again() {
        let c = caption("[A dog] on [the grass]");
        let (lost, _) = after(&c, &Correction::Reword("A dog".to_owned()));
        assert_eq!(told(&lost), [("A dog".to_owned(), 1), ("lost the grass".to_owned(), 1)]);
        let (more, _) = after(&lost, &Correction::Reword("A dog by a pond".to_owned()));
        let (found, choice) = after(&more, &Correction::Relink(1, span(&more, " a pond")));
        assert_eq!(told(&found), [("A dog".to_owned(), 1), ("a pond".to_owned(), 1)]);
        assert_eq!(choice, Some(Choice::phrase(1)));
        let (named, _) = after(&lost, &Correction::Name(1, "a lawn".to_owned()));
        assert_eq!((named.text.as_str(), told(&named)[1].0.as_str()), ("A dog a lawn", "a lawn"));
        let (dropped, _) = after(&lost, &Correction::Unlink(1));
        assert_eq!(told(&dropped), [("A dog".to_owned(), 1)]);
    }

    #[test]
    fn words_are_linked_and_taken_from_others() {
        let c = caption("[a dog and a cat]*2 by a tree");
        let (split, choice) = after(&c, &Correction::Link(span(&c, "a cat")));
        assert_eq!(told(&split), [("a dog and".to_owned(), 2)], "the new one has no box yet");
        let choice = choice.expect("chosen");
        assert_eq!(split.words(&split.phrases[choice.phrase]), "a cat");
        let (both, _) = after(&split, &Correction::AddBox(Some(choice.phrase), place(0.5)));
        assert_eq!(told(&both), [("a dog and".to_owned(), 2), ("a cat".to_owned(), 1)]);
        let (merged, _) = after(&both, &Correction::MergeNext(0));
        assert_eq!(told(&merged), [("a dog and a cat".to_owned(), 3)]);
        assert_eq!(c.corrected(&Correction::Link(9..9)), None, "no words");
        assert_eq!(caption("é").corrected(&Correction::Link(1..2)), None, "half a character");
    }

    #[test]
    fn a_new_name_moves_what_stands_after_it() {
        let c = caption("[a dog] and [a cat]");
        let (named, _) = after(&c, &Correction::Name(0, " two brown dogs ".to_owned()));
        assert_eq!(named.text, "two brown dogs and a cat");
        assert_eq!(told(&named), [("two brown dogs".to_owned(), 1), ("a cat".to_owned(), 1)]);
        assert_eq!(c.corrected(&Correction::Name(0, "  ".to_owned())), None);
    }

    #[test]
    fn a_box_without_a_phrase_waits_for_its_words() {
        let c = caption("[a dog] by a tree");
        let (drawn, choice) = after(&c, &Correction::AddBox(None, place(0.6)));
        let choice = choice.expect("chosen");
        assert_eq!((choice, drawn.words(&drawn.phrases[1])), (Choice { phrase: 1, region: Some(0) }, ""));
        let (named, _) = after(&drawn, &Correction::Name(1, "a tree".to_owned()));
        assert_eq!((named.text.as_str(), told(&named)[1].clone()), ("a dog by a tree", ("a tree".to_owned(), 1)));
    }

    #[test]
    fn boxes_are_shaped_doubled_reordered_and_removed() {
        let c = caption("[two dogs]*2");
        let (shaped, _) = after(&c, &Correction::Shape(0, 1, NormBox::new(0.9, 0.9, 0.5, 2.0)));
        let region = &shaped.phrases[0].regions[1];
        assert_eq!((region.norm, region.is_by_hand()), (NormBox::new(0.5, 0.9, 0.9, 1.0), true));
        let (doubled, choice) = after(&c, &Correction::Duplicate(0, 0));
        assert_eq!((doubled.phrases[0].regions.len(), choice), (3, Some(Choice { phrase: 0, region: Some(1) })));
        let (swapped, _) = after(&c, &Correction::Earlier(0, 1));
        assert_eq!(swapped.phrases[0].regions[0], c.phrases[0].regions[1]);
        let (removed, _) = after(&c, &Correction::Remove(0, 0));
        assert_eq!(removed.phrases[0].regions, c.phrases[0].regions[1..]);
        let (moved, choice) = after(&caption("[a dog]*2 and [a cat]"), &Correction::Move(0, 1, 1));
        assert_eq!(told(&moved), [("a dog".to_owned(), 1), ("a cat".to_owned(), 2)]);
        assert_eq!(choice, Some(Choice { phrase: 1, region: Some(1) }));
        for wrong in [
            Correction::Move(0, 0, 0),
            Correction::Move(0, 0, 1),
            Correction::Shape(0, 2, place(0.0)),
            Correction::Remove(1, 0),
            Correction::Earlier(0, 0),
        ] {
            assert_eq!(c.corrected(&wrong), None, "{wrong:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_typed_spans_stay_ordered_and_within_the_text(
            before in "[a-cé ]{0,12}", texts in proptest::collection::vec("[a-cé ,]{0,14}", 1..4), cuts: [u8; 4]
        ) {
            let mut caption = Caption { text: before.clone(), phrases: vec![] };
            let borders: Vec<usize> = before.char_indices().map(|(at, _)| at).chain([before.len()]).collect();
            let mut cuts = cuts.map(|cut| borders[usize::from(cut) % borders.len()]);
            cuts.sort_unstable();
            for pair in [0..1, 2..3].map(|at: Range<usize>| cuts[at.start]..cuts[at.end]) {
                caption.phrases.push(Phrase { span: pair, regions: vec![Region::by_hand(place(0.0))], lost: None });
            }
            for text in texts {
                let Some((new, _)) = caption.corrected(&Correction::Reword(text.clone())) else { continue };
                proptest::prop_assert_eq!(&new.text, &text);
                let mut end = 0;
                for phrase in &new.phrases {
                    proptest::prop_assert!(new.text.get(phrase.span.clone()).is_some(), "{:?}", phrase.span);
                    proptest::prop_assert!(phrase.span.start >= end, "{:?} after {}", phrase.span, end);
                    end = phrase.span.end;
                }
                caption = new;
            }
        }
    }
}
