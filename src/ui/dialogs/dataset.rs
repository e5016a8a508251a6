//! The card that saves a dataset: in which format, of which pictures, and what the first record looks like.

use egui::{Label, Rect, RichText, ScrollArea, TextEdit, TextStyle, Ui, UiBuilder, vec2};

use crate::{
    dataset::{FORMATS, Format, Images, format_named},
    ui::{
        command::Command,
        state::{Actions, AppState, DatasetDraft, DatasetWish, DialogAction, Which},
        theme,
        widgets::{main_button, remark},
    },
    words::{listed, shortened},
};

const WIDTH: f32 = 720.0;
const LIST_WIDTH: f32 = 180.0;
const HEIGHT: f32 = 380.0;
/// Height of all but the list and its side, and of what is seen of the window around it.
const AROUND: f32 = 150.0;
/// Characters of the first record; with a picture in it, one may have millions.
const PREVIEW_CHARS: usize = 4_000;

/// Paints the card.
pub(super) fn dataset_ui(ui: &mut Ui, state: &AppState, draft: &DatasetDraft, actions: &mut Actions) {
    ui.set_width(WIDTH);
    ui.heading("Export dataset");
    ui.add_space(theme::GRID);
    let height = HEIGHT.min(ui.ctx().content_rect().height() - AROUND);
    let mut wish = draft.wish;
    let place = Rect::from_min_size(ui.cursor().min, vec2(WIDTH, height));
    let (list, side) = place.split_left_right_at_x(place.left() + LIST_WIDTH);
    ui.scope_builder(UiBuilder::new().max_rect(list), |ui| formats_ui(ui, height, &mut wish));
    ui.scope_builder(UiBuilder::new().max_rect(side.with_min_x(side.left() + theme::SECTION_GAP)), |ui| {
        ui.spacing_mut().item_spacing.y = theme::GRID;
        side_ui(ui, draft, &mut wish);
    });
    ui.advance_cursor_after_rect(place);
    if wish != draft.wish {
        actions.push(DialogAction::EditDataset(wish));
    }
    ui.add_space(theme::GRID);
    ui.horizontal(|ui| {
        if ui.button("Close").clicked() {
            actions.push(DialogAction::Close);
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.allocate_ui(vec2(LIST_WIDTH, theme::RUN_BUTTON_HEIGHT), |ui| {
                main_button(ui, state, Command::SaveDataset, actions);
            });
            ui.label(count_in_words(draft.n_records));
        });
    });
}

fn formats_ui(ui: &mut Ui, height: f32, wish: &mut DatasetWish) {
    ScrollArea::vertical().id_salt("formats").max_height(height).min_scrolled_height(height).auto_shrink(false).show(
        ui,
        |ui| {
            ui.with_layout(egui::Layout::top_down_justified(egui::Align::Min), |ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                for format in FORMATS.iter().filter(|format| format.is_written()) {
                    let name = RichText::new(format.name).color(ui.visuals().text_color());
                    if ui.selectable_label(format.name == wish.format, name).clicked() {
                        wish.format = format.name;
                    }
                }
            });
        },
    );
}

/// What is known of the chosen format, what can be chosen besides, and the first record.
fn side_ui(ui: &mut Ui, draft: &DatasetDraft, wish: &mut DatasetWish) {
    let label = format_named(draft.wish.format).map_or("", |format: &Format| format.label);
    ui.add(Label::new(RichText::new(label).strong()).wrap());
    let colours = theme::colours(ui.visuals().dark_mode);
    match &draft.lost[..] {
        [] => remark(ui, "It has room for all that is in these records"),
        lost => {
            let lost: Vec<String> = lost.iter().map(|part| (*part).to_owned()).collect();
            let lost = format!("⚠ Leaves out {}", listed(&lost, "and"));
            ui.add(Label::new(RichText::new(lost).small().color(colours.warning_line)).wrap());
        }
    }
    ui.add_space(theme::GRID);
    ui.horizontal_wrapped(|ui| {
        for which in Which::ALL {
            ui.radio_value(&mut wish.which, which, which.label());
        }
    });
    let mut copies = wish.images == Images::Copy;
    ui.checkbox(&mut copies, "Copy the pictures, upright");
    wish.images = if copies { Images::Copy } else { Images::None };
    ui.checkbox(&mut wish.single_class, "One class for all boxes");
    if draft.n_without_file > 0 {
        remark(
            ui,
            &format!(
                "{} pasted pictures have no file that a record could name; they are left out",
                draft.n_without_file
            ),
        );
    }
    ui.add_space(theme::GRID);
    preview_ui(ui, draft);
}

/// The first record, to be read and copied.
fn preview_ui(ui: &mut Ui, draft: &DatasetDraft) {
    let label = ui.label(RichText::new("First record").small().weak());
    let Some(preview) = &draft.preview else {
        let why = if draft.n_records == 0 { "No picture is meant" } else { "This format can't hold the first record" };
        remark(ui, why);
        return;
    };
    let text = shortened(preview, PREVIEW_CHARS);
    // A reference to a str can be selected and copied, not changed.
    let mut shown: &str = &text;
    // The bar never takes room from the text, whose height would then change, and with it whether there is a bar.
    let width = ui.available_width() - 4.0 * theme::GRID;
    let height = ui.max_rect().bottom() - ui.cursor().top();
    ScrollArea::vertical().id_salt("record").max_height(height).min_scrolled_height(height).auto_shrink(false).show(
        ui,
        |ui| {
            let field = TextEdit::multiline(&mut shown).desired_width(width).font(TextStyle::Small);
            ui.add(field.code_editor().desired_rows(6)).labelled_by(label.id);
        },
    );
}

fn count_in_words(n_records: usize) -> String {
    match n_records {
        1 => "1 record".to_owned(),
        n => format!("{n} records"),
    }
}
