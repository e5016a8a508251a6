//! The noun phrases of an English caption and the referring expressions they grow to, found by rules: "a snowman warming
//! himself by a fire" has two phrases, and is itself the expression of the first.
//!
//! The published training data linked what a parser calls noun chunks (spaCy, as the paper says): a noun with all that
//! stands before it and nothing behind it, so that "a cup of coffee" gives two; and it grew each by the branch of the
//! dependency tree under its noun. This finds nearly the same without a model. One pass over the words says what each
//! does, and keeps at most one phrase open:
//!
//! 1. A determiner, a number or an adjective opens a phrase; nouns and, before the first of them, more adjectives,
//!    adverbs and participles ("a brightly lit, parked car") go on with it; anything else ends it at its last noun.
//! 2. Words in -ing and -ed describe right behind a determiner or adjective ("a running dog"), and say what is done
//!    behind a noun ("a dog running").
//! 3. Words that can be verbs or nouns are told apart by number ("a cat naps", "two cats nap"), by what follows ("the
//!    chef flips a pancake"), by whether the clause has a subject without a verb, and by what captions mostly mean.
//! 4. A noun with `'s` makes what follows part of its phrase: "the man's red hat" is one.
//! 5. Pronouns are not phrases, and phrases are left out whose noun names no place: the picture itself and its parts
//!    ("the background", "the left"), measures ("a lot"), times, and the abstract nouns that the training data left
//!    out; so are phrases with "no", and a single word after "is".
//!
//! The rules know no other language; there each word between two signs is taken for a noun.

mod class;
mod expressions;
mod lists;
mod nouns;
mod reader;
mod verbs;
mod words;

use std::ops::Range;

pub use expressions::{Expression, expressions, outermost};
pub use nouns::head_noun;

/// The noun phrases of a text: byte ranges in order, none empty, none overlapping another.
#[must_use]
pub fn noun_phrases(text: &str) -> Vec<Range<usize>> {
    reader::read(text).phrases.into_iter().filter(|phrase| phrase.has_place).map(|phrase| phrase.span).collect()
}
