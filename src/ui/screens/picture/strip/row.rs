//! One picture of the strip: its thumbnail, its name, how far it is, and what can be done with it.

use egui::{
    Align2, Color32, EventFilter, FontId, Id, Image, Modifiers, Rect, Response, Role, Sense, Stroke, StrokeKind,
    TextStyle, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use crate::{
    dataset::Verdict,
    ui::{
        command::Command,
        state::{Actions, AppState, Entry, EntryId, EntryStatus, PictureAction},
        textures::{Cut, Thumbnails},
        theme::{self, Colours},
        widgets::{explain_beside, remark},
    },
    words::shortened,
};

/// The height of one picture with its name.
pub(super) const ROW_HEIGHT: f32 = 112.0;
/// The radius of the mark that shows how far a picture is.
const MARK_RADIUS: f32 = 9.0;
/// A picture smaller than its place is enlarged, but not beyond recognition.
const MOST_ENLARGED: f32 = 4.0;
/// The breadth of what shows that a thumbnail is cut off.
const CUT_BREADTH: f32 = 9.0;

/// The widget of a picture's row.
pub(super) fn row_id(entry: EntryId) -> Id {
    Id::unique(("strip", entry))
}

pub(super) fn row_ui(
    ui: &mut Ui,
    state: &AppState,
    entry: &Entry,
    thumbnails: &mut Thumbnails,
    actions: &mut Actions,
) -> Response {
    let colours = theme::colours(ui.visuals().dark_mode);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::hover());
    let is_current = state.pictures.current().is_some_and(|current| current.id == entry.id);
    let is_chosen = state.chosen_pictures().contains(&entry.id);
    let response = interact(ui, state, entry, rect, is_current);
    let status = EntryStatus::of(entry, state.work(), state.batch().as_ref());
    let name = format!("{}, {}{}", entry.name, status.words(), decided(entry));
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, is_current || is_chosen, &name));
    if response.clicked() {
        response.request_focus();
        actions.push(click(ui.input(|input| input.modifiers), entry.id));
    }
    response.context_menu(|ui| menu_ui(ui, state, entry, actions));
    let ground = rect.shrink2(vec2(4.0, 2.0));
    if is_chosen {
        ui.painter().rect_filled(ground, theme::RADIUS, ui.visuals().selection.bg_fill);
    } else if is_current || response.hovered() || response.has_focus() || response.context_menu_opened() {
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
    if let Some(verdict) = entry.verdict {
        verdict_ui(ui, place.left_top() + Vec2::splat(MARK_RADIUS - 1.0), verdict, &colours);
    }
    name_ui(ui, entry, Rect::from_min_max(pos2(ground.left() + 6.0, place.bottom()), ground.max - vec2(6.0, 2.0)));
    remove_ui(ui, entry, place, &response, actions);
    explain_beside(&response, ui.clip_rect().x_range(), |ui| tooltip_ui(ui, entry, status));
    response
}

/// What was decided about a picture, as words that follow others.
pub(super) fn decided(entry: &Entry) -> &'static str {
    match entry.verdict {
        None => "",
        Some(Verdict::Accept) => ", accepted",
        Some(Verdict::Unsure) => ", unsure",
        Some(Verdict::Reject) => ", rejected",
    }
}

/// The list is one stop of Tab, at the picture shown; within it the arrow keys lead on.
pub(super) fn interact(ui: &Ui, state: &AppState, entry: &Entry, rect: Rect, is_current: bool) -> Response {
    let id = row_id(entry.id);
    let is_stop = is_current || ui.memory(|memory| memory.has_focus(id));
    let response = ui.interact(rect, id, if is_stop { Sense::click() } else { Sense::CLICK });
    if response.has_focus() {
        let escape = !state.chosen_pictures().is_empty();
        let filter = EventFilter { vertical_arrows: true, escape, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    }
    response
}

/// As in any list: Ctrl adds one, Shift all up to it.
pub(super) fn click(modifiers: Modifiers, id: EntryId) -> PictureAction {
    match modifiers {
        Modifiers { shift: true, .. } => PictureAction::ExtendTo(id),
        Modifiers { command: true, .. } => PictureAction::Toggle(id),
        _ => PictureAction::Show(id),
    }
}

pub(super) fn picture_ui(ui: &Ui, entry: &Entry, place: Rect, thumbnails: &mut Thumbnails, colours: &Colours) {
    let Some((texture, cut)) = thumbnails.get((entry.id, entry.edition)) else {
        ui.painter().rect_filled(place, 3.0, colours.canvas);
        return;
    };
    let size = texture.size_vec2();
    let scale = (place.size() / size).min_elem().min(MOST_ENLARGED);
    let shown = Align2::CENTER_CENTER.align_size_within_rect(size * scale, place);
    Image::new((texture.id(), shown.size())).corner_radius(3).paint_at(ui, shown);
    if let Some(cut) = cut {
        cut_ui(ui, shown, cut);
    }
}

/// Dots where the picture goes on.
fn cut_ui(ui: &Ui, shown: Rect, cut: Cut) {
    let breadth = CUT_BREADTH.min(shown.size().min_elem());
    let (ends, sign) = match cut {
        Cut::Sides => {
            ([shown.with_max_x(shown.left() + breadth), shown.with_min_x(shown.right() - breadth)], vec2(0.0, 4.0))
        }
        Cut::Ends => {
            ([shown.with_max_y(shown.top() + breadth), shown.with_min_y(shown.bottom() - breadth)], vec2(4.0, 0.0))
        }
    };
    for end in ends {
        ui.painter().rect_filled(end, 0.0, Color32::from_black_alpha(150));
        for step in [-1.0, 0.0, 1.0] {
            ui.painter().circle_filled(end.center() + sign * step, 1.0, Color32::WHITE);
        }
    }
}

/// How far the picture is: a sign in a circle over its corner.
pub(super) fn mark_ui(ui: &Ui, centre: egui::Pos2, status: EntryStatus, colours: &Colours) {
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
    painter.text(centre, Align2::CENTER_CENTER, sign, FontId::proportional(10.0), Color32::WHITE);
}

/// What a person decided about the picture: a sign in its other corner.
pub(super) fn verdict_ui(ui: &Ui, centre: egui::Pos2, verdict: Verdict, colours: &Colours) {
    let (fill, sign) = match verdict {
        Verdict::Accept => (colours.done_line, "✔"),
        Verdict::Unsure => (colours.warning_line, "?"),
        Verdict::Reject => (colours.problem_line, "✖"),
    };
    let square = Rect::from_center_size(centre, Vec2::splat(2.0 * MARK_RADIUS));
    ui.painter().rect(square, 4.0, fill, Stroke::new(2.0, colours.panel), StrokeKind::Middle);
    ui.painter().text(centre, Align2::CENTER_CENTER, sign, FontId::proportional(10.0), Color32::WHITE);
}

/// The name, of which the middle is left out where there is not room for all: its end tells pictures of a series apart.
fn name_ui(ui: &Ui, entry: &Entry, place: Rect) {
    let (font, colour) = (TextStyle::Small.resolve(ui.style()), ui.visuals().text_color());
    let laid_out = |n_chars| ui.painter().layout_no_wrap(shortened(&entry.name, n_chars), font.clone(), colour);
    let n_chars = entry.name.chars().count();
    let mut galley = laid_out(n_chars.min(LONGEST_NAME));
    let mut n_shown = n_chars.min(LONGEST_NAME);
    while galley.size().x > place.width() && n_shown > 2 {
        let share = place.width() / galley.size().x;
        n_shown = ((n_shown as f32 * share) as usize).clamp(2, n_shown - 1);
        galley = laid_out(n_shown);
    }
    let at = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), place);
    ui.painter().galley(at.min, galley, colour);
}

/// More characters of a name never fit.
const LONGEST_NAME: usize = 80;

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
    let font = FontId::proportional(10.0);
    ui.painter().text(button.center(), Align2::CENTER_CENTER, "✖", font, Color32::WHITE);
    if response.on_hover_text(Command::Remove.presentation().tooltip).clicked() {
        actions.push(PictureAction::Remove(entry.id));
    }
}

/// What can be done with the picture, or with all that are chosen if it is one of them.
pub(super) fn menu_ui(ui: &mut Ui, state: &AppState, entry: &Entry, actions: &mut Actions) {
    ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
    let n = state.acted_on(entry.id).len();
    let counted =
        |one: &str, several: &str| if n == 1 { one.to_owned() } else { several.replace("{}", &n.to_string()) };
    let why_not = state.cannot_run_on(n);
    let run = ui.add_enabled(why_not.is_none(), egui::Button::new(counted("Run", "Run on {} pictures")));
    if run.on_disabled_hover_text(why_not.unwrap_or_default()).clicked() {
        actions.push(PictureAction::RunOn(entry.id));
    }
    ui.separator();
    if ui.button(counted("Open again", "Open {} again")).clicked() {
        actions.push(PictureAction::OpenAgain(entry.id));
    }
    let has_path = n > 1 || entry.source.path().is_some();
    if ui.add_enabled(has_path, egui::Button::new(counted("Copy path", "Copy {} paths"))).clicked() {
        actions.push(PictureAction::CopyPath(entry.id));
    }
    ui.separator();
    if ui.button("Choose all").clicked() {
        actions.push(PictureAction::ChooseAll);
    }
    if ui.button(counted("Remove from the list", "Remove {} from the list")).clicked() {
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
