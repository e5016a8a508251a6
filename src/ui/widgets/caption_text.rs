//! The words of a caption whose phrases are widgets: sensed line by line where the layout has them.

use egui::{Id, Rect, Response, Role, Sense, StrokeKind, Ui, WidgetInfo, vec2};

use super::{buttons::remark, gesture::Gesture, tooltip::explain_beside};
use crate::{
    caption::{Caption, Choice, Phrase, SCORE_MEANING, UNNAMED, score_in_words},
    overlay::caption_text::{CHIP_RADIUS, CaptionText, lines_of},
    ui::theme,
};

/// A caption on a panel, of the usual size and with nothing lit.
pub(crate) fn on_panel<'a>(ui: &Ui, caption: &'a Caption) -> CaptionText<'a> {
    let colours = theme::colours(ui.visuals().dark_mode);
    CaptionText { caption, highlight: None, shared: &[], scale: 1.0, text: colours.text, ground: colours.panel }
}

/// Paints the caption. Returns the phrase that is pointed at.
pub(crate) fn caption_text_ui(ui: &mut Ui, text: CaptionText<'_>, gestures: &mut Vec<Gesture>) -> Option<Choice> {
    let CaptionText { caption, highlight, shared, .. } = text;
    let mut layout = text.layout();
    layout.job.wrap.max_width = ui.available_width();
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(layout.job));
    let (rect, response) = ui.allocate_exact_size(galley.size(), Sense::CLICK);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &caption.text));
    let lines: Vec<Vec<Rect>> = layout.phrases.iter().map(|range| lines_of(&galley, range, rect.min)).collect();
    for (index, lines) in lines.iter().enumerate() {
        ui.painter().extend(text.chip(index, lines));
    }
    ui.painter().galley(rect.min, galley, ui.visuals().text_color());
    let mut pointed_at = None;
    for ((index, phrase), lines) in caption.phrases.iter().enumerate().zip(lines) {
        let Some(response) = phrase_ui(ui, response.id.with(("phrase", index)), &lines) else { continue };
        let name = caption.words(phrase);
        let name = if name.is_empty() { UNNAMED } else { name };
        let name = if shared.get(index) == Some(&false) { format!("{name}, differs") } else { name.to_owned() };
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, highlight == Some(index), &name));
        if response.hovered() || response.has_focus() {
            pointed_at = Some(Choice::phrase(index));
        }
        if response.clicked() {
            gestures.push(Gesture::Choose(Choice::phrase(index)));
        }
        explain_beside(&response, ui.clip_rect().x_range(), |ui| boxes_tooltip(ui, phrase));
        response.on_hover_cursor(egui::CursorIcon::PointingHand);
    }
    if response.clicked() {
        gestures.push(Gesture::ChooseNothing);
    }
    pointed_at
}

/// Senses the lines of one phrase as one widget; only the first can hold the focus.
fn phrase_ui(ui: &Ui, id: Id, lines: &[Rect]) -> Option<Response> {
    let (first, rest) = lines.split_first()?;
    let mut response = ui.interact(*first, id, Sense::click());
    for (at, line) in rest.iter().enumerate() {
        response |= ui.interact(*line, id.with(at), Sense::CLICK);
    }
    if response.has_focus() {
        for line in lines {
            ui.painter().rect_stroke(
                line.expand2(vec2(2.0, -2.0)),
                CHIP_RADIUS,
                ui.visuals().selection.stroke,
                StrokeKind::Outside,
            );
        }
    }
    Some(response)
}

/// How sure the model was of each box, and what that means.
fn boxes_tooltip(ui: &mut Ui, phrase: &Phrase) {
    let n_boxes = phrase.regions.len();
    ui.label(if n_boxes == 1 { "1 box".to_owned() } else { format!("{n_boxes} boxes") });
    let scores: Vec<String> = phrase.regions.iter().filter_map(|region| region.score).map(score_in_words).collect();
    if scores.is_empty() {
        return;
    }
    ui.label(format!("Score {}", scores.join(", ")));
    remark(ui, SCORE_MEANING);
}
