//! Answers are corrected by hand and decided about. What goes on for a while, as a box that follows the pointer, is undone
//! as one change.

use std::sync::Arc;

use crate::{
    caption::{Caption, Correction},
    dataset::Verdict,
    engine::Answer,
    geometry::NormBox,
    text::Task,
    ui::state::{AppState, Begun, Burst, CorrectAction, Effect, EntryId, Notice, Question, Step, Wanted},
};

/// What is placed in the middle of a picture, for the keys to move.
const PLACED: NormBox = NormBox { x_min: 0.375, y_min: 0.375, x_max: 0.625, y_max: 0.625 };

impl AppState {
    pub(super) fn perform_correct(&mut self, action: CorrectAction) {
        match action {
            CorrectAction::Make(correction) => {
                self.end_burst();
                self.correct(&correction);
            }
            CorrectAction::BeginBox(begun) => self.begin_burst(begun),
            CorrectAction::DrawBox(place) => self.draw_box(place),
            CorrectAction::AbortBox => self.abort_burst(),
            CorrectAction::Type(text) => {
                let shown = self.pictures.current().map(|entry| entry.id);
                if self.burst().is_none_or(|burst| burst.begun != Begun::Words || Some(burst.entry) != shown) {
                    self.begin_burst(Begun::Words);
                }
                self.go_on(&Correction::Reword(text));
            }
            CorrectAction::EndTyping => self.end_burst(),
            CorrectAction::Snap(snaps) => {
                if let Some(correcting) = &mut self.correcting {
                    correcting.snaps = snaps;
                }
            }
            CorrectAction::AskWhere(phrase) => self.ask_where(phrase),
            CorrectAction::AskWhat(phrase, region) => self.ask_what(phrase, region),
        }
    }

    /// Begins to correct answers by hand, or ends it.
    pub(super) fn set_correcting(&mut self, corrects: bool) {
        self.correcting = corrects.then(|| self.correcting.take().unwrap_or_default());
        if corrects {
            self.end_compare();
        }
    }

    /// Makes one change to the answer shown.
    pub(super) fn correct(&mut self, correction: &Correction) {
        let Some((entry, at, shown)) = self.shown_result() else { return };
        if let Some((caption, choice)) = shown.caption.corrected(correction) {
            self.do_step(Step::ReplaceResult(entry, at, Arc::new(shown.with_caption(caption))));
            self.choice = choice;
        }
    }

    /// The answer shown, the picture it is about, and its place among the results of that.
    fn shown_result(&self) -> Option<(EntryId, usize, Arc<Answer>)> {
        let entry = self.pictures.current()?;
        Some((entry.id, entry.shown_place()?, Arc::clone(entry.answer.finished()?)))
    }

    fn burst(&self) -> Option<&Burst> {
        self.correcting.as_ref()?.burst.as_ref()
    }

    /// Something begins that will go on; nothing is changed yet.
    fn begin_burst(&mut self, begun: Begun) {
        let shown = self.shown_result();
        if let (Some(correcting), Some((entry, _, base))) = (&mut self.correcting, shown) {
            correcting.burst = Some(Burst { begun, entry, base });
        }
    }

    fn end_burst(&mut self) {
        if let Some(correcting) = &mut self.correcting {
            correcting.burst = None;
        }
    }

    /// What goes on is this far: the answer before it began, with this change.
    fn go_on(&mut self, correction: &Correction) {
        let Some((entry, at, shown)) = self.shown_result() else { return };
        let Some(base) = self.burst().filter(|burst| burst.entry == entry).map(|burst| Arc::clone(&burst.base)) else {
            return;
        };
        let corrected = base.caption.corrected(correction);
        let (caption, choice) = corrected.unwrap_or_else(|| (base.caption.clone(), self.choice));
        if caption == shown.caption {
            return;
        }
        let new = Arc::new(base.with_caption(caption));
        // How to take it back is noted once, not with each move of the pointer.
        if !Arc::ptr_eq(&shown, &base) && self.undo.is_changing_result(entry, at) {
            if let Some(entry) = self.pictures.get_mut(entry) {
                entry.replace(at, new);
            }
        } else {
            self.do_step(Step::ReplaceResult(entry, at, new));
        }
        if !matches!(correction, Correction::Reword(_)) {
            self.choice = choice;
        }
    }

    /// A box follows the pointer: a new one of the chosen phrase, or the chosen one.
    fn draw_box(&mut self, place: NormBox) {
        let place = if self.correcting.as_ref().is_some_and(|correcting| correcting.snaps) {
            let (upper_left, lower_right) = place.to_patches();
            NormBox::from_patches(upper_left, lower_right)
        } else {
            place
        };
        match self.burst().map(|burst| burst.begun) {
            Some(Begun::New) => {
                let base = self.burst().map(|burst| &burst.base.caption);
                let phrase = self.chosen().filter(|chosen| base.is_some_and(|base| *chosen < base.phrases.len()));
                self.go_on(&Correction::AddBox(phrase, place));
            }
            Some(Begun::Change) => {
                if let Some((phrase, region)) = self.chosen_box() {
                    self.go_on(&Correction::Shape(phrase, region, place));
                }
            }
            Some(Begun::Words) | None => {}
        }
    }

    /// The answer is again what it was before the change that goes on.
    fn abort_burst(&mut self) {
        let Some((entry, at, shown)) = self.shown_result() else { return };
        let begun = self.burst().filter(|burst| burst.entry == entry && !Arc::ptr_eq(&burst.base, &shown)).cloned();
        if begun.is_some()
            && self.undo.is_changing_result(entry, at)
            && let Some(Step::ReplaceResult(_, at, before)) = self.undo.withdraw()
            && let Some(entry) = self.pictures.get_mut(entry)
        {
            entry.replace(at, before);
            self.choice = self.choice.filter(|_| begun.is_some_and(|burst| burst.begun == Begun::Change));
        }
        self.end_burst();
    }

    /// Puts a box of the chosen phrase into the middle of the picture, for the keys to move.
    pub(super) fn add_box(&mut self) {
        self.end_burst();
        self.correct(&Correction::AddBox(self.chosen(), PLACED));
        self.effects.push(Effect::FocusRegion);
    }

    /// The answer is again as the model gave it.
    pub(super) fn reset_corrections(&mut self) {
        let Some((entry, at, shown)) = self.shown_result() else { return };
        if let Some(said) = shown.said.clone() {
            self.end_burst();
            self.do_step(Step::ReplaceResult(entry, at, Arc::new(shown.with_caption(said))));
            self.choice = None;
        }
    }

    /// Decides about the picture shown; the same again takes the decision back.
    pub(super) fn decide(&mut self, verdict: Verdict) {
        if let Some(entry) = self.pictures.current() {
            let decided = Some(verdict).filter(|verdict| entry.verdict != Some(*verdict));
            self.do_step(Step::SetVerdict(entry.id, decided));
        }
    }

    /// Shows the next picture of the strip that has an answer which nobody has decided about.
    pub(super) fn show_next_unreviewed(&mut self) {
        if let Some(id) = self.next_unreviewed() {
            self.show_alone(id);
        }
    }

    /// Asks the model where a phrase is.
    fn ask_where(&mut self, phrase: usize) {
        let words = |caption: &Caption| {
            let phrase = caption.phrases.get(phrase).filter(|phrase| !phrase.is_unnamed(caption))?;
            Some(phrase.name(caption).into_owned())
        };
        if let Some(words) = self.shown_result().and_then(|(.., shown)| words(&shown.caption)) {
            self.ask_for_correction(Task::Find { phrase: words }, Wanted::Boxes(phrase));
        }
    }

    /// Asks the model what a box shows.
    fn ask_what(&mut self, phrase: usize, region: usize) {
        let place = |caption: &Caption| Some(caption.phrases.get(phrase)?.regions.get(region)?.norm);
        if let Some(region) = self.shown_result().and_then(|(.., shown)| place(&shown.caption)) {
            self.ask_for_correction(Task::Region { region }, Wanted::Words(phrase));
        }
    }

    fn ask_for_correction(&mut self, task: Task, wanted: Wanted) {
        let Some(entry) = self.pictures.current().map(|entry| entry.id).filter(|_| self.cannot_run().is_none()) else {
            return;
        };
        self.end_burst();
        self.ask(entry, task, self.form.options());
        if let Some(correcting) = &mut self.correcting {
            correcting.question = Some(Question { entry, wanted });
        }
    }

    /// What is to be taken over of the answer about a picture that is under way, if it was asked for that; it is over.
    pub(super) fn take_question(&mut self, entry: EntryId) -> Option<Wanted> {
        let question = self.correcting.as_mut()?.question.take_if(|question| question.entry == entry)?;
        Some(question.wanted)
    }

    /// Takes over what the model answered to somebody who corrects.
    pub(super) fn take_over(&mut self, id: EntryId, wanted: Wanted, answer: &Answer) {
        let Some(entry) = self.pictures.get_mut(id) else { return };
        entry.answer.abandon();
        let found = &answer.caption;
        let correction = match wanted {
            Wanted::Boxes(phrase) => {
                let regions: Vec<_> = found.phrases.iter().flat_map(|phrase| phrase.regions.clone()).collect();
                (!regions.is_empty()).then_some(Correction::Replace(phrase, regions))
            }
            Wanted::Words(phrase) => {
                let named = found.phrases.iter().find(|phrase| !phrase.is_unnamed(found));
                let words = named.map_or(found.text.as_str().into(), |phrase| phrase.label(found));
                let words = words.trim().trim_end_matches('.').to_owned();
                (!words.is_empty()).then_some(Correction::Name(phrase, words))
            }
        };
        let Some(correction) = correction else {
            let missing = if matches!(wanted, Wanted::Boxes(_)) { "no place" } else { "no words" };
            let told = format!("The model found {missing} for this; what was there stays");
            self.notices.tell(Notice::Warning(told));
            return;
        };
        let shown = entry.shown_place().zip(entry.answer.finished().cloned());
        if let Some((at, shown)) = shown
            && let Some((caption, choice)) = shown.caption.corrected(&correction)
        {
            self.do_step(Step::ReplaceResult(id, at, Arc::new(shown.with_caption(caption))));
            self.choice = choice;
        }
    }
}
