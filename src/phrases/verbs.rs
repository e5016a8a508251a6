//! Words that can be verbs or nouns, told apart by what stands around them.

use super::{
    class::{Class, Lean},
    lists,
    reader::{Number, Open, Reader, Role},
    words::{Token, is_in},
};

impl Reader {
    /// A noun, or a verb in no list: "the chef flambés a pancake", "workers repaint the roof".
    pub(super) fn role_of_noun(&self, at: usize) -> Role {
        let (token, next) = (&self.reading.tokens[at], self.reading.tokens.get(at + 1));
        let has_object = next.is_some_and(Token::begins_object);
        if is_in(lists::NOUNS_OR_VERBS_IN_ING, &token.word) && self.is_doing(at, has_object) {
            return Role::Participle;
        }
        let is_verb = match self.open {
            _ if token.is_name => false,
            Some(Open { head: Some(head), number, start, .. }) if self.has_s(at) => {
                // "a cat naps", but "a luxury sports car"
                (number == Number::One && !is_in(lists::BEFORE_NOUNS, &token.word))
                    || self.takes_object(at, start, head)
            }
            Some(Open { head: Some(head), number, start, .. }) => {
                self.reading.tokens[head].is_plural()
                    && (has_object || (number != Number::One && self.acts_unlisted(at, start, head)))
            }
            Some(_) => false,
            None => self.follows_subject(at) || (self.is_before(at, &[Class::To]) && has_object),
        };
        if is_verb { Role::Verb } else { Role::Head }
    }

    /// Whether a word in -s in no list is what the noun before it does to something: "the chef flambés a pancake".
    fn takes_object(&self, at: usize, start: usize, head: usize) -> bool {
        let Some(next) = self.reading.tokens.get(at + 1).filter(|next| next.begins_object()) else { return false };
        let is_subject_one = matches!(self.clause.subject, Some(Number::One | Number::Unknown));
        let is_due = is_subject_one && !self.clause.has_verb && next.class == Class::One;
        self.may_act(start) || self.reading.tokens[head].is_somebody() || is_due
    }

    /// Whether a word in no list is what the plural before it does: "two players hustle", "two women sort fish".
    fn acts_unlisted(&self, at: usize, start: usize, head: usize) -> bool {
        if self.stands_before_nouns(start, head) || self.clause.has_verb {
            return false;
        }
        let is_people = is_in("people men women children", &self.reading.tokens[head].word) && start < head;
        let next = self.reading.tokens.get(at + 1);
        let is_subject_many =
            self.clause.subject == Some(Number::Many) && next.is_some_and(|next| next.class == Class::Preposition);
        (self.may_act(start) && (is_people || self.ends_noun(at + 1))) || (is_subject_many && self.ends_noun(at + 1))
    }

    /// Whether a pronoun that can do something stands before it, and did nothing yet: "she naps".
    fn follows_subject(&self, at: usize) -> bool {
        at > 0 && is_in(lists::SUBJECTS, &self.reading.tokens[at - 1].word) && !self.clause.has_verb
    }

    /// Whether a word such as "painting" says what somebody does: "a man painting", "is painting the door".
    fn is_doing(&self, at: usize, has_object: bool) -> bool {
        let head = self.open.as_ref().and_then(|open| open.head);
        has_object
            || head.is_some_and(|head| self.reading.tokens[head].is_somebody() || self.reading.tokens[head].is_plural())
            || (self.open.is_none() && self.is_before(at, &[Class::Copula]))
    }

    /// "a dog running", but "a running dog", "running water" and "a parking lot".
    pub(super) fn role_of_ing(&self, at: usize) -> Role {
        let (token, next) = (&self.reading.tokens[at], self.reading.tokens.get(at + 1));
        let is_compound = next.is_some_and(|next| is_in(lists::AFTER_ING, &next.word));
        let only_verb = is_in(lists::ONLY_VERBS_IN_ING, &token.word);
        let goes_on = next.is_some_and(|next| next.is_content() && next.class != Class::Ing);
        let may_begin =
            self.is_start(at) || self.is_before(at, &[Class::Preposition, Class::Ing, Class::And, Class::Comma]);
        match &self.open {
            Some(open) if open.head.is_none() => {
                let is_number = at == open.start + 1 && is_in("both all one", &self.reading.tokens[open.start].word);
                let is_modifier =
                    next.is_some_and(|next| next.is_content() || next.class == Class::And) && !(is_number && only_verb);
                // "both holding a ball", "dressed in white sitting on a bench"
                let is_alone = !self.is_determined(open.start) || next.is_some_and(Token::begins_object) || is_number;
                match () {
                    () if is_modifier => Role::Modify,
                    () if is_alone => Role::Participle,
                    () => Role::Head,
                }
            }
            _ if is_compound && !only_verb => Role::Modify,
            None if may_begin && goes_on && !only_verb => Role::Modify,
            _ => Role::Participle,
        }
    }

    /// "a car parked", but "a parked car" and "a snow covered hill".
    pub(super) fn role_of_ed(&self, at: usize) -> Role {
        let (token, next) = (&self.reading.tokens[at], self.reading.tokens.get(at + 1));
        let goes_on = next.is_some_and(Token::is_content);
        let classes = [Class::Preposition, Class::Ing, Class::And, Class::Comma, Class::Verb];
        let may_begin = self.is_start(at)
            || self.is_before(at, &classes)
            || at.checked_sub(1).is_some_and(|before| {
                self.reading.roles[before] == Role::Verb && self.reading.tokens[before].class != Class::Copula
            });
        match &self.open {
            Some(open) if open.head.is_none() && (goes_on || self.joins_adjectives(at + 1)) => Role::Modify,
            Some(Open { head: Some(head), .. }) if goes_on && self.makes_adjective(*head, at) => Role::Modify,
            Some(Open { head: Some(head), .. })
                if token.word == "set" && is_in(lists::SETS, &self.reading.tokens[*head].word) =>
            {
                Role::Head
            }
            _ if is_in("set shot", &token.word)
                && next.is_none_or(|next| next.word == "of" || next.class == Class::Sign) =>
            {
                Role::Head
            }
            None if may_begin && goes_on && token.word != "set" => Role::Modify,
            Some(Open { head: None, .. }) if is_in("set shot", &token.word) => Role::Head,
            _ => Role::Participle,
        }
    }

    /// Whether a word in -ed makes one adjective with the noun before it: "a hand painted fox", not "a man painted white".
    fn makes_adjective(&self, head: usize, at: usize) -> bool {
        let tokens = &self.reading.tokens;
        let word = &tokens[at].word;
        let is_past = word.ends_with("ed") && tokens[head].is_somebody();
        is_in(lists::AFTER_NOUN, word) && !is_past && !tokens[head].is_plural()
    }

    /// "a man watches" or "two watches".
    pub(super) fn role_of_third_person(&self, at: usize, lean: Lean) -> Role {
        let next = self.reading.tokens.get(at + 1);
        let has_object = next.is_some_and(Token::begins_object);
        let is_verb = match self.open {
            // "the street lights are on"
            _ if next.is_some_and(|next| next.class == Class::Copula && !next.word.starts_with("be")) => false,
            // "two wrist watches"
            Some(Open { head: Some(_), number: Number::Many, .. }) if lean == Lean::Both && !self.has_plural_head() => {
                has_object
            }
            // "Niagara Falls"
            Some(Open { head: Some(head), number: Number::Unknown, .. })
                if !has_object && self.is_part_of_name(head, at) =>
            {
                false
            }
            Some(Open { head: Some(head), number, start, .. }) => {
                number == Number::One || has_object || self.acts_in_s(at, lean, head, start)
            }
            // "another jumps", "a man in red waits"
            Some(Open { number: Number::One, start, .. }) if self.is_counted(start, at) => true,
            Some(Open { start, .. }) => (lean == Lean::Verb || has_object) && self.is_colour_or_side(start, at),
            None if self.is_before(at, &[Class::Preposition, Class::Ing, Class::Verb, Class::Copula, Class::Ed]) => {
                false
            }
            None if self.is_start(at) => has_object,
            None if self.reading.roles[at - 1] == Role::Verb => false,
            None if self.is_listed(at) => has_object || self.goes_on_acting(at, lean),
            None => true,
        };
        if is_verb { Role::Verb } else { Role::Head }
    }

    /// Whether the subject of "the girl swings" does it.
    fn acts_in_s(&self, at: usize, lean: Lean, head: usize, start: usize) -> bool {
        let head = &self.reading.tokens[head];
        let is_one = !head.is_plural();
        let subject = if self.may_act(start) && !self.is_joined(start) { None } else { self.clause.subject };
        if self.clause.has_verb && lean == Lean::Both {
            return false;
        }
        match lean {
            // "have water fights"
            Lean::Verb if self.clause.has_verb && !self.is_determined(start) && !self.may_act(start) => false,
            Lean::Verb => is_one || subject != Some(Number::Many),
            Lean::Both
                if is_one && (head.is_somebody() || (self.has_name(start) && !self.reading.tokens[at].is_name)) =>
            {
                true
            }
            // "while his trainer watches", "the bus stops at a light"
            Lean::Both if is_one && self.is_after_conjunction(start) && self.ends_noun(at + 1) => true,
            Lean::Both
                if is_one && subject.is_none() && self.is_determined(start) && self.is_before_preposition(at) =>
            {
                true
            }
            Lean::Both if is_one && !self.is_determined(start) => false,
            Lean::Both => (!is_one || self.ends_noun(at + 1)) && matches!(subject, Some(Number::One | Number::Unknown)),
        }
    }

    /// Whether "jumps" goes on with what the subject does: "a dog, wearing a hat, jumps".
    fn goes_on_acting(&self, at: usize, lean: Lean) -> bool {
        let is_after_and = self.is_before(at, &[Class::And]);
        let is_subject_one = !matches!(self.clause.subject, None | Some(Number::Many));
        let is_after_and = is_after_and && !self.clause.had_verb;
        let is_last_many = self.last_head().is_some_and(|head| self.reading.tokens[head].is_plural());
        is_subject_one && (lean == Lean::Verb || (!is_last_many && !is_after_and && self.ends_noun(at + 1)))
    }

    /// "people dance" or "a dance".
    pub(super) fn role_of_base(&self, at: usize, lean: Lean) -> Role {
        let next = self.reading.tokens.get(at + 1);
        let has_object = next.is_some_and(Token::begins_object);
        let goes_on = next.is_some_and(Token::is_content);
        let before = at.checked_sub(1).map(|before| &self.reading.tokens[before]);
        // "a pizza cut into slices"
        let is_cut_up = next.is_some_and(|next| is_in("into in up open from", &next.word));
        if self.reading.tokens[at].word == "cut" && self.has_head() && is_cut_up {
            return Role::Participle;
        }
        let is_verb = match self.open {
            Some(Open { start, head: Some(head), number, .. }) => self.acts(start, head, number, lean, at),
            Some(Open { number: Number::Many, start, .. }) => {
                let is_all = is_in("both all", &self.reading.tokens[start].word);
                if lean == Lean::Verb { !goes_on || is_all } else { !goes_on && is_all && at == start + 1 }
            }
            Some(Open { start, .. }) if lean == Lean::Verb && self.is_colour_or_side(start, at) => {
                self.clause.subject == Some(Number::Many) && !goes_on
            }
            Some(_) => false,
            None if self.is_before(at, &[Class::Preposition, Class::Ing, Class::Copula, Class::Ed])
                || self.is_start(at) =>
            {
                has_object
            }
            None if self.is_before(at, &[Class::To]) => true,
            None if before.is_some_and(|before| is_in(lists::SUBJECTS, &before.word)) => true,
            None if self.is_listed(at) => {
                let is_many = matches!(self.clause.subject, Some(Number::Many | Number::Unknown));
                let is_after_comma =
                    self.is_before(at, &[Class::Comma]) && self.ends_noun(at + 1) && !self.clause.has_verb;
                has_object || (is_many && (lean == Lean::Verb || is_after_comma))
            }
            None if before.is_some_and(|before| is_in(lists::HELPERS, &before.word)) => true,
            None => self.is_before(at, &[Class::And]) || (!self.clause.has_verb && !self.is_before(at, &[Class::Verb])),
        };
        if is_verb { Role::Verb } else { Role::Head }
    }

    /// Whether the subject of "people dance" does it.
    fn acts(&self, start: usize, head: usize, number: Number, lean: Lean, at: usize) -> bool {
        let next = self.reading.tokens.get(at + 1);
        let has_object = next.is_some_and(Token::begins_object);
        let (is_joined, is_new) = (self.is_joined(start), self.may_act(start));
        let is_subject_many = matches!(self.clause.subject, Some(Number::Many | Number::Unknown));
        let is_free = !self.clause.has_verb;
        if number == Number::One && !is_joined {
            // "two children with a kite run", "a boy run"
            let is_other = !is_new && is_subject_many;
            let is_going_on = next.is_some_and(|next| !matches!(next.class, Class::Sign | Class::Comma | Class::And));
            let is_some_body = is_new && next.is_some() && self.reading.tokens[head].is_somebody();
            return is_free
                && ((lean == Lean::Verb && self.ends_noun(at + 1) && ((is_other && is_going_on) || is_some_body))
                    || (is_other && has_object));
        }
        if self.has_plural_head() {
            return has_object || lean == Lean::Verb || !self.stands_before_nouns(start, head);
        }
        if number == Number::Many || (is_joined && !next.is_some_and(Token::is_content)) {
            return has_object
                || is_new
                || (is_free && (lean == Lean::Verb || self.clause.subject != Some(Number::One)));
        }
        match lean {
            Lean::Verb => is_joined || (is_subject_many && is_free) || (has_object && !is_new),
            Lean::Both => has_object && (is_joined || is_subject_many),
        }
    }

    /// Whether only words such as "another" and "one" are open before `at`.
    fn is_counted(&self, start: usize, at: usize) -> bool {
        let is_counting = |token: &Token| matches!(token.class, Class::One | Class::Determiner | Class::Number);
        self.reading.tokens[start..at].iter().all(is_counting)
    }

    /// Whether only a colour or a side is open before `at`: "in red", "to his left".
    fn is_colour_or_side(&self, start: usize, at: usize) -> bool {
        let words = &self.reading.tokens[start..at];
        let is_side = words.last().is_some_and(|word| is_in("left right other", &word.word));
        let is_worn =
            start > 0 && is_in("in wearing all", &self.reading.tokens[start - 1].word) && !self.is_determined(start);
        is_worn || (is_side && self.is_determined(start))
    }

    /// Whether a phrase that starts here can be what its clause is about: nothing before it says where it is.
    fn may_act(&self, start: usize) -> bool {
        let is_within = self.is_before(start, &[Class::Preposition]) && !self.is_after_conjunction(start);
        !is_within
            && !self.is_before(start, &[Class::Ing, Class::To, Class::Ed, Class::Verb])
            && start
                .checked_sub(1)
                .is_none_or(|before| !matches!(self.reading.roles[before], Role::Verb | Role::Participle))
    }

    /// Whether the phrase that starts here is somebody's name so far: "Queen Anne".
    fn has_name(&self, start: usize) -> bool {
        self.reading.tokens[start + 1..self.reading.roles.len()].iter().any(|token| token.is_name)
    }

    /// Whether a plural may stand before another noun: "the clothes line", "kids bedroom", but not "two kids".
    fn stands_before_nouns(&self, start: usize, head: usize) -> bool {
        let head_token = &self.reading.tokens[head];
        is_in(lists::BEFORE_NOUNS, &head_token.word) && (start == head || !head_token.is_alive())
    }

    fn is_part_of_name(&self, head: usize, at: usize) -> bool {
        self.reading.tokens[head].is_name && self.reading.tokens[at].is_name
    }

    fn has_head(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.head.is_some())
    }

    fn is_before_preposition(&self, at: usize) -> bool {
        self.reading
            .tokens
            .get(at + 1)
            .is_some_and(|next| matches!(next.class, Class::Preposition | Class::To | Class::Adverb))
    }

    /// Whether a clause begins here, with its subject.
    fn is_after_conjunction(&self, start: usize) -> bool {
        start > 0 && is_in(lists::NEW_CLAUSE, &self.reading.tokens[start - 1].word)
    }

    fn is_determined(&self, start: usize) -> bool {
        matches!(self.reading.tokens[start].class, Class::Determiner | Class::One | Class::No | Class::Number)
    }

    /// Whether no noun can follow directly: the text ends here, or a preposition, an adverb or a verb goes on.
    fn ends_noun(&self, at: usize) -> bool {
        let Some(token) = self.reading.tokens.get(at) else { return true };
        !token.is_content() || token.begins_object()
    }
}
