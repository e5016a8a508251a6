//! The phrases of a caption one below the other, with their colours and scores; the chosen one shows what can be done
//! with each of its boxes.

use egui::{
    Align2, Button, CollapsingHeader, FontId, Rect, Response, RichText, Sense, Ui, Vec2, WidgetInfo, pos2,
    text::{LayoutJob, TextWrapping},
    vec2,
};

use super::{buttons::remark, gesture::Gesture, tooltip::explain_beside};
use crate::{
    caption::{Caption, Choice, Phrase, Region, SCORE_MEANING, score_in_words},
    overlay::{Look, caption_text::CHIP_RADIUS, palette},
    ui::{state::BoxUse, theme},
};

const ROW_HEIGHT: f32 = 26.0;
const PLATE: Vec2 = vec2(22.0, 18.0);

/// What of a caption's phrases is lit and chosen, and what can be done with them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Legend {
    /// What is lit.
    pub(crate) highlight: Option<Choice>,
    /// What was chosen.
    pub(crate) chosen: Option<Choice>,
    /// Which boxes are painted.
    pub(crate) look: Look,
    /// Whether boxes can be taken away.
    pub(crate) can_remove: bool,
}

/// Paints the list. Returns what is pointed at.
pub(crate) fn legend_ui(ui: &mut Ui, caption: &Caption, legend: Legend, gestures: &mut Vec<Gesture>) -> Option<Choice> {
    let mut pointed_at = None;
    CollapsingHeader::new("Phrases").default_open(true).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        for (index, phrase) in caption.linked() {
            let is_lit = legend.highlight.is_some_and(|choice| choice.phrase == index);
            let row = phrase_row_ui(ui, caption, index, phrase, is_lit, gestures);
            if row.hovered() || row.has_focus() {
                pointed_at = Some(Choice::phrase(index));
            }
            if legend.chosen.is_some_and(|choice| choice.phrase == index) {
                for region in 0..phrase.regions.len() {
                    let choice = Choice { phrase: index, region: Some(region) };
                    pointed_at = box_ui(ui, phrase, choice, legend, gestures).or(pointed_at);
                }
            }
        }
        if legend.chosen.is_none() {
            remark(ui, "Choose a phrase to ask about its boxes");
        }
    });
    pointed_at
}

/// One phrase.
pub(crate) fn phrase_row_ui(
    ui: &mut Ui,
    caption: &Caption,
    index: usize,
    phrase: &Phrase,
    is_lit: bool,
    gestures: &mut Vec<Gesture>,
) -> Response {
    let colours = theme::colours(ui.visuals().dark_mode);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::click());
    let (words, facts) = (phrase.label(caption), facts(phrase));
    let name = format!("Phrase {}: {words}, {facts}", index + 1);
    response.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, is_lit, &name));
    if is_lit || response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, CHIP_RADIUS, colours.inset);
    }
    let painter = ui.painter().with_clip_rect(rect);
    let plate = Rect::from_center_size(pos2(rect.left() + 4.0 + PLATE.x / 2.0, rect.center().y), PLATE);
    let colour = palette::phrase_colour(index);
    painter.rect_filled(plate, CHIP_RADIUS, colour);
    let number = (index + 1).to_string();
    painter.text(plate.center(), Align2::CENTER_CENTER, number, FontId::proportional(12.0), palette::text_on(colour));
    let small = egui::TextStyle::Small.resolve(ui.style());
    let right = painter.text(rect.right_center() - vec2(6.0, 0.0), Align2::RIGHT_CENTER, facts, small, colours.weak);
    let room = Rect::from_min_max(pos2(plate.right() + 8.0, rect.top()), pos2(right.left() - 8.0, rect.bottom()));
    let mut job = LayoutJob::simple_singleline(words.into_owned(), FontId::proportional(14.0), colours.text);
    job.wrap = TextWrapping::truncate_at_width(room.width());
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    ui.painter().galley(pos2(room.left(), room.center().y - galley.size().y / 2.0), galley, colours.text);
    explain_beside(&response, ui.clip_rect().x_range(), |ui| {
        ui.label(SCORE_MEANING);
    });
    if response.clicked() {
        gestures.push(Gesture::Choose(Choice::phrase(index)));
    }
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}

/// How many boxes, and how sure the model was of them.
fn facts(phrase: &Phrase) -> String {
    let boxes = boxes_in_words(phrase);
    if phrase.lost.is_some() { format!("not in the text · {boxes}") } else { boxes }
}

fn boxes_in_words(phrase: &Phrase) -> String {
    let scores: Vec<String> = phrase.regions.iter().filter_map(|region| region.score).map(score_in_words).collect();
    match (phrase.regions.len(), &scores[..]) {
        (0, _) => "no box".to_owned(),
        (1, []) if phrase.regions.iter().all(Region::is_by_hand) => "by hand".to_owned(),
        (1, []) => "1 box".to_owned(),
        (1, [score]) => score.clone(),
        (n_boxes, []) => format!("{n_boxes} boxes"),
        (n_boxes, [..]) if n_boxes > 3 => format!("{n_boxes} boxes"),
        (n_boxes, scores) => format!("{n_boxes} boxes · {}", scores.join(", ")),
    }
}

/// A box of the chosen phrase; of the one that is chosen itself, or is the only one, also what can be done with it.
/// Returns whether it is pointed at.
fn box_ui(ui: &mut Ui, phrase: &Phrase, choice: Choice, legend: Legend, gestures: &mut Vec<Gesture>) -> Option<Choice> {
    let at = choice.region?;
    let region = phrase.regions.get(at)?;
    let is_chosen = legend.chosen == Some(choice);
    let response = ui.horizontal(|ui| {
        ui.add_space(PLATE.x + 8.0);
        let words = RichText::new(box_in_words(phrase, at, region, legend.look)).small();
        let button = Button::selectable(is_chosen, words.color(ui.visuals().text_color())).wrap();
        let at_left = egui::Layout::top_down_justified(egui::Align::Min);
        let response = ui.with_layout(at_left, |ui| ui.add(button.min_size(vec2(0.0, 22.0)))).inner;
        let name = format!("Box {} of {}, {}", at + 1, phrase.regions.len(), region.norm.place_in_words());
        response.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, is_chosen, &name));
        response
    });
    let response = response.inner;
    if response.clicked() {
        gestures.push(Gesture::Choose(choice));
    }
    if is_chosen || phrase.regions.len() == 1 {
        let removal = Gesture::RemoveBox { phrase: choice.phrase, region: at };
        box_buttons_ui(ui, at, region, legend.can_remove.then_some(removal), gestures);
    }
    (response.hovered() || response.has_focus()).then_some(choice)
}

/// Which of its phrase's boxes it is, as its label in the picture says, where it lies, and how sure the model was of it.
pub(crate) fn box_in_words(phrase: &Phrase, at: usize, region: &Region, look: Look) -> String {
    let nth = (phrase.regions.len() > 1).then(|| format!("{}/{}", at + 1, phrase.regions.len()));
    let hidden = (!look.shows(region.score)).then(|| "hidden".to_owned());
    let by_hand = region.is_by_hand().then(|| "by hand".to_owned());
    let place = region.norm.place_in_words().to_owned();
    let parts = [nth, Some(place), region.score.map(score_in_words), by_hand, hidden];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// `removal` if the box can be taken away.
fn box_buttons_ui(ui: &mut Ui, at: usize, region: &Region, removal: Option<Gesture>, gestures: &mut Vec<Gesture>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().button_padding = vec2(8.0, 2.0);
        ui.spacing_mut().interact_size.y = 22.0;
        ui.add_space(PLATE.x + 12.0);
        let mut button = |label: &str, tooltip: &str, is_possible: bool| {
            let response = ui.add_enabled(is_possible, Button::new(RichText::new(label).small()));
            response.widget_info(|| {
                WidgetInfo::labeled(egui::Role::Button, is_possible, format!("{label} box {}", at + 1))
            });
            response.on_hover_text(tooltip).clicked()
        };
        if button("Describe", "Ask the model what this place shows", true) {
            gestures.push(Gesture::UseBox(region.norm, BoxUse::Describe));
        }
        if button("Ask", "Type a question about this place", true) {
            gestures.push(Gesture::UseBox(region.norm, BoxUse::Ask));
        }
        if button("Remove", "Remove this box; Undo brings it back", removal.is_some()) {
            gestures.extend(removal);
        }
    });
}
