//! The table of numbers: ours, how sure each is, what was published, and the difference. One of them is looked into.

use egui::{
    Align2, Color32, EventFilter, FontId, Id, Key, Rect, Role, ScrollArea, Sense, Stroke, TextStyle, Ui, WidgetInfo,
    vec2,
};

use crate::{
    evaluate::benchmarks::{Interval, Measure},
    ui::{
        state::{Actions, EvaluationAction, Overview},
        theme,
    },
};

const ROW_HEIGHT: f32 = 26.0;
const INSET: f32 = 16.0;
/// A table less wide than this has no intervals.
const ROOM_FOR_ALL: f32 = 580.0;
/// The columns behind the name, from the right: what they are called, and how wide they are.
const COLUMNS: [(&str, f32); 4] = [("Difference", 84.0), ("Published", 78.0), ("95 % interval", 118.0), ("Here", 64.0)];

/// Paints the table, at most this high.
pub(super) fn numbers_ui(ui: &mut Ui, overview: &Overview, height: f32, actions: &mut Actions) {
    let (font, weak) = (TextStyle::Small.resolve(ui.style()), theme::colours(ui.visuals().dark_mode).weak);
    ui.spacing_mut().item_spacing.y = 0.0;
    let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), 20.0), Sense::hover());
    columns(ui, head, &COLUMNS.map(|(name, _)| name.to_owned()), &font, weak);
    let measures = overview.outcome.report.measures();
    let area = ScrollArea::vertical().id_salt("numbers").max_height(height - 20.0).auto_shrink([false, true]);
    area.show_rows(ui, ROW_HEIGHT, measures.len(), |ui, rows| {
        for at in rows {
            if let Some((measure, interval)) = measures.get(at) {
                row_ui(ui, overview, at, measure, *interval, actions);
            }
        }
    });
    ui.separator();
}

/// In a small window names need the room of the intervals.
fn is_shown((name, _): (&str, f32), width: f32) -> bool {
    width >= ROOM_FOR_ALL || name != "95 % interval"
}

/// Texts in the columns, the last first.
fn columns(ui: &Ui, rect: Rect, texts: &[String; 4], font: &FontId, colour: Color32) {
    let mut right = rect.right() - INSET;
    for (text, (_, width)) in texts.iter().zip(COLUMNS).filter(|(_, column)| is_shown(*column, rect.width())) {
        let place = egui::pos2(right, rect.center().y);
        ui.painter().text(place, Align2::RIGHT_CENTER, text, font.clone(), colour);
        right -= width;
    }
}

fn row_ui(
    ui: &mut Ui,
    overview: &Overview,
    at: usize,
    measure: &Measure,
    interval: Option<Interval>,
    actions: &mut Actions,
) {
    let colours = theme::colours(ui.visuals().dark_mode);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::hover());
    let is_chosen = overview.measure() == at;
    let id = row_id(at);
    let is_stop = is_chosen || ui.memory(|memory| memory.has_focus(id));
    let response = ui.interact(rect, id, if is_stop { Sense::click() } else { Sense::CLICK });
    let texts = texts(measure, interval);
    let [difference, published, range, here] = &texts;
    let beside =
        if published.is_empty() { String::new() } else { format!(", published {published}, difference {difference}") };
    let name = format!(
        "{}: {here}{}{beside}",
        measure.key,
        if range.is_empty() { String::new() } else { format!(", 95 % {range}") }
    );
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, is_chosen, &name));
    if response.clicked() {
        response.request_focus();
        actions.push(EvaluationAction::LookInto(at));
    }
    if response.has_focus() {
        keys(ui, overview, at, actions);
    }
    let ground = rect.shrink2(vec2(8.0, 1.0));
    if is_chosen {
        ui.painter().rect_filled(ground, theme::RADIUS, ui.visuals().selection.bg_fill);
        ui.painter().rect_stroke(
            ground,
            theme::RADIUS,
            Stroke::new(1.0, colours.accent_line),
            egui::StrokeKind::Inside,
        );
    } else if response.hovered() {
        ui.painter().rect_filled(ground, theme::RADIUS, colours.inset);
    }
    let body = TextStyle::Body.resolve(ui.style());
    let room = rect.width()
        - 2.0 * INSET
        - COLUMNS.iter().filter(|column| is_shown(**column, rect.width())).map(|(_, width)| width).sum::<f32>();
    let names = ui
        .painter()
        .with_clip_rect(Rect::from_min_size(rect.min, vec2(INSET + room, ROW_HEIGHT)).intersect(ui.clip_rect()));
    names.text(rect.left_center() + vec2(INSET, 0.0), Align2::LEFT_CENTER, &measure.key, body.clone(), colours.text);
    columns(ui, rect, &texts, &body, colours.text);
}

/// The table is one stop of Tab; within it the arrow keys lead on.
fn keys(ui: &Ui, overview: &Overview, at: usize, actions: &mut Actions) {
    let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(row_id(at), filter));
    let step =
        ui.input(|input| i32::from(input.key_pressed(Key::ArrowDown)) - i32::from(input.key_pressed(Key::ArrowUp)));
    let n_measures = overview.outcome.report.measures().len();
    let next = at.saturating_add_signed(step as isize).min(n_measures.saturating_sub(1));
    if next != at {
        ui.memory_mut(|memory| memory.request_focus(row_id(next)));
        actions.push(EvaluationAction::LookInto(next));
    }
}

fn row_id(at: usize) -> Id {
    Id::unique(("number of an evaluation", at))
}

/// What stands in the columns.
fn texts(measure: &Measure, interval: Option<Interval>) -> [String; 4] {
    let told = |value: f64| format!("{:.2}", measure.scale * value);
    let is_known = !measure.value.is_nan();
    let here = if is_known { told(measure.value) } else { "–".to_owned() };
    let range = interval.map(|it| format!("{} to {}", told(it.low), told(it.high))).unwrap_or_default();
    let published = measure.published.map(|value| format!("{value:.2}")).unwrap_or_default();
    let difference = measure.published.filter(|_| is_known);
    let difference =
        difference.map(|value| format!("{:+.2}", measure.scale * measure.value - value)).unwrap_or_default();
    [difference, published, range, here]
}
