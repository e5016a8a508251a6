//! The panel on the right: what to ask, the answer in words, and the results there were before.

use egui::{Frame, Margin, Panel, ScrollArea, Ui};

use super::{
    caption_panel::caption_panel_ui,
    compare::PointedAt,
    history::{has_history, history_ui},
    task_panel::task_panel_ui,
};
use crate::ui::{
    state::{Action, AppState},
    theme,
    widgets::parted,
};

/// Paints the panel. Returns the phrases that are pointed at; of the result compared with, `in_other` was before.
pub(crate) fn side_ui(ui: &mut Ui, state: &AppState, in_other: Option<usize>, actions: &mut Vec<Action>) -> PointedAt {
    if let Some(entry) = state.pictures.current().filter(|entry| has_history(entry)) {
        let frame = Frame::new().inner_margin(Margin::symmetric(theme::PANEL_MARGIN, 10));
        let height = (ui.available_height() * theme::RESULTS_SHARE).min(theme::RESULTS_HEIGHT);
        let results = Panel::bottom("results").frame(frame).resizable(true).default_size(height);
        results.size_range(height..=ui.available_height() / 2.0).show(ui, |ui| history_ui(ui, entry, actions));
    }
    let content = |ui: &mut Ui| {
        // Who compares wants to read both captions.
        if state.compared().is_some() {
            let pointed_at = caption_panel_ui(ui, state, in_other, actions);
            parted(ui);
            task_panel_ui(ui, state, actions);
            return pointed_at;
        }
        task_panel_ui(ui, state, actions);
        parted(ui);
        caption_panel_ui(ui, state, in_other, actions)
    };
    let margin = Frame::new().inner_margin(Margin::same(theme::PANEL_MARGIN));
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| margin.show(ui, content).inner).inner
}
