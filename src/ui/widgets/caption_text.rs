//! The words of a caption as one piece of text whose phrases are widgets.
//!
//! One galley keeps the line breaks and the spaces as in any text; the phrases are found in it again by their characters
//! and sensed there, line by line.

use std::ops::Range;

use egui::{
    Align, Galley, Id, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, TextFormat, Ui, WidgetInfo, pos2,
    text::LayoutJob, vec2,
};

use super::{buttons::remark, gesture::Gesture};
use crate::{
    caption::{Caption, Choice, Phrase, SCORE_MEANING, score_in_words},
    ui::theme::{self, Colours, PhraseLook},
};

/// Before the words of what only one of two compared results has.
pub(crate) const DIFFERS: &str = "≠";

/// What stands for regions that came without words.
const UNNAMED: &str = "unnamed place";

/// A caption laid out, and which of its characters belong to which phrase.
struct Layout {
    job: LayoutJob,
    /// For each phrase, the characters of the laid out text.
    phrases: Vec<Range<usize>>,
    scale: f32,
}

/// A caption, and how it is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CaptionText<'a> {
    pub(crate) caption: &'a Caption,
    /// The phrase that is lit.
    pub(crate) highlight: Option<usize>,
    /// For each phrase whether the result it is compared with has it too; empty where nothing is compared.
    pub(crate) shared: &'a [bool],
    /// How large it is, 1 being the usual size.
    pub(crate) scale: f32,
}

/// Paints the caption. Returns the phrase that is pointed at.
pub(crate) fn caption_text_ui(ui: &mut Ui, text: CaptionText<'_>, gestures: &mut Vec<Gesture>) -> Option<Choice> {
    let CaptionText { caption, highlight, shared, .. } = text;
    let colours = theme::colours(ui.visuals().dark_mode);
    let mut layout = Layout::new(text, &colours);
    layout.job.wrap.max_width = ui.available_width();
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(layout.job));
    let (rect, response) = ui.allocate_exact_size(galley.size(), Sense::CLICK);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &caption.text));
    let lines: Vec<Vec<Rect>> = layout.phrases.into_iter().map(|range| lines(&galley, range, rect.min)).collect();
    for (index, lines) in lines.iter().enumerate() {
        paint_ground(ui, lines, theme::phrase_look(index, highlight == Some(index), &colours));
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
        response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_ui(|ui| boxes_tooltip(ui, phrase));
    }
    if response.clicked() {
        gestures.push(Gesture::ChooseNothing);
    }
    pointed_at
}

impl Layout {
    fn new(text: CaptionText<'_>, colours: &Colours) -> Self {
        let CaptionText { caption, highlight, shared, scale } = text;
        let plain = TextFormat {
            line_height: Some(theme::CAPTION_LINE_HEIGHT * scale),
            ..TextFormat::simple(theme::caption_font(scale), colours.text)
        };
        let phrases = Vec::with_capacity(caption.phrases.len());
        let mut layout = Self { job: LayoutJob::default(), phrases, scale };
        let mut written = 0;
        for (index, phrase) in caption.phrases.iter().enumerate() {
            layout.add(caption.text.get(written..phrase.span.start).unwrap_or_default(), &plain);
            let begin = layout.n_chars();
            if phrase.regions.is_empty() {
                layout.add(caption.words(phrase), &plain);
                // Nothing of it is to be pointed at.
                layout.phrases.push(begin..begin);
                written = phrase.span.end.max(written);
                continue;
            }
            let look = theme::phrase_look(index, highlight == Some(index), colours);
            let format = TextFormat { color: look.text, ..plain.clone() };
            let sign = if shared.get(index) == Some(&false) { DIFFERS } else { "" };
            layout.add_phrase(caption.words(phrase), &format!("{}{sign}", index + 1), &format);
            layout.phrases.push(begin..layout.n_chars());
            written = phrase.span.end.max(written);
        }
        layout.add(caption.text.get(written..).unwrap_or_default(), &plain);
        layout
    }

    /// The words and the raised number.
    fn add_phrase(&mut self, words: &str, number: &str, format: &TextFormat) {
        let font_id = theme::number_font(self.scale);
        self.add(if words.is_empty() { UNNAMED } else { words }, format);
        // No character, so that no line ends between them.
        let number_format = TextFormat { font_id, valign: Align::TOP, ..format.clone() };
        self.job.append(number, theme::NUMBER_GAP * self.scale, number_format);
    }

    fn add(&mut self, text: &str, format: &TextFormat) {
        if !text.is_empty() {
            self.job.append(text, 0.0, format.clone());
        }
    }

    fn n_chars(&self) -> usize {
        self.job.text.chars().count()
    }
}

/// The rectangles of a range of characters, one for each line it touches.
fn lines(galley: &Galley, characters: Range<usize>, origin: Pos2) -> Vec<Rect> {
    let mut lines = Vec::new();
    let mut row_begin = 0;
    for row in &galley.rows {
        let n_glyphs = row.glyphs.len();
        let within = |character: usize| character.saturating_sub(row_begin).min(n_glyphs);
        let glyphs = row.glyphs.get(within(characters.start)..within(characters.end)).unwrap_or_default();
        if let (Some(first), Some(last)) = (glyphs.first(), glyphs.last()) {
            let offset = origin.to_vec2() + row.pos.to_vec2();
            let (left, right) = (first.pos.x, last.max_x());
            lines.push(Rect::from_min_max(pos2(left, 0.0), pos2(right, row.row.size.y)).translate(offset));
        }
        row_begin += n_glyphs + usize::from(row.ends_with_newline);
    }
    lines
}

/// The ground of a phrase with a line in the colour of its boxes.
fn paint_ground(ui: &Ui, lines: &[Rect], look: PhraseLook) {
    for line in lines {
        let ground = line.shrink2(vec2(0.0, 2.0)).expand2(vec2(1.0, 0.0));
        ui.painter().rect_filled(ground, theme::CHIP_RADIUS, look.background);
        ui.painter().hline(ground.shrink(1.0).x_range(), ground.bottom() - 1.0, Stroke::new(2.0, look.line));
    }
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
                theme::CHIP_RADIUS,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        caption::Region,
        geometry::{NormBox, PatchIndex},
    };

    fn region() -> Region {
        let patches = (PatchIndex(0), PatchIndex(33));
        Region {
            norm: NormBox::from_patches(patches.0, patches.1),
            patches,
            raw_span: 0..0,
            score: None,
            token_probability: None,
        }
    }

    fn laid_out(caption: &Caption) -> Layout {
        Layout::new(CaptionText { caption, highlight: None, shared: &[], scale: 1.0 }, &theme::colours(true))
    }

    #[test]
    fn phrases_are_found_again_among_the_numbers() {
        let phrases = [0..7, 8..11, 12..18].map(|span| Phrase { span, regions: vec![region()] }).into();
        let mut caption = Caption { text: "a café and a tree".to_owned(), phrases };
        caption.phrases[1].regions.clear();
        let layout = laid_out(&caption);
        assert_eq!(layout.job.text, "a café1 and a tree3", "what is no longer linked keeps its number for itself");
        let words: Vec<String> = layout
            .phrases
            .iter()
            .map(|range| layout.job.text.chars().skip(range.start).take(range.len()).collect())
            .collect();
        assert_eq!(words, ["a café1", "", "a tree3"]);
    }

    #[test]
    fn spans_that_cannot_be_are_left_out() {
        let phrases = [90..99, 1..2].map(|span| Phrase { span, regions: vec![region()] }).into();
        let caption = Caption { text: "é".to_owned(), phrases };
        assert_eq!(laid_out(&caption).job.text, "unnamed place1unnamed place2");
    }
}
