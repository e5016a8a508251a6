//! The strip of thumbnails: which pictures are open, which one is shown, and how far each is.
//!
//! Only the rows in sight are laid out and painted, so ten thousand pictures cost no more than ten.

use std::ops::Range;

use egui::{
    Align2, Color32, Image, ProgressBar, Rect, Response, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, pos2, style::ScrollAnimation, vec2,
};

use crate::{
    ui::{
        command::Command,
        state::{Actions, AppState, Entry, EntryId, EntryStatus, Pace, PictureAction},
        textures::Thumbnails,
        theme::{self, Colours},
        widgets::{command_button, remark},
    },
    words::shortened,
};

/// The height of one picture with its name.
const ROW_HEIGHT: f32 = 112.0;
/// The space from the edge of the strip to a row's picture.
const INSET: f32 = 10.0;
/// The radius of the mark that shows how far a picture is.
const MARK_RADIUS: f32 = 9.0;

/// What the strip remembers between frames.
#[derive(Debug, Default)]
pub(super) struct StripView {
    /// The entry that was scrolled into sight.
    followed: Option<EntryId>,
}

/// Paints the strip.
pub(super) fn strip_ui(
    ui: &mut Ui,
    view: &mut StripView,
    state: &AppState,
    thumbnails: &mut Thumbnails,
    actions: &mut Actions,
) {
    egui::Panel::bottom("all").frame(egui::Frame::new().inner_margin(INSET)).show(ui, |ui| all_ui(ui, state, actions));
    let entries = state.pictures.entries();
    let current = state.pictures.current();
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, ROW_HEIGHT, entries.len(), |ui, rows| {
        let top = ui.max_rect().top();
        if let (Some(current), Some(place)) = (current, state.pictures.current_place())
            && view.followed.replace(current.id) != Some(current.id)
        {
            follow(ui, top, &rows, place);
        }
        let visible = &entries[rows.start..rows.end.min(entries.len())];
        for entry in visible {
            row_ui(ui, state, entry, thumbnails, actions);
        }
        thumbnails.want(visible.iter().map(|entry| ((entry.id, entry.edition), &entry.source)));
    });
}

/// Scrolls just as far as needed for a row to be in sight.
fn follow(ui: &Ui, top: f32, rows: &Range<usize>, place: usize) {
    let top = top + (place as f32 - rows.start as f32) * ROW_HEIGHT;
    let row = Rect::from_min_max(pos2(ui.max_rect().left(), top), pos2(ui.max_rect().right(), top + ROW_HEIGHT));
    ui.scroll_to_rect_animation(row, None, ScrollAnimation::none());
}

fn row_ui(ui: &mut Ui, state: &AppState, entry: &Entry, thumbnails: &mut Thumbnails, actions: &mut Actions) {
    let colours = theme::colours(ui.visuals().dark_mode);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::hover());
    let response = ui.interact(rect, egui::Id::unique(("strip", entry.id)), Sense::click());
    let is_current = state.pictures.current().is_some_and(|current| current.id == entry.id);
    let status = EntryStatus::of(entry, state.work(), state.batch().as_ref());
    let name = format!("{}, {}", entry.name, status.words());
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, is_current, &name));
    if response.clicked() {
        actions.push(PictureAction::Show(entry.id));
    }
    let ground = rect.shrink2(vec2(4.0, 2.0));
    if is_current || response.hovered() || response.has_focus() {
        ui.painter().rect_filled(ground, theme::RADIUS, colours.inset);
    }
    if is_current || response.has_focus() {
        let stroke = Stroke::new(2.0, if is_current { colours.accent_line } else { colours.weak });
        ui.painter().rect_stroke(ground, theme::RADIUS, stroke, StrokeKind::Inside);
    }
    let size = theme::THUMBNAIL_SIZE;
    let place = Rect::from_min_size(pos2(rect.center().x - size.x / 2.0, rect.top() + 8.0), size);
    picture_ui(ui, entry, place, thumbnails, &colours);
    mark_ui(ui, place.right_bottom() - Vec2::splat(MARK_RADIUS - 1.0), status, &colours);
    name_ui(ui, entry, Rect::from_min_max(place.left_bottom(), pos2(place.right(), rect.bottom() - 4.0)), is_current);
    remove_ui(ui, entry, place, &response, actions);
    response.on_hover_ui(|ui| tooltip_ui(ui, entry, status));
}

fn picture_ui(ui: &Ui, entry: &Entry, place: Rect, thumbnails: &mut Thumbnails, colours: &Colours) {
    let Some(texture) = thumbnails.get((entry.id, entry.edition)) else {
        ui.painter().rect_filled(place, 3.0, colours.canvas);
        return;
    };
    let size = texture.size_vec2();
    let shown = Align2::CENTER_CENTER.align_size_within_rect(size * (place.size() / size).min_elem().min(1.0), place);
    Image::new((texture.id(), shown.size())).corner_radius(3).paint_at(ui, shown);
}

/// How far the picture is: a sign in a circle over its corner.
fn mark_ui(ui: &Ui, centre: egui::Pos2, status: EntryStatus, colours: &Colours) {
    let (fill, sign) = match status {
        EntryStatus::Unasked => return,
        EntryStatus::Waiting => (colours.weak, "…"),
        EntryStatus::Running => (colours.accent, "▶"),
        EntryStatus::Done => (colours.done_line, "✔"),
        EntryStatus::Outdated => (colours.weak, "↻"),
        EntryStatus::Failed => (colours.problem_line, "!"),
    };
    let painter = ui.painter();
    painter.circle(centre, MARK_RADIUS, fill, Stroke::new(2.0, colours.panel));
    painter.text(centre, Align2::CENTER_CENTER, sign, egui::FontId::proportional(10.0), Color32::WHITE);
}

fn name_ui(ui: &mut Ui, entry: &Entry, place: Rect, is_current: bool) {
    let mut text = egui::RichText::new(&entry.name).small();
    if !is_current {
        text = text.weak();
    }
    ui.scope_builder(egui::UiBuilder::new().max_rect(place), |ui| {
        ui.centered_and_justified(|ui| ui.add(egui::Label::new(text).truncate().selectable(false)));
    });
}

/// Takes a picture out of the list; seen while the pointer is over the row.
fn remove_ui(ui: &Ui, entry: &Entry, place: Rect, row: &Response, actions: &mut Actions) {
    if !row.contains_pointer() {
        return;
    }
    let button = Rect::from_center_size(place.right_top() + vec2(-9.0, 9.0), Vec2::splat(18.0));
    let response = ui.interact(button, row.id.with("remove"), Sense::CLICK);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Remove {} from the list", entry.name)));
    let fill = if response.hovered() { Color32::from_black_alpha(230) } else { Color32::from_black_alpha(150) };
    ui.painter().circle_filled(button.center(), 9.0, fill);
    let font = egui::FontId::proportional(10.0);
    ui.painter().text(button.center(), Align2::CENTER_CENTER, "✖", font, Color32::WHITE);
    if response.on_hover_text(Command::Remove.presentation().tooltip).clicked() {
        actions.push(PictureAction::Remove(entry.id));
    }
}

fn tooltip_ui(ui: &mut Ui, entry: &Entry, status: EntryStatus) {
    ui.label(&entry.name);
    if let Some(problem) = entry.problem() {
        ui.label(shortened(problem, theme::LONGEST_TEXT));
    } else {
        remark(ui, status.words());
    }
}

/// Under the pictures: asking about all of them, or how far that is.
fn all_ui(ui: &mut Ui, state: &AppState, actions: &mut Actions) {
    ui.vertical_centered_justified(|ui| {
        let Some(batch) = &state.batch else {
            let place = state.pictures.current_place().map_or(0, |place| place + 1);
            remark(ui, &format!("{place} of {}", state.pictures.entries().len()));
            command_button(ui, state, Command::RunAll, actions);
            return;
        };
        let (n_done, n_total) = (batch.n_done(), batch.n_total());
        let bar = ProgressBar::new(batch.share_over()).desired_height(6.0);
        let response = ui.add(bar);
        response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, "Pictures done"));
        remark(ui, &format!("{n_done} of {n_total} done"));
        let pause = if batch.pace == Pace::Paused { Command::Continue } else { Command::Pause };
        command_button(ui, state, pause, actions);
        command_button(ui, state, Command::StopAll, actions);
    });
}
