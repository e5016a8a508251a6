//! The words of a caption as the evaluations of captions split it: those of the Penn Treebank, small, without most signs.
//!
//! What pycocoevalcap 1.2 makes of a text with the tokenizer of Stanford's CoreNLP 3.4.1: at each place the longest thing
//! that one of a list of rules takes. Written after what that program does, and held against it; its rules for telephone
//! numbers and for faces of signs are left out but for the usual ones. Two traits are known to surprise and kept: brackets
//! stay, as `-lrb-`, and so does `?!`.

use std::sync::LazyLock;

use regex::Regex;

/// Tokens that are left out in the end.
const LEFT_OUT: [&str; 14] = ["''", "'", "``", "`", ".", "?", "!", ",", ":", "-", "--", "...", ";", ""];

/// Abbreviations that keep their dot, however they are written.
const ABBREVIATIONS: &str = "adm|al|ala|alex|apr|assn|attys?|aug|ave|bancorp|bhd|bldg|blvd|brig|bros|calif|capt|cf|cie|cmdr|\
    co|col|colo|comdr|conn|corp|cos|cpl|ct|dak|dec|dept|det|drs?|esq|est|etc|ext|feb|fla|fri|ft|ga|gen|govs?|hon|inc|ind|\
    intl|jan|jos|jr|jul|jun|kans?|ky|lieut|lt|ltd|maj|mar|md|messrs|mfg|mich|minn|mo|mon|mont|mrs?|ms|mt|neb|nev|nov|oct|\
    okla|penn|pfc|ph|plc|pres|profs?|pte|pty|pvt|rd|reps?|rev|sens?|sept?|seq|sgt|spc|sq|sr|ste?|supts?|sys|tel|tenn|thu|\
    thurs|treas|tues?|univ|va|vs|vt|wed|wisc?|wm|wyo";
/// Those that are other words in small letters.
const NAMES: &str = "Ark|Az|Del|Ill|La|Mass|Miss|Ore|Pa|Tex|Wash";
/// Those that need a number behind them.
const BEFORE_NUMBERS: &str = "art|ca|fig|nos?|op|pp|prop";

/// What a token may be, each from where the rest of the text begins; the longest counts, and of equal ones the first. A
/// group named `token` is the token where more has to follow it.
static RULES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let abbreviations = format!(r"(?:(?i:{ABBREVIATIONS}|[a-z])|{NAMES}|{})\.", NAMES.to_uppercase());
    let numbered = format!(r"(?P<token>(?i:{BEFORE_NUMBERS})\.)\s?[0-9]");
    let number = r"(?:[0-9]*(?:[.:,][0-9]+)+|[0-9]+)";
    let piece = format!(r"(?:[dDoOlL]'[\p{{L}}\p{{M}}0-9])?(?:[\p{{L}}\p{{M}}0-9]+|{number})");
    let rules = [
        // tags, addresses and names of the net
        r"</?[A-Za-z!][^>\n]*>".to_owned(),
        r#"(?i:https?|ftp)://[^\s"<>|()]+[^\s"<>|.!?(){},-]"#.to_owned(),
        r#"(?:www\.(?:[^\s"<>|.!?(){},]+\.)+[a-zA-Z]{2,4}|(?:[^\s"`'<>|.!?(){},\-_$]+\.)+(?:com|net|org|edu))(?:/[^\s"<>|()]+[^\s"<>|.!?(){},-])?"#
            .to_owned(),
        r#"[&a-zA-Z0-9._+-]+@(?:[^\s"<>|().]+\.)*[^\s"<>|().]+"#.to_owned(),
        r"[@#][\p{L}_][\p{L}\p{M}0-9_]*".to_owned(),
        // words
        r"[\p{L}\p{M}][\p{L}\p{M}0-9]*(?:[.!?][\p{L}\p{M}][\p{L}\p{M}0-9]*)*".to_owned(),
        format!("{piece}(?:-{piece})*"),
        r"[\p{L}\p{M}0-9][\p{L}\p{M}0-9.,]*(?:-(?:[A-Za-z](?:\.[A-Za-z])+\.|[\p{L}\p{M}0-9]+))+".to_owned(),
        r"[A-Z]+(?:[+&][A-Z]+)+".to_owned(),
        r"[A-Za-z0-9]+(?:-[A-Za-z]+){0,2}(?:/[A-Za-z0-9]+(?:-[A-Za-z]+){0,2}){1,2}".to_owned(),
        r"[A-Za-z](?:\.[A-Za-z])+\.?|(?i:ph|ed)\.[dD]\.?|(?i:c\+\+|c#)".to_owned(),
        r"(?P<token>[\p{L}\p{M}0-9]+\.)[,;:]|[A-Za-z0-9]+(?:_[A-Za-z0-9]+)+".to_owned(),
        abbreviations,
        numbered,
        // words with an apostrophe, and what is taken off others
        r"(?P<token>[\p{L}\p{M}][\p{L}\p{M}0-9]*)'(?i:[msd]|re|ve|ll)(?:[^A-Za-z]|$)".to_owned(),
        r"(?P<token>(?i:ol'|'em|'tis|'till?|'cause|'twas|nor'easter|c'mon|e'er|s'mores|ev'ry|li'l|nat'l|o'o)|'[2-9]0s)(?:[^A-Za-z]|$)"
            .to_owned(),
        r"(?P<token>'[nN])(?:\s|$)|'[nN]'|''|[lLdDjJ]'".to_owned(),
        r"[\p{L}]+[aeiouyAEIOUY]'[aeiouA-Z][\p{L}]*|[A-HJ-XZn]'[\p{L}]{2}[\p{L}]*|[yY]'".to_owned(),
        r"(?P<token>[\p{L}\p{M}][\p{L}\p{M}0-9]*)(?i:n't)".to_owned(),
        r"(?P<token>(?i:n't))(?:[^A-Za-z]|$)".to_owned(),
        r"(?P<token>'(?i:[msd]|re|ve|ll))(?:[^A-Za-z]|$)".to_owned(),
        // numbers and money
        format!("[-+]?{number}"),
        r"(?:US|HK|NZ|AU|[A-Z])\$".to_owned(),
        // signs
        r"&#?[A-Za-z0-9]+;|\^_\^|[?!]+|\.{3,5}|-+|_+|\*+".to_owned(),
        r"(?P<token>[:;=][-o*']?[()DPdpO\\:{@|\[\]])(?:[^A-Za-z0-9]|$)".to_owned(),
    ];
    rules.iter().filter_map(|rule| Regex::new(&format!("^(?:{rule})")).ok()).collect()
});

/// The words of a text.
#[must_use]
pub fn tokens(text: &str) -> Vec<String> {
    let text = plain(text);
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        // what has to follow counts too, as in the original
        let longest = RULES
            .iter()
            .rev()
            .filter_map(|rule| lengths(rule, rest))
            .max_by_key(|(with_what_follows, _)| *with_what_follows);
        let (token, after) = rest.split_at(longest.map_or(first.len_utf8(), |(_, token)| token));
        add(token, &mut tokens);
        rest = after.trim_start();
    }
    tokens.retain(|token| !LEFT_OUT.contains(&token.as_str()));
    tokens
}

/// Bytes of what a rule takes, with what has to follow and without.
fn lengths(rule: &Regex, text: &str) -> Option<(usize, usize)> {
    if rule.captures_len() == 1 {
        return rule.find(text).map(|found| (found.end(), found.end()));
    }
    let found = rule.captures(text)?;
    let all = found.get(0)?.end();
    Some((all, found.name("token").map_or(all, |token| token.end())))
}

/// The text with one sign for each that means the same, and without those that the rules do not know, as emoji.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '’' | '‘' | '‛' | '‹' | '›' => out.push('\''),
            '“' | '”' | '„' | '«' | '»' | '"' => out.push_str(" '' "),
            '–' | '—' | '―' => out.push_str(" -- "),
            '…' => out.push_str(" ... "),
            '£' => out.push_str(" # "),
            '€' => out.push_str(" $ "),
            '¢' => out.push_str(" cents "),
            '¼' => out.push_str(" 1/4 "),
            '½' => out.push_str(" 1/2 "),
            '¾' => out.push_str(" 3/4 "),
            '⅓' => out.push_str(" 1/3 "),
            '⅔' => out.push_str(" 2/3 "),
            '\u{fe0f}' | '\u{200d}' | '\u{10000}'.. => out.push(' '),
            c => out.push(c),
        }
    }
    out.replace("&amp;", "&")
        .replace("&quot;", " '' ")
        .replace("&lt;", " < ")
        .replace("&gt;", " > ")
        .replace("&nbsp;", " ")
}

/// Adds a token as the treebank writes it; some words are two.
fn add(token: &str, tokens: &mut Vec<String>) {
    let small = token.to_lowercase();
    let halves = match small.as_str() {
        "cannot" => Some(("can", "not")),
        "gonna" => Some(("gon", "na")),
        "gotta" => Some(("got", "ta")),
        "lemme" => Some(("lem", "me")),
        "gimme" => Some(("gim", "me")),
        "wanna" => Some(("wan", "na")),
        "'tis" => Some(("'t", "is")),
        "'twas" => Some(("'t", "was")),
        _ => None,
    };
    if let Some((first, second)) = halves {
        tokens.extend([first.to_owned(), second.to_owned()]);
        return;
    }
    let is_dashes = small.len() > 1 && small.bytes().all(|c| c == b'-');
    let is_dots = small.len() > 1 && small.bytes().all(|c| c == b'.');
    let written = small.replace('(', "-lrb-").replace(')', "-rrb-");
    let written = written.replace('[', "-lsb-").replace(']', "-rsb-").replace('{', "-lcb-").replace('}', "-rcb-");
    if is_dashes || is_dots {
        return;
    }
    tokens.extend(written.split_whitespace().map(str::to_owned));
}
