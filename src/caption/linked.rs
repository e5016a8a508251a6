//! A caption and the places its phrases are linked to: what the whole product is about.
//!
//! Plain data that every layer above shares. Spans are byte ranges of the text; formats that count characters
//! convert with [`Caption::char_span`], the one place where that happens.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::geometry::{NormBox, PatchIndex, SAME_PLACE};

/// Text with phrases linked to regions of the picture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Caption {
    /// What a person reads, without tags.
    pub text: String,
    /// The linked phrases in order of appearance; spans do not overlap.
    pub phrases: Vec<Phrase>,
}

/// A piece of the text and its regions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Phrase {
    /// Byte range of [`Caption::text`]; empty where the model gave regions without words.
    pub span: Range<usize>,
    /// Where it is. None once a person has removed all of them: then it is plain words, and the others keep their numbers
    /// and colours.
    pub regions: Vec<Region>,
    /// The words it has where they are not in the text: a person has changed it so that they are gone, or a dataset names
    /// only what is in the box. The span is empty then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<String>,
}

/// One box of a phrase, with the tokens it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// Where it is; see [`NormBox`] for what odd model output can give.
    pub norm: NormBox,
    /// The two location tokens: upper left, lower right.
    pub patches: (PatchIndex, PatchIndex),
    /// Byte range of those two tokens in the raw text; empty for a box that a person drew.
    pub raw_span: Range<usize>,
    /// The model's own probability that the box is right, 0..=1, see [`SCORE_MEANING`]; `None` for a box that was part of
    /// the prompt, and for one of a session from before there was this score.
    #[serde(default, rename = "certainty", skip_serializing_if = "Option::is_none")]
    pub score: Option<f32>,
    /// Product of the probabilities of the two location tokens, 0..=1; `None` for a box that was part of the prompt.
    ///
    /// Sessions have always kept it as their `score`, so that none of theirs is ever taken for the one above.
    #[serde(rename = "score")]
    pub token_probability: Option<f32>,
}

/// A phrase of a caption, or one of its boxes, as a person chooses it; both are named by their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The phrase.
    pub phrase: usize,
    /// The box among those of the phrase; `None` for all of them.
    pub region: Option<usize>,
}

impl Choice {
    /// A phrase with all its boxes.
    #[must_use]
    pub fn phrase(phrase: usize) -> Self {
        Self { phrase, region: None }
    }

    /// Whether this box is meant.
    #[must_use]
    pub fn is_of(self, phrase: usize, region: usize) -> bool {
        self.phrase == phrase && self.region.is_none_or(|chosen| chosen == region)
    }
}

impl Caption {
    /// The phrases that are linked to a place, each with its index.
    pub fn linked(&self) -> impl Iterator<Item = (usize, &Phrase)> {
        self.phrases.iter().enumerate().filter(|(_, phrase)| !phrase.regions.is_empty())
    }

    /// The words of a phrase; empty for regions without words.
    #[must_use]
    pub fn words(&self, phrase: &Phrase) -> &str {
        self.text.get(phrase.span.clone()).unwrap_or_default()
    }

    /// The same with `new` in place of `old` at its beginning, where it begins so; spans go along.
    #[must_use]
    pub fn with_beginning(mut self, old: &str, new: &str) -> Self {
        let Some(rest) = self.text.strip_prefix(old) else { return self };
        self.text = format!("{new}{rest}");
        let moved = |at: usize| if at >= old.len() { at - old.len() + new.len() } else { 0 };
        for phrase in &mut self.phrases {
            phrase.span = moved(phrase.span.start)..moved(phrase.span.end);
        }
        self
    }

    /// The span of a phrase in Unicode characters, end exclusive.
    #[must_use]
    pub fn char_span(&self, phrase: &Phrase) -> Range<usize> {
        let chars_before = |byte: usize| self.text.get(..byte).map_or(0, |s| s.chars().count());
        chars_before(phrase.span.start)..chars_before(phrase.span.end)
    }

    /// For each phrase, whether the other caption of the same picture has it too: the same words, article and capitals
    /// aside, with as many boxes, each near one of the other's.
    #[must_use]
    pub fn shared_with(&self, other: &Self) -> Vec<bool> {
        let is_same = |a: &Phrase, b: &Phrase| {
            bare(self.words(a)) == bare(other.words(b))
                && a.regions.len() == b.regions.len()
                && covers(a, b)
                && covers(b, a)
        };
        self.phrases.iter().map(|a| other.phrases.iter().any(|b| is_same(a, b))).collect()
    }

    /// The mean token probability of all boxes that have one; `None` without any.
    #[must_use]
    pub fn mean_token_probability(&self) -> Option<f32> {
        let regions = self.phrases.iter().flat_map(|phrase| &phrase.regions);
        let all: Vec<f32> = regions.filter_map(|region| region.token_probability).collect();
        (!all.is_empty()).then(|| all.iter().sum::<f32>() / all.len() as f32)
    }
}

/// What stands for regions that came without words.
pub const UNNAMED: &str = "unnamed place";

/// What a score is, for a person who reads one.
pub const SCORE_MEANING: &str = "How likely the model itself takes a box to be right, which is to share at least half of \
    the area that it and the thing cover together. It was held against the truth on emoji scenes only";

/// A score for a person: in per cent, without digits that mean nothing, and never quite certain.
#[must_use]
pub fn score_in_words(score: f32) -> String {
    let percent = (score * 100.0).round();
    if percent < 100.0 { format!("{percent:.0} %") } else { ">99 %".to_owned() }
}

/// Whether each box of one phrase is near one of the other's.
fn covers(a: &Phrase, b: &Phrase) -> bool {
    let is_near = |r: &Region| b.regions.iter().any(|other| r.norm.tidied().iou(other.norm.tidied()) >= SAME_PLACE);
    a.regions.iter().all(is_near)
}

/// These words without article and capitals.
fn bare(words: &str) -> String {
    let words = words.trim().to_lowercase();
    let without = ["a ", "an ", "the "].iter().find_map(|article| words.strip_prefix(article));
    without.map_or_else(|| words.clone(), |rest| rest.trim_start().to_owned())
}

impl Region {
    /// A box that a person drew.
    #[must_use]
    pub fn by_hand(place: NormBox) -> Self {
        let norm = place.tidied();
        Self { norm, patches: norm.to_patches(), raw_span: 0..0, score: None, token_probability: None }
    }

    /// Whether a person drew it: nothing in the model's text stands for it.
    #[must_use]
    pub fn is_by_hand(&self) -> bool {
        self.raw_span.is_empty()
    }
}

#[cfg(test)]
impl Region {
    /// Some place, without a score.
    pub(crate) fn sample() -> Self {
        let patches = (PatchIndex(44), PatchIndex(863));
        let norm = NormBox::from_patches(patches.0, patches.1);
        Self { norm, patches, raw_span: 0..1, score: None, token_probability: None }
    }
}

impl Phrase {
    /// What to call it where a person reads it: its words, or those it lost; where "It is a dog" names a place as "It", what
    /// was found there; and without any words [`UNNAMED`].
    #[must_use]
    pub fn label<'a>(&self, caption: &'a Caption) -> std::borrow::Cow<'a, str> {
        let rest = caption.text.get(self.span.end..).unwrap_or_default();
        let found = [" is ", " are "].into_iter().find_map(|verb| rest.strip_prefix(verb));
        let found = found.and_then(|found| found.split(['.', ',', ';']).next()).map(str::trim);
        match found.filter(|found| !found.is_empty() && caption.words(self).eq_ignore_ascii_case("it")) {
            Some(found) => found.into(),
            None if self.is_unnamed(caption) => UNNAMED.into(),
            None => self.name(caption),
        }
    }

    /// Whether it has boxes and never had words.
    #[must_use]
    pub fn is_unnamed(&self, caption: &Caption) -> bool {
        !self.regions.is_empty() && self.lost.is_none() && caption.words(self).is_empty()
    }

    /// The words, or for regions without words the name the reference gives them: `<patch_index_3><patch_index_4>`.
    #[must_use]
    pub fn name<'a>(&self, caption: &'a Caption) -> std::borrow::Cow<'a, str> {
        match (caption.words(self), &self.lost, self.regions.first()) {
            ("", Some(lost), _) => lost.clone().into(),
            ("", None, Some(region)) => {
                let (upper_left, lower_right) = region.patches;
                format!("<patch_index_{}><patch_index_{}>", upper_left.0, lower_right.0).into()
            }
            (words, ..) => words.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_count_characters_not_bytes() {
        let text = "é café ☃ b".to_owned();
        let phrase = Phrase { span: 3..8, regions: vec![], lost: None };
        let caption = Caption { text, phrases: vec![phrase.clone()] };
        assert_eq!(caption.words(&phrase), "café");
        assert_eq!(caption.char_span(&phrase), 2..6);
    }

    #[test]
    fn the_score_of_an_older_session_is_no_score_of_now() {
        let kept = r#"{"norm":{"x_min":0.0,"y_min":0.0,"x_max":1.0,"y_max":1.0},"patches":[0,1023],
            "raw_span":{"start":0,"end":0},"score":0.0625}"#;
        let older: Region = serde_json::from_str(kept).unwrap();
        assert_eq!((older.score, older.token_probability), (None, Some(0.0625)));
        let kept_again = serde_json::to_value(&older).unwrap();
        assert_eq!(kept_again, serde_json::from_str::<serde_json::Value>(kept).unwrap());
        let now = Region { score: Some(0.75), ..older };
        assert_eq!(serde_json::from_str::<Region>(&serde_json::to_string(&now).unwrap()).unwrap(), now);
    }

    #[test]
    fn a_score_is_told_without_false_digits_or_certainty() {
        assert_eq!(
            [0.0, 0.004, 0.126, 0.994, 0.996, 1.0].map(score_in_words),
            ["0 %", "0 %", "13 %", "99 %", ">99 %", ">99 %"]
        );
    }

    #[test]
    fn a_place_is_called_by_what_was_found_there() {
        let label = |text: &str, end: usize| {
            let phrase = Phrase { span: 0..end, regions: vec![], lost: None };
            phrase.label(&Caption { text: text.to_owned(), phrases: vec![phrase.clone()] }).into_owned()
        };
        assert_eq!(label("It is a dog with a red hat.", 2), "a dog with a red hat");
        assert_eq!([label("It is", 2), label("It barks.", 2)], ["It", "It"]);
        assert_eq!(label("A dog is red", 5), "A dog");
        let by_hand = Phrase { span: 0..0, regions: vec![Region::sample()], lost: None };
        let caption = Caption { text: String::new(), phrases: vec![by_hand.clone()] };
        assert_eq!((by_hand.label(&caption).as_ref(), by_hand.is_unnamed(&caption)), (UNNAMED, true));
    }

    #[test]
    fn words_at_the_beginning_are_replaced() {
        let phrase = |span| Phrase { span, regions: vec![], lost: None };
        let caption = Caption { text: "fine dog by fine".to_owned(), phrases: vec![phrase(0..8), phrase(12..16)] };
        let expected = Caption { text: "ﬁne  dog by fine".to_owned(), phrases: vec![phrase(0..10), phrase(14..18)] };
        assert_eq!(caption.clone().with_beginning("fine dog", "ﬁne  dog"), expected);
        assert_eq!(caption.clone().with_beginning("dog", "cat"), caption);
    }

    #[test]
    fn shared_phrases_have_the_same_words_and_places() {
        let region = |x: f32| Region {
            norm: NormBox::new(x, 0.0, x + 0.5, 1.0),
            patches: (PatchIndex(0), PatchIndex(0)),
            raw_span: 0..0,
            score: None,
            token_probability: None,
        };
        let caption = |text: &str, places: &[f32]| {
            let phrase =
                Phrase { span: 0..text.len(), regions: places.iter().map(|x| region(*x)).collect(), lost: None };
            Caption { text: text.to_owned(), phrases: vec![phrase] }
        };
        let dog = caption("A dog", &[0.0]);
        assert_eq!(dog.shared_with(&caption("the dog", &[0.1])), [true]);
        assert_eq!(dog.shared_with(&caption("a dog", &[0.4])), [false], "elsewhere");
        assert_eq!(dog.shared_with(&caption("a cat", &[0.0])), [false], "other words");
        assert_eq!(dog.shared_with(&caption("a dog", &[0.0, 0.5])), [false], "one more");
        assert_eq!(dog.shared_with(&Caption::default()), [false]);
    }
}
