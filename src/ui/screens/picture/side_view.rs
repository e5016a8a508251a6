//! What the panel at the right remembers between frames.

use egui::{Id, Ui};

use crate::ui::{
    state::{AppState, EntryId},
    theme,
};

/// Where it was, and where it is to be.
#[derive(Debug, Default)]
pub(super) struct SideView {
    /// The field for words is to have the focus, and to be in sight.
    pub(super) wants_words: bool,
    /// What had the focus as painted last: what gets it is brought into sight.
    focused: Option<Id>,
    /// Whether two results were compared as painted last.
    pub(super) compares: bool,
    /// A phrase of the answer that is corrected is to have the focus.
    pub(super) wants_phrase: bool,
    /// The phrase that was chosen last, and of which picture.
    chosen: Option<(EntryId, usize)>,
    /// Questions and answers of the conversation as painted last: the field follows what is added.
    pub(super) n_said: usize,
}

impl SideView {
    /// The phrase that is to have the focus now: the one chosen last, if that was in the picture shown.
    pub(super) fn take_wanted_phrase(&mut self, state: &AppState) -> Option<usize> {
        let shown = state.pictures().current().map(|entry| entry.id);
        self.chosen = shown.zip(state.chosen()).or(self.chosen.filter(|(entry, _)| Some(*entry) == shown));
        std::mem::take(&mut self.wants_phrase).then(|| self.chosen.map_or(0, |(_, phrase)| phrase))
    }

    /// Scrolls to what has just got the focus, if it is in this panel.
    pub(super) fn follow_focus(&mut self, ui: &Ui) {
        let focused = ui.memory(egui::Memory::focused);
        if std::mem::replace(&mut self.focused, focused) == focused {
            return;
        }
        let response = focused.and_then(|focused| ui.ctx().read_response(focused));
        if let Some(response) = response.filter(|response| ui.min_rect().contains_rect(response.rect)) {
            ui.scroll_to_rect(response.rect.expand(theme::GRID), None);
        }
    }
}
