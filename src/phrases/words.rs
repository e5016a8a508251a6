//! Words of a caption and what each can be, looked up without its neighbours.
//!
//! A word in no list and without a telling ending is a noun.

use std::{collections::HashMap, ops::Range, sync::LazyLock};

use super::{
    class::{Class, Lean},
    lists,
};

/// A word or a sign.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) class: Class,
    /// Bytes in the text.
    pub(super) span: Range<usize>,
    /// In small letters, with straight apostrophes, without `'s`.
    pub(super) word: String,
    /// Whether it is written like a name: `Paris`, but not `PARIS`.
    pub(super) is_name: bool,
    /// Byte after the word without its `'s` or `'`, if it has one.
    pub(super) owner_end: Option<usize>,
}

/// How verbs lean, as they stand after `to`.
static VERBS: LazyLock<HashMap<&str, Lean>> = LazyLock::new(|| {
    let lean = |list: &'static str, lean| list.split_whitespace().map(move |word| (word, lean));
    lean(lists::VERBS, Lean::Verb).chain(lean(lists::VERBS_AND_NOUNS, Lean::Both)).collect()
});

static CLASSES: LazyLock<HashMap<&str, Class>> = LazyLock::new(|| {
    let words = |list: &'static str, class| list.split_whitespace().map(move |word| (word, class));
    let mut classes: HashMap<&str, Class> = VERBS.iter().map(|(word, lean)| (*word, Class::Base(*lean))).collect();
    classes.extend(words(lists::NOUNS_IN_ING, Class::Noun).chain(words(lists::NOUNS_IN_LY, Class::Noun)));
    classes.extend(lists::CLOSED.iter().flat_map(|(class, list)| words(list, *class)));
    classes
});

/// Whether a list has a word.
pub(super) fn is_in(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|listed| listed == word)
}

impl Token {
    /// Whether it looks like several things.
    pub(super) fn is_plural(&self) -> bool {
        is_in(lists::PLURALS, &self.word) || (ends_in_s(&self.word) && !is_in(lists::SINGULARS_IN_S, &self.word))
    }

    /// Whether it can stand within a phrase after an adjective.
    pub(super) fn is_content(&self) -> bool {
        let is_verb_or_noun = matches!(self.class, Class::Ing | Class::Ed | Class::ThirdPerson(_) | Class::Base(_));
        is_verb_or_noun || matches!(self.class, Class::Noun | Class::Adjective | Class::Symbol)
    }

    /// Whether it begins what a verb acts on.
    pub(super) fn begins_object(&self) -> bool {
        matches!(self.class, Class::Determiner | Class::One | Class::No | Class::Number | Class::Pronoun)
    }

    /// Whether it describes what follows: an adjective or a participle like one.
    pub(super) fn is_adjective(&self) -> bool {
        matches!(self.class, Class::Adjective | Class::Ed)
    }

    /// Whether it is somebody or several people or animals.
    pub(super) fn is_alive(&self) -> bool {
        let one = self.word.strip_suffix('s');
        self.is_somebody() || is_in(lists::PLURALS, &self.word) || one.is_some_and(|one| is_in(lists::WHO, one))
    }

    /// Whether it is somebody who can do something, or several of whom both numbers are said.
    pub(super) fn is_somebody(&self) -> bool {
        let ends = ["man", "woman", "boy", "girl", "boarder", "player", "ist"];
        is_in(lists::WHO, &self.word) || ends.iter().any(|end| self.word.ends_with(end))
    }
}

/// Whether a word ends like a plural.
pub(super) fn ends_in_s(word: &str) -> bool {
    word.len() > 2 && word.ends_with('s') && !["ss", "us", "is"].iter().any(|end| word.ends_with(end))
}

/// All words and signs of a text, in order.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    let mut is_quoted = false;
    while let Some(c) = text[at..].chars().next() {
        let length = match c {
            _ if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            _ if is_letter(c) => word_length(&text[at..], is_quoted),
            _ if is_symbol(c) => text[at..].find(|c| !is_symbol(c) && c != '\u{200d}').unwrap_or(text.len() - at),
            _ => c.len_utf8(),
        };
        is_quoted = if is_apostrophe(c) || c == '‘' { !is_quoted } else { is_quoted };
        tokens.push(token(text, at..at + length, c));
        at += length;
    }
    tokens
}

fn token(text: &str, span: Range<usize>, first: char) -> Token {
    let whole = text[span.clone()].to_lowercase().replace('’', "'");
    let n_owner_bytes = if is_letter(first) { n_owner_bytes(&text[span.clone()]) } else { 0 };
    let word = match n_owner_bytes {
        0 => whole.trim_end_matches('.').to_owned(),
        _ if whole.ends_with('\'') => whole.trim_end_matches('\'').to_owned(),
        _ => whole.trim_end_matches('s').trim_end_matches('\'').to_owned(),
    };
    let class = match first {
        _ if is_letter(first) => class(&word),
        _ if is_symbol(first) => Class::Symbol,
        ',' => Class::Comma,
        '&' => Class::And,
        _ => Class::Sign,
    };
    let is_name = first.is_uppercase() && text[span.clone()].chars().nth(1).is_some_and(char::is_lowercase);
    // "it's" and "there's" are a pronoun and a verb
    let is_any = is_in("someone somebody anyone everyone everybody", &word);
    let may_own = is_any || matches!(class, Class::Noun | Class::Base(_) | Class::ThirdPerson(_) | Class::Adjective);
    let owner_end = (n_owner_bytes > 0 && may_own).then(|| span.end - n_owner_bytes);
    let class = if owner_end.is_some() { Class::Noun } else { class };
    Token { class, span, word, is_name, owner_end }
}

/// Letters, digits, and the accents that stand behind their letter.
fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || ('\u{300}'..='\u{36f}').contains(&c)
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’')
}

/// Emoji and their kin: what is neither a letter nor punctuation.
fn is_symbol(c: char) -> bool {
    let is_punctuation =
        matches!(c, '\0'..='\u{bf}' | '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff65}');
    !(is_punctuation || c.is_whitespace() || c.is_control() || is_letter(c))
}

/// Bytes of the word a text begins with; apostrophes, hyphens and full stops belong to it between two letters, a full
/// stop also in "Dr.", whether or not a name follows, and an apostrophe in "boys' bikes" unless quotation marks may have
/// been opened.
fn word_length(text: &str, is_quoted: bool) -> usize {
    let mut end = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let joins = matches!(c, '\'' | '’' | '-' | '\u{2010}' | '\u{2011}' | '.');
        let goes_on = is_letter(c) || (joins && characters.peek().is_some_and(|(_, next)| is_letter(*next)));
        if !goes_on {
            let is_before_word = text[at + c.len_utf8()..].trim_start().starts_with(is_letter);
            let word = &text[..at];
            let is_owner = is_apostrophe(c) && !is_quoted && word.ends_with(['s', 'S']);
            let is_short = c == '.' && is_in(lists::ABBREVIATIONS, &word.to_lowercase());
            return if is_short || (is_owner && is_before_word) { at + c.len_utf8() } else { end };
        }
        end = at + c.len_utf8();
    }
    end
}

/// Bytes of the `'s` or `'` at the end of a word, of either apostrophe; 0 without one.
fn n_owner_bytes(word: &str) -> usize {
    ["'s", "’s", "'S", "’S", "'", "’"].iter().find(|ending| word.ends_with(**ending)).map_or(0, |ending| ending.len())
}

fn class(word: &str) -> Class {
    if let Some(class) = CLASSES.get(word) {
        return *class;
    }
    let ends = |ending: &str| word.len() > ending.len() + 1 && word.ends_with(ending);
    if word.chars().all(|c| c.is_numeric() || c == '.') {
        Class::Number
    } else if word.ends_with("n't") {
        Class::Copula
    } else if word.split_once('\'').is_some_and(|(first, _)| CLASSES.get(first) == Some(&Class::Pronoun)) {
        Class::Pronoun
    } else if let Some(lean) = third_person(word) {
        Class::ThirdPerson(lean)
    } else if (is_degree(word) && !is_in(lists::WHO, word) && !is_in(lists::NOUNS_IN_ER, word))
        || is_made_adjective(word)
    {
        Class::Adjective
    } else if ends("ing") {
        Class::Ing
    } else if lists::NOUNS_IN_ED.split_whitespace().any(|noun| word.ends_with(noun)) {
        Class::Noun
    } else if ends("ed") {
        Class::Ed
    } else if ends("ly") {
        Class::Adverb
    } else {
        Class::Noun
    }
}

/// What it mostly is, if it is one of the verbs with an -s.
fn third_person(word: &str) -> Option<Lean> {
    let lean = |stem: &str| VERBS.get(stem).copied();
    let stems = [word.strip_suffix('s'), word.strip_suffix("es")];
    let with_y = || word.strip_suffix("ies").and_then(|stem| lean(&format!("{stem}y")));
    stems.into_iter().flatten().find_map(lean).or_else(with_y)
}

/// Whether it is made to stand before a noun: `red-tiled`, `1960s`, `beautiful`.
fn is_made_adjective(word: &str) -> bool {
    let has_digit = word.starts_with(|c: char| c.is_ascii_digit());
    (word.contains('-') && (word.ends_with("ed") || word.ends_with("ing")))
        || (has_digit && word.ends_with('s'))
        || ["ful", "less", "ous", "ish"].iter().any(|end| word.len() > 6 && word.ends_with(end))
}

/// Whether it is a listed adjective in -er or -est.
fn is_degree(word: &str) -> bool {
    let Some(stem) = word.strip_suffix("est").or_else(|| word.strip_suffix("er")) else { return false };
    let without_last = stem.char_indices().next_back().map_or("", |(at, _)| &stem[..at]);
    let is_adjective = |word: &str| CLASSES.get(word) == Some(&Class::Adjective);
    // tall-er, large-r, big-ger, happi-er
    is_adjective(stem)
        || [format!("{stem}e"), without_last.to_owned(), format!("{without_last}y")].iter().any(|w| is_adjective(w))
}
