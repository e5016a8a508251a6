//! The head of the strip: what is searched for, which pictures are shown, in which order.

use egui::{Margin, Role, TextEdit, TextWrapMode, Ui, WidgetInfo, vec2};

use crate::ui::{
    state::{Actions, AppState, Filter, PictureAction, Sort},
    theme,
};

/// Width of the menu of orders: of the other one, the longest choice is shown whole.
const SORT_WIDTH: f32 = 26.0;

/// Paints it. What is changed is pushed as one action.
pub(super) fn head_ui(ui: &mut Ui, state: &AppState, actions: &mut Actions) {
    let mut wanted = state.arrangement().clone();
    ui.spacing_mut().item_spacing = vec2(theme::GRID, theme::GRID);
    ui.spacing_mut().button_padding.x = 1.5 * theme::GRID;
    search_ui(ui, &mut wanted.search);
    ui.horizontal_top(|ui| {
        let name = format!("Show: {}", wanted.filter.label());
        let choices = Filter::ALL.map(|filter| (filter, filter.label()));
        let width = ui.available_width() - SORT_WIDTH - theme::GRID;
        let label = format!("{} ⏷", wanted.filter.label());
        choice_ui(ui, width, (&label, &name), &choices, &mut wanted.filter);
        let name = format!("Sort: {}", wanted.sort.label());
        let choices = Sort::ALL.map(|sort| (sort, sort.label()));
        choice_ui(ui, SORT_WIDTH, ("↕", &name), &choices, &mut wanted.sort);
    });
    if wanted != *state.arrangement() {
        actions.push(PictureAction::Arrange(wanted));
    }
}

fn search_ui(ui: &mut Ui, search: &mut String) {
    let field = TextEdit::singleline(search)
        .id(egui::Id::unique("search in the strip"))
        .hint_text("Search")
        .align(egui::Align2::LEFT_CENTER);
    let response = ui.add(field.desired_width(f32::INFINITY).margin(Margin::symmetric(6, 4)));
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Search pictures"));
    response.on_hover_text("Words of the name or of the caption");
}

/// A menu of which one line is chosen, under a word or sign; its name says which.
fn choice_ui<T: Copy + PartialEq>(
    ui: &mut Ui,
    width: f32,
    (label, name): (&str, &str),
    choices: &[(T, &str)],
    chosen: &mut T,
) {
    let is_set = choices.first().is_some_and(|(usual, _)| usual != chosen);
    let text = egui::RichText::new(label).small();
    let text = if is_set { text.color(theme::colours(ui.visuals().dark_mode).accent_line) } else { text };
    let menu = ui.allocate_ui(vec2(width, theme::SEGMENT_HEIGHT), |ui| {
        ui.style_mut().wrap_mode = Some(TextWrapMode::Truncate);
        ui.vertical_centered_justified(|ui| {
            ui.menu_button(text, |ui| {
                ui.style_mut().wrap_mode = Some(TextWrapMode::Extend);
                for (choice, label) in choices {
                    if ui.radio(choice == chosen, *label).clicked() {
                        *chosen = *choice;
                        ui.close();
                    }
                }
            })
        })
    });
    let response = menu.inner.inner.response;
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    response.on_hover_text(name);
}
