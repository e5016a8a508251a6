//! Referring expressions: a noun phrase with what is said of it behind it, "a dog in a field of flowers".
//!
//! The published training data took the whole branch of a dependency tree under a phrase's noun. Without a tree, two
//! rules come near: where nothing was said yet of what somebody does, all that follows up to the next verb describes
//! the phrase; behind a verb only what can't belong to the verb does ("feeds {a flock of pigeons}", not "{a bench
//! feeding a flock}").

use std::{cmp::Reverse, collections::BTreeSet, ops::Range};

use super::{
    class::Class,
    lists,
    reader::{Phrase, Reading, Role, read},
    words::{Token, is_in},
};

/// A noun phrase and the referring expression it grows to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    /// Bytes of the noun phrase.
    pub phrase: Range<usize>,
    /// Bytes of the expression: it begins with the phrase and is at least as long.
    pub span: Range<usize>,
}

/// The noun phrases of a text with their referring expressions, in order; an expression may lie in another.
#[must_use]
pub fn expressions(text: &str) -> Vec<Expression> {
    let reading = read(text);
    let mut phrase_at = vec![None; reading.tokens.len()];
    for (index, phrase) in reading.phrases.iter().enumerate() {
        phrase_at[phrase.start..=phrase.head].fill(Some(index));
    }
    let grower = Grower { reading: &reading, phrase_at };
    let phrases = reading.phrases.iter().filter(|phrase| phrase.has_place);
    let expression = |phrase: &Phrase| {
        let last = grower.last_token(phrase);
        let end = if last == phrase.head { phrase.span.end } else { grower.end_byte(last) };
        Expression { phrase: phrase.span.clone(), span: phrase.span.start..end.max(phrase.span.end) }
    };
    phrases.map(expression).collect()
}

/// The spans that lie in no other, in their order; of equal ones all stay.
#[must_use]
pub fn outermost(spans: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut wide_first: Vec<_> = spans.iter().collect();
    wide_first.sort_by_key(|span| (span.start, Reverse(span.end)));
    wide_first.dedup();
    // Whoever ends before one that began before it lies within.
    let mut outer = BTreeSet::new();
    let mut end = None;
    for span in wide_first {
        if end.is_none_or(|end| span.end > end) {
            outer.insert((span.start, span.end));
            end = Some(span.end);
        }
    }
    spans.iter().filter(|span| outer.contains(&(span.start, span.end))).cloned().collect()
}

/// Words that an expression has at most beside its first phrase; also how far back a verb is looked for.
const MOST_WORDS: usize = 64;

/// Grows phrases to expressions. Places are indices of tokens.
struct Grower<'a> {
    reading: &'a Reading,
    /// The phrase that each token belongs to.
    phrase_at: Vec<Option<usize>>,
}

/// What stands before a phrase in its clause.
enum Place {
    /// No verb: what follows describes the phrase.
    Free,
    /// Behind a verb, and directly behind this preposition if there is one.
    Governed { verb: usize, preposition: Option<usize> },
}

impl Grower<'_> {
    fn token(&self, at: usize) -> Option<&Token> {
        self.reading.tokens.get(at)
    }

    fn word(&self, at: usize) -> &str {
        self.token(at).map_or("", |token| token.word.as_str())
    }

    fn role(&self, at: usize) -> Option<Role> {
        self.reading.roles.get(at).copied()
    }

    fn phrase(&self, at: usize) -> Option<&Phrase> {
        self.phrase_at.get(at).copied().flatten().map(|index| &self.reading.phrases[index])
    }

    fn is_alive(&self, phrase: &Phrase) -> bool {
        self.reading.tokens[phrase.head].is_alive()
    }

    fn end_byte(&self, last: usize) -> usize {
        let token = &self.reading.tokens[last];
        self.phrase(last).map_or(token.span.end, |phrase| phrase.span.end)
    }

    /// The last token of the expression.
    fn last_token(&self, phrase: &Phrase) -> usize {
        if self.is_joined(phrase.head + 1) {
            return phrase.head;
        }
        match self.place(phrase) {
            Place::Free => self.all_that_follows(phrase, phrase.head + 1),
            Place::Governed { verb, preposition } => self.what_must_follow(phrase, verb, preposition),
        }
    }

    /// Whether an "and" or a comma with another phrase follows: "a man and a woman".
    fn is_joined(&self, at: usize) -> bool {
        let is_and = |at: usize| self.token(at).is_some_and(|token| matches!(token.class, Class::And | Class::Comma));
        let after = if is_and(at) && is_and(at + 1) { at + 2 } else { at + 1 };
        is_and(at) && self.phrase(after).is_some() && self.word(after) != "one"
    }

    /// Where a phrase stands in its clause.
    fn place(&self, phrase: &Phrase) -> Place {
        let tokens = &self.reading.tokens;
        for at in (0..phrase.start).rev().take(MOST_WORDS) {
            let begins_clause = tokens[at].class == Class::Sign || is_in(lists::NEW_CLAUSE, &tokens[at].word);
            if begins_clause || self.begins_new_subject(at, phrase) {
                break;
            }
            if matches!(self.role(at), Some(Role::Verb | Role::Participle)) {
                let is_said_to_be = tokens[at].class == Class::Copula && self.is_between_adverbs(at + 1, phrase.start);
                if is_said_to_be {
                    break;
                }
                let before = phrase.start.checked_sub(1).filter(|before| self.is_preposition(*before));
                return Place::Governed { verb: at, preposition: before };
            }
        }
        Place::Free
    }

    /// Whether a joined phrase is what the next verb speaks of: "and a dog runs".
    fn begins_new_subject(&self, at: usize, phrase: &Phrase) -> bool {
        self.reading.tokens[at].class == Class::And
            && at + 1 == phrase.start
            && self.role(self.all_that_follows(phrase, phrase.head + 1) + 1) == Some(Role::Verb)
    }

    fn is_between_adverbs(&self, from: usize, to: usize) -> bool {
        self.reading.tokens[from..to].iter().all(|token| token.class == Class::Adverb)
    }

    fn is_preposition(&self, at: usize) -> bool {
        self.token(at).is_some_and(|token| matches!(token.class, Class::Preposition | Class::To))
    }

    /// The last token of what describes a phrase behind a verb.
    fn what_must_follow(&self, phrase: &Phrase, verb: usize, preposition: Option<usize>) -> usize {
        let mut last = phrase.head;
        // "a group of people"
        while self.word(last + 1) == "of" {
            let Some(next) = self.phrase(last + 2) else { break };
            last = next.head;
        }
        if self.describes(phrase, last + 1, verb, preposition) { self.all_that_follows(phrase, last + 1) } else { last }
    }

    /// Whether what follows a phrase behind a verb describes the phrase and not what is done.
    fn describes(&self, phrase: &Phrase, at: usize, verb: usize, preposition: Option<usize>) -> bool {
        let Some(token) = self.token(at) else { return false };
        let is_alive = self.is_alive(phrase);
        let is_next_to = token.word == "next" && self.word(at + 1) == "to";
        let Some(next) = self.phrase(at + 1 + usize::from(is_next_to)) else {
            return self.is_relative(at)
                || match self.role(at) {
                    Some(Role::Participle) if token.class == Class::Ing => {
                        is_alive || is_in(lists::STANDING_VERBS, &token.word)
                    }
                    Some(Role::Participle) => true,
                    _ => token.word == "full" && self.word(at + 1) == "of",
                };
        };
        if self.role(at) == Some(Role::Participle) {
            return token.class == Class::Ed || is_alive || is_in(lists::STANDING_VERBS, &token.word);
        }
        let own = preposition.map(|before| self.word(before));
        let next_head = self.reading.tokens[next.head].word.as_str();
        let is_own =
            is_in("its his her their", self.word(next.start)) || is_in("its his her their", self.word(next.head + 2));
        match token.word.as_str() {
            "with" => !is_own && !self.is_alive(next) && (own.is_some() || self.is_having(verb)),
            "in" if is_alive => is_in(lists::CLOTHES, next_head),
            _ if self.is_relative(at) => true,
            // "a river in Kenya"
            "in" if self.token(next.head).is_some_and(|head| head.is_name) => true,
            word if is_in(lists::OF_PLACE, word) || is_next_to => {
                let is_place = own.is_some_and(|own| is_in(lists::OF_PLACE, own) || (own == "over" && word == "on"));
                is_place && !is_alive && next.has_place && !is_in(lists::WEATHER, next_head)
            }
            _ => false,
        }
    }

    /// Whether a verb says what somebody has, so that "with" speaks of the thing: "wearing a hat with feathers".
    fn is_having(&self, verb: usize) -> bool {
        let stems = ["wear", "has", "have", "hav", "hold", "see", "show", "featur", "is", "are"];
        stems.iter().any(|stem| self.word(verb).starts_with(stem))
    }

    /// Whether "who", "which" or "that" goes on to describe.
    fn is_relative(&self, at: usize) -> bool {
        matches!(self.word(at), "who" | "which" | "that") && self.phrase(at).is_none()
    }

    /// The last token of what follows from `at` on up to the next verb or the end of the clause.
    fn all_that_follows(&self, phrase: &Phrase, mut at: usize) -> usize {
        let mut last = at - 1;
        // Whether a verb may come, because "who" or "to" stood before it.
        let mut may_do = false;
        let most = at + MOST_WORDS;
        while let Some(token) = self.token(at).filter(|_| at < most) {
            if let Some(end) = self.one_and_one_end(at) {
                (last, at) = (end, end + 1);
                continue;
            }
            match self.role(at) {
                Some(Role::Verb) if may_do => {
                    last = at;
                    // "a sign that says we are open"
                    may_do = token.class == Class::Verb || is_in("reads says", &token.word);
                }
                Some(Role::Verb) => break,
                Some(Role::Participle) => last = at,
                _ if self.phrase(at).is_some() => last = at,
                _ if self.is_relative(at) || token.class == Class::To => may_do = true,
                _ if !self.goes_on(phrase, at) => break,
                _ if token.class == Class::Pronoun => last = at,
                _ => {}
            }
            at += 1;
        }
        last
    }

    /// Whether the description goes on behind a token that is no verb and in no phrase.
    fn goes_on(&self, phrase: &Phrase, at: usize) -> bool {
        let Some(token) = self.token(at) else { return false };
        let is_next_participle = self.role(at + 1) == Some(Role::Participle);
        match token.class {
            // "a sign that says "welcome" in red"
            Class::Sign if is_in("\" “ ”", &token.word) => true,
            Class::Sign | Class::There | Class::Copula | Class::Verb => false,
            Class::And => is_next_participle || self.joins_within(phrase, at + 1),
            Class::Comma => {
                is_next_participle
                    || self.is_relative(at + 1)
                    || self.token(at + 1).is_some_and(|next| next.class == Class::And) && self.goes_on(phrase, at + 1)
                    || (self.is_list(at + 1) && self.joins_within(phrase, at + 1))
            }
            Class::Preposition if is_in(lists::NEW_CLAUSE, &token.word) => {
                // "dressed as a pirate"
                is_next_participle || (token.word == "as" && self.role(at - 1) == Some(Role::Participle))
            }
            _ => true,
        }
    }

    /// Whether the phrase at `at` is joined to what describes, not to what is described: "a man with a hat and a bag",
    /// unlike "a man with a hat and a woman".
    fn joins_within(&self, phrase: &Phrase, at: usize) -> bool {
        let Some(next) = self.phrase(at) else { return false };
        let is_subject = self.role(self.end_of_ofs(next) + 1) == Some(Role::Verb);
        // "a pair of scissors and a ruler", unlike "a plate of eggs and toast"
        let is_counted = |phrase: &Phrase| self.token(phrase.start).is_some_and(Token::begins_object);
        let follows_of = self.phrase(at.saturating_sub(2)).or_else(|| self.phrase(at.saturating_sub(3)));
        let follows_of = follows_of.is_some_and(|before| {
            before.start == phrase.head + 2 && self.word(phrase.head + 1) == "of" && !is_counted(before)
        });
        if follows_of && is_counted(phrase) && is_counted(next) {
            return false;
        }
        let is_described_too = self.is_alive(next) && self.is_alive(phrase);
        !is_described_too && (!is_subject || !self.is_alive(next))
    }

    fn end_of_ofs(&self, phrase: &Phrase) -> usize {
        match self.phrase(phrase.head + 2) {
            Some(next) if self.word(phrase.head + 1) == "of" => next.head,
            _ => phrase.head,
        }
    }

    /// Whether phrases with commas between them follow, the last of them behind an "and".
    fn is_list(&self, from: usize) -> bool {
        for (at, token) in self.reading.tokens.iter().enumerate().skip(from).take(MOST_WORDS) {
            match token.class {
                Class::And => return self.phrase(at + 1).is_some(),
                _ if self.phrase(at).is_some() || token.class == Class::Comma || token.word == "of" => {}
                _ => return false,
            }
        }
        false
    }

    /// The last token of what begins with a comma, as in "two dogs, one black and one tan".
    fn one_and_one_end(&self, comma: usize) -> Option<usize> {
        let words = ["one", "and", "one"].iter().zip([1, 3, 4]);
        let is_comma = self.token(comma).is_some_and(|token| token.class == Class::Comma);
        let is_whole = is_comma && words.into_iter().all(|(word, at)| self.word(comma + at) == *word);
        (is_whole && self.token(comma + 5).is_some()).then_some(comma + 5)
    }
}
