//! The results of the picture shown, the newest first: one click shows an earlier one again.

use std::sync::Arc;

use egui::{
    Align2, Button, Color32, FontId, Rect, RichText, Sense, Ui, WidgetInfo,
    text::{LayoutJob, TextWrapping},
    vec2,
};

use crate::{
    engine::{Answer, Sampling},
    ui::{
        state::{Actions, Entry, ResultAction},
        theme,
        widgets::{explain_beside, section_title},
    },
    words::{seconds, shortened},
};

const DELETE_WIDTH: f32 = 22.0;
/// The width of what can be done with a result, in whose place it says how long it took.
const ACTIONS_WIDTH: f32 = 104.0;
const ROW_HEIGHT: f32 = 44.0;

/// Whether there is more to an entry than the result shown.
#[must_use]
pub(super) fn has_history(entry: &Entry) -> bool {
    match &entry.results[..] {
        [] => false,
        [_] => entry.answer.finished().is_none(),
        _ => true,
    }
}

/// Paints the results of an entry, as many as there is room for at a time.
pub(super) fn history_ui(ui: &mut Ui, entry: &Entry, actions: &mut Actions) {
    section_title(ui, "Earlier results");
    ui.spacing_mut().item_spacing.y = 2.0;
    ui.add_enabled_ui(!entry.answer.is_under_way(), |ui| {
        for (at, result) in entry.results.iter().enumerate().rev() {
            ui.push_id(at, |ui| row_ui(ui, entry, at, result, actions));
        }
    });
}

/// What a result is to what is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    /// It is shown.
    Shown,
    /// It is shown beside that one.
    Compared,
    /// It could be shown beside that one.
    Comparable,
    /// Nothing is shown.
    Alone,
}

/// What a result of an entry is to what is shown of it.
fn relation(entry: &Entry, result: &Arc<Answer>) -> Relation {
    let is = |other: Option<&Arc<Answer>>| other.is_some_and(|other| Arc::ptr_eq(other, result));
    let shown = entry.answer.finished();
    if is(shown) {
        Relation::Shown
    } else if is(entry.compared()) {
        Relation::Compared
    } else if shown.is_some() {
        Relation::Comparable
    } else {
        Relation::Alone
    }
}

/// One result in two lines: what was asked and how long that took, and the words of the answer as far as there is room.
/// What can be done with it shows when the pointer or the focus is there.
fn row_ui(ui: &mut Ui, entry: &Entry, at: usize, result: &Arc<Answer>, actions: &mut Actions) {
    let relation = relation(entry, result);
    let is_shown = relation == Relation::Shown;
    let colours = theme::colours(ui.visuals().dark_mode);
    let row = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), ROW_HEIGHT));
    let (id, is_within) = (ui.scope_id().with("focus"), ui.rect_contains_pointer(row));
    let is_active = is_within || relation == Relation::Compared || ui.data(|data| data.get_temp(id)).unwrap_or(false);
    let words_width = row.width() - ACTIONS_WIDTH;
    let edited = if result.made_by.edited { " (edited)" } else { "" };
    let earlier = if entry.has_changed_since(result) { " (of the earlier picture)" } else { "" };
    let asked = match result.from_file {
        Some(_) => format!("From {}{edited}{earlier}", result.made_by.checkpoint),
        None => format!("{}{edited}{earlier}", result.title()),
    };
    let line = |text: &str, size: f32, colour: Color32| {
        let mut job =
            LayoutJob::simple_singleline(shortened(text, theme::LONGEST_TEXT), FontId::proportional(size), colour);
        job.wrap = TextWrapping::truncate_at_width(words_width - 12.0);
        job
    };
    let lines = [line(&asked, 13.0, colours.text), line(&result.caption.text, 12.0, colours.weak)];
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let (rect, response) = ui.allocate_exact_size(vec2(words_width, ROW_HEIGHT), Sense::click());
        let name = format!("Result {}: {asked}: {}", at + 1, shortened(&result.caption.text, theme::LONGEST_TEXT));
        response.widget_info(|| WidgetInfo::selected(egui::Role::Button, ui.is_enabled(), is_shown, &name));
        let ground = if is_shown { ui.visuals().selection.bg_fill } else { colours.inset.gamma_multiply(0.7) };
        if is_shown || is_active {
            ui.painter().rect_filled(row, theme::RADIUS, ground);
        }
        for (nth, job) in lines.into_iter().enumerate() {
            let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
            ui.painter().galley(rect.min + vec2(8.0, 5.0 + 18.0 * nth as f32), galley, colours.text);
        }
        if !is_active {
            let cost = cost(result);
            let small = egui::TextStyle::Small.resolve(ui.style());
            let corner = row.right_top() + vec2(-8.0, 6.0);
            ui.painter().text(corner, Align2::RIGHT_TOP, cost, small, colours.weak);
        }
        let mut has_focus = response.has_focus();
        if response.clicked() {
            actions.push(ResultAction::Show(at));
        }
        explain_beside(&response, ui.clip_rect().x_range(), |ui| provenance_ui(ui, result));
        ui.scope(|ui| {
            ui.set_opacity(if is_active { 1.0 } else { 0.0 });
            has_focus |= compare_ui(ui, at, relation, actions);
            let delete = ui.add(Button::new("×").frame(false).min_size(vec2(DELETE_WIDTH, theme::SEGMENT_HEIGHT)));
            delete.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, format!("Delete result {}", at + 1)));
            has_focus |= delete.has_focus();
            if delete.on_hover_text("Delete this result; Undo brings it back").clicked() {
                actions.push(ResultAction::Delete(at));
            }
        });
        ui.data_mut(|data| data.insert_temp(id, has_focus));
    });
}

/// How long it took, and the seed if it was left to chance.
fn cost(result: &Answer) -> String {
    if result.from_file.is_some() {
        return String::new();
    }
    let secs = seconds(result.timings.total_secs());
    match result.made_by.options.sampling {
        Sampling::Greedy | Sampling::Beams { .. } => secs,
        Sampling::TopP { seed, .. } => format!("{secs} · seed {seed}"),
    }
}

/// Shows a result beside the one shown, or no more. Returns whether the button has the focus.
fn compare_ui(ui: &mut Ui, at: usize, relation: Relation, actions: &mut Actions) -> bool {
    let is_compared = relation == Relation::Compared;
    let is_possible = is_compared || relation == Relation::Comparable;
    let mut label = RichText::new("Compare").small();
    if is_compared {
        label = label.color(ui.visuals().text_color());
    }
    let button = Button::selectable(is_compared, label);
    let response = ui.add_enabled(is_possible, button.min_size(vec2(0.0, theme::SEGMENT_HEIGHT)));
    let name = format!("Compare result {}", at + 1);
    response.widget_info(|| WidgetInfo::selected(egui::Role::Button, is_possible, is_compared, &name));
    let has_focus = response.has_focus();
    if response.on_hover_text("Show this result beside the current one, with the differences marked").clicked() {
        actions.push(ResultAction::Compare(at));
    }
    has_focus
}

/// Where a result came from.
fn provenance_ui(ui: &mut Ui, result: &Answer) {
    let made_by = &result.made_by;
    ui.set_max_width(360.0);
    ui.label(&result.caption.text);
    if result.from_file.is_some() {
        ui.label(RichText::new(format!("From the dataset {}", made_by.checkpoint)).small());
        return;
    }
    ui.label(RichText::new(format!("Prompt: {}", shortened(&result.prompt, theme::LONGEST_TEXT))).monospace().small());
    let checkpoint = format!("{} ({}) · {}", made_by.checkpoint, made_by.fingerprint, made_by.precision);
    ui.label(RichText::new(checkpoint).small());
    let options = &made_by.options;
    let sampling = match options.sampling {
        Sampling::Greedy => "always the likeliest token".to_owned(),
        Sampling::Beams { width, .. } => format!("the likeliest of {width} beams"),
        Sampling::TopP { temperature, top_p, seed } => {
            format!("sampled at temperature {temperature:.2}, top-p {top_p:.2}, seed {seed}")
        }
    };
    let repeats = match Option::from(options.no_repeat_ngram).unwrap_or(0_usize) {
        0 => "phrases may be repeated".to_owned(),
        n => format!("no phrase of {n} tokens repeated"),
    };
    let settings = format!("At most {} tokens, {repeats}, {sampling}", options.max_new_tokens);
    ui.label(RichText::new(settings).small());
    let edited = if made_by.edited { " · edited by a person" } else { "" };
    ui.label(RichText::new(format!("Kosmoscope {}{edited}", made_by.version)).small().weak());
}
