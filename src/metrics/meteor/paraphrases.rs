//! Phrases that mean the same, by the table of the user's own copy of METEOR.
//!
//! The table has five million pairs, of which a few thousand can matter for given texts: those whose every word is in them.
//! One pass over the packed file keeps these.

use std::{
    collections::{HashMap, HashSet},
    fs::File,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
};

use flate2::bufread::MultiGzDecoder;

use super::{modules::Module, pair::Match};
use crate::words::place;

/// Where pycocoevalcap keeps the table, from its folder `meteor` on.
const PLACES: [&str; 4] = [
    "data/paraphrase-en.gz",
    "meteor/data/paraphrase-en.gz",
    "pycocoevalcap/meteor/data/paraphrase-en.gz",
    "paraphrase-en.gz",
];
/// The longest line that is read; those of the table have some dozens of bytes.
const MOST_BYTES: u64 = 1 << 16;

/// Why there are no paraphrases.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ParaphraseError {
    /// The folder has no table.
    #[error(
        "This folder has no data/paraphrase-en.gz; give the folder `meteor` of an installed pycocoevalcap, or leave \
        --meteor out: {}",
        place(path)
    )]
    Missing {
        /// The folder.
        path: PathBuf,
    },
    /// The table can't be read, or is something else.
    #[error(
        "The paraphrases can't be read ({reason}); install pycocoevalcap anew, or leave --meteor out: {}",
        place(path)
    )]
    File {
        /// What is wrong.
        reason: io::Error,
        /// The table.
        path: PathBuf,
    },
}

/// Phrases with what they can be said by; words joined by a space.
#[derive(Debug, Default)]
pub(super) struct Paraphrases {
    table: HashMap<String, Vec<String>>,
    /// Words of the longest phrase.
    longest: usize,
}

impl Paraphrases {
    /// The pairs of a folder's table that have these words only.
    pub(super) fn read(folder: &Path, words: &HashSet<String>) -> Result<Self, ParaphraseError> {
        let missing = || ParaphraseError::Missing { path: folder.to_owned() };
        let path = PLACES.iter().map(|name| folder.join(name)).find(|path| path.is_file()).ok_or_else(missing)?;
        let read = || Self::of(&mut BufReader::new(MultiGzDecoder::new(BufReader::new(File::open(&path)?))), words);
        read().map_err(|reason| ParaphraseError::File { reason, path: path.clone() })
    }

    fn of(file: &mut impl BufRead, words: &HashSet<String>) -> io::Result<Self> {
        let mut paraphrases = Self::default();
        let [mut probability, mut phrase, mut other] = [const { String::new() }; 3];
        let is_known = |text: &str| text.split_whitespace().all(|word| words.contains(word));
        while next_line(file, &mut probability)? {
            if probability.trim().parse::<f64>().is_err() {
                return Err(io::Error::other("an entry doesn't begin with a number"));
            }
            if !(next_line(file, &mut phrase)? && next_line(file, &mut other)?) {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if is_known(&phrase) && is_known(&other) {
                paraphrases.add(&phrase, &other);
            }
        }
        Ok(paraphrases)
    }

    fn add(&mut self, phrase: &str, other: &str) {
        let words: Vec<&str> = phrase.split_whitespace().collect();
        self.longest = self.longest.max(words.len());
        let other = other.split_whitespace().collect::<Vec<_>>().join(" ");
        self.table.entry(words.join(" ")).or_default().push(other);
    }

    fn is_pair(&self, phrase: &str, other: &str) -> bool {
        self.table.get(phrase).is_some_and(|others| others.iter().any(|known| known == other))
    }

    /// The runs of the reference that are paraphrases of a run of the hypothesis, once for each way round the table has them:
    /// twice is not certain.
    pub(super) fn matches(&self, hypothesis: &[String], reference: &[String]) -> Vec<Match> {
        let mut found = Vec::new();
        let runs = |words: &[String]| -> Vec<(usize, usize)> {
            let n = words.len();
            (0..n).flat_map(|start| (1..=self.longest.min(n - start)).map(move |length| (start, length))).collect()
        };
        let others = runs(reference);
        for (hypothesis_start, hypothesis_length) in runs(hypothesis) {
            let run = hypothesis[hypothesis_start..hypothesis_start + hypothesis_length].join(" ");
            for &(start, length) in &others {
                let other = reference[start..start + length].join(" ");
                let n_ways = usize::from(self.is_pair(&run, &other)) + usize::from(self.is_pair(&other, &run));
                let module = Module::Paraphrase;
                let pair = Match { module, start, length, hypothesis_start, hypothesis_length };
                found.extend(std::iter::repeat_n(pair, n_ways));
            }
        }
        found
    }
}

/// Whether there was another line, which is then in `line`.
fn next_line(file: &mut impl BufRead, line: &mut String) -> io::Result<bool> {
    line.clear();
    let n_bytes = io::Read::take(file, MOST_BYTES).read_line(line)? as u64;
    if n_bytes == MOST_BYTES { Err(io::Error::other("a line is too long")) } else { Ok(n_bytes > 0) }
}
