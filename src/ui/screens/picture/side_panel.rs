//! The panel at the right: what to ask, the answer in words right below, and the results there were before; all of it in one
//! place to scroll.

use egui::{Frame, Id, Margin, ScrollArea, Ui};

use super::{
    caption_panel::caption_panel_ui,
    compare::PointedAt,
    history::{has_history, history_ui},
    task_panel::task_panel_ui,
};
use crate::{
    caption::Choice,
    ui::{
        state::{Actions, AppState},
        theme,
        widgets::parted,
    },
};

/// What the panel remembers between frames.
#[derive(Debug, Default)]
pub(super) struct SideView {
    /// The field for words is to have the focus, and to be in sight.
    pub(super) wants_words: bool,
    /// What had the focus as painted last: what gets it is brought into sight.
    focused: Option<Id>,
    /// Questions and answers of the conversation as painted last: the field follows what is added.
    pub(super) n_said: usize,
}

impl SideView {
    /// Scrolls to what has just got the focus, if it is in this panel.
    fn follow_focus(&mut self, ui: &Ui) {
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

/// Paints the panel. Returns what is pointed at; of the result compared with, `in_other` was before.
pub(super) fn side_ui(
    ui: &mut Ui,
    view: &mut SideView,
    state: &AppState,
    in_other: Option<Choice>,
    actions: &mut Actions,
) -> PointedAt {
    let content = |ui: &mut Ui| {
        let pointed_at = content_ui(ui, view, state, in_other, actions);
        if let Some(entry) = state.pictures.current().filter(|entry| has_history(entry)) {
            parted(ui);
            history_ui(ui, entry, actions);
        }
        view.follow_focus(ui);
        pointed_at
    };
    let margin = Frame::new().inner_margin(Margin::same(theme::PANEL_MARGIN));
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| margin.show(ui, content).inner).inner
}

/// What to ask, and the answer.
fn content_ui(
    ui: &mut Ui,
    view: &mut SideView,
    state: &AppState,
    in_other: Option<Choice>,
    actions: &mut Actions,
) -> PointedAt {
    // Who compares wants to read both captions.
    if state.compared().is_some() {
        let pointed_at = caption_panel_ui(ui, state, in_other, actions);
        parted(ui);
        let _ = task_panel_ui(ui, view, state, actions);
        return pointed_at;
    }
    let shown = task_panel_ui(ui, view, state, actions);
    parted(ui);
    PointedAt { shown, other: None }.or(caption_panel_ui(ui, state, in_other, actions))
}
