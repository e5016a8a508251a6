//! Which words can mean the same: the synsets of WordNet 3.0 that a word or one of its base forms is in.
//!
//! The data are WordNet's, packed by `assets/wordnet/make.py`, under the notice beside it. Base forms are found as WordNet's
//! own programs do: irregular ones in a list, else by trading the ending; the first
//! that is a word counts.

use std::{collections::HashMap, io::Read as _, sync::LazyLock};

use flate2::read::GzDecoder;

const PACKED: &[u8] = include_bytes!("../../../assets/wordnet/synonyms.gz");
/// Endings, and what a base form may have in their place: of nouns, verbs and adjectives.
const ENDINGS: [(&str, &str); 18] = [
    ("s", ""),
    ("ses", "s"),
    ("xes", "x"),
    ("zes", "z"),
    ("ches", "ch"),
    ("shes", "sh"),
    ("men", "man"),
    ("ies", "y"),
    ("es", "e"),
    ("es", ""),
    ("ed", "e"),
    ("ed", ""),
    ("ing", "e"),
    ("ing", ""),
    ("er", ""),
    ("est", ""),
    ("er", "e"),
    ("est", "e"),
];

static DICTIONARY: LazyLock<Dictionary> = LazyLock::new(|| {
    let mut text = String::new();
    // of bytes that are built in: a test reads them whole
    let _ = GzDecoder::new(PACKED).read_to_string(&mut text);
    Dictionary::of(&text)
});

struct Dictionary {
    synsets: HashMap<String, Vec<u32>>,
    irregular: HashMap<String, Vec<String>>,
}

impl Dictionary {
    fn of(text: &str) -> Self {
        let (words, forms) = text.split_once("\n\n").unwrap_or_default();
        let number = |digits: &str| u32::from_str_radix(digits, 36).ok();
        let synsets = rows(words).map(|(word, ids)| (word.to_owned(), ids.split(' ').filter_map(number).collect()));
        let irregular =
            rows(forms).map(|(form, bases)| (form.to_owned(), bases.split_whitespace().map(str::to_owned).collect()));
        Self { synsets: synsets.collect(), irregular: irregular.collect() }
    }
}

fn rows(part: &str) -> impl Iterator<Item = (&str, &str)> {
    part.lines().filter_map(|line| line.split_once('\t'))
}

/// The synsets of a word in small letters, and of its base forms.
pub(super) fn synsets(word: &str) -> Vec<u32> {
    let own = |word: &str| DICTIONARY.synsets.get(word).map_or(&[][..], Vec::as_slice);
    let mut all = own(word).to_vec();
    if let Some(bases) = DICTIONARY.irregular.get(word) {
        all.extend(bases.iter().flat_map(|base| own(base)));
    } else if word.len() > 2 && !word.ends_with("ss") {
        let base = |(ending, base): &(&str, &str)| Some(format!("{}{base}", word.strip_suffix(ending)?));
        let known = ENDINGS.iter().filter_map(base).find(|base| DICTIONARY.synsets.contains_key(base));
        all.extend(known.iter().flat_map(|base| own(base)));
    }
    all.sort_unstable();
    all.dedup();
    all
}
