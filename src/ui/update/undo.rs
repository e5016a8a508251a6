//! What a person did to pictures, regions and results, to be undone and done again.
//!
//! Carrying out a [`Step`] gives the step that takes it back; so undoing and doing again are the same thing.

use std::sync::Arc;

use crate::ui::state::{AppState, Entry, EntryId, Reply};
use crate::{engine::Answer, geometry::NormBox};

/// One change.
#[derive(Debug)]
pub(crate) enum Step {
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
#[derive(Debug, Default)]
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
    pub(crate) fn note(&mut self, back: Step) {
        self.redo.clear();
        self.undo.push(back);
        if self.undo.len() > MOST_STEPS {
            self.undo.remove(0);
        }
    }
}

impl AppState {
    /// Does something that can be undone.
    pub(crate) fn do_step(&mut self, step: Step) {
        if let Some(back) = self.carry_out(step) {
            self.undo.note(back);
        }
    }

    /// Takes the latest change back. What it was about may be gone.
    pub(crate) fn undo(&mut self) {
        if let Some(step) = self.undo.undo.pop() {
            let back = self.carry_out(step);
            self.undo.redo.extend(back);
        }
    }

    /// Does again what was taken back last.
    pub(crate) fn redo(&mut self) {
        if let Some(step) = self.undo.redo.pop() {
            let back = self.carry_out(step);
            self.undo.undo.extend(back);
        }
    }

    /// A rectangle begins to be drawn: how to take it back is noted once, not with each move of the pointer.
    pub(crate) fn begin_region(&mut self) {
        if let Some(entry) = self.pictures.current().map(|entry| entry.id) {
            self.undo.note(Step::SetRegion(entry, self.form.region));
        }
    }

    /// Takes all pictures out of the list.
    pub(crate) fn close_all(&mut self) {
        let steps = self.pictures.entries().iter().map(|entry| Step::DeleteEntry(entry.id)).collect();
        self.do_step(Step::All(steps));
    }

    fn carry_out(&mut self, step: Step) -> Option<Step> {
        match step {
            Step::SetRegion(id, region) => {
                self.pictures.get(id)?;
                self.show(id);
                Some(Step::SetRegion(id, std::mem::replace(&mut self.form.region, region)))
            }
            Step::InsertResult(id, at, result) => {
                let entry = self.pictures.get_mut(id)?;
                let at = at.min(entry.results.len());
                entry.results.insert(at, Arc::clone(&result));
                if !entry.reply.is_under_way() {
                    entry.reply = Reply::Finished(result);
                }
                self.show(id);
                Some(Step::DeleteResult(id, at))
            }
            Step::DeleteResult(id, at) => {
                let entry = self.pictures.get_mut(id)?;
                let removed = (at < entry.results.len()).then(|| entry.results.remove(at))?;
                if entry.reply.answer().is_some_and(|shown| Arc::ptr_eq(shown, &removed)) {
                    entry.reply = entry.results.last().map_or(Reply::Empty, |last| Reply::Finished(Arc::clone(last)));
                }
                self.show(id);
                Some(Step::InsertResult(id, at, removed))
            }
            Step::ReplaceResult(id, at, result) => {
                let entry = self.pictures.get_mut(id)?;
                let before = std::mem::replace(entry.results.get_mut(at)?, Arc::clone(&result));
                if !entry.reply.is_under_way() {
                    entry.reply = Reply::Finished(result);
                }
                self.show(id);
                Some(Step::ReplaceResult(id, at, before))
            }
            Step::InsertEntry(entry) => {
                let id = entry.id;
                self.put_back(*entry);
                Some(Step::DeleteEntry(id))
            }
            Step::All(steps) => {
                let mut back: Vec<Step> = steps.into_iter().filter_map(|step| self.carry_out(step)).collect();
                back.reverse();
                Some(Step::All(back))
            }
            Step::DeleteEntry(id) => self.take_out(id).map(|entry| Step::InsertEntry(Box::new(entry))),
        }
    }
}
