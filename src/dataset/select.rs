//! Which records and boxes are taken, and what their classes are.

use std::borrow::Cow;

use sha2::{Digest as _, Sha256};

use super::{
    classes::Classes,
    names::last_part,
    record::{Record, Verdict},
};

/// What is taken of each record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// Boxes whose score is lower are left out, and phrases that had no others; boxes without a score are kept.
    pub min_score: Option<f64>,
    /// Whether all boxes are of one class, called `phrase`, instead of one for each phrase.
    pub single_class: bool,
    /// How the words of phrases become classes, where there is more than one.
    pub classes: Classes,
    /// Which records are taken by what a person decided about them.
    pub verdicts: Verdicts,
    /// The share of records that are for validation, 0..=1: which ones, depends on the names of their pictures alone.
    pub val_share: Option<f64>,
}

/// Which records are taken by what a person decided about them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdicts {
    /// All of them.
    #[default]
    All,
    /// Those that were not rejected.
    NotRejected,
    /// Those that were accepted.
    Accepted,
}

/// The name of the only class.
const SINGLE: &str = "phrase";

impl Selection {
    /// Whether a record is taken at all.
    #[must_use]
    pub fn takes(&self, record: &Record) -> bool {
        match self.verdicts {
            Verdicts::All => true,
            Verdicts::NotRejected => record.verdict != Some(Verdict::Reject),
            Verdicts::Accepted => record.verdict == Some(Verdict::Accept),
        }
    }

    /// Phrases of a record that a file of classes says nothing of.
    pub(super) fn n_without_class(&self, record: &Record) -> u64 {
        if !matches!(self.classes, Classes::Listed(_)) {
            return 0;
        }
        record.spans.iter().filter(|span| self.class(record.words(span)).is_none()).count() as u64
    }

    /// Takes out of a record what is not wanted.
    pub fn apply(&self, record: &mut Record) {
        if matches!(self.classes, Classes::Listed(_)) {
            let is_of_a_class: Vec<bool> =
                record.spans.iter().map(|span| self.class(record.words(span)).is_some()).collect();
            let mut keeps = is_of_a_class.into_iter();
            record.spans.retain(|_| keeps.next().unwrap_or(false));
        }
        let Some(least) = self.min_score else { return };
        record.spans.retain_mut(|span| {
            let was_bare = span.regions.is_empty();
            span.regions.retain(|region| region.score.is_none_or(|score| score >= least));
            was_bare || !span.regions.is_empty()
        });
    }

    /// The names of the parts that are written.
    pub(super) fn splits(&self) -> Vec<&'static str> {
        if self.val_share.is_some() { vec!["train", "val"] } else { vec![""] }
    }

    /// The one that a record belongs to.
    pub(super) fn split_of(&self, record: &Record) -> &'static str {
        let Some(share) = self.val_share else { return "" };
        let sum = Sha256::digest(last_part(record).as_bytes());
        let first = sum.iter().take(8).fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
        if (first as f64) < share * 2.0_f64.powi(64) { "val" } else { "train" }
    }

    /// The class of boxes with these words; `None` if they are of none.
    pub(super) fn class<'a>(&self, words: &'a str) -> Option<Cow<'a, str>> {
        if self.single_class { Some(SINGLE.into()) } else { self.classes.of(words) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::record::{Picture, Region, Words};

    #[test]
    fn splits_depend_on_names_and_are_as_large_as_asked() {
        let selection = Selection { val_share: Some(0.2), ..Selection::default() };
        let split = |url: String| {
            let picture = Picture { url: Some(url), ..Picture::default() };
            selection.split_of(&Record { picture, ..Record::default() })
        };
        let n_val = (0..2000).filter(|n| split(format!("https://x/{n}.jpg")) == "val").count();
        assert!((350..450).contains(&n_val), "{n_val}");
        assert_eq!(split("https://x/7.jpg".to_owned()), split("https://other/folder/7.jpg?x".to_owned()));
    }

    #[test]
    fn records_are_taken_by_their_verdicts() {
        let taken = |verdicts| {
            let all = [None, Some(Verdict::Accept), Some(Verdict::Reject), Some(Verdict::Unsure)];
            let selection = Selection { verdicts, ..Selection::default() };
            all.map(|verdict| selection.takes(&Record { verdict, ..Record::default() }))
        };
        assert_eq!(taken(Verdicts::All), [true; 4]);
        assert_eq!(taken(Verdicts::NotRejected), [true, true, false, true]);
        assert_eq!(taken(Verdicts::Accepted), [false, true, false, false]);
    }

    #[test]
    fn boxes_of_a_low_score_are_left_out() {
        let region = |score| Region::new([0.0, 0.0, 1.0, 1.0]).expect("a box").scored(score);
        let mut record = Record::default();
        for (name, score) in [("a", Some(0.9)), ("a", Some(0.1)), ("b", Some(0.1)), ("c", None)] {
            record.link(Words::Loose(name.to_owned()), None, region(score));
        }
        Selection { min_score: Some(0.5), ..Selection::default() }.apply(&mut record);
        let left: Vec<_> = record.spans.iter().map(|span| (record.words(span), span.regions.len())).collect();
        assert_eq!(left, [("a", 1), ("c", 1)]);
    }
}
