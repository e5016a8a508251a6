//! Shares of right answers by name, and the table that shows them.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    /// Right ones.
    pub right: usize,
    /// All.
    pub of: usize,
}

impl Share {
    /// One answer, right or wrong.
    #[must_use]
    pub fn one(is_right: bool) -> Self {
        Self { right: usize::from(is_right), of: 1 }
    }

    /// In 0..=1; `None` of nothing.
    #[must_use]
    pub fn value(self) -> Option<f64> {
        (self.of > 0).then(|| self.right as f64 / self.of as f64)
    }
}

/// Shares by name: `find one`, `find small`, `brief precision`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Table(BTreeMap<String, Share>);

impl Table {
    /// Adds to a row.
    pub fn add(&mut self, name: &str, share: Share) {
        let row = self.0.entry(name.to_owned()).or_default();
        row.right += share.right;
        row.of += share.of;
    }

    /// A row; nothing of nothing if it is not there.
    #[must_use]
    pub fn get(&self, name: &str) -> Share {
        self.0.get(name).copied().unwrap_or_default()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.0.keys().map(String::len).max().unwrap_or_default();
        for (row, (name, share)) in self.0.iter().enumerate() {
            let end = if row == 0 { "" } else { "\n" };
            match share.value() {
                Some(value) => write!(f, "{end}{name:width$}  {:5.1} %  of {}", 100.0 * value, share.of)?,
                None => write!(f, "{end}{name:width$}      –    of 0")?,
            }
        }
        Ok(())
    }
}
