//! What a person did to pictures, regions and results, to be undone and done again.
//!
//! Carrying out a [`Step`] gives the step that takes it back; so undoing and doing again are the same thing.

use std::{collections::BTreeSet, sync::Arc};

use super::pictures::{Entry, EntryId};
use crate::{dataset::Verdict, engine::Answer, geometry::NormBox};

/// One change.
#[derive(Clone, Debug)]
pub(in crate::ui) enum Step {
    /// The rectangle of an entry becomes this.
    SetRegion(EntryId, Option<NormBox>),
    /// A result goes back to its place among those of an entry, and is shown.
    InsertResult(EntryId, usize, Arc<Answer>),
    /// The result at this place goes away.
    DeleteResult(EntryId, usize),
    /// The result at this place becomes this one, and is shown.
    ReplaceResult(EntryId, usize, Arc<Answer>),
    /// The verdict about a picture becomes this, and it is shown.
    SetVerdict(EntryId, Option<Verdict>),
    /// Pictures go back to their places in the list, and this one is shown.
    InsertEntries(Vec<Entry>, EntryId),
    /// Pictures go away.
    DeleteEntries(BTreeSet<EntryId>),
}

/// What can be undone and done again, the latest last.
#[derive(Clone, Debug, Default)]
pub struct Undo {
    back: Vec<Step>,
    again: Vec<Step>,
    /// What could be done again before the latest step was noted; none once that step is no longer the latest news.
    again_before: Option<Vec<Step>>,
}

/// More would only take memory.
const MOST_STEPS: usize = 100;

impl Undo {
    /// Whether there is something to undo.
    #[must_use]
    pub fn can_undo(&self) -> bool {
        !self.back.is_empty()
    }

    /// Whether there is something to do again.
    #[must_use]
    pub fn can_redo(&self) -> bool {
        !self.again.is_empty()
    }

    /// Notes how something new is taken back.
    pub(in crate::ui) fn note(&mut self, back: Step) {
        self.again_before = Some(std::mem::take(&mut self.again));
        self.back.push(back);
        if self.back.len() > MOST_STEPS {
            self.back.remove(0);
        }
    }

    /// Whether the latest news is that the rectangle of this entry is being changed.
    pub(in crate::ui) fn is_changing_region(&self, entry: EntryId) -> bool {
        self.again_before.is_some() && matches!(self.back.last(), Some(Step::SetRegion(id, _)) if *id == entry)
    }

    /// Whether the latest news is that a result of this entry is being changed.
    pub(in crate::ui) fn is_changing_result(&self, entry: EntryId, at: usize) -> bool {
        let is_of = |step: &Step| matches!(step, Step::ReplaceResult(id, place, _) if (*id, *place) == (entry, at));
        self.again_before.is_some() && self.back.last().is_some_and(is_of)
    }

    /// The step that takes the latest change back as if it had never been: it can't be done again, what could be before can.
    pub(in crate::ui) fn withdraw(&mut self) -> Option<Step> {
        self.again = self.again_before.take()?;
        self.back.pop()
    }

    /// The step that takes the latest change back.
    pub(in crate::ui) fn pop_undo(&mut self) -> Option<Step> {
        self.again_before = None;
        self.back.pop()
    }

    /// The step that does again what was taken back last.
    pub(in crate::ui) fn pop_redo(&mut self) -> Option<Step> {
        self.again_before = None;
        self.again.pop()
    }

    /// Notes how what was taken back is done again.
    pub(in crate::ui) fn note_undone(&mut self, again: Option<Step>) {
        self.again.extend(again);
    }

    /// Notes how what was done again is taken back.
    pub(in crate::ui) fn note_redone(&mut self, back: Option<Step>) {
        self.back.extend(back);
    }
}
