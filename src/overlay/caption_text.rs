//! The words of a caption, with phrases in the colours of their boxes and their numbers raised: one layout for the window
//! and for exported pictures.
//!
//! One galley keeps the line breaks and the spaces as in any text; the phrases are found in it again by their characters.

use std::{borrow::Cow, ops::Range};

use egui::{Align, Color32, CornerRadius, FontId, Galley, Pos2, Rect, Shape, TextFormat, pos2, text::LayoutJob, vec2};

use super::palette;
use crate::caption::{Caption, UNNAMED};

/// Before the words of what only one of two compared results has.
pub const DIFFERS: &str = "≠";

/// The distance from one line to the next.
const LINE_HEIGHT: f32 = 27.0;
const WORDS_SIZE: f32 = 17.0;
/// The size of the raised number after a phrase.
const NUMBER_SIZE: f32 = 11.0;
/// The space before it.
const NUMBER_GAP: f32 = 1.5;
/// The thickness of the line under a phrase.
const UNDERLINE: f32 = 2.0;
/// Radius of the ground behind a phrase.
pub const CHIP_RADIUS: CornerRadius = CornerRadius::same(3);
/// Share of a phrase's colour in the ground behind its words.
const TINT: f32 = 0.25;

/// A caption, and how it is shown.
#[derive(Clone, Copy, Debug)]
pub struct CaptionText<'a> {
    /// The caption.
    pub caption: &'a Caption,
    /// The phrase that is lit.
    pub highlight: Option<usize>,
    /// For each phrase whether the result it is compared with has it too; empty where nothing is compared.
    pub shared: &'a [bool],
    /// How large it is, 1 being the usual size.
    pub scale: f32,
    /// The colour of its words.
    pub text: Color32,
    /// The colour that it stands on.
    pub ground: Color32,
}

/// A caption laid out, and which of its characters belong to which phrase.
#[derive(Debug)]
pub struct CaptionLayout {
    /// To be laid out at some width.
    pub job: LayoutJob,
    /// For each phrase, the characters of the laid out text; empty for one that is plain words.
    pub phrases: Vec<Range<usize>>,
}

/// How a phrase looks in the caption.
#[derive(Clone, Copy, Debug)]
pub struct PhraseLook {
    /// The ground behind its words.
    pub background: Color32,
    /// Its words.
    pub text: Color32,
    /// The line under its words: the colour of its boxes.
    pub line: Color32,
}

/// A tinted ground for a phrase, or its full colour if it is highlighted.
#[must_use]
pub fn phrase_look(index: usize, highlighted: bool, text: Color32, ground: Color32) -> PhraseLook {
    let line = palette::phrase_colour(index);
    if highlighted {
        return PhraseLook { background: line, text: palette::text_on(line), line };
    }
    PhraseLook { background: palette::mix(line, ground, TINT), text, line }
}

impl CaptionText<'_> {
    /// How one of its phrases looks.
    #[must_use]
    pub fn look(&self, index: usize) -> PhraseLook {
        phrase_look(index, self.highlight == Some(index), self.text, self.ground)
    }

    /// Its words in order, with what stands for phrases without words and the numbers of all.
    #[must_use]
    pub fn layout(&self) -> CaptionLayout {
        let font = FontId::proportional(WORDS_SIZE * self.scale);
        let plain = TextFormat { line_height: Some(LINE_HEIGHT * self.scale), ..TextFormat::simple(font, self.text) };
        let phrases = Vec::with_capacity(self.caption.phrases.len());
        let mut layout = CaptionLayout { job: LayoutJob::default(), phrases };
        let mut written = 0;
        for (index, phrase) in self.caption.phrases.iter().enumerate() {
            layout.add(self.caption.text.get(written..phrase.span.start).unwrap_or_default(), &plain);
            let begin = layout.n_chars();
            let words = self.caption.words(phrase);
            if phrase.regions.is_empty() {
                // Nothing of it is to be pointed at.
                layout.add(words, &plain);
                layout.phrases.push(begin..begin);
            } else {
                let format = TextFormat { color: self.look(index).text, ..plain.clone() };
                let sign = if self.shared.get(index) == Some(&false) { DIFFERS } else { "" };
                let words = match (words, &phrase.lost) {
                    ("", None) => UNNAMED.into(),
                    ("", Some(lost)) => Cow::from(format!("[{lost}]")),
                    (words, _) => words.into(),
                };
                layout.add(&words, &format);
                layout.add_number(&format!("{}{sign}", index + 1), self.scale, format);
                layout.phrases.push(begin..layout.n_chars());
            }
            written = phrase.span.end.max(written);
        }
        layout.add(self.caption.text.get(written..).unwrap_or_default(), &plain);
        layout
    }

    /// The ground of a phrase on these lines, with a line in the colour of its boxes.
    #[must_use]
    pub fn chip(&self, index: usize, lines: &[Rect]) -> Vec<Shape> {
        let look = self.look(index);
        let chip = |line: &Rect| {
            let ground = line.shrink2(vec2(0.0, 2.0 * self.scale)).expand2(vec2(self.scale, 0.0));
            let under = Rect::from_min_max(
                pos2(ground.left() + self.scale, ground.bottom() - UNDERLINE * self.scale),
                ground.right_bottom() - vec2(self.scale, 0.0),
            );
            [
                Shape::rect_filled(ground, CHIP_RADIUS, look.background),
                Shape::rect_filled(under, CornerRadius::ZERO, look.line),
            ]
        };
        lines.iter().flat_map(chip).collect()
    }
}

impl CaptionLayout {
    fn add(&mut self, text: &str, format: &TextFormat) {
        if !text.is_empty() {
            self.job.append(text, 0.0, format.clone());
        }
    }

    /// Before it is a space that is no character, so that no line ends there.
    fn add_number(&mut self, number: &str, scale: f32, format: TextFormat) {
        let font_id = FontId::proportional(NUMBER_SIZE * scale);
        self.job.append(number, NUMBER_GAP * scale, TextFormat { font_id, valign: Align::TOP, ..format });
    }

    fn n_chars(&self) -> usize {
        self.job.text.chars().count()
    }
}

/// The rectangles of a range of characters, one for each line it touches.
#[must_use]
pub fn lines_of(galley: &Galley, characters: &Range<usize>, origin: Pos2) -> Vec<Rect> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caption::{Phrase, Region};

    fn laid_out(caption: &Caption) -> CaptionLayout {
        let (text, ground) = (Color32::WHITE, Color32::BLACK);
        CaptionText { caption, highlight: None, shared: &[], scale: 1.0, text, ground }.layout()
    }

    #[test]
    fn phrases_are_found_again_among_the_numbers() {
        let phrases =
            [0..7, 8..11, 12..18].map(|span| Phrase { span, regions: vec![Region::sample()], lost: None }).into();
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
        let phrases = [90..99, 1..2].map(|span| Phrase { span, regions: vec![Region::sample()], lost: None }).into();
        let caption = Caption { text: "é".to_owned(), phrases };
        assert_eq!(laid_out(&caption).job.text, "unnamed place1unnamed place2");
    }
}
