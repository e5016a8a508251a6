//! One pass over the words of a text, which keeps at most one phrase open.

use std::ops::Range;

use super::words::{Class, Token, ends_in_s, tokens};

/// The noun phrases of a text: byte ranges in order, none empty, none overlapping another.
#[must_use]
pub fn noun_phrases(text: &str) -> Vec<Range<usize>> {
    let mut chunker = Chunker { tokens: tokens(text), open: None, last_head: None, found: Vec::new() };
    for at in 0..chunker.tokens.len() {
        chunker.take(at);
    }
    chunker.close();
    chunker.found
}

/// The state of the one pass. Places are indices of tokens.
struct Chunker {
    tokens: Vec<Token>,
    open: Option<Open>,
    /// The last noun of the phrase that was closed last.
    last_head: Option<usize>,
    found: Vec<Range<usize>>,
}

/// A phrase that may go on.
struct Open {
    start: usize,
    /// Whether it has only words such as `all` and `the` so far.
    only_determiners: bool,
    /// Its last noun so far.
    head: Option<usize>,
    /// Its last noun with `'s`, behind which it begins anew.
    owner: Option<usize>,
    /// Whether it is about one thing for sure, or about several.
    number: Number,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Number {
    Unknown,
    One,
    Many,
}

/// What a token does to the phrase.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Ends the open one and begins another.
    Begin,
    /// Goes on with the open one as a modifier, or begins one if none is open.
    Modify,
    /// Goes on with the open one as its noun, or begins one if none is open.
    Head,
    /// Goes on with the open one as a noun with `'s`, or begins one if none is open.
    Owner,
    /// Ends the open one and belongs to no phrase.
    End,
}

impl Chunker {
    fn take(&mut self, at: usize) {
        let role = self.role(at);
        if matches!(role, Role::Begin | Role::End) {
            self.close();
        }
        if role == Role::End {
            return;
        }
        let Token { class, word, .. } = &self.tokens[at];
        let begun = Open { start: at, only_determiners: true, head: None, owner: None, number: Number::Unknown };
        let open = self.open.get_or_insert(begun);
        open.only_determiners &= matches!(class, Class::Determiner | Class::One | Class::No);
        match class {
            Class::One => open.number = Number::One,
            Class::Number if word != "one" => open.number = Number::Many,
            Class::Determiner if is_many(word) => open.number = Number::Many,
            _ => {}
        }
        match role {
            Role::Head => open.head = Some(at),
            Role::Owner => *open = Open { head: None, owner: Some(at), number: Number::Unknown, ..*open },
            _ => {}
        }
    }

    /// Ends the open phrase and keeps it if it is one.
    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let head = open.head.or_else(|| self.adjective_for_noun(&open));
        let Some(last) = head.or(open.owner) else { return };
        self.last_head = Some(last);
        let token = &self.tokens[last];
        let end = if head.is_some() { token.span.end } else { token.owner_end.unwrap_or(token.span.end) };
        let is_left_out = self.tokens[open.start].class == Class::No
            || (!self.is_compound(&open, last) && token.has_no_place(self.tokens.get(last + 1)))
            || self.is_predicate(&open, last);
        if !is_left_out {
            self.found.push(self.tokens[open.start].span.start..end);
        }
    }

    /// Whether its last noun stands behind another: "a parking lot", unlike "a lot".
    fn is_compound(&self, open: &Open, last: usize) -> bool {
        last > open.start && matches!(self.tokens[last - 1].class, Class::Noun | Class::Ing)
    }

    /// "an orange": the adjective is the noun.
    fn adjective_for_noun(&self, open: &Open) -> Option<usize> {
        let [article, noun] = self.tokens.get(open.start..open.start + 2)? else { return None };
        let is_next_taken = self.tokens.get(open.start + 2).is_some_and(Token::is_content);
        let is_noun = matches!(article.word.as_str(), "a" | "an") && noun.class == Class::Adjective && !is_next_taken;
        is_noun.then_some(open.start + 1)
    }

    /// "is cloudy": one bare word that says how something is. "There is snow" is not of that kind.
    fn is_predicate(&self, open: &Open, last: usize) -> bool {
        let mut before = self.tokens[..open.start].iter().rev().skip_while(|token| token.class == Class::Adverb);
        let follows_is = before.next().is_some_and(|token| token.class == Class::Copula);
        let is_new = before.next().is_some_and(|token| token.class == Class::There);
        open.start == last && follows_is && !is_new && !self.tokens[last].is_plural()
    }

    fn role(&self, at: usize) -> Role {
        let token = &self.tokens[at];
        let (open, next) = (self.open.as_ref(), self.tokens.get(at + 1));
        let has_head = open.is_some_and(|open| open.head.is_some());
        match token.class {
            // "a hat that reads"
            Class::Determiner if has_head && token.word == "that" => Role::End,
            Class::Determiner | Class::One | Class::No if open.is_some_and(|open| open.only_determiners) => {
                Role::Modify
            }
            Class::Determiner | Class::One | Class::No => Role::Begin,
            Class::Number if has_head => Role::Begin,
            Class::Number | Class::Adjective => Role::Modify,
            Class::Adverb if open.is_some() && !has_head => Role::Modify,
            // "a basket of freshly baked bread"
            Class::Adverb if self.is_before(at, &[Class::Preposition]) && next.is_some_and(is_adjective) => {
                Role::Modify
            }
            Class::Ing => self.role_of_ing(at),
            Class::Ed => self.role_of_ed(at),
            Class::VerbS => self.role_of_verb_in_s(at),
            Class::VerbBase => self.role_of_verb(at),
            Class::And | Class::Comma if self.joins_adjectives(at) => Role::Modify,
            Class::Symbol if !has_head && open.is_some_and(|open| begins_object(&self.tokens[open.start])) => {
                Role::Head
            }
            Class::Noun if token.owner_end.is_some() => Role::Owner,
            // "a cat naps", but "a luxury sports car"
            Class::Noun if has_head && self.is_one() && ends_in_s(&token.word) && !token.stands_before_nouns() => {
                Role::End
            }
            // "the chef flips a pancake", "workers repair the roof"
            Class::Noun if next.is_some_and(begins_object) && self.has_head_for(token) => Role::End,
            // "she naps", "to scoop the ice"
            Class::Noun if open.is_none() && self.follows_subject(at) => Role::End,
            Class::Noun if open.is_none() && self.is_before(at, &[Class::To]) && next.is_some_and(begins_object) => {
                Role::End
            }
            Class::Noun => Role::Head,
            _ => Role::End,
        }
    }

    fn role_of_ing(&self, at: usize) -> Role {
        let (token, next) = (&self.tokens[at], self.tokens.get(at + 1));
        let is_compound = next.is_some_and(Token::follows_ing);
        match &self.open {
            _ if is_compound => Role::Modify,
            Some(open) if open.head.is_none() && !is_only_verb(&token.word) => {
                let goes_on = next.is_some_and(|next| next.is_content() || next.class == Class::And);
                if goes_on { Role::Modify } else { Role::Head }
            }
            _ => Role::End,
        }
    }

    fn role_of_ed(&self, at: usize) -> Role {
        let goes_on = self.tokens.get(at + 1).is_some_and(Token::is_content);
        let may_begin = self.is_start(at) || self.is_before(at, &[Class::Preposition, Class::VerbS, Class::Ing]);
        match &self.open {
            Some(open) if open.head.is_none() && (goes_on || self.joins_adjectives(at + 1)) => Role::Modify,
            // "a snow covered mountain"
            Some(_) if goes_on && self.tokens[at].follows_noun() => Role::Modify,
            None if may_begin && goes_on => Role::Modify,
            _ => Role::End,
        }
    }

    /// "a man watches" or "two watches".
    fn role_of_verb_in_s(&self, at: usize) -> Role {
        let next = self.tokens.get(at + 1);
        match &self.open {
            // "two wrist watches"
            Some(Open { head: Some(_), number: Number::Many, .. }) if !self.has_plural_head() => Role::Head,
            Some(Open { head: Some(_), .. }) => Role::End,
            Some(_) => Role::Head,
            None if self.is_before(at, &[Class::Preposition]) => Role::Head,
            None => {
                let goes_on = next.is_some_and(|next| begins_object(next) || next.class == Class::To);
                if !goes_on && (self.is_start(at) || self.is_listed(at)) { Role::Head } else { Role::End }
            }
        }
    }

    /// "people dance" or "a dance".
    fn role_of_verb(&self, at: usize) -> Role {
        let next = self.tokens.get(at + 1);
        let has_object = next.is_some_and(begins_object);
        let goes_on = next.is_some_and(Token::is_content);
        match &self.open {
            Some(Open { start, head: Some(_), number, .. }) => {
                let is_joined =
                    *start > 1 && self.is_before(*start, &[Class::And]) && self.last_head == Some(start - 2);
                let is_one = *number == Number::One && !is_joined;
                let is_verb =
                    has_object || self.has_plural_head() || (is_joined && !goes_on) || self.has_plural_owner(*start);
                if is_verb && !is_one { Role::End } else { Role::Head }
            }
            Some(open) if open.number == Number::Many && !goes_on => Role::End,
            Some(_) => Role::Head,
            None if self.is_before(at, &[Class::Preposition]) || self.is_start(at) => {
                if has_object {
                    Role::End
                } else {
                    Role::Head
                }
            }
            None if self.is_listed(at) && !has_object => Role::Head,
            None => Role::End,
        }
    }

    /// Whether the phrase can do what this word says: "the chef flips", "workers repair".
    fn has_head_for(&self, token: &Token) -> bool {
        let has_head = self.open.as_ref().is_some_and(|open| open.head.is_some());
        has_head && (self.has_plural_head() || ends_in_s(&token.word))
    }

    /// Whether it stands behind a pronoun that does something.
    fn follows_subject(&self, at: usize) -> bool {
        let subjects = ["i", "he", "she", "it", "we", "they", "who", "which"];
        at.checked_sub(1).is_some_and(|before| subjects.contains(&self.tokens[before].word.as_str()))
    }

    fn has_plural_head(&self) -> bool {
        self.open.as_ref().and_then(|open| open.head).is_some_and(|head| self.tokens[head].is_plural())
    }

    /// Whether a phrase that starts here says more about several things: "two men with long hair".
    fn has_plural_owner(&self, start: usize) -> bool {
        self.is_before(start, &[Class::Preposition]) && self.last_head.is_some_and(|head| self.tokens[head].is_plural())
    }

    fn is_one(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.number == Number::One)
    }

    /// Whether a sentence starts here.
    fn is_start(&self, at: usize) -> bool {
        at == 0 || self.is_before(at, &[Class::Sign])
    }

    fn is_before(&self, at: usize, classes: &[Class]) -> bool {
        at.checked_sub(1).is_some_and(|before| classes.contains(&self.tokens[before].class))
    }

    /// Whether it follows a comma or an "and" behind a noun, as in "food and drink".
    fn is_listed(&self, at: usize) -> bool {
        at > 1 && self.is_before(at, &[Class::And, Class::Comma]) && self.last_head == Some(at - 2)
    }

    /// Whether an "and" or a comma stands between two adjectives of the open phrase.
    fn joins_adjectives(&self, at: usize) -> bool {
        let Some(open) = self.open.as_ref().filter(|open| open.head.is_none() && at > open.start) else { return false };
        let (Some(sign), Some(next)) = (self.tokens.get(at), self.tokens.get(at + 1)) else { return false };
        is_adjective(&self.tokens[at - 1])
            && match sign.class {
                Class::And => is_adjective(next),
                // "is red, dogs" has two ends of a sentence, "a big, red ball" has none
                Class::Comma => {
                    !is_adjective(&self.tokens[open.start]) && (is_adjective(next) || next.class == Class::Noun)
                }
                _ => false,
            }
    }
}

fn is_adjective(token: &Token) -> bool {
    matches!(token.class, Class::Adjective | Class::Ed)
}

/// Whether a token begins what a verb acts on.
fn begins_object(token: &Token) -> bool {
    matches!(token.class, Class::Determiner | Class::One | Class::No | Class::Number | Class::Pronoun)
}

fn is_many(determiner: &str) -> bool {
    matches!(determiner, "these" | "those" | "all" | "both" | "several" | "many" | "few" | "various" | "most" | "some")
}

/// Words in -ing that never stand before their noun.
fn is_only_verb(word: &str) -> bool {
    let verbs =
        ["wearing", "holding", "carrying", "using", "having", "making", "taking", "giving", "featuring", "showing"];
    verbs.contains(&word)
}
