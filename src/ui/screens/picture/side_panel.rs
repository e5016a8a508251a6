//! The panel at the right: what to ask, the answer in words right below, and the results there were before; all of it in one
//! place to scroll.

use egui::{Align, Frame, Margin, ScrollArea, Ui};

use super::{
    caption_panel::caption_panel_ui,
    compare::PointedAt,
    correct::correct_ui,
    history::{has_history, history_ui},
    side_view::SideView,
    task_panel::task_panel_ui,
};
use crate::{
    caption::Choice,
    ui::{
        state::{Actions, AppState},
        theme,
        widgets::{part, parted},
    },
};

/// Paints the panel. Returns what is pointed at; of the result compared with, `in_other` was before.
pub(super) fn side_ui(
    ui: &mut Ui,
    view: &mut SideView,
    state: &AppState,
    in_other: Option<Choice>,
    actions: &mut Actions,
) -> PointedAt {
    let content = |ui: &mut Ui| {
        if state.correcting().is_some() {
            let wanted = view.take_wanted_phrase(state);
            let shown = part(ui, "correct", |ui| correct_ui(ui, state, wanted, actions));
            view.follow_focus(ui);
            return PointedAt { shown, other: None };
        }
        let pointed_at = content_ui(ui, view, state, in_other, actions);
        if let Some(entry) = state.pictures.current().filter(|entry| has_history(entry)) {
            parted(ui);
            part(ui, "history", |ui| history_ui(ui, entry, actions));
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
    let begins = !std::mem::replace(&mut view.compares, state.compared().is_some());
    // Who compares wants to read both captions, from the beginning.
    if state.compared().is_some() {
        if begins {
            ui.scroll_to_cursor(Some(Align::TOP));
        }
        let pointed_at = part(ui, "answer", |ui| caption_panel_ui(ui, state, in_other, actions));
        parted(ui);
        let _ = task_panel_ui(ui, view, state, actions);
        return pointed_at;
    }
    let shown = task_panel_ui(ui, view, state, actions);
    parted(ui);
    let of_answer = part(ui, "answer", |ui| caption_panel_ui(ui, state, in_other, actions));
    PointedAt { shown, other: None }.or(of_answer)
}
