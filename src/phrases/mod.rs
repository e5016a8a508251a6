//! The noun phrases of an English caption, found by rules: "a snowman warming himself by a fire" has two.
mod expressions;
mod lists;
mod reader;
mod verbs;
mod words;

pub use expressions::{Expression, expressions, outermost};

use std::ops::Range;

/// The noun phrases of a text: byte ranges in order, none empty, none overlapping another.
#[must_use]
pub fn noun_phrases(text: &str) -> Vec<Range<usize>> {
    reader::read(text).phrases.into_iter().filter(|phrase| phrase.has_place).map(|phrase| phrase.span).collect()
}
