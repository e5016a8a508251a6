//! Tallies of right answers by name, and the table that shows them.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

/// How many of how many answers are right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// The right ones.
    pub right: usize,
    /// All of them.
    pub of: usize,
}

impl Tally {
    /// One answer, right or wrong.
    #[must_use]
    pub fn one(is_right: bool) -> Self {
        Self { right: usize::from(is_right), of: 1 }
    }

    /// The right ones as a part of all, 0..=1; `None` of nothing.
    #[must_use]
    pub fn value(self) -> Option<f64> {
        (self.of > 0).then(|| self.right as f64 / self.of as f64)
    }
}

/// Tallies by name: `brief recall`, `find one`, and where they are split, as by the size of things, `find one small`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Table {
    rows: BTreeMap<String, Tally>,
    /// The last words of names that stand beside the name without them.
    #[serde(skip)]
    parts: &'static [&'static str],
}

impl Table {
    /// An empty table. Tallies that are named like others with one of these words behind stand beside those.
    #[must_use]
    pub fn split_by(parts: &'static [&'static str]) -> Self {
        Self { rows: BTreeMap::new(), parts }
    }

    /// Adds to the tally of this name.
    pub fn add(&mut self, name: &str, tally: Tally) {
        let row = self.rows.entry(name.to_owned()).or_default();
        row.right += tally.right;
        row.of += tally.of;
    }

    /// The tally of this name; nothing of nothing if it is not there.
    #[must_use]
    pub fn get(&self, name: &str) -> Tally {
        self.rows.get(name).copied().unwrap_or_default()
    }

    fn is_of_part(&self, name: &str) -> bool {
        self.parts.iter().any(|part| name.strip_suffix(part).is_some_and(|whole| whole.ends_with(' ')))
    }
}

/// A line for each name: all its answers, and behind them those of each part.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.rows.keys().filter(|name| !self.is_of_part(name)).collect();
        let width = names.iter().map(|name| name.len()).max().unwrap_or_default();
        write!(f, "{:width$}  {:17}", "", "all")?;
        for part in self.parts {
            write!(f, "  {part:17}")?;
        }
        for name in names {
            write!(f, "\n{name:width$}  {:17}", in_words(self.get(name)))?;
            for part in self.parts {
                let share = self.rows.get(&format!("{name} {part}"));
                write!(f, "  {:17}", share.map_or_else(String::new, |share| in_words(*share)))?;
            }
        }
        Ok(())
    }
}

fn in_words(tally: Tally) -> String {
    tally.value().map_or_else(|| "    – of 0".to_owned(), |value| format!("{:5.1} % of {}", 100.0 * value, tally.of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_beside_the_whole() {
        let mut table = Table::split_by(&["small", "medium", "large"]);
        table.add("find one", Tally { right: 3, of: 4 });
        table.add("find one small", Tally { right: 1, of: 2 });
        table.add("find one large", Tally { right: 2, of: 2 });
        table.add("count", Tally { right: 0, of: 0 });
        let lines: Vec<String> = table.to_string().lines().map(|line| line.trim_end().to_owned()).collect();
        let expected = [
            "          all                small              medium             large",
            "count         – of 0",
            "find one   75.0 % of 4        50.0 % of 2                          100.0 % of 2",
        ];
        assert_eq!(lines, expected);
    }
}
