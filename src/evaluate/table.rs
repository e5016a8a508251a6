//! Shares of right answers by name, and the table that shows them.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

use super::scenes::Size;

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

/// Shares by name: `brief recall`, `find one`, and by the size of things `find one small`.
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

/// A line for each task: all its answers, and those about things of each size behind them.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tasks: Vec<_> = self.0.keys().filter(|name| !is_of_size(name)).collect();
        let width = tasks.iter().map(|name| name.len()).max().unwrap_or_default();
        write!(f, "{:width$}  {:17}", "", "all")?;
        for size in Size::ALL {
            write!(f, "  {:17}", size.name())?;
        }
        for name in tasks {
            write!(f, "\n{name:width$}  {:17}", in_words(self.get(name)))?;
            for size in Size::ALL {
                let share = self.0.get(&format!("{name} {}", size.name()));
                write!(f, "  {:17}", share.map_or_else(String::new, |share| in_words(*share)))?;
            }
        }
        Ok(())
    }
}

fn is_of_size(name: &str) -> bool {
    Size::ALL.iter().any(|size| name.strip_suffix(size.name()).is_some_and(|task| task.ends_with(' ')))
}

fn in_words(share: Share) -> String {
    share.value().map_or_else(|| "    – of 0".to_owned(), |value| format!("{:5.1} % of {}", 100.0 * value, share.of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_stand_beside_their_task() {
        let mut table = Table::default();
        table.add("find one", Share { right: 3, of: 4 });
        table.add("find one small", Share { right: 1, of: 2 });
        table.add("find one large", Share { right: 2, of: 2 });
        table.add("count", Share { right: 0, of: 0 });
        let lines: Vec<String> = table.to_string().lines().map(|line| line.trim_end().to_owned()).collect();
        let expected = [
            "          all                small              medium             large",
            "count         – of 0",
            "find one   75.0 % of 4        50.0 % of 2                          100.0 % of 2",
        ];
        assert_eq!(lines, expected);
    }
}
