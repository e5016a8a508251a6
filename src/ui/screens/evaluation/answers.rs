//! The answers behind a number, the worst first: each with its picture, on which what is right and what was said lie over each
//! other.

use egui::{
    Color32, Context, CornerRadius, FontId, Frame, Image, Painter, Rect, Role, ScrollArea, Sense, Shape, Stroke,
    StrokeKind, TextStyle, Ui, WidgetInfo, pos2, text::LayoutJob, vec2,
};

use crate::{
    batch::source_of,
    caption::Caption,
    evaluate::benchmarks::{Measure, Question, Share, without_picture},
    grounding,
    overlay::palette,
    picture::PictureSource,
    ui::{
        state::{Actions, EvaluationAction, Overview},
        textures::Thumbnails,
        theme::{self, Colours},
        widgets::remark,
    },
    words::shortened,
    worker::RequestId,
};

const ROW_HEIGHT: f32 = 94.0;
/// Characters of a question, an answer, or what is right.
const MOST_CHARS: usize = 160;

/// Which evaluation a thumbnail is of, and which question.
type ThumbnailId = (RequestId, usize);

/// What is remembered of the list between frames.
pub(super) struct AnswersView {
    thumbnails: Thumbnails<ThumbnailId>,
    is_complete: bool,
}

impl AnswersView {
    pub(super) fn new(ctx: &Context) -> Self {
        Self { thumbnails: Thumbnails::new(ctx), is_complete: true }
    }

    /// Whether the pictures in sight are there.
    pub(super) fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Paints the list.
    pub(super) fn ui(&mut self, ui: &mut Ui, overview: &Overview, actions: &mut Actions) {
        // A picture that can't be opened has its sentence among the problems.
        let _ = self.thumbnails.receive(ui.ctx());
        let Some(measure) = overview.ranked_by() else {
            Frame::new()
                .inner_margin(theme::PANEL_MARGIN)
                .show(ui, |ui| remark(ui, "No answer can be looked at by itself"));
            return;
        };
        Frame::new().inner_margin(egui::Margin::symmetric(theme::PANEL_MARGIN, 6)).show(ui, |ui| {
            remark(
                ui,
                &format!(
                    "{} answers by {}, the worst first. Dashed: what is right",
                    overview.ranked().len(),
                    measure.key
                ),
            );
        });
        ui.spacing_mut().item_spacing.y = 0.0;
        let run = overview.id();
        let area = ScrollArea::vertical().id_salt("answers").auto_shrink(false);
        area.show_rows(ui, ROW_HEIGHT, overview.ranked().len(), |ui, rows| {
            let shares = overview.ranked().get(rows).unwrap_or_default();
            for share in shares {
                self.row_ui(ui, overview, measure, *share, actions);
            }
            let source = |share: &Share| source_of(&overview.outcome.questions.get(share.question)?.picture);
            let visible: Vec<(ThumbnailId, PictureSource)> =
                shares.iter().filter_map(|share| Some(((run, share.question), source(share)?))).collect();
            self.thumbnails.want(visible.iter().map(|(id, source)| (*id, source)));
            self.is_complete = self.thumbnails.is_complete();
        });
    }

    fn row_ui(&mut self, ui: &mut Ui, overview: &Overview, measure: &Measure, share: Share, actions: &mut Actions) {
        let outcome = &overview.outcome;
        let Some(question) = outcome.questions.get(share.question) else { return };
        let said = outcome.answers.texts.get(share.question).cloned().flatten().unwrap_or_default();
        let said = grounding::parse(without_picture(&said)).caption;
        let value = value_in_words(overview, measure, share);
        let lines =
            [asked(question), format!("Said: {}", told(&said, question)), format!("Right: {}", right(question))];
        let colours = theme::colours(ui.visuals().dark_mode);
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::click());
        let name = format!("Question {}, {} {value}. {}", question.id, measure.key, lines.join(". "));
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        let response = response.on_hover_text("Show the picture with what was said beside what is right");
        if response.clicked() {
            actions.push(EvaluationAction::Open(share.question));
        }
        let ground = rect.shrink2(vec2(8.0, 2.0));
        let lit = if response.hovered() || response.has_focus() { colours.inset } else { colours.panel };
        ui.painter().rect_filled(ground, theme::RADIUS, lit);
        let place = Rect::from_min_size(ground.min + vec2(8.0, 6.0), theme::THUMBNAIL_SIZE);
        let id = (overview.id(), share.question);
        self.picture_ui(ui, id, place, question, &said);
        let words = Rect::from_min_max(pos2(place.right() + 16.0, place.top() - 2.0), ground.max - vec2(12.0, 2.0));
        words_ui(ui, words, &value, &lines, &colours);
    }

    /// The small picture, with what is right dashed over what was said.
    fn picture_ui(&mut self, ui: &Ui, id: ThumbnailId, place: Rect, question: &Question, said: &Caption) {
        let Some((texture, cut)) = self.thumbnails.get(id) else { return };
        let size = texture.size_vec2();
        let size = size * (place.width() / size.x).min(place.height() / size.y);
        let picture = Rect::from_center_size(place.center(), size);
        Image::from_texture((texture.id(), size)).paint_at(ui, picture);
        if cut.is_some() {
            return;
        }
        let painter = ui.painter().with_clip_rect(picture.expand(1.0).intersect(ui.clip_rect()));
        for (index, phrase) in said.phrases.iter().enumerate() {
            for region in &phrase.regions {
                solid(&painter, within(picture, region.norm), palette::phrase_colour(index));
            }
        }
        for truth in &question.truth {
            dashed(&painter, within(picture, truth.place));
        }
    }
}

fn within(picture: Rect, place: crate::geometry::NormBox) -> Rect {
    let [x1, y1, x2, y2] = place.tidied().to_array();
    Rect::from_min_max(picture.lerp_inside(vec2(x1, y1)), picture.lerp_inside(vec2(x2, y2)))
}

fn solid(painter: &Painter, rect: Rect, colour: Color32) {
    painter.rect_stroke(rect, CornerRadius::ZERO, Stroke::new(3.5, Color32::from_black_alpha(120)), StrokeKind::Inside);
    painter.rect_stroke(rect.shrink(0.75), CornerRadius::ZERO, Stroke::new(2.0, colour), StrokeKind::Inside);
}

fn dashed(painter: &Painter, rect: Rect) {
    let rect = rect.shrink(1.0);
    let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
    painter.extend(Shape::dashed_line(&corners, Stroke::new(2.5, Color32::from_black_alpha(160)), 5.0, 3.0));
    painter.extend(Shape::dashed_line(&corners, Stroke::new(1.5, Color32::WHITE), 5.0, 3.0));
}

/// How good the answer is, what was asked, what was said, and what is right.
fn words_ui(ui: &Ui, place: Rect, value: &str, [asked, said, right]: &[String; 3], colours: &Colours) {
    let (body, small) = (TextStyle::Body.resolve(ui.style()), TextStyle::Small.resolve(ui.style()));
    let painter = ui.painter().with_clip_rect(place.intersect(ui.clip_rect()));
    let value = painter.layout_no_wrap(value.to_owned(), body.clone(), colours.accent_line);
    let value_width = value.size().x + 8.0;
    painter.galley(pos2(place.right() - value.size().x, place.top()), value, colours.accent_line);
    let line = |text: &str, font: FontId, colour: Color32, width: f32, rows: usize| {
        let mut job = LayoutJob::simple(text.to_owned(), font, colour, width);
        job.wrap.max_rows = rows;
        ui.fonts_mut(|fonts| fonts.layout_job(job))
    };
    let mut top = place.top();
    for (text, font, colour, width, rows) in [
        (asked, body, colours.text, place.width() - value_width, 1),
        (said, small.clone(), colours.text, place.width(), 2),
        (right, small, colours.weak, place.width(), 2),
    ] {
        let galley = line(text, font, colour, width, rows);
        let height = galley.size().y;
        painter.galley(pos2(place.left(), top), galley, colour);
        top += height + 2.0;
    }
}

/// How good an answer is, as a number of its measure is told.
fn value_in_words(overview: &Overview, measure: &Measure, share: Share) -> String {
    let decimals = usize::from(!overview.is_right_or_wrong());
    format!("{:.decimals$}", measure.scale * share.value)
}

/// What was asked, without tags.
fn asked(question: &Question) -> String {
    let asked = grounding::parse(&question.prompt).caption.text;
    shortened(if asked.trim().is_empty() { &question.id } else { asked.trim() }, MOST_CHARS)
}

/// What was said, without what was asked.
fn told(said: &Caption, question: &Question) -> String {
    let asked = grounding::parse(&question.prompt).caption.text;
    let told = said.text.strip_prefix(asked.trim_end()).unwrap_or(&said.text).trim();
    let n_boxes: usize = said.phrases.iter().map(|phrase| phrase.regions.len()).sum();
    match (told.is_empty(), n_boxes) {
        (false, _) => shortened(told, MOST_CHARS),
        (true, 0) => "nothing".to_owned(),
        (true, 1) => "a box".to_owned(),
        (true, n) => format!("{n} boxes"),
    }
}

/// What is right, without tags and numbers.
fn right(question: &Question) -> String {
    let is_place = question.target.is_empty() || question.target.starts_with('[');
    let words = grounding::parse(&question.target).caption.text;
    match (is_place || words.trim().is_empty(), question.truth.len()) {
        (false, _) => shortened(words.trim(), MOST_CHARS),
        (true, 0) => "not known here".to_owned(),
        (true, 1) => "the dashed box".to_owned(),
        (true, n) => format!("the {n} dashed boxes"),
    }
}
