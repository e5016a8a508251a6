//! Words that can be verbs or nouns, told apart by what stands around them.

use super::{
    lists,
    reader::{Number, Open, Reader, Role},
    words::{Class, Lean, Token, is_in},
};

impl Reader {
    /// A noun, or a verb in no list: "the chef flambés a pancake", "workers repaint the roof".
    pub(super) fn role_of_noun(&self, at: usize) -> Role {
        let (token, next) = (&self.reading.tokens[at], self.reading.tokens.get(at + 1));
        let has_object = next.is_some_and(Token::begins_object);
        let Some(Open { head: Some(head), number, start, .. }) = self.open else {
            let follows_subject = at > 0 && is_in(lists::SUBJECTS, &self.reading.tokens[at - 1].word) && !self.clause.has_verb;
            let is_verb = self.open.is_none() && (follows_subject || (self.is_before(at, &[Class::To]) && has_object));
            return if is_verb { Role::Verb } else { Role::Head };
        };
        let subject = &self.reading.tokens[head];
        let is_followed = has_object || self.ends_noun(at + 1);
        let is_verb = if self.has_s(at) {
            let is_somebody = subject.is_somebody() && !self.clause.has_verb && self.is_determined(start);
            // "a cat naps", but "a luxury sports car"
            (number == Number::One && !is_in(lists::BEFORE_NOUNS, &token.word))
                || has_object
                || (is_somebody && is_followed)
        } else {
            let is_free = number != Number::One && !is_in(lists::BEFORE_NOUNS, &subject.word) && !self.clause.has_verb;
            subject.is_plural() && (has_object || (is_followed && is_free && self.may_act(start)))
        };
        if is_verb { Role::Verb } else { Role::Head }
    }

    /// "a dog running", but "a running dog", "running water" and "a parking lot".
    pub(super) fn role_of_ing(&self, at: usize) -> Role {
        let (token, next) = (&self.reading.tokens[at], self.reading.tokens.get(at + 1));
        let is_compound = next.is_some_and(|next| is_in(lists::AFTER_ING, &next.word));
        let only_verb = is_in(lists::ONLY_VERBS_IN_ING, &token.word);
        let goes_on = next.is_some_and(|next| next.is_content() && next.class != Class::Ing);
        let may_begin = self.is_start(at) || self.is_before(at, &[Class::Preposition, Class::Ing, Class::And, Class::Comma]);
        match &self.open {
            Some(open) if open.head.is_none() => {
                let is_modifier = next.is_some_and(|next| next.is_content() || next.class == Class::And);
                if is_modifier { Role::Modify } else { Role::Head }
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
            || at.checked_sub(1).is_some_and(|before| self.reading.roles[before] == Role::Verb && self.reading.tokens[before].class != Class::Copula);
        match &self.open {
            Some(open) if open.head.is_none() && (goes_on || self.joins_adjectives(at + 1)) => Role::Modify,
            Some(Open { head: Some(head), .. }) if goes_on && self.makes_adjective(*head, at) => Role::Modify,
            _ if token.word == "set" && next.is_some_and(|next| next.word == "of") => Role::Head,
            None if may_begin && goes_on && token.word != "set" => Role::Modify,
            Some(Open { head: None, .. }) if is_in("set shot", &token.word) => Role::Head,
            _ => Role::Participle,
        }
    }

    /// Whether a word in -ed makes one adjective with the noun before it: "a hand painted fox", not "a man painted white".
    fn makes_adjective(&self, head: usize, at: usize) -> bool {
        let tokens = &self.reading.tokens;
        is_in(lists::AFTER_NOUN, &tokens[at].word) && !tokens[head].is_somebody() && !tokens[head].is_plural()
    }

    /// "a man watches" or "two watches".
    pub(super) fn role_of_third_person(&self, at: usize, lean: Lean) -> Role {
        let next = self.reading.tokens.get(at + 1);
        let has_object = next.is_some_and(Token::begins_object);
        let is_verb = match self.open {
            // "two wrist watches"
            Some(Open { head: Some(_), number: Number::Many, .. }) if !self.has_plural_head() => false,
            Some(Open { head: Some(head), number, start, .. }) => {
                number == Number::One || has_object || self.acts_in_s(at, lean, head, start)
            }
            Some(_) => false,
            None if self.is_before(at, &[Class::Preposition, Class::Ing, Class::Verb, Class::Copula, Class::Ed]) => false,
            None if self.is_start(at) => has_object,
            None if self.is_listed(at) => has_object || self.goes_on_acting(at, lean),
            None => true,
        };
        if is_verb { Role::Verb } else { Role::Head }
    }

    /// Whether the subject of "the girl swings" does it.
    fn acts_in_s(&self, at: usize, lean: Lean, head: usize, start: usize) -> bool {
        let head = &self.reading.tokens[head];
        let is_one = !head.is_plural();
        let subject = if self.may_act(start) { None } else { self.clause.subject };
        if self.clause.has_verb && lean == Lean::Both {
            return false;
        }
        match lean {
            Lean::Verb => is_one || subject != Some(Number::Many),
            Lean::Both if is_one && head.is_somebody() => true,
            Lean::Both if is_one && !self.is_determined(start) => false,
            Lean::Both => (!is_one || self.ends_noun(at + 1)) && matches!(subject, Some(Number::One | Number::Unknown)),
        }
    }

    /// Whether "jumps" goes on with what the subject does: "a dog, wearing a hat, jumps".
    fn goes_on_acting(&self, at: usize, lean: Lean) -> bool {
        let is_after_and = self.is_before(at, &[Class::And]);
        let is_subject_one = !matches!(self.clause.subject, None | Some(Number::Many));
        let is_last_many = self.last_head().is_some_and(|head| self.reading.tokens[head].is_plural());
        is_subject_one && (lean == Lean::Verb || (!is_last_many && !is_after_and && self.ends_noun(at + 1)))
    }

    /// "people dance" or "a dance".
    pub(super) fn role_of_base(&self, at: usize, lean: Lean) -> Role {
        let next = self.reading.tokens.get(at + 1);
        let has_object = next.is_some_and(Token::begins_object);
        let goes_on = next.is_some_and(Token::is_content);
        let before = at.checked_sub(1).map(|before| &self.reading.tokens[before]);
        let is_verb = match self.open {
            Some(Open { start, head: Some(_), number, .. }) => self.acts(start, number, lean, has_object, goes_on),
            Some(Open { number: Number::Many, .. }) => !goes_on && lean == Lean::Verb,
            Some(_) => false,
            None if self.is_before(at, &[Class::Preposition, Class::Ing, Class::Copula, Class::Ed]) || self.is_start(at) => has_object,
            None if self.is_before(at, &[Class::To]) => lean == Lean::Verb || has_object || self.ends_noun(at + 1),
            None if before.is_some_and(|before| is_in(lists::SUBJECTS, &before.word)) => true,
            None if self.is_listed(at) => {
                let is_many = matches!(self.clause.subject, Some(Number::Many | Number::Unknown));
                has_object || (is_many && lean == Lean::Verb)
            }
            None => !self.clause.has_verb || self.is_before(at, &[Class::Verb, Class::And]),
        };
        if is_verb { Role::Verb } else { Role::Head }
    }

    /// Whether the subject of "people dance" does it; the open phrase has a noun.
    fn acts(&self, start: usize, number: Number, lean: Lean, has_object: bool, goes_on: bool) -> bool {
        let is_joined = self.is_joined(start);
        if number == Number::One && !is_joined {
            return false;
        }
        let is_many = matches!(self.clause.subject, Some(Number::Many | Number::Unknown));
        let is_new = self.may_act(start);
        if self.has_plural_head() || (is_joined && !goes_on) {
            return has_object || is_new || (!self.clause.has_verb && (lean == Lean::Verb || self.clause.subject != Some(Number::One)));
        }
        match lean {
            Lean::Verb => (is_joined || (is_many && !self.clause.has_verb)) || (has_object && !is_new),
            Lean::Both => has_object && (is_joined || is_many),
        }
    }

    /// Whether a phrase that starts here can be what its clause is about: nothing before it says where it is.
    fn may_act(&self, start: usize) -> bool {
        !self.is_before(start, &[Class::Preposition, Class::Ing, Class::To, Class::Ed, Class::Verb])
            && start.checked_sub(1).is_none_or(|before| !matches!(self.reading.roles[before], Role::Verb | Role::Participle))
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
