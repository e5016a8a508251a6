//! What an alignment comes to: counts, which add up over texts, and the score they give.

use super::{modules::Module, pair::Match};

/// How much precision counts against recall.
const ALPHA: f64 = 0.85;
/// How fast the penalty for chunks grows.
const BETA: f64 = 0.2;
/// How large the penalty is at most.
const GAMMA: f64 = 0.6;
/// How much content words count against function words.
const DELTA: f64 = 0.75;

/// METEOR's 93 function words of English: the most frequent words, as its authors counted them.
const FUNCTION_WORDS: &str = "the , . to of and a in that for \" is on 's it with was as said at he by be from have has are his \
    but an this not i will ’ they ) -rrb- ( -lrb- who their had we which were been more or s its would about new one after \
    you : also up when there than $ all out her people she year two - can if last first “ over other ” into some what so -- \
    no time years could ? 't — '";

/// Counts of content words and of function words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Words {
    content: usize,
    function: usize,
}

/// What METEOR counts of a text and a reference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    hypothesis: Words,
    reference: Words,
    /// Words of each side that are matched, by module.
    hypothesis_matched: [Words; 4],
    reference_matched: [Words; 4],
    /// Pieces that the matches are in; 0 if both texts are one and the same piece.
    chunks: usize,
}

impl Words {
    fn add(&mut self, other: Self) {
        self.content += other.content;
        self.function += other.function;
    }

    fn of(words: &[String]) -> Self {
        let function = words.iter().filter(|word| is_function(word)).count();
        Self { content: words.len() - function, function }
    }

    const fn all(self) -> usize {
        self.content + self.function
    }

    fn weighed(self) -> f64 {
        DELTA * self.content as f64 + (1.0 - DELTA) * self.function as f64
    }
}

fn is_function(word: &str) -> bool {
    FUNCTION_WORDS.split_whitespace().any(|listed| listed == word)
}

impl Statistics {
    /// Of an alignment: the matches that hold, in the order of the reference.
    pub(super) fn of(hypothesis: &[String], reference: &[String], matches: &[Match]) -> Self {
        let mut statistics =
            Self { hypothesis: Words::of(hypothesis), reference: Words::of(reference), ..Self::default() };
        let mut end = None;
        for found in matches {
            let module = found.module as usize;
            statistics.hypothesis_matched[module].add(Words::of(&hypothesis[found.hypothesis_words()]));
            statistics.reference_matched[module].add(Words::of(&reference[found.words()]));
            let goes_on = end == Some((found.start, found.hypothesis_start));
            statistics.chunks += usize::from(!goes_on);
            end = Some((found.words().end, found.hypothesis_words().end));
        }
        // a text that is the reference is in no pieces, and adds none to those of others
        if statistics.chunks == 1 && statistics.n_matched() == (hypothesis.len(), reference.len()) {
            statistics.chunks = 0;
        }
        statistics
    }

    /// Words of the hypothesis and of the reference that are matched.
    fn n_matched(&self) -> (usize, usize) {
        let all = |side: &[Words; 4]| side.iter().map(|words| words.all()).sum();
        (all(&self.hypothesis_matched), all(&self.reference_matched))
    }

    /// Adds those of another text.
    pub fn add(&mut self, other: &Self) {
        self.hypothesis.add(other.hypothesis);
        self.reference.add(other.reference);
        for module in 0..4 {
            self.hypothesis_matched[module].add(other.hypothesis_matched[module]);
            self.reference_matched[module].add(other.reference_matched[module]);
        }
        self.chunks += other.chunks;
    }

    /// The score, 0..=1.
    #[must_use]
    pub fn score(&self) -> f64 {
        let (n_hypothesis, n_reference) = self.n_matched();
        let precision = share(&self.hypothesis_matched, self.hypothesis);
        let recall = share(&self.reference_matched, self.reference);
        if precision == 0.0 || recall == 0.0 {
            return 0.0;
        }
        let mean = 1.0 / ((1.0 - ALPHA) / precision + ALPHA / recall);
        let fragmentation = self.chunks as f64 / ((n_hypothesis + n_reference) as f64 / 2.0);
        mean * (1.0 - GAMMA * fragmentation.powf(BETA))
    }
}

fn share(matched: &[Words; 4], of: Words) -> f64 {
    const MODULES: [Module; 4] = [Module::Exact, Module::Stem, Module::Synonym, Module::Paraphrase];
    if of.all() == 0 {
        return 0.0;
    }
    MODULES.iter().zip(matched).map(|(module, words)| module.weight() * words.weighed()).sum::<f64>() / of.weighed()
}
