//! What is done with the results of the picture shown: looked at again, deleted, compared, their boxes removed.

use std::sync::Arc;

use crate::ui::state::{AnswerState, AppState, Entry, ResultAction, Step};

impl AppState {
    pub(super) fn perform_result(&mut self, action: ResultAction) {
        match action {
            ResultAction::Choose(phrase) => self.chosen = (self.chosen != Some(phrase)).then_some(phrase),
            ResultAction::PointAt(phrase) => self.pointed_at = phrase,
            ResultAction::SetLook(look) => self.look = look,
            ResultAction::Show(at) => self.show_result(at),
            ResultAction::Delete(at) => self.delete_result(at),
            ResultAction::Compare(at) => self.compare(at),
            ResultAction::RemoveBox { phrase, region } => self.remove_box(phrase, region),
        }
    }

    /// Shows one of the results.
    fn show_result(&mut self, at: usize) {
        let Some(entry) = self.idle_entry_mut() else { return };
        if let Some(result) = entry.results.get(at) {
            entry.answer = AnswerState::Finished(Arc::clone(result));
            (self.chosen, self.pointed_at) = (None, None);
        }
    }

    /// Deletes one of the results.
    fn delete_result(&mut self, at: usize) {
        if let Some(id) = self.idle_entry_mut().map(|entry| entry.id) {
            self.do_step(Step::DeleteResult(id, at));
        }
    }

    /// Takes a box away from the result shown, which is an edited one from then on.
    fn remove_box(&mut self, phrase: usize, region: usize) {
        let Some(entry) = self.pictures.current() else { return };
        let (Some(shown), Some(at)) = (entry.answer.finished(), entry.shown_place()) else { return };
        if let Some(edited) = shown.without_box(phrase, region) {
            let step = Step::ReplaceResult(entry.id, at, Arc::new(edited));
            self.do_step(step);
            self.chosen = None;
        }
    }

    /// Compares the result shown with another one, or no more with that one.
    fn compare(&mut self, at: usize) {
        let Some(entry) = self.idle_entry_mut() else { return };
        let wanted = entry.results.get(at).cloned();
        entry.compared = wanted.filter(|wanted| !entry.compared.as_ref().is_some_and(|old| Arc::ptr_eq(old, wanted)));
    }

    /// Shows one result alone again.
    pub(super) fn end_compare(&mut self) {
        if let Some(entry) = self.pictures.current_mut() {
            entry.compared = None;
        }
    }

    /// The picture shown, unless it is being asked about.
    fn idle_entry_mut(&mut self) -> Option<&mut Entry> {
        self.pictures.current_mut().filter(|entry| !entry.answer.is_under_way())
    }
}
