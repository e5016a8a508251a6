//! The head of the strip: what is searched for, which pictures are shown, in which order.

use egui::{Margin, Role, TextEdit, TextWrapMode, Ui, WidgetInfo, vec2};

use crate::ui::{
    state::{Actions, AppState, Filter, PictureAction, Sort},
    theme,
};

/// Paints it. What is changed is pushed as one action.
pub(super) fn head_ui(ui: &mut Ui, state: &AppState, actions: &mut Actions) {
    let mut wanted = state.arrangement().clone();
    ui.spacing_mut().item_spacing = vec2(theme::GRID, theme::GRID);
    ui.spacing_mut().button_padding.x = 1.5 * theme::GRID;
    search_ui(ui, &mut wanted.search);
    ui.columns_const(|[left, right]| {
        let name = format!("Show: {}", wanted.filter.label());
        let choices = Filter::ALL.map(|filter| (filter, filter.label()));
        choice_ui(left, wanted.filter.label(), &name, &choices, &mut wanted.filter);
        let name = format!("Sort: {}", wanted.sort.label());
        choice_ui(right, "Sort", &name, &Sort::ALL.map(|sort| (sort, sort.label())), &mut wanted.sort);
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

/// A menu of which one line is chosen.
fn choice_ui<T: Copy + PartialEq>(ui: &mut Ui, label: &str, name: &str, choices: &[(T, &str)], chosen: &mut T) {
    ui.style_mut().wrap_mode = Some(TextWrapMode::Truncate);
    let is_set = choices.first().is_some_and(|(usual, _)| usual != chosen);
    let text = egui::RichText::new(format!("{label} ⏷")).small();
    let text = if is_set { text.color(theme::colours(ui.visuals().dark_mode).accent_line) } else { text };
    let menu = ui.vertical_centered_justified(|ui| {
        ui.menu_button(text, |ui| {
            ui.style_mut().wrap_mode = Some(TextWrapMode::Extend);
            for (choice, label) in choices {
                if ui.radio(choice == chosen, *label).clicked() {
                    *chosen = *choice;
                    ui.close();
                }
            }
        })
    });
    menu.inner.response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
}
