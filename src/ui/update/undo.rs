//! Changes that can be undone: carried out, taken back, done again.

use std::sync::Arc;

use crate::ui::state::{AnswerState, AppState, Step};

impl AppState {
    /// Does something that can be undone.
    pub(super) fn do_step(&mut self, step: Step) {
        if let Some(back) = self.carry_out(step) {
            self.undo.note(back);
        }
    }

    /// Takes the latest change back. What it was about may be gone.
    pub(super) fn undo(&mut self) {
        if let Some(step) = self.undo.pop_undo() {
            let back = self.carry_out(step);
            self.undo.note_undone(back);
        }
    }

    /// Does again what was taken back last.
    pub(super) fn redo(&mut self) {
        if let Some(step) = self.undo.pop_redo() {
            let back = self.carry_out(step);
            self.undo.note_redone(back);
        }
    }

    /// Takes all pictures out of the list.
    pub(super) fn close_all(&mut self) {
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
                if !entry.answer.is_under_way() {
                    entry.answer = AnswerState::Finished(result);
                }
                self.show(id);
                Some(Step::DeleteResult(id, at))
            }
            Step::DeleteResult(id, at) => {
                let entry = self.pictures.get_mut(id)?;
                let removed = (at < entry.results.len()).then(|| entry.results.remove(at))?;
                if entry.answer.finished().is_some_and(|shown| Arc::ptr_eq(shown, &removed)) {
                    entry.answer =
                        entry.results.last().map_or(AnswerState::Empty, |last| AnswerState::Finished(Arc::clone(last)));
                }
                self.show(id);
                Some(Step::InsertResult(id, at, removed))
            }
            Step::ReplaceResult(id, at, result) => {
                let entry = self.pictures.get_mut(id)?;
                let before = std::mem::replace(entry.results.get_mut(at)?, Arc::clone(&result));
                if !entry.answer.is_under_way() {
                    entry.answer = AnswerState::Finished(result);
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
