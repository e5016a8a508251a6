//! One pass over the words of a text, which says what each does and keeps at most one phrase open.

use std::ops::Range;

use super::{
    class::Class,
    lists,
    words::{Token, ends_in_s, is_in, tokens},
};

/// What a token does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Ends the open phrase and begins another.
    Begin,
    /// Goes on with the open phrase as a modifier, or begins one if none is open.
    Modify,
    /// Goes on with the open phrase as its noun, or begins one if none is open.
    Head,
    /// Goes on with the open phrase as a noun with `'s`, or begins one if none is open.
    Owner,
    /// Says what somebody does: "a dog runs".
    Verb,
    /// Says what somebody does behind a noun that it describes: "a dog running".
    Participle,
    /// Belongs to no phrase.
    Other,
}

/// The words of a text as they were read.
pub(super) struct Reading {
    pub(super) tokens: Vec<Token>,
    /// What each token does.
    pub(super) roles: Vec<Role>,
    /// In order, none overlapping another.
    pub(super) phrases: Vec<Phrase>,
}

/// A noun phrase; places are indices of tokens.
#[derive(Clone, Debug)]
pub(super) struct Phrase {
    pub(super) start: usize,
    /// Its last noun, which is its last token.
    pub(super) head: usize,
    /// Bytes in the text.
    pub(super) span: Range<usize>,
    /// Whether it names something that has a place in the picture.
    pub(super) has_place: bool,
}

/// Reads a text.
pub(super) fn read(text: &str) -> Reading {
    let tokens = tokens(text);
    let reading = Reading { roles: Vec::with_capacity(tokens.len()), tokens, phrases: Vec::new() };
    let mut reader = Reader { reading, open: None, clause: Clause::default() };
    for at in 0..reader.reading.tokens.len() {
        reader.take(at);
    }
    reader.close();
    reader.reading
}

/// The state of the one pass. Places are indices of tokens.
pub(super) struct Reader {
    pub(super) reading: Reading,
    pub(super) open: Option<Open>,
    pub(super) clause: Clause,
}

/// A phrase that may go on.
pub(super) struct Open {
    pub(super) start: usize,
    /// Whether it has only words such as `all` and `the` so far.
    pub(super) only_determiners: bool,
    /// Its last noun so far.
    pub(super) head: Option<usize>,
    /// Its last noun with `'s`, behind which it begins anew.
    owner: Option<usize>,
    /// Whether it is about one thing for sure, or about several.
    pub(super) number: Number,
}

/// What is known of the clause so far.
#[derive(Default)]
pub(super) struct Clause {
    /// The number of its first phrase.
    pub(super) subject: Option<Number>,
    /// Whether it has said what its subject does.
    pub(super) has_verb: bool,
    /// Whether it had said so before an "and".
    pub(super) had_verb: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    Unknown,
    One,
    Many,
}

impl Reader {
    fn take(&mut self, at: usize) {
        let role = self.role(at);
        if matches!(role, Role::Begin | Role::Verb | Role::Participle | Role::Other) {
            self.close();
        }
        self.reading.roles.push(role);
        if matches!(role, Role::Begin | Role::Modify | Role::Head | Role::Owner) {
            self.go_on(at, role);
        } else {
            self.go_on_with_clause(at, role);
        }
    }

    fn go_on(&mut self, at: usize, role: Role) {
        let Token { class, word, .. } = &self.reading.tokens[at];
        let begun = Open { start: at, only_determiners: true, head: None, owner: None, number: Number::Unknown };
        let open = self.open.get_or_insert(begun);
        open.only_determiners &= matches!(class, Class::Determiner | Class::One | Class::No);
        match class {
            Class::One => open.number = Number::One,
            Class::Number if word == "one" => open.number = Number::One,
            Class::Number if open.head.is_none() => open.number = Number::Many,
            Class::Determiner if is_many(word) => open.number = Number::Many,
            _ => {}
        }
        match role {
            Role::Head => open.head = Some(at),
            Role::Owner => *open = Open { head: None, owner: Some(at), number: Number::Unknown, ..*open },
            _ => {}
        }
    }

    fn go_on_with_clause(&mut self, at: usize, role: Role) {
        let Token { class, word, .. } = &self.reading.tokens[at];
        if *class == Class::Sign || is_in(lists::NEW_CLAUSE, word) {
            self.clause = Clause::default();
        } else if *class == Class::And {
            self.clause.had_verb |= self.clause.has_verb;
            self.clause.has_verb = false;
        } else if role == Role::Verb {
            self.clause.has_verb = true;
        } else if matches!(word.as_str(), "who" | "which" | "that") {
            let subject = self.last_head().map(|head| self.number_of(head));
            self.clause = Clause { subject, ..Clause::default() };
        } else if is_in(lists::SUBJECTS, word) {
            let is_one = matches!(word.as_str(), "he" | "she" | "it");
            self.clause =
                Clause { subject: Some(if is_one { Number::One } else { Number::Many }), ..Clause::default() };
        }
    }

    /// Ends the open phrase and keeps it if it is one.
    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let tokens = &self.reading.tokens;
        let head = open.head.or_else(|| self.adjective_for_noun(&open));
        let Some(last) = head.or(open.owner) else { return };
        let token = &tokens[last];
        let end = if head.is_some() { token.span.end } else { token.owner_end.unwrap_or(token.span.end) };
        if self.is_predicate(&open, last) {
            return;
        }
        let is_time = is_in(lists::TIMES, &tokens[last].word);
        let is_nowhere = is_time || (!self.is_compound(&open, last) && self.has_no_place(&open, last));
        let is_left_out = tokens[open.start].class == Class::No || tokens[open.start].word == "size";
        let span = tokens[open.start].span.start..end;
        let number = match self.number_of(last) {
            _ if self.is_joined(open.start) => Number::Many,
            // "a sheep"
            Number::Many if open.number == Number::One => Number::One,
            number => number,
        };
        if self.clause.subject.is_none() || (self.is_joined(open.start) && !self.clause.has_verb) {
            self.clause.subject = Some(number);
        }
        let has_place = !is_nowhere && !is_left_out;
        self.reading.phrases.push(Phrase { start: open.start, head: last, span, has_place });
    }

    /// Whether its last noun stands behind another: "a parking lot", unlike "a lot".
    fn is_compound(&self, open: &Open, last: usize) -> bool {
        last > open.start && matches!(self.reading.roles[last - 1], Role::Head | Role::Owner)
    }

    /// "the picture" and "the left", but "a picture on the wall" and "a blue top".
    fn has_no_place(&self, open: &Open, last: usize) -> bool {
        let tokens = &self.reading.tokens;
        let word = tokens[last].word.as_str();
        let is_before_of = tokens.get(last + 1).is_some_and(|next| next.word == "of");
        let is_known = matches!(tokens[open.start].word.as_str(), "the" | "this" | "that");
        let is_body = word == "back" && is_in("its his her their", &tokens[open.start].word);
        let is_clothing = word == "top" && last > open.start && tokens[last - 1].class == Class::Adjective && !is_known;
        (is_in(lists::WITHOUT_A_PLACE, word) && !is_clothing && !is_body)
            || (is_in(lists::MEASURES, word) && is_before_of)
            || (is_in(lists::PICTURES, word) && (is_known || self.clause.subject.is_none()))
    }

    /// "an orange", "in red": the adjective is the noun.
    fn adjective_for_noun(&self, open: &Open) -> Option<usize> {
        let tokens = &self.reading.tokens;
        let is_one = matches!(tokens[open.start].word.as_str(), "a" | "an");
        let first = open.start + usize::from(is_one);
        let n_adjectives = tokens[first..].iter().take_while(|token| token.class == Class::Adjective).count();
        let last = (first + n_adjectives).checked_sub(1).filter(|_| n_adjectives > 0)?;
        let is_noun = !tokens.get(last + 1).is_some_and(Token::is_content);
        let is_worn =
            open.start > 0 && is_in("in wearing", &tokens[open.start - 1].word) && is_in(COLOURS, &tokens[last].word);
        (is_one && is_noun || is_worn).then_some(last)
    }

    /// "is cloudy": one bare word that says how something is. "There is snow" is not of that kind.
    fn is_predicate(&self, open: &Open, last: usize) -> bool {
        let tokens = &self.reading.tokens;
        let mut before = tokens[..open.start].iter().rev().skip_while(|token| token.class == Class::Adverb);
        let follows_is = before.next().is_some_and(|token| token.class == Class::Copula);
        let is_new = before.next().is_some_and(|token| token.class == Class::There);
        open.start == last && follows_is && !is_new && !tokens[last].is_plural()
    }

    fn role(&self, at: usize) -> Role {
        let token = &self.reading.tokens[at];
        let open = self.open.as_ref();
        let has_head = open.is_some_and(|open| open.head.is_some());
        match token.class {
            // "a hat that reads"
            Class::Determiner if has_head && token.word == "that" => Role::Other,
            Class::Determiner | Class::One | Class::No if open.is_some_and(|open| open.only_determiners) => {
                Role::Modify
            }
            Class::Determiner | Class::One | Class::No => Role::Begin,
            Class::Number => self.role_of_number(at),
            Class::Adjective => self.role_of_adjective(at),
            Class::Adverb => self.role_of_adverb(at),
            Class::Ing => self.role_of_ing(at),
            Class::Ed => self.role_of_ed(at),
            Class::ThirdPerson(lean) => self.role_of_third_person(at, lean),
            Class::Base(lean) => self.role_of_base(at, lean),
            Class::Noun if token.owner_end.is_some() => Role::Owner,
            Class::Noun => self.role_of_noun(at),
            Class::And | Class::Comma if self.joins_adjectives(at) => Role::Modify,
            Class::Symbol if !has_head && open.is_some_and(|open| self.reading.tokens[open.start].begins_object()) => {
                Role::Head
            }
            // "a beer can"
            Class::Verb if token.word == "can" && has_head && !self.is_before_verb(at) => Role::Head,
            Class::Verb | Class::Copula => Role::Verb,
            _ => Role::Other,
        }
    }

    /// "two dogs", but "a Boeing 747" and "Air Max 90 shoes".
    fn role_of_number(&self, at: usize) -> Role {
        match self.open.as_ref().and_then(|open| open.head) {
            None => Role::Modify,
            Some(_) if self.reading.tokens[at].word.starts_with(|c: char| c.is_ascii_digit()) && at > 1 => Role::Head,
            Some(_) => Role::Begin,
        }
    }

    /// "a red hat", but "is nearby" and "left in the rain".
    fn role_of_adjective(&self, at: usize) -> Role {
        let (token, next) = (&self.reading.tokens[at], self.reading.tokens.get(at + 1));
        let goes_on = next.is_some_and(Token::is_content);
        let (has_head, has_owner) =
            self.open.as_ref().map_or((false, false), |open| (open.head.is_some(), open.owner.is_some()));
        let is_place = is_in("inside outside nearby overhead", &token.word);
        let may_begin = self.open.is_some() || self.is_before(at, &[Class::Preposition, Class::Ing, Class::And]);
        if is_place && (!goes_on || has_head || !may_begin) {
            return Role::Other;
        }
        // "a tank top", "Pacific Blue", "a man's back"
        let is_noun = has_head && (token.word == "top" || (token.is_name && !goes_on));
        if is_noun || (has_owner && !has_head && !goes_on) { Role::Head } else { Role::Modify }
    }

    /// "a brightly lit room", "freshly baked bread"
    fn role_of_adverb(&self, at: usize) -> Role {
        let next = self.reading.tokens.get(at + 1);
        let may_begin = self.is_start(at)
            || self.is_before(at, &[Class::Preposition, Class::Verb, Class::And, Class::Ing, Class::Comma]);
        let describes =
            next.is_some_and(Token::is_adjective) && self.reading.tokens.get(at + 2).is_some_and(Token::is_content);
        match &self.open {
            // "a Harley bike"
            Some(_) if self.reading.tokens[at].is_name => Role::Head,
            Some(open) if open.head.is_none() => Role::Modify,
            None if may_begin && describes => Role::Modify,
            _ => Role::Other,
        }
    }

    /// Whether a verb as in "can swim" follows.
    fn is_before_verb(&self, at: usize) -> bool {
        let mut after = self.reading.tokens[at + 1..].iter().skip_while(|token| token.class == Class::Adverb);
        after.next().is_some_and(|next| matches!(next.class, Class::Base(_) | Class::Copula | Class::Verb))
    }

    /// Whether an "and" or a comma stands between two adjectives of the open phrase.
    pub(super) fn joins_adjectives(&self, at: usize) -> bool {
        let tokens = &self.reading.tokens;
        let Some(open) = self.open.as_ref().filter(|open| open.head.is_none() && at > open.start) else { return false };
        let (Some(sign), Some(next)) = (tokens.get(at), tokens.get(at + 1)) else { return false };
        let is_determined = !tokens[open.start].is_adjective();
        let after = tokens.get(at + 2).map(|after| after.class);
        let is_noun_near = matches!(next.class, Class::Noun | Class::Base(_))
            && matches!(after, Some(Class::Noun | Class::Adjective | Class::Ed));
        let follows =
            tokens[at - 1].is_adjective() || (self.is_before(at, &[Class::Comma]) && tokens[at - 2].is_adjective());
        follows
            && match sign.class {
                Class::And => next.is_adjective() || (is_determined && is_noun_near),
                // "is red, dogs" has two ends of a sentence, "a big, red ball" has none
                Class::Comma if is_determined => {
                    next.is_adjective() || is_noun_near || (next.class == Class::And && after == Some(Class::Adjective))
                }
                // "red, white and blue flags"
                Class::Comma if after == Some(Class::And) => {
                    next.is_adjective() && tokens.get(at + 3).is_some_and(Token::is_adjective)
                }
                Class::Comma => self.is_start(open.start) && next.is_adjective() && after == Some(Class::Noun),
                _ => false,
            }
    }

    /// The last noun of the phrase that was closed last.
    pub(super) fn last_head(&self) -> Option<usize> {
        self.reading.phrases.last().map(|phrase| phrase.head)
    }

    /// The number that a noun speaks of.
    pub(super) fn number_of(&self, head: usize) -> Number {
        let token = &self.reading.tokens[head];
        match () {
            () if is_in(lists::COLLECTIVES, &token.word) => Number::Unknown,
            () if token.is_plural() => Number::Many,
            () => Number::One,
        }
    }

    /// Whether a phrase that starts here is joined to the one before: "a man and a woman".
    pub(super) fn is_joined(&self, start: usize) -> bool {
        start > 1 && self.is_before(start, &[Class::And]) && self.last_head() == Some(start - 2)
    }

    /// Whether a sentence starts here.
    pub(super) fn is_start(&self, at: usize) -> bool {
        at == 0 || self.is_before(at, &[Class::Sign])
    }

    pub(super) fn is_before(&self, at: usize, classes: &[Class]) -> bool {
        at.checked_sub(1).is_some_and(|before| classes.contains(&self.reading.tokens[before].class))
    }

    /// Whether it follows a comma or an "and" behind a noun, as in "food and drink".
    pub(super) fn is_listed(&self, at: usize) -> bool {
        let is_joint = |at: usize| self.is_before(at, &[Class::And, Class::Comma]);
        let first = if is_joint(at) && is_joint(at - 1) { at - 1 } else { at };
        first > 1 && is_joint(first) && self.last_head() == Some(first - 2)
    }

    pub(super) fn has_plural_head(&self) -> bool {
        self.open.as_ref().and_then(|open| open.head).is_some_and(|head| self.reading.tokens[head].is_plural())
    }

    /// Whether a word has the -s of "he walks".
    pub(super) fn has_s(&self, at: usize) -> bool {
        ends_in_s(&self.reading.tokens[at].word)
    }
}

const COLOURS: &str = "red blue green yellow orange brown black white grey gray pink purple beige tan gold silver";

fn is_many(determiner: &str) -> bool {
    let many = "these those all both several many few various most some multiple";
    is_in(many, determiner)
}
