//! How far a picture of the list is, in one word.

use super::{
    app_state::AppState,
    entry::{Content, Entry},
};

/// How far a picture of the list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryStatus {
    /// Nothing was asked about it.
    Unasked,
    /// It will be asked about.
    Waiting,
    /// The model is at it.
    Running,
    /// There is an answer.
    Done,
    /// It can't be opened, or its last run failed.
    Failed,
}

impl EntryStatus {
    /// That of an entry in this window.
    #[must_use]
    pub fn of(entry: &Entry, state: &AppState) -> Self {
        let is_waiting = state.batch.as_ref().is_some_and(|batch| batch.is_waiting(entry.id));
        match &entry.content {
            Content::Failed(_) => Self::Failed,
            _ if state.work.entry() == Some(entry.id) => Self::Running,
            _ if is_waiting => Self::Waiting,
            _ if entry.failure.is_some() => Self::Failed,
            _ if entry.answer.caption().is_some() => Self::Done,
            _ => Self::Unasked,
        }
    }

    /// In words for a person.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Unasked => "nothing asked yet",
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}
