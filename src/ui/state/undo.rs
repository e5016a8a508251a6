//! What a person did to pictures, regions and results, to be undone and done again.
//!
//! Carrying out a [`Step`] gives the step that takes it back; so undoing and doing again are the same thing.

use std::sync::Arc;

use super::collection::{Entry, EntryId};
use crate::{engine::Answer, geometry::NormBox};

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
    /// A picture goes back to its place in the list, and is shown.
    InsertEntry(Box<Entry>),
    /// A picture goes away.
    DeleteEntry(EntryId),
    /// Several changes, one after the other.
    All(Vec<Step>),
}

/// What can be undone and done again, the latest last.
#[derive(Clone, Debug, Default)]
pub struct Undo {
    undo: Vec<Step>,
    redo: Vec<Step>,
}

/// More would only take memory.
const MOST_STEPS: usize = 100;

impl Undo {
    /// Whether there is something to undo.
    #[must_use]
    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    /// Whether there is something to do again.
    #[must_use]
    pub fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }

    /// Notes how something new is taken back.
    pub(in crate::ui) fn note(&mut self, back: Step) {
        self.redo.clear();
        self.undo.push(back);
        if self.undo.len() > MOST_STEPS {
            self.undo.remove(0);
        }
    }

    /// The step that takes the latest change back.
    pub(in crate::ui) fn pop_undo(&mut self) -> Option<Step> {
        self.undo.pop()
    }

    /// The step that does again what was taken back last.
    pub(in crate::ui) fn pop_redo(&mut self) -> Option<Step> {
        self.redo.pop()
    }

    /// Notes how what was taken back is done again.
    pub(in crate::ui) fn note_undone(&mut self, again: Option<Step>) {
        self.redo.extend(again);
    }

    /// Notes how what was done again is taken back.
    pub(in crate::ui) fn note_redone(&mut self, back: Option<Step>) {
        self.undo.extend(back);
    }
}
