//! What the model is busy with, and what is asked about all pictures.

use std::collections::BTreeSet;

use super::collection::{Collection, EntryId};
use crate::{engine::GenerateOptions, text::Task, worker::RequestId};

/// What the model is busy with.
#[derive(Clone, Debug, Default)]
pub enum Work {
    /// Nothing.
    #[default]
    Idle,
    /// The picture has to be read first.
    Preparing {
        /// Whose picture.
        entry: EntryId,
        /// What will be asked.
        task: Task,
        /// How the answer will be written.
        options: GenerateOptions,
    },
    /// A run is under way.
    Running {
        /// Whose run.
        entry: EntryId,
        /// Which run.
        id: RequestId,
    },
}

impl Work {
    /// The entry it is about.
    #[must_use]
    pub fn entry(&self) -> Option<EntryId> {
        match self {
            Self::Idle => None,
            Self::Preparing { entry, .. } | Self::Running { entry, .. } => Some(*entry),
        }
    }
}

/// What is asked about all pictures, and how far it is.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Whether it goes on by itself.
    pub pace: Pace,
    task: Task,
    options: GenerateOptions,
    /// Those not asked about yet; ids ascend as the list does.
    waiting: BTreeSet<EntryId>,
    /// The one being asked about.
    at: Option<EntryId>,
    all: Vec<EntryId>,
}

/// Whether the next picture follows by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// It does.
    Going,
    /// It waits for the person to continue.
    Paused,
}

impl Batch {
    /// All pictures there are now.
    #[must_use]
    pub fn new(pictures: &Collection, task: Task, options: GenerateOptions) -> Self {
        let all: Vec<EntryId> = pictures.entries().iter().map(|entry| entry.id).collect();
        Self { pace: Pace::Going, task, options, waiting: all.iter().copied().collect(), at: None, all }
    }

    /// Whether this picture's turn is still to come.
    #[must_use]
    pub fn is_waiting(&self, id: EntryId) -> bool {
        self.waiting.contains(&id)
    }

    /// Pictures in all.
    #[must_use]
    pub fn n_total(&self) -> usize {
        self.all.len()
    }

    /// Pictures whose turn is over.
    #[must_use]
    pub fn n_done(&self) -> usize {
        self.all.len() - self.waiting.len() - usize::from(self.at.is_some())
    }

    /// Whose turn is next.
    #[must_use]
    pub fn next(&self) -> Option<EntryId> {
        self.waiting.first().copied()
    }

    /// All pictures it is about, those that are gone from the list included.
    pub(in crate::ui) fn all(&self) -> &[EntryId] {
        &self.all
    }

    /// Whether every picture had its turn.
    pub(in crate::ui) fn is_over(&self) -> bool {
        self.waiting.is_empty() && self.at.is_none()
    }

    /// The picture asked about gives way and takes its turn again.
    pub(in crate::ui) fn yield_turn(&mut self) {
        self.waiting.extend(self.at.take());
    }

    /// The next picture's turn; `None` while paused, and at the end.
    pub(in crate::ui) fn take_turn(&mut self) -> Option<Work> {
        self.at = None;
        if self.pace == Pace::Paused {
            return None;
        }
        self.at = self.waiting.pop_first();
        Some(Work::Preparing { entry: self.at?, task: self.task.clone(), options: self.options.clone() })
    }
}
