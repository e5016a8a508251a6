//! By what words are held for the same.

/// A reason to hold words for the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Module {
    /// They are written the same.
    Exact,
    /// Their stems are.
    Stem,
    /// They are in one synset of WordNet.
    Synonym,
    /// A table has them.
    Paraphrase,
}

impl Module {
    /// What such a match counts, 0..=1.
    pub(super) const fn weight(self) -> f64 {
        match self {
            Self::Exact => 1.0,
            Self::Synonym => 0.8,
            Self::Stem | Self::Paraphrase => 0.6,
        }
    }
}

/// How far METEOR goes to find words that mean the same; each goes on from the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Modules {
    /// The same words only.
    Exact,
    /// Words of the same stem too.
    Stem,
    /// Synonyms of WordNet too.
    Synonym,
    /// Paraphrases of a table too: all that METEOR 1.5 has.
    Full,
}

impl Modules {
    pub(super) const fn list(self) -> &'static [Module] {
        const ALL: &[Module] = &[Module::Exact, Module::Stem, Module::Synonym, Module::Paraphrase];
        let n = match self {
            Self::Exact => 1,
            Self::Stem => 2,
            Self::Synonym => 3,
            Self::Full => 4,
        };
        ALL.split_at(n).0
    }

    /// What tables call METEOR by these.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "METEOR (exact)",
            Self::Stem => "METEOR (exact, stem)",
            Self::Synonym => "METEOR (exact, stem, synonym)",
            Self::Full => "METEOR",
        }
    }
}
