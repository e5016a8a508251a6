//! What is done with the results of the picture shown: looked at again, deleted, compared, their boxes removed.

use std::sync::Arc;

use crate::{
    caption::{Choice, Correction},
    engine::Answer,
    text::TaskKind,
    ui::state::{AnswerState, AppState, Effect, Entry, ResultAction, Step},
};

impl AppState {
    pub(super) fn perform_result(&mut self, action: ResultAction) {
        match action {
            ResultAction::Choose(choice) => self.choose(choice),
            ResultAction::PointAt(phrase) => self.pointed_at = phrase,
            ResultAction::SetLook(look) => self.look = look,
            ResultAction::Show(at) => self.show_result(at),
            ResultAction::Delete(at) => self.delete_result(at),
            ResultAction::Compare(at) => self.compare(at),
            ResultAction::RemoveBox { phrase, region } => self.correct(&Correction::Remove(phrase, region)),
        }
    }

    /// Chooses a phrase or a box, or nothing if that was chosen. The only box of a phrase and the phrase are the same.
    fn choose(&mut self, wanted: Choice) {
        let before = self.choice.replace(Choice { region: None, ..wanted });
        let region = self.chosen_box().map(|(_, region)| region).or(wanted.region);
        let choice = Choice { region, ..wanted };
        self.choice = (before != Some(choice)).then_some(choice);
        if self.correcting.is_some() && self.chosen_box().is_some() {
            self.effects.push(Effect::FocusRegion);
        }
    }

    /// Shows one of the results.
    fn show_result(&mut self, at: usize) {
        let Some(entry) = self.idle_entry_mut() else { return };
        if let Some(result) = entry.results.get(at).cloned() {
            entry.answer = AnswerState::Finished(Arc::clone(&result));
            (self.choice, self.pointed_at) = (None, None);
            self.take_form(&result);
        }
    }

    /// Brings back into the form what a result was asked with.
    fn take_form(&mut self, result: &Answer) {
        let region = self.form.region;
        self.form.take(result.task.clone());
        if self.form.region != region {
            let asked_about = std::mem::replace(&mut self.form.region, region);
            self.begin_region();
            self.form.region = asked_about;
        }
        self.form.take_options(&result.made_by.options, self.no_repeat_ngram());
    }

    /// The next question stands by itself. What was asked so far stays among the results.
    pub(super) fn begin_conversation(&mut self) {
        let Some(entry) = self.idle_entry_mut() else { return };
        entry.before_conversation = entry.results.last().cloned();
        entry.answer = AnswerState::Empty;
        (self.choice, self.pointed_at) = (None, None);
        self.form.kind = TaskKind::Ask;
        self.effects.push(Effect::FocusWords);
    }

    /// Deletes one of the results.
    fn delete_result(&mut self, at: usize) {
        if let Some(id) = self.idle_entry_mut().map(|entry| entry.id) {
            self.do_step(Step::DeleteResult(id, at));
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
