//! Words of a caption and what each can be, looked up without its neighbours.
//!
//! The lists hold what English has few of (determiners, prepositions, pronouns, auxiliaries) and what captions are full
//! of (colours, sizes, verbs of standing, holding and wearing). A word in no list and without a telling ending is a noun.

use std::{collections::HashMap, ops::Range, sync::LazyLock};

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
    /// A form of a common verb in -s that can also be a plural.
    VerbS,
    /// A common verb as in `to ride`, which can also be a noun.
    VerbBase,
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

/// A word or a sign.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) class: Class,
    /// Bytes in the text.
    pub(super) span: Range<usize>,
    /// In small letters, with straight apostrophes, without `'s`.
    pub(super) word: String,
    /// Byte after the word without its `'s`, if it has one.
    pub(super) owner_end: Option<usize>,
}

const LISTS: &[(Class, &str)] = &[
    (
        Class::Determiner,
        "the this that these those my your his her its our their some any both all several many few various most \
         more half such every enough",
    ),
    (Class::One, "a an another each either neither"),
    (Class::No, "no"),
    (
        Class::Number,
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen \
         eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million dozen",
    ),
    (
        Class::Adjective,
        "red blue green yellow orange brown black white grey gray pink purple beige tan golden turquoise teal maroon \
         colorful colourful big small large little tiny huge giant tall short long wide narrow thin thick fat slim deep \
         high low bright dark pale shiny old young new modern ancient pretty beautiful cute nice happy sad angry hot cold \
         warm cool wet dry dirty clean empty full open closed busy quiet calm round flat sharp soft hard heavy \
         sunny cloudy rainy snowy foggy grassy sandy rocky dusty muddy fluffy furry hairy bald blond blonde wooden \
         friendly lovely lonely elderly curly woolly silly ugly early lively smelly hilly chilly other same different \
         own first second third last next main similar whole single double asleep awake alone afraid \
         available ready able male female close good bad great fresh ripe raw delicious tasty handsome pregnant bare \
         naked wild upper lower numerous left right top bottom front back middle",
    ),
    (
        Class::Adverb,
        "very not so too also just only still almost quite rather really even always never often again together away \
         apart here indoors outdoors nearby ahead forward backward upside now then maybe perhaps yet once twice well \
         already else",
    ),
    (
        Class::Ed,
        "made built broken frozen torn worn lit held seen taken driven ridden eaten drawn written thrown hung spread bent \
         grown blown woven lost known shown hidden sewn",
    ),
    (
        Class::Verb,
        "sat stood ran ate wore rode took came went got gave flew drove threw swam spoke wrote drank fell hid sang lay caught \
         laid says said has have had having does do did doing can could will would may might must shall should cannot \
         seems appears let lets became becomes contains belongs describes depicts",
    ),
    (Class::Copula, "is are was were be been being am"),
    (
        Class::Preposition,
        "of in on at by with from into onto over under through behind above below between among beside besides near \
         around across along against towards toward inside outside within without during before after about like off up \
         down out upon beneath underneath amid amidst alongside atop beyond past via per as for until since except than \
         opposite amongst while when where because if though although but nor however",
    ),
    (Class::To, "to"),
    (Class::And, "and or & plus"),
    (
        Class::Pronoun,
        "i you he she it we they me him us them mine yours hers theirs ours himself herself itself themselves myself \
         yourself ourselves oneself who whom whose which what someone somebody something anyone anybody anything everyone \
         everybody everything nobody nothing none others",
    ),
    (Class::There, "there"),
];

/// Verbs that captions are full of, as they stand after `to`.
const VERBS: &str = "sit stand lie walk run ride play hold wear eat drink look watch jump fly swim sleep drive carry catch \
    throw hit kick swing surf ski climb pull push reach lean rest wait talk speak smile laugh cry pose cook cut pour read \
    write hang grow cover fill surround enjoy show feature include display have do get go come take make give put use \
    keep feed chase follow cross pass fall rise float point face stare gaze graze roam perch sniff lick bite chew hug \
    kiss pet touch help work build paint wash brush prepare serve share sell buy shop celebrate gather perform sing dance \
    race dive sail row shine lead appear seem see overlook say contain warm try begin start stop turn move travel hover bark line stretch spray listen";

/// Nouns in -ing.
const NOUNS_IN_ING: &str = "building ceiling king ring wing string thing swing spring sling painting drawing clothing \
    wedding evening morning railing earring frosting icing topping lightning viking duckling sibling dumpling pudding \
    stuffing lighting awning bedding seasoning crossing landing carving sibling offspring beijing plaything cling bling inning darling sterling herring shilling";

/// Words in -ed that make one adjective with the noun before them: `snow covered`.
const AFTER_NOUN: &str = "covered capped topped lined shaped sized colored coloured patterned haired";

/// Compounds of a word in -ing: `parking` and `lot`.
const AFTER_ING: &str = "lot garage meter space room table hall pool cart bag mall machine board boat rod pole pan tray \
    rink fountain bowl area suit dress track trail shoes boots gloves equipment center centre court station";

/// What ends in -ed or -ly and is a noun all the same.
const NOUNS_IN_ED: &[&str] = &["bed", "shed", "sled", "seed", "weed", "reed", "feed", "steed", "moped", "biped"];
const NOUNS_IN_LY: &str = "family butterfly dragonfly firefly lily belly jelly bully ally assembly italy july \
    monopoly anomaly potbelly supply";

/// Words in -s that stand before other nouns.
const BEFORE_NOUNS: &str = "sports news clothes lights goods jeans glasses christmas";

/// Plurals without an -s.
const PLURALS: &str = "people men women children geese mice feet teeth sheep cattle policemen firemen fishermen";

/// Heads of phrases that name no place in the picture: words for the picture and its parts, for measures and for times,
/// and the abstract nouns that the published training data left out.
const WITHOUT_A_PLACE: &str = "image images picture pictures photo photos photograph photographs pic shot view scene \
    close-up closeup illustration foreground background front back middle center centre top bottom side sides left right \
    edge end distance way direction lot lots kind kinds sort type types number variety bit rest part parts day days night \
    morning afternoon evening noon dusk dawn today weather time times life love freedom happiness wisdom peace justice \
    hope courage faith understanding advantage pursuit fun color colour colors colours order case";

/// Measures, which name nothing where `of` follows.
const MEASURES: &str = "couple dozens hundreds thousands plenty";

static CLASSES: LazyLock<HashMap<&str, Class>> = LazyLock::new(|| {
    let words = |list: &'static str, class| list.split_whitespace().map(move |word| (word, class));
    let mut classes: HashMap<&str, Class> = words(VERBS, Class::VerbBase).collect();
    classes.extend(words(NOUNS_IN_ING, Class::Noun).chain(words(NOUNS_IN_LY, Class::Noun)));
    classes.extend(LISTS.iter().flat_map(|(class, list)| words(list, *class)));
    classes
});

fn is_in(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|listed| listed == word)
}

impl Token {
    /// Whether it looks like several things.
    pub(super) fn is_plural(&self) -> bool {
        is_in(PLURALS, &self.word) || ends_in_s(&self.word)
    }

    /// Whether it can stand within a phrase after an adjective.
    pub(super) fn is_content(&self) -> bool {
        matches!(
            self.class,
            Class::Noun | Class::Adjective | Class::Ing | Class::Ed | Class::VerbS | Class::VerbBase | Class::Symbol
        )
    }

    /// Whether it can stand before another noun in spite of its -s.
    pub(super) fn stands_before_nouns(&self) -> bool {
        is_in(BEFORE_NOUNS, &self.word)
    }

    /// Whether it makes one noun with a word in -ing before it.
    pub(super) fn follows_ing(&self) -> bool {
        is_in(AFTER_ING, &self.word)
    }

    /// Whether it makes one adjective with a noun before it.
    pub(super) fn follows_noun(&self) -> bool {
        is_in(AFTER_NOUN, &self.word)
    }

    /// Whether a phrase with this head has no place in the picture; `next` is what follows it.
    pub(super) fn has_no_place(&self, next: Option<&Self>) -> bool {
        is_in(WITHOUT_A_PLACE, &self.word)
            || (is_in(MEASURES, &self.word) && next.is_some_and(|next| next.word == "of"))
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
    while let Some(c) = text[at..].chars().next() {
        let length = match c {
            _ if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            _ if is_letter(c) => word_length(&text[at..]),
            _ if is_symbol(c) => text[at..].find(|c| !is_symbol(c) && c != '\u{200d}').unwrap_or(text.len() - at),
            _ => c.len_utf8(),
        };
        tokens.push(token(text, at..at + length, c));
        at += length;
    }
    tokens
}

fn token(text: &str, span: Range<usize>, first: char) -> Token {
    let whole = text[span.clone()].to_lowercase().replace('’', "'");
    let n_owner_bytes = if is_letter(first) { n_owner_bytes(&text[span.clone()]) } else { 0 };
    let word = if n_owner_bytes == 0 { whole } else { whole.trim_end_matches('s').trim_end_matches('\'').to_owned() };
    let class = match first {
        _ if is_letter(first) => class(&word),
        _ if is_symbol(first) => Class::Symbol,
        ',' => Class::Comma,
        '&' => Class::And,
        _ => Class::Sign,
    };
    // "it's" and "there's" are a pronoun and a verb
    let owner_end = (n_owner_bytes > 0 && class == Class::Noun).then(|| span.end - n_owner_bytes);
    Token { class, span, word, owner_end }
}

/// Letters, digits, and the accents that stand behind their letter.
fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || ('\u{300}'..='\u{36f}').contains(&c)
}

/// Emoji and their kin: what is neither a letter nor punctuation.
fn is_symbol(c: char) -> bool {
    let is_punctuation =
        matches!(c, '\0'..='\u{bf}' | '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff65}');
    !(is_punctuation || c.is_whitespace() || c.is_control() || is_letter(c))
}

/// Bytes of the word a text begins with; apostrophes, hyphens and full stops belong to it between two letters.
fn word_length(text: &str) -> usize {
    let mut end = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let joins = matches!(c, '\'' | '’' | '-' | '\u{2010}' | '\u{2011}' | '.');
        let goes_on = is_letter(c) || (joins && characters.peek().is_some_and(|(_, next)| is_letter(*next)));
        if !goes_on {
            break;
        }
        end = at + c.len_utf8();
    }
    end
}

/// Bytes of the `'s` at the end of a word, of either apostrophe; 0 without one.
fn n_owner_bytes(word: &str) -> usize {
    ["'s", "’s", "'S", "’S"].iter().find(|ending| word.ends_with(**ending)).map_or(0, |ending| ending.len())
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
    } else if verb_in_s(word) {
        Class::VerbS
    } else if is_degree(word) {
        Class::Adjective
    } else if ends("ing") {
        Class::Ing
    } else if NOUNS_IN_ED.iter().any(|noun| word.ends_with(noun)) {
        Class::Noun
    } else if ends("ed") {
        Class::Ed
    } else if ends("ly") {
        Class::Adverb
    } else {
        Class::Noun
    }
}

/// Whether it is one of the verbs with an -s.
fn verb_in_s(word: &str) -> bool {
    let is_verb = |stem: &str| CLASSES.get(stem) == Some(&Class::VerbBase);
    let stems = [word.strip_suffix('s'), word.strip_suffix("es")];
    stems.into_iter().flatten().any(is_verb)
        || word.strip_suffix("ies").is_some_and(|stem| is_verb(&format!("{stem}y")))
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
