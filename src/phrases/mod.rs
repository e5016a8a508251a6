//! The noun phrases of an English caption, found by rules: "a snowman warming himself by a fire" has two.
//!
//! The published training data linked what a parser calls noun chunks (spaCy, as the paper says): a noun with all that
//! stands before it and nothing behind it, so that "a cup of coffee" gives two. This finds nearly the same without a
//! model. One pass over the words keeps at most one phrase open:
//!
//! 1. A determiner, a number or an adjective opens a phrase; nouns and, before the first of them, more adjectives,
//!    adverbs and participles ("a brightly lit, parked car") go on with it; anything else ends it at its last noun.
//! 2. Words in -ing and -ed and common verbs stand for things right behind a determiner or adjective, and for what is
//!    done behind a noun. After "a" a word in -s behind a noun is a verb: "a cat naps".
//! 3. A noun with `'s` makes what follows part of its phrase: "the man's red hat" is one.
//! 4. Pronouns are not phrases, and phrases are left out whose noun names no place: the picture itself and its parts
//!    ("the background", "the left"), measures ("a lot"), times, and the abstract nouns that the training data left
//!    out; so are phrases with "no", and a single word after "is".
//!
//! The rules know no other language; there each word between two signs is taken for a noun.

mod chunker;
mod words;

pub use chunker::noun_phrases;
