//! What becomes of a caption's boxes: which of them stay, and which words they end up with.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{
    caption::{Caption, Region},
    dataset::{self, Origin, Span, Words},
    phrases::{expressions, outermost},
};

/// Which boxes are kept, and with which words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    /// Boxes with this score or a lower one are left out, 0..=1. The paper has 0.65, for scores of GLIP.
    pub min_score: f64,
    /// Of two boxes whose intersection over union is above this, only the better one is kept, whichever phrases they are
    /// for, 0..=1; 1 keeps all. The paper does not tell its number.
    pub max_overlap: f64,
    /// Whether phrases grow to referring expressions.
    pub expressions: bool,
    /// Whether expressions within others stay, as in the files of GRIT, from which only training leaves them out.
    pub contained: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self { min_score: 0.65, max_overlap: 0.5, expressions: true, contained: false }
    }
}

/// A box of a phrase of the caption, on its way.
struct Candidate<'a> {
    /// The phrase, by its place in the caption.
    phrase: usize,
    region: &'a Region,
}

impl Rules {
    /// The spans that are made of a caption with boxes, each box once; empty where no box is left. All are of this origin.
    #[must_use]
    pub fn spans(&self, caption: &Caption, origin: &Origin) -> Vec<Span> {
        let kept = self.kept(caption);
        let grown = if self.expressions { expressions(&caption.text) } else { Vec::new() };
        let expression = |phrase: &Range<usize>| {
            let found = grown.iter().find(|expression| expression.phrase == *phrase);
            found.map_or_else(|| phrase.clone(), |expression| expression.span.clone())
        };
        let mut spans: Vec<(Range<usize>, Span)> = Vec::new();
        for (index, phrase) in caption.phrases.iter().enumerate().filter(|(_, phrase)| !phrase.span.is_empty()) {
            let of_phrase = kept.iter().filter(|candidate| candidate.phrase == index);
            let regions: Vec<_> = of_phrase.filter_map(|candidate| region(candidate.region, origin)).collect();
            if regions.is_empty() {
                continue;
            }
            let range = expression(&phrase.span);
            let chunk = (range != phrase.span).then(|| phrase.span.clone());
            let words = Words::Linked(range.clone());
            spans.push((range, Span { words, regions, chunk, origin: origin.clone() }));
        }
        let outer = outermost(&spans.iter().map(|(range, _)| range.clone()).collect::<Vec<_>>());
        spans.retain(|(range, _)| self.contained || outer.contains(range));
        spans.into_iter().map(|(_, span)| span).collect()
    }

    /// The boxes that are sure enough and do not lie over better ones, in the order of the caption.
    fn kept<'a>(&self, caption: &'a Caption) -> Vec<Candidate<'a>> {
        let phrases = caption.phrases.iter().enumerate();
        let all = phrases.flat_map(|(phrase, of)| of.regions.iter().map(move |region| Candidate { phrase, region }));
        let is_sure = |candidate: &Candidate<'_>| score(candidate.region) > self.min_score;
        let mut candidates: Vec<(usize, Candidate<'_>)> = all.filter(is_sure).enumerate().collect();
        candidates.sort_by(|(_, a), (_, b)| score(b.region).total_cmp(&score(a.region)));
        let mut kept: Vec<(usize, Candidate<'_>)> = Vec::new();
        for (at, candidate) in candidates {
            let lies_over = |(_, better): &(usize, Candidate<'_>)| {
                f64::from(better.region.norm.iou(candidate.region.norm)) > self.max_overlap
            };
            if !kept.iter().any(lies_over) {
                kept.push((at, candidate));
            }
        }
        kept.sort_by_key(|(at, _)| *at);
        kept.into_iter().map(|(_, candidate)| candidate).collect()
    }
}

/// How sure a box is; one without a score is as if it were not sure at all.
fn score(region: &Region) -> f64 {
    region.score.map_or(0.0, exactly)
}

/// The number that is written for it: 0.9 is not 0.8999999761581421.
fn exactly(score: f32) -> f64 {
    score.to_string().parse().unwrap_or_else(|_| f64::from(score))
}

fn region(region: &Region, origin: &Origin) -> Option<dataset::Region> {
    let edges = region.norm.to_array().map(f64::from);
    let (first, last) = region.patches;
    let mut made = dataset::Region::new(edges)?.scored(region.score.map(exactly));
    made.cells = Some([first.0, last.0]);
    made.origin = origin.clone();
    Some(made)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        caption::Phrase,
        geometry::{NormBox, PatchIndex},
        phrases::noun_phrases,
    };

    /// A caption whose noun phrases have these boxes, each with a score.
    fn caption(text: &str, boxes: &[&[([f32; 4], f32)]]) -> Caption {
        let region = |&([x1, y1, x2, y2], score): &([f32; 4], f32)| Region {
            norm: NormBox::new(x1, y1, x2, y2),
            patches: (PatchIndex(0), PatchIndex(1023)),
            raw_span: 0..0,
            score: Some(score),
            token_probability: None,
        };
        let phrases = noun_phrases(text).into_iter().zip(boxes);
        let phrases =
            phrases.map(|(span, boxes)| Phrase { span, regions: boxes.iter().map(region).collect(), lost: None });
        Caption { text: text.to_owned(), phrases: phrases.collect() }
    }

    /// The words of what is left, each with the words that it grew from and the left edges of its boxes.
    fn left<'a>(rules: &Rules, caption: &'a Caption) -> Vec<(&'a str, &'a str, Vec<f64>)> {
        let spans = rules.spans(caption, &Origin::default());
        let told = |span: Span| {
            let Words::Linked(range) = span.words else { panic!("loose words") };
            let chunk = span.chunk.unwrap_or_else(|| range.clone());
            let edges = span.regions.iter().map(|region| region.edges[0]).collect();
            (&caption.text[range], &caption.text[chunk], edges)
        };
        spans.into_iter().map(told).collect()
    }

    const LEFT: [f32; 4] = [0.0, 0.0, 0.25, 1.0];
    const MIDDLE: [f32; 4] = [0.375, 0.0, 0.625, 1.0];
    const RIGHT: [f32; 4] = [0.75, 0.0, 1.0, 1.0];

    #[test]
    fn the_paper_s_example_becomes_its_one_expression() {
        let field = caption("a dog in a field of flowers", &[&[(LEFT, 0.9)], &[(MIDDLE, 0.9)], &[(RIGHT, 0.9)]]);
        let whole = ("a dog in a field of flowers", "a dog", vec![0.0]);
        assert_eq!(left(&Rules::default(), &field), std::slice::from_ref(&whole));
        let as_published = Rules { contained: true, ..Rules::default() };
        let others = [("a field of flowers", "a field", vec![0.375]), ("flowers", "flowers", vec![0.75])];
        assert_eq!(left(&as_published, &field), [&[whole], &others[..]].concat());
        let phrases = Rules { expressions: false, ..Rules::default() };
        let plain = |(words, edge): (&'static str, f64)| (words, words, vec![edge]);
        assert_eq!(left(&phrases, &field), [("a dog", 0.0), ("a field", 0.375), ("flowers", 0.75)].map(plain));
    }

    #[test]
    fn what_is_within_something_without_a_box_stays() {
        let field = caption("a dog in a field of flowers", &[&[(LEFT, 0.6)], &[(MIDDLE, 0.9)], &[]]);
        assert_eq!(left(&Rules::default(), &field), [("a field of flowers", "a field", vec![0.375])]);
    }

    #[test]
    fn boxes_must_be_surer_than_the_bar() {
        let dogs = caption("two dogs", &[&[(LEFT, 0.65), (MIDDLE, 0.66), (RIGHT, 0.1)]]);
        assert_eq!(left(&Rules::default(), &dogs), [("two dogs", "two dogs", vec![0.375])]);
        assert_eq!(left(&Rules { min_score: 0.0, ..Rules::default() }, &dogs)[0].2, [0.0, 0.375, 0.75]);
        let none = caption("two dogs", &[&[(LEFT, 0.5)]]);
        assert!(left(&Rules::default(), &none).is_empty());
    }

    #[test]
    fn of_boxes_in_one_place_the_surest_stays_whichever_phrase_it_is_for() {
        let near = [0.0, 0.0, 0.25, 0.75];
        let both = caption("a man and a person", &[&[(LEFT, 0.7), (RIGHT, 0.9)], &[(near, 0.8)]]);
        let expected = [("a man", "a man", vec![0.75]), ("a person", "a person", vec![0.0])];
        assert_eq!(left(&Rules::default(), &both), expected);
        let lenient = Rules { max_overlap: 0.8, ..Rules::default() };
        assert_eq!(left(&lenient, &both)[0].2, [0.0, 0.75]);
        let all = caption("a man and a person", &[&[(LEFT, 0.7)], &[(LEFT, 0.8)]]);
        assert_eq!(left(&Rules { max_overlap: 1.0, ..Rules::default() }, &all).len(), 2);
    }

    #[test]
    fn abstract_nouns_of_the_published_list_are_no_phrases() {
        let published =
            "time life love freedom happiness wisdom peace justice hope courage faith understanding advantage pursuit";
        for noun in published.split(' ') {
            let text = format!("a dog and {noun}");
            let words: Vec<&str> = noun_phrases(&text).into_iter().map(|span| &text[span]).collect();
            assert_eq!(words, ["a dog"], "{noun}");
        }
    }
}
