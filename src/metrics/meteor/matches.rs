//! Which words of two lines could stand for each other, and why: the modules of METEOR.

use rust_stemmers::{Algorithm, Stemmer};

use super::{modules::Module, pair::Match, paraphrases::Paraphrases, synonyms};

/// A word with what the modules compare.
struct Word<'a> {
    text: &'a str,
    stem: String,
    synsets: Vec<u32>,
}

/// For each word of the reference, the matches that begin there: by module, then by place in the hypothesis.
pub(super) fn matches(
    hypothesis: &[String],
    reference: &[String],
    modules: &[Module],
    paraphrases: &Paraphrases,
) -> Vec<Vec<Match>> {
    let mut all = vec![Vec::new(); reference.len()];
    let is_same = hypothesis == reference;
    let (words, others) = (looked_up(hypothesis), looked_up(reference));
    for &module in modules.iter().filter(|module| !is_same || **module == Module::Exact) {
        if module == Module::Paraphrase {
            for found in paraphrases.matches(hypothesis, reference) {
                all[found.start].push(found);
            }
            continue;
        }
        for (start, other) in others.iter().enumerate() {
            for (hypothesis_start, word) in words.iter().enumerate() {
                if word.is_like(other, module) {
                    all[start].push(Match { module, start, length: 1, hypothesis_start, hypothesis_length: 1 });
                }
            }
        }
    }
    all
}

fn looked_up(words: &[String]) -> Vec<Word<'_>> {
    let stemmer = Stemmer::create(Algorithm::English);
    let look_up = |text| Word { text, stem: stemmer.stem(text).into_owned(), synsets: synonyms::synsets(text) };
    words.iter().map(|word| look_up(word.as_str())).collect()
}

impl Word<'_> {
    fn is_like(&self, other: &Self, module: Module) -> bool {
        match module {
            Module::Exact => self.text == other.text,
            Module::Stem => self.text != other.text && self.stem == other.stem,
            Module::Synonym => {
                self.text != other.text && self.synsets.iter().any(|set| other.synsets.binary_search(set).is_ok())
            }
            Module::Paraphrase => false,
        }
    }
}
