//! Two results of one picture beside each other: the view is shared, and what only one of them has stands out.

use egui::{Align2, Rect, Ui, UiBuilder, vec2};

use crate::ui::{
    canvas::{Boxes, CanvasView, DIFFERS, Drawing, Scene, canvas_ui},
    state::{Action, AppState, Command},
    textures::Preview,
    theme,
    widgets::{caption_text_ui, command_button, parted, remark, section_title},
};
use crate::{engine::Answer, picture::Picture};

/// What the pointer rests on: a phrase of the result shown, and one of the result it is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PointedAt {
    pub(crate) shown: Option<usize>,
    pub(crate) other: Option<usize>,
}

/// A picture with the boxes of two results: of the one shown, and of the one it is compared with.
pub(crate) struct Pair<'a> {
    pub(crate) picture: &'a Picture,
    pub(crate) preview: Option<&'a mut Preview>,
    pub(crate) boxes: [Option<Boxes<'a>>; 2],
}

/// Between the two pictures.
const GAP: f32 = 2.0;

impl PointedAt {
    /// The first of two places that has something.
    #[must_use]
    pub(crate) fn or(self, second: Self) -> Self {
        Self { shown: self.shown.or(second.shown), other: self.other.or(second.other) }
    }
}

/// The boxes of the result compared with.
#[must_use]
pub(crate) fn boxes<'a>(state: &AppState, other: &'a Answer, highlight: Option<usize>) -> Boxes<'a> {
    let shown = state.reply().answer();
    let shared = shown.map(|shown| other.caption.shared_with(&shown.caption)).unwrap_or_default();
    Boxes { caption: &other.caption, highlight, chosen: None, shared, look: state.look, can_remove: false }
}

/// Paints both pictures, the result shown at the left.
pub(crate) fn canvases_ui(
    ui: &mut Ui,
    view: &mut CanvasView,
    pair: Pair<'_>,
    state: &AppState,
    actions: &mut Vec<Action>,
) -> PointedAt {
    let whole = ui.available_rect_before_wrap();
    let size = vec2((whole.width() - GAP) / 2.0, whole.height());
    let left = Rect::from_min_size(whole.min, size);
    let right = Align2::RIGHT_TOP.align_size_within_rect(size, whole);
    ui.painter().rect_filled(whole, 0.0, theme::colours(ui.visuals().dark_mode).line);
    let titles = [state.reply().answer(), state.compared()].map(|result| result.map(|result| result.task.summary()));
    let Pair { picture, mut preview, boxes: [shown, other] } = pair;
    let mut half = |place: Rect, boxes, title: &Option<String>, actions: &mut Vec<Action>| {
        let preview = preview.as_deref_mut();
        let scene = Scene { picture, preview, boxes, region: None, drawing: Drawing::Off };
        ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
            let pointed_at = canvas_ui(ui, view, scene, actions);
            title_ui(ui, place, title.as_deref().unwrap_or_default());
            pointed_at
        })
        .inner
    };
    let shown = half(left, shown, &titles[0], actions);
    let other = with_other(actions, |actions| half(right, other, &titles[1], actions));
    PointedAt { shown, other }
}

/// Of what is done with the other result, only what does not mean the one shown.
fn with_other<R>(actions: &mut Vec<Action>, paint: impl FnOnce(&mut Vec<Action>) -> R) -> R {
    let mut done = Vec::new();
    let result = paint(&mut done);
    actions.extend(done.into_iter().filter(|action| matches!(action, Action::UseBox(..))));
    result
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
pub(crate) fn caption_ui(
    ui: &mut Ui,
    state: &AppState,
    highlight: Option<usize>,
    actions: &mut Vec<Action>,
) -> Option<usize> {
    let other = state.compared()?;
    parted(ui);
    ui.horizontal(|ui| {
        section_title(ui, "Compared with");
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            command_button(ui, state, Command::EndCompare, actions);
        });
    });
    remark(ui, &format!("{} · {DIFFERS} marks what only one of them has", other.task.summary()));
    let boxes = boxes(state, other, highlight);
    with_other(actions, |actions| caption_text_ui(ui, &other.caption, highlight, &boxes.shared, actions))
}
