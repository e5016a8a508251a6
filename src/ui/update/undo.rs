//! Changes that can be undone: carried out, taken back, done again.

use std::{collections::BTreeSet, sync::Arc};

use crate::ui::state::{AppState, EntryId, Step};

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
        let all = self.pictures.entries().iter().map(|entry| entry.id).collect();
        self.do_step(Step::DeleteEntries(all));
    }

    /// Takes pictures out of the list.
    pub(super) fn remove(&mut self, ids: BTreeSet<EntryId>) {
        self.do_step(Step::DeleteEntries(ids));
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
                entry.answer.show(result);
                self.show(id);
                Some(Step::DeleteResult(id, at))
            }
            Step::DeleteResult(id, at) => {
                let entry = self.pictures.get_mut(id)?;
                let removed = (at < entry.results.len()).then(|| entry.results.remove(at))?;
                entry.answer.forget(&removed, entry.results.last());
                self.show(id);
                Some(Step::InsertResult(id, at, removed))
            }
            Step::ReplaceResult(id, at, result) => {
                let before = self.pictures.get_mut(id)?.replace(at, result)?;
                self.show(id);
                Some(Step::ReplaceResult(id, at, before))
            }
            Step::SetVerdict(id, verdict) => {
                let before = std::mem::replace(&mut self.pictures.get_mut(id)?.verdict, verdict);
                self.show(id);
                Some(Step::SetVerdict(id, before))
            }
            Step::InsertEntries(entries, shown) => {
                let ids = entries.iter().map(|entry| entry.id).collect();
                self.put_back(entries, shown);
                Some(Step::DeleteEntries(ids))
            }
            Step::DeleteEntries(ids) => {
                let shown = self.pictures.current().map(|entry| entry.id).filter(|id| ids.contains(id));
                let removed = self.take_out(&ids);
                let shown = shown.or(removed.first().map(|entry| entry.id))?;
                Some(Step::InsertEntries(removed, shown))
            }
        }
    }
}
