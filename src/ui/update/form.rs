//! What is asked, and the rectangle on the picture.

use crate::{
    geometry::NormBox,
    text::TaskKind,
    ui::state::{AppState, BoxUse, Effect, Form, FormAction, Step},
};

/// What is placed in the middle of a picture: half as wide and high as it.
const PLACED: NormBox = NormBox { x_min: 0.25, y_min: 0.25, x_max: 0.75, y_max: 0.75 };

impl AppState {
    pub(super) fn perform_form(&mut self, action: FormAction) {
        match action {
            FormAction::Edit(form) => self.edit(form),
            FormAction::Run(form) => {
                self.edit(form);
                if self.cannot_run().is_none() {
                    self.run();
                }
            }
            FormAction::BeginRegion => self.begin_region(),
            FormAction::DrawRegion(region) => self.draw_region(region),
            FormAction::AbortRegion => self.abort_region(),
            FormAction::UseBox(place, purpose) => self.use_box(place, purpose),
        }
    }

    /// Takes over the form, but for the rectangle, which belongs to the picture: another one may be shown by now.
    fn edit(&mut self, form: Form) {
        let (region, kind) = (self.form.region, self.form.kind);
        self.form = Form { region, ..form };
        if self.form.kind != kind && self.form.kind.row().needs.words.is_some() {
            self.effects.push(Effect::FocusWords);
        }
    }

    /// Puts a rectangle in the middle of the picture, for the keys to move.
    pub(super) fn place_region(&mut self) {
        self.begin_region();
        self.form.draw(PLACED);
        self.effects.push(Effect::FocusRegion);
    }

    pub(super) fn clear_region(&mut self) {
        self.begin_region();
        self.form.region = None;
    }

    /// A rectangle begins to be drawn: how to take it back is noted once, not with each move of the pointer.
    pub(super) fn begin_region(&mut self) {
        if let Some(entry) = self.pictures.current().map(|entry| entry.id) {
            self.undo.note(Step::SetRegion(entry, self.form.region));
        }
    }

    /// Takes over how far a rectangle is drawn. It may have been begun on another picture, or taken back meanwhile.
    fn draw_region(&mut self, region: NormBox) {
        let entry = self.pictures.current().map(|entry| entry.id);
        if entry.is_some_and(|entry| !self.undo.is_changing_region(entry)) {
            self.begin_region();
        }
        self.form.draw(region);
    }

    /// The rectangle is again what it was before it was begun.
    fn abort_region(&mut self) {
        let entry = self.pictures.current().map(|entry| entry.id);
        if entry.is_some_and(|entry| self.undo.is_changing_region(entry))
            && let Some(Step::SetRegion(_, before)) = self.undo.withdraw()
        {
            self.form.region = before;
        }
    }

    /// Makes a box the region, and asks about it.
    fn use_box(&mut self, place: NormBox, purpose: BoxUse) {
        self.correcting = None;
        self.begin_region();
        self.form.region = Some(place.tidied());
        self.choice = None;
        match purpose {
            BoxUse::Describe => {
                self.form.kind = TaskKind::Region;
                self.run();
            }
            BoxUse::Ask => {
                self.form.kind = TaskKind::Ask;
                self.effects.push(Effect::FocusWords);
            }
        }
    }
}
