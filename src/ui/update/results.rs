//! What is done with the results of the picture shown: looked at again, deleted, compared, their boxes used and removed.

use std::sync::Arc;

use super::undo::Step;
use crate::text::TaskKind;
use crate::ui::state::{AppState, BoxUse, Entry, Reply};
use crate::{engine::Answer, geometry::NormBox};

impl AppState {
    /// Shows one of the results.
    pub(crate) fn show_result(&mut self, at: usize) {
        let Some(entry) = self.idle_entry_mut() else { return };
        if let Some(result) = entry.results.get(at) {
            entry.reply = Reply::Finished(Arc::clone(result));
            (self.chosen, self.pointed_at) = (None, None);
        }
    }

    /// Deletes one of the results.
    pub(crate) fn delete_result(&mut self, at: usize) {
        if let Some(id) = self.idle_entry_mut().map(|entry| entry.id) {
            self.do_step(Step::DeleteResult(id, at));
        }
    }

    /// Takes a box away from the result shown, which is an edited one from then on.
    pub(crate) fn remove_box(&mut self, phrase: usize, region: usize) {
        let Some(entry) = self.pictures.current() else { return };
        let (Some(shown), Some(at)) = (entry.reply.answer(), entry.shown_place()) else { return };
        if let Some(edited) = shown.without_box(phrase, region) {
            let step = Step::ReplaceResult(entry.id, at, Arc::new(edited));
            self.do_step(step);
            self.chosen = None;
        }
    }

    /// Makes a box the region, and asks about it.
    pub(crate) fn use_box(&mut self, place: NormBox, purpose: BoxUse) {
        self.begin_region();
        self.form.region = Some(place.tidied());
        self.chosen = None;
        match purpose {
            BoxUse::Describe => {
                self.form.kind = TaskKind::Region;
                self.run();
            }
            BoxUse::Ask => self.form.kind = TaskKind::Ask,
        }
    }

    /// Compares the result shown with another one, or no more with that one.
    pub(crate) fn compare(&mut self, at: usize) {
        let Some(entry) = self.idle_entry_mut() else { return };
        let wanted = entry.results.get(at).cloned();
        entry.compared = wanted.filter(|wanted| !entry.compared.as_ref().is_some_and(|old| Arc::ptr_eq(old, wanted)));
    }

    /// Shows one result alone again.
    pub(crate) fn end_compare(&mut self) {
        if let Some(entry) = self.pictures.current_mut() {
            entry.compared = None;
        }
    }

    /// The result that the one shown is compared with.
    #[must_use]
    pub fn compared(&self) -> Option<&Arc<Answer>> {
        self.pictures.current()?.compared()
    }

    /// For each phrase shown, whether the result it is compared with has it too; empty where nothing is compared.
    #[must_use]
    pub(crate) fn shared(&self) -> Vec<bool> {
        match (self.reply().answer(), self.compared()) {
            (Some(shown), Some(other)) => shown.caption.shared_with(&other.caption),
            _ => vec![],
        }
    }

    /// The picture shown, unless it is being asked about.
    fn idle_entry_mut(&mut self) -> Option<&mut Entry> {
        self.pictures.current_mut().filter(|entry| !entry.reply.is_under_way())
    }
}
