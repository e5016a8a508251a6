//! All pictures of the list in a table: each with its caption, phrases in their colours, and what was decided about it.
//!
//! Only the rows in sight are laid out and painted, as in the strip, whose keys lead through it too.

use egui::{
    Align, Align2, Frame, Label, Panel, Rect, RichText, Role, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo, pos2, vec2,
};

use super::{
    head::head_ui,
    row::{click, decided, interact, mark_ui, menu_ui, picture_ui, verdict_ui},
    view::StripView,
};
use crate::{
    dataset::Verdict,
    overlay::caption_text::{CaptionText, lines_of},
    ui::{
        command::Command,
        state::{Actions, AppState, Entry, EntryStatus},
        textures::Thumbnails,
        theme,
        widgets::{command_button, on_panel, section_title},
    },
    words::shortened,
};

const ROW_HEIGHT: f32 = 94.0;
const INSET: f32 = 16.0;
/// Width of the search and the filters above the table.
const HEAD_WIDTH: f32 = 220.0;
/// Width of the button that closes it.
const CLOSE_WIDTH: f32 = 110.0;
/// Lines of a caption, and their size compared with the panel's.
const MOST_LINES: usize = 3;
const TEXT_SCALE: f32 = 0.82;

/// Paints the table.
pub(crate) fn table_ui(
    ui: &mut Ui,
    view: &mut StripView,
    state: &AppState,
    thumbnails: &mut Thumbnails,
    actions: &mut Actions,
) {
    let ground = theme::colours(ui.visuals().dark_mode).panel;
    let around = Frame::new().fill(ground).inner_margin(INSET);
    Panel::top("table head").frame(around).show_separator_line(true).show(ui, |ui| {
        ui.horizontal_top(|ui| {
            ui.allocate_ui(vec2(HEAD_WIDTH, 0.0), |ui| ui.vertical(|ui| head_ui(ui, state, actions)));
            ui.add_space(INSET);
            let room = ui.available_width() - CLOSE_WIDTH;
            ui.allocate_ui(vec2(room, 0.0), |ui| ui.vertical(|ui| counts_ui(ui, state)));
            ui.with_layout(egui::Layout::right_to_left(Align::TOP), |ui| {
                command_button(ui, state, Command::EndTable, actions);
            });
        });
    });
    egui::CentralPanel::default().frame(Frame::new().fill(ground)).show(ui, |ui| {
        view.rows_ui(ui, state, thumbnails, ROW_HEIGHT, |ui, entry, thumbnails| {
            row_ui(ui, state, entry, thumbnails, actions)
        });
    });
}

/// How many pictures there are, and what was decided about them.
fn counts_ui(ui: &mut Ui, state: &AppState) {
    let (n_listed, entries) = (state.n_listed(), state.pictures.entries());
    section_title(ui, "Pictures");
    let of = |verdict: Verdict| entries.iter().filter(|entry| entry.verdict == Some(verdict)).count();
    let counts =
        [(of(Verdict::Accept), "accepted"), (of(Verdict::Unsure), "unsure"), (of(Verdict::Reject), "rejected")];
    let n_open = entries.len() - counts.iter().map(|(n, _)| n).sum::<usize>();
    let n_all = entries.len();
    let shown = if n_listed < n_all { format!("{n_listed} of {n_all} match") } else { format!("{n_all} in the list") };
    let decided = counts.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}"));
    let parts: Vec<String> = std::iter::once(shown).chain(decided).chain([format!("{n_open} undecided")]).collect();
    ui.add(Label::new(RichText::new(parts.join(" · ")).weak()).wrap());
}

/// One picture; whether it has the focus.
fn row_ui(ui: &mut Ui, state: &AppState, entry: &Entry, thumbnails: &mut Thumbnails, actions: &mut Actions) -> bool {
    let colours = theme::colours(ui.visuals().dark_mode);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), egui::Sense::hover());
    let is_current = state.pictures.current().is_some_and(|current| current.id == entry.id);
    let is_chosen = state.chosen_pictures().contains(&entry.id);
    let response = interact(ui, state, entry, rect, is_current);
    let status = EntryStatus::of(entry, state.work(), state.batch().as_ref());
    let said = entry.answer.caption().map(|caption| format!(": {}", shortened(&caption.text, theme::LONGEST_TEXT)));
    let name = format!("{}, {}{}{}", entry.name, status.words(), decided(entry), said.unwrap_or_default());
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, is_current || is_chosen, &name));
    if response.clicked() {
        response.request_focus();
        actions.push(click(ui.input(|input| input.modifiers), entry.id));
    }
    if response.double_clicked() {
        actions.push(Command::EndTable);
    }
    response.context_menu(|ui| menu_ui(ui, state, entry, actions));
    let lit = match (is_chosen, is_current || response.hovered() || response.has_focus()) {
        (true, _) => ui.visuals().selection.bg_fill,
        (false, true) => colours.inset,
        (false, false) => colours.panel,
    };
    let ground = rect.shrink2(vec2(8.0, 2.0));
    ui.painter().rect_filled(ground, theme::RADIUS, lit);
    if is_current {
        ui.painter().rect_stroke(ground, theme::RADIUS, Stroke::new(2.0, colours.accent_line), StrokeKind::Inside);
    }
    let place = Rect::from_min_size(ground.min + vec2(8.0, 6.0), theme::THUMBNAIL_SIZE);
    picture_ui(ui, entry, place, thumbnails, &colours);
    mark_ui(ui, place.right_bottom() - vec2(8.0, 8.0), status, &colours);
    if let Some(verdict) = entry.verdict {
        verdict_ui(ui, place.left_top() + vec2(8.0, 8.0), verdict, &colours);
    }
    words_ui(ui, entry, status, lit, Rect::from_min_max(pos2(place.right() + 16.0, place.top()), ground.max));
    response.has_focus()
}

/// The name of a picture, and below it what was said of it, or why nothing was.
fn words_ui(ui: &Ui, entry: &Entry, status: EntryStatus, ground: egui::Color32, place: Rect) {
    let weak = theme::colours(ui.visuals().dark_mode).weak;
    let place = place.with_max_x(place.right() - 12.0);
    let painter = ui.painter().with_clip_rect(place.intersect(ui.clip_rect()));
    let small = TextStyle::Small.resolve(ui.style());
    painter.text(place.min, Align2::LEFT_TOP, shortened(&entry.name, 80), small, weak);
    let below = place.with_min_y(place.top() + 16.0);
    let Some(caption) = entry.answer.caption() else {
        let line = shortened(entry.problem().unwrap_or(status.words()), 120);
        painter.text(below.min, Align2::LEFT_TOP, line, TextStyle::Body.resolve(ui.style()), weak);
        return;
    };
    let text = CaptionText { scale: TEXT_SCALE, ground, ..on_panel(ui, caption) };
    let mut layout = text.layout();
    (layout.job.wrap.max_width, layout.job.wrap.max_rows) = (below.width(), MOST_LINES);
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(layout.job));
    for (index, range) in layout.phrases.iter().enumerate() {
        painter.extend(text.chip(index, &lines_of(&galley, range, below.min)));
    }
    painter.galley(below.min, galley, text.text);
}
