//! What the model is busy with, and what is asked about all pictures.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use serde::{Deserialize, Serialize};

use super::pictures::{Content, Entry, EntryId};
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
        /// What is asked.
        task: Task,
        /// How the answer is written.
        options: GenerateOptions,
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

/// What is asked about all pictures, and how far it is. Pictures that leave the list leave it too.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Whether it goes on by itself.
    pub pace: Pace,
    /// Where its answers are kept, besides with their pictures.
    pub folder: Option<BatchFolder>,
    task: Task,
    options: GenerateOptions,
    /// Those not asked about yet; ids ascend as the list does.
    waiting: BTreeSet<EntryId>,
    /// The one being asked about.
    at: Option<EntryId>,
    /// How the turns of the others ended.
    ended: BTreeMap<EntryId, TurnEnd>,
    /// How long the answers took, all together.
    secs: f64,
}

/// A folder that the answers of a run over all are kept in, for `kosmoscope batch` too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchFolder {
    /// The folder of the parts.
    pub parts: PathBuf,
    /// The fingerprint of the checkpoint whose answers they are.
    pub fingerprint: String,
    /// How exactly its weights are kept.
    pub precision: String,
}

/// What a person wants to run over, and where the answers go; as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BatchWish {
    /// The folder of the pictures.
    pub pictures: String,
    /// The folder of the parts.
    pub parts: String,
    /// Whether pictures that failed before are tried again.
    pub retry_failed: bool,
}

/// One of the folders of a [`BatchWish`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchPlace {
    /// That of the pictures.
    Pictures,
    /// That of the parts.
    Parts,
}

/// Whether the next picture follows by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// It does.
    Going,
    /// It waits for the person to continue.
    Paused,
}

/// How a picture's turn ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnEnd {
    /// With an answer.
    Answered,
    /// It can't be opened, or the run failed.
    Failed,
    /// The person stopped it.
    Stopped,
}

impl Batch {
    /// These pictures.
    #[must_use]
    pub fn new(waiting: BTreeSet<EntryId>, task: Task, options: GenerateOptions) -> Self {
        Self { pace: Pace::Going, folder: None, task, options, waiting, at: None, ended: BTreeMap::new(), secs: 0.0 }
    }

    /// Whether this picture's turn is still to come.
    #[must_use]
    pub fn is_waiting(&self, id: EntryId) -> bool {
        self.waiting.contains(&id)
    }

    /// Pictures in all.
    #[must_use]
    pub fn n_total(&self) -> usize {
        self.waiting.len() + usize::from(self.at.is_some()) + self.ended.len()
    }

    /// Pictures whose turn ended like this.
    #[must_use]
    pub fn n_ended(&self, end: TurnEnd) -> usize {
        self.ended.values().filter(|other| **other == end).count()
    }

    /// Pictures with an answer.
    #[must_use]
    pub fn n_done(&self) -> usize {
        self.n_ended(TurnEnd::Answered)
    }

    /// The share of pictures whose turn is over, from 0 to 1.
    #[must_use]
    pub fn share_over(&self) -> f32 {
        self.ended.len() as f32 / self.n_total().max(1) as f32
    }

    /// How long the rest takes if it goes on like this, in seconds; `None` before the first answer.
    #[must_use]
    pub fn secs_left(&self) -> Option<f64> {
        let n_left = self.waiting.len() + usize::from(self.at.is_some());
        (self.n_done() > 0).then(|| self.secs / self.n_done() as f64 * n_left as f64)
    }

    /// Whose turn is next.
    #[must_use]
    pub fn next(&self) -> Option<EntryId> {
        self.waiting.first().copied()
    }

    /// Whether one of its pictures is being asked about.
    pub(in crate::ui) fn is_asking(&self) -> bool {
        self.at.is_some()
    }

    /// Whether every picture had its turn.
    pub(in crate::ui) fn is_over(&self) -> bool {
        self.waiting.is_empty() && self.at.is_none()
    }

    /// The picture asked about gives way and takes its turn again. Returns whether there is one.
    pub(in crate::ui) fn yield_turn(&mut self) -> bool {
        let is_asking = self.at.is_some();
        self.waiting.extend(self.at.take());
        is_asking
    }

    /// The turn of the picture asked about is over, if one is.
    pub(in crate::ui) fn end_turn(&mut self, end: TurnEnd) {
        self.ended.extend(self.at.take().map(|id| (id, end)));
    }

    /// The picture asked about, if there is one, took this long.
    pub(in crate::ui) fn note_secs(&mut self, secs: f64) {
        if self.is_asking() {
            self.secs += secs;
        }
    }

    /// These pictures are not in the list any more.
    pub(in crate::ui) fn leave(&mut self, ids: &BTreeSet<EntryId>) {
        self.waiting.retain(|id| !ids.contains(id));
        self.ended.retain(|id, _| !ids.contains(id));
        self.at = self.at.filter(|id| !ids.contains(id));
    }

    /// The next picture's turn; `None` while paused, and at the end.
    pub(in crate::ui) fn take_turn(&mut self) -> Option<Work> {
        if self.pace == Pace::Paused {
            return None;
        }
        self.at = self.waiting.pop_first();
        Some(Work::Preparing { entry: self.at?, task: self.task.clone(), options: self.options.clone() })
    }
}

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
    /// There is an answer, but its file has become another picture since.
    Outdated,
    /// It can't be opened, or its last run failed.
    Failed,
}

impl EntryStatus {
    /// That of an entry while the model is at this work and these wait for it.
    #[must_use]
    pub fn of(entry: &Entry, work: &Work, batch: Option<&Batch>) -> Self {
        let is_waiting = batch.is_some_and(|batch| batch.is_waiting(entry.id));
        match &entry.content {
            Content::Failed(_) => Self::Failed,
            _ if work.entry() == Some(entry.id) => Self::Running,
            _ if is_waiting => Self::Waiting,
            _ if entry.failure.is_some() => Self::Failed,
            _ if entry.answer.finished().is_some_and(|answer| entry.has_changed_since(answer)) => Self::Outdated,
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
            Self::Outdated => "changed since its answer",
            Self::Failed => "failed",
        }
    }
}
