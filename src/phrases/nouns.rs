//! The noun that words are about, as of one thing.

use super::{
    reader::read,
    words::{Token, ends_in_s},
};

/// Plurals that no rule gives.
const IRREGULAR: [(&str, &str); 16] = [
    ("people", "person"),
    ("men", "man"),
    ("women", "woman"),
    ("children", "child"),
    ("mice", "mouse"),
    ("feet", "foot"),
    ("geese", "goose"),
    ("teeth", "tooth"),
    ("knives", "knife"),
    ("wives", "wife"),
    ("leaves", "leaf"),
    ("wolves", "wolf"),
    ("shelves", "shelf"),
    ("loaves", "loaf"),
    ("scarves", "scarf"),
    ("oxen", "ox"),
];
/// Words in -s that are one thing, or always several.
const NO_PLURALS: &str =
    "scissors pants jeans shorts glasses sunglasses goggles binoculars trousers series species clothes";
/// Words whose plural adds nothing but an s to an e.
const IN_E: &str = "shoe toe canoe horse house nose rose vase case purse blouse mouse bus";

/// The noun of the first phrase in these words, in small letters and as of one thing: `dog` for `two running dogs in a
/// field`. Where there is no phrase, all the words.
#[must_use]
pub fn head_noun(words: &str) -> String {
    let reading = read(words);
    let head = reading.phrases.first().and_then(|phrase| reading.tokens.get(phrase.head));
    head.map_or_else(|| words.trim().to_lowercase(), singular)
}

fn singular(token: &Token) -> String {
    let word = token.word.as_str();
    let irregular = |(plural, one): &(&str, &str)| word.strip_suffix(plural).map(|start| format!("{start}{one}"));
    if let Some(one) = IRREGULAR.iter().find_map(irregular) {
        return one;
    }
    if !ends_in_s(word) || NO_PLURALS.split(' ').any(|listed| listed == word) {
        return word.to_owned();
    }
    let without_s = word.strip_suffix('s').unwrap_or(word);
    if IN_E.split(' ').any(|listed| without_s == listed) {
        return without_s.to_owned();
    }
    if let Some(start) = word.strip_suffix("ies").filter(|start| start.len() > 2) {
        return format!("{start}y");
    }
    let adds_es = ["ses", "xes", "zes", "ches", "shes", "oes"].iter().any(|end| word.ends_with(end));
    if adds_es { word.strip_suffix("es").unwrap_or(word).to_owned() } else { without_s.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_noun_is_that_of_the_first_phrase_and_of_one_thing() {
        for (words, noun) in [
            ("two running dogs in a field", "dog"),
            ("a cup of coffee", "cup"),
            ("the man's red hat", "hat"),
            ("Three women", "woman"),
            ("policemen", "policeman"),
            ("cherries", "cherry"),
            ("pies", "pie"),
            ("boxes", "box"),
            ("buses", "bus"),
            ("benches", "bench"),
            ("horses", "horse"),
            ("potatoes", "potato"),
            ("shoes", "shoe"),
            ("a pair of scissors", "pair"),
            ("scissors", "scissors"),
            ("grass", "grass"),
            ("an octopus", "octopus"),
            ("it", "it"),
            ("", ""),
        ] {
            assert_eq!(head_noun(words), noun, "{words}");
        }
    }
}
