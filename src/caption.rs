//! A caption and the places its phrases are linked to: what the whole product is about.
//!
//! Plain data that every layer above shares. Spans are byte ranges of the text; formats that count characters
//! convert with [`Caption::char_span`], the one place where that happens.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::geometry::{NormBox, PatchIndex};

/// Text with phrases linked to regions of the picture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Caption {
    /// What a person reads, without tags.
    pub text: String,
    /// In order of appearance; spans do not overlap.
    pub phrases: Vec<Phrase>,
}

/// A piece of the text and its regions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Phrase {
    /// Byte range of [`Caption::text`]; empty where the model gave regions without words.
    pub span: Range<usize>,
    /// At least one.
    pub regions: Vec<Region>,
}

/// One box of a phrase, with the tokens it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// Where it is; see [`NormBox`] for what odd model output can give.
    pub norm: NormBox,
    /// The two location tokens: upper left, lower right.
    pub patches: (PatchIndex, PatchIndex),
    /// Byte range of those two tokens in the raw text.
    pub raw_span: Range<usize>,
    /// Product of the probabilities of the two location tokens, 0..=1; `None` for a box that was part of the prompt.
    ///
    /// How sure the model was of these two tokens, not a calibrated chance that the box is right.
    pub score: Option<f32>,
}

impl Caption {
    /// The words of a phrase; empty for regions without words.
    #[must_use]
    pub fn words(&self, phrase: &Phrase) -> &str {
        self.text.get(phrase.span.clone()).unwrap_or_default()
    }

    /// The span of a phrase in Unicode characters, end exclusive.
    #[must_use]
    pub fn char_span(&self, phrase: &Phrase) -> Range<usize> {
        let chars_before = |byte: usize| self.text.get(..byte).map_or(0, |s| s.chars().count());
        chars_before(phrase.span.start)..chars_before(phrase.span.end)
    }

    /// The mean score of all boxes that have one; `None` without any.
    #[must_use]
    pub fn mean_score(&self) -> Option<f32> {
        let scores: Vec<f32> =
            self.phrases.iter().flat_map(|phrase| &phrase.regions).filter_map(|region| region.score).collect();
        (!scores.is_empty()).then(|| scores.iter().sum::<f32>() / scores.len() as f32)
    }
}

impl Phrase {
    /// The words, or for regions without words the name the reference gives them: `<patch_index_3><patch_index_4>`.
    #[must_use]
    pub fn name<'a>(&self, caption: &'a Caption) -> std::borrow::Cow<'a, str> {
        match (caption.words(self), self.regions.first()) {
            ("", Some(region)) => {
                let (upper_left, lower_right) = region.patches;
                format!("<patch_index_{}><patch_index_{}>", upper_left.0, lower_right.0).into()
            }
            (words, _) => words.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_count_characters_not_bytes() {
        let text = "é café ☃ b".to_owned();
        let phrase = Phrase { span: 3..8, regions: vec![] };
        let caption = Caption { text, phrases: vec![phrase.clone()] };
        assert_eq!(caption.words(&phrase), "café");
        assert_eq!(caption.char_span(&phrase), 2..6);
    }
}
