//! What a check found out, and how far the checks are.

use crate::progress::Share;

/// What was found out about one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was looked at.
    pub what: String,
    /// What came out.
    pub verdict: Verdict,
}

/// What came out of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is as it should be; this is how that was seen.
    Passed(String),
    /// It is not; this is the first difference, and what to do.
    Failed(String),
    /// Nothing can be said, for this reason.
    Skipped(String),
}

/// How far the checks are.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// What is being looked at.
    pub what: String,
    /// How much of it has been looked at, in bytes or answers.
    pub share: Share,
}

impl Check {
    pub(super) fn passed(what: &str, seen: impl Into<String>) -> Self {
        Self { what: what.to_owned(), verdict: Verdict::Passed(seen.into()) }
    }

    pub(super) fn failed(what: &str, difference: impl Into<String>) -> Self {
        Self { what: what.to_owned(), verdict: Verdict::Failed(difference.into()) }
    }

    pub(super) fn skipped(what: &str, why: &str) -> Self {
        Self { what: what.to_owned(), verdict: Verdict::Skipped(why.to_owned()) }
    }
}

/// Whether every check that was done came out well.
#[must_use]
pub fn has_passed(checks: &[Check]) -> bool {
    !checks.iter().any(|check| matches!(check.verdict, Verdict::Failed(_)))
}
