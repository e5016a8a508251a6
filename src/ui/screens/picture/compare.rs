//! Two results of one picture beside each other: the view is shared, and what only one of them has stands out.

use egui::{Align2, Rect, Ui, UiBuilder, vec2};

use super::gestures::{push_gestures, push_other_gestures};
use crate::{
    caption::Choice,
    engine::Answer,
    overlay::caption_text::{CaptionText, DIFFERS},
    picture::Picture,
    ui::{
        canvas::{Boxes, CanvasView, Drawing, Scene, canvas_ui},
        command::Command,
        state::{Actions, AppState},
        textures::Preview,
        theme,
        widgets::{caption_text_ui, command_button, on_panel, parted, remark, section_title},
    },
};

/// What the pointer rests on: a phrase or box of the result shown, and of the result it is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PointedAt {
    pub(super) shown: Option<Choice>,
    pub(super) other: Option<Choice>,
}

/// A picture with the boxes of two results: of the one shown, and of the one it is compared with.
pub(super) struct Pair<'a> {
    pub(super) picture: &'a Picture,
    pub(super) preview: Option<&'a mut Preview>,
    pub(super) boxes: [Option<Boxes<'a>>; 2],
}

/// The space between the two pictures.
const GAP: f32 = 2.0;

impl PointedAt {
    /// The first of two places that has something.
    #[must_use]
    pub(super) fn or(self, second: Self) -> Self {
        Self { shown: self.shown.or(second.shown), other: self.other.or(second.other) }
    }
}

/// The boxes of the result compared with.
#[must_use]
pub(super) fn boxes<'a>(state: &AppState, other: &'a Answer, highlight: Option<Choice>) -> Boxes<'a> {
    let shown = state.answer().finished();
    let shared = shown.map(|shown| other.caption.shared_with(&shown.caption)).unwrap_or_default();
    let is_doubtful = state.is_doubtful(other);
    Boxes { caption: &other.caption, highlight, chosen: None, shared, look: state.look, can_remove: false, is_doubtful }
}

/// Paints both pictures, the result shown at the left.
pub(super) fn canvases_ui(
    ui: &mut Ui,
    view: &mut CanvasView,
    pair: Pair<'_>,
    state: &AppState,
    actions: &mut Actions,
) -> PointedAt {
    let whole = ui.available_rect_before_wrap();
    let size = vec2((whole.width() - GAP) / 2.0, whole.height());
    let left = Rect::from_min_size(whole.min, size);
    let right = Align2::RIGHT_TOP.align_size_within_rect(size, whole);
    ui.painter().rect_filled(whole, 0.0, theme::colours(ui.visuals().dark_mode).line);
    let titles = [state.answer().finished(), state.compared()].map(|result| result.map(|result| result.title()));
    let Pair { picture, mut preview, boxes: [shown, other] } = pair;
    let mut half = |place: Rect, boxes, title: &Option<String>| {
        let preview = preview.as_deref_mut();
        let scene = Scene { picture, preview, boxes, rectangle: None, drawing: Drawing::Off };
        ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
            let mut gestures = Vec::new();
            let pointed_at = canvas_ui(ui, view, scene, &mut gestures);
            title_ui(ui, place, title.as_deref().unwrap_or_default());
            (pointed_at, gestures)
        })
        .inner
    };
    let (shown, gestures) = half(left, shown, &titles[0]);
    push_gestures(gestures, state, actions);
    let (other, gestures) = half(right, other, &titles[1]);
    push_other_gestures(gestures, actions);
    PointedAt { shown, other }
}

/// What was asked, over a corner of a picture.
fn title_ui(ui: &Ui, place: Rect, title: &str) {
    let colours = theme::colours(ui.visuals().dark_mode);
    let font = egui::TextStyle::Small.resolve(ui.style());
    let painter = ui.painter_at(place);
    let galley = painter.layout(title.to_owned(), font, colours.text, place.width() - 40.0);
    let plate = Rect::from_min_size(place.min + vec2(8.0, 8.0), galley.size() + vec2(16.0, 8.0));
    painter.rect_filled(plate, theme::RADIUS, colours.panel.gamma_multiply(0.9));
    painter.galley(plate.min + vec2(8.0, 4.0), galley, colours.text);
}

/// The words of the result compared with, below those of the one shown. Returns the phrase that is pointed at.
pub(super) fn caption_ui(
    ui: &mut Ui,
    state: &AppState,
    highlight: Option<Choice>,
    actions: &mut Actions,
) -> Option<Choice> {
    let other = state.compared()?;
    parted(ui);
    ui.horizontal(|ui| {
        section_title(ui, "Compared with");
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            command_button(ui, state, Command::EndCompare, actions);
        });
    });
    remark(ui, &format!("{} · {DIFFERS} marks what only one of them has", other.title()));
    let boxes = boxes(state, other, highlight);
    let mut gestures = Vec::new();
    let highlight = highlight.map(|choice| choice.phrase);
    let text = CaptionText { highlight, shared: &boxes.shared, ..on_panel(ui, &other.caption) };
    let pointed_at = caption_text_ui(ui, text, &mut gestures);
    push_other_gestures(gestures, actions);
    pointed_at
}
