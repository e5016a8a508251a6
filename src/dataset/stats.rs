//! Counts over a dataset, as the table that presented GRIT has them, and what is good to know beside.

use std::collections::HashMap;

use serde::Serialize;

use super::record::Record;

/// Phrases that are counted at a time; of more, the rarest are forgotten.
const MOST_PHRASES: usize = 200_000;

/// What was counted.
#[derive(Debug, Default, Serialize)]
pub struct Stats {
    /// Pictures.
    pub images: u64,
    /// Boxes.
    pub objects: u64,
    /// Phrases with boxes.
    pub text_spans: u64,
    /// Words of those phrases.
    pub span_words: u64,
    /// Boxes by their score, in tenths from 0.
    pub scores: [u64; 10],
    /// Boxes without a score.
    pub unscored: u64,
    /// Boxes by the square root of their share of the picture, in tenths from 0.
    pub sizes: [u64; 10],
    #[serde(skip)]
    phrases: HashMap<String, u64>,
}

impl Stats {
    /// Counts a record.
    pub fn add(&mut self, record: &Record) {
        self.images += 1;
        for span in record.spans.iter().filter(|span| !span.regions.is_empty()) {
            let words = record.words(span);
            self.text_spans += 1;
            self.span_words += words.split_whitespace().count() as u64;
            self.count(words.trim().to_lowercase());
        }
        for (_, region) in record.boxes() {
            self.objects += 1;
            let [x1, y1, x2, y2] = region.edges;
            self.sizes[tenth(((x2 - x1) * (y2 - y1)).sqrt())] += 1;
            match region.score {
                Some(score) => self.scores[tenth(score)] += 1,
                None => self.unscored += 1,
            }
        }
    }

    fn count(&mut self, phrase: String) {
        if self.phrases.len() >= MOST_PHRASES && !self.phrases.contains_key(&phrase) {
            let mut counts: Vec<u64> = self.phrases.values().copied().collect();
            counts.sort_unstable();
            let middle = counts[counts.len() / 2];
            self.phrases.retain(|_, count| *count > middle);
        }
        *self.phrases.entry(phrase).or_default() += 1;
    }

    /// Words of a phrase, on average; `None` without phrases.
    #[must_use]
    pub fn mean_words(&self) -> Option<f64> {
        (self.text_spans > 0).then(|| self.span_words as f64 / self.text_spans as f64)
    }

    /// The phrases that occur most often, with how often that is.
    #[must_use]
    pub fn frequent(&self, n_phrases: usize) -> Vec<(&str, u64)> {
        let mut phrases: Vec<_> = self.phrases.iter().map(|(phrase, &count)| (phrase.as_str(), count)).collect();
        phrases.sort_by_key(|&(phrase, count)| (std::cmp::Reverse(count), phrase));
        phrases.truncate(n_phrases);
        phrases
    }
}

fn tenth(share: f64) -> usize {
    ((share * 10.0) as usize).min(9)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::record::{Region, Words};

    #[test]
    fn what_is_there_is_counted() {
        let mut stats = Stats::default();
        let region = |edges, score| Region::new(edges).expect("a box").scored(score);
        for _ in 0..2 {
            let mut record = Record::default();
            record.link(Words::Loose("A dog".to_owned()), None, region([0.0, 0.0, 1.0, 1.0], Some(1.0)));
            record.link(Words::Loose("a dog".to_owned()), None, region([0.0, 0.0, 0.5, 0.5], None));
            record.link(Words::Loose("a dog".to_owned()), None, region([0.0, 0.0, 0.1, 0.1], Some(0.05)));
            stats.add(&record);
        }
        assert_eq!((stats.images, stats.objects, stats.text_spans), (2, 6, 4));
        assert_eq!(stats.mean_words(), Some(2.0));
        assert_eq!((stats.scores[0], stats.scores[9], stats.unscored), (2, 2, 2));
        assert_eq!((stats.sizes[1], stats.sizes[5], stats.sizes[9]), (2, 2, 2));
        assert_eq!(stats.frequent(10), [("a dog", 4)]);
    }
}
