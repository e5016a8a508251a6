//! What a word can be, before its neighbours are looked at.

/// What a word can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Begins a phrase: `the`, `his`.
    Determiner,
    /// `a`, `an`, `another`, `each`: what follows is one thing, so a later word in -s is a verb.
    One,
    /// `no`: what follows is not there.
    No,
    /// `two`, `12`.
    Number,
    /// Stands before a noun, or alone after `is`.
    Adjective,
    /// `very`, and words in -ly.
    Adverb,
    /// A word in -ing: a verb, unless it stands between a determiner and a noun.
    Ing,
    /// A word in -ed, or an irregular form like it: a verb, unless it stands between a determiner and a noun.
    Ed,
    /// A form of a listed verb in -s that can also be a plural.
    ThirdPerson(Lean),
    /// A listed verb as in `to ride`, which can also be a noun.
    Base(Lean),
    /// A verb and nothing else: `sat`.
    Verb,
    /// `is`, `are` and so on, after which an adjective may stand alone.
    Copula,
    /// `of`, `in`.
    Preposition,
    /// `to`, before a place or a verb.
    To,
    /// `and`, `or`: joins two of a kind.
    And,
    /// `it`, `himself`, `who`.
    Pronoun,
    /// `there`, after which `is` brings something new.
    There,
    /// Anything else.
    Noun,
    /// An emoji.
    Symbol,
    /// A comma.
    Comma,
    /// All other signs.
    Sign,
}

/// What a verb that can be a noun mostly is in captions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lean {
    /// `sits`
    Verb,
    /// `watches`
    Both,
}
