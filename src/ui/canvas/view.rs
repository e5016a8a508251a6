//! The picture with its boxes: zoom, pan, pointing, and drawing a rectangle.
//!
//! egui's own `Scene` stops at 100 % and scales labels along with the picture, so the view is kept here: points per
//! picture pixel, and the place in the picture at the middle of the canvas. Boxes are widgets of their own, reachable
//! by pointer, keyboard and screen reader; small ones lie over large ones.

use egui::{Pos2, Rect, Response, Role, Sense, Ui, Vec2, WidgetInfo, vec2};

use super::{
    boxes::{Boxes, boxes_ui},
    region::{self, Drag, Rectangle},
};
use crate::{
    caption::Choice,
    overlay::{Target, mark_shapes},
    picture::Picture,
    ui::{state::ZoomStep, textures::Preview, theme, widgets::Gesture},
};

/// Where the canvas looks, and the rectangle being drawn.
#[derive(Clone, Debug, Default)]
pub(crate) struct CanvasView {
    zoom: Zoom,
    /// What was asked for since the last frame.
    wanted: Option<ZoomStep>,
    /// What the pointer does to the rectangle.
    drag: Option<Drag>,
    focus_region: bool,
    focus_picture: bool,
    /// Screen pixels per picture pixel as painted last.
    shown_zoom: Option<f32>,
}

/// How large the picture is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Zoom {
    /// As large as fits.
    #[default]
    Fit,
    /// As a person wants it.
    Free {
        /// Points per picture pixel.
        factor: f32,
        /// The place at the middle of the canvas, in picture pixels.
        centre: Pos2,
    },
}

/// What the canvas shows.
pub(crate) struct Scene<'a> {
    /// The picture.
    pub(crate) picture: &'a Picture,
    /// Its textures; `None` while they are made.
    pub(crate) preview: Option<&'a mut Preview>,
    /// Its caption's boxes.
    pub(crate) boxes: Option<Boxes<'a>>,
    /// The rectangle drawn earlier.
    pub(crate) rectangle: Option<Rectangle>,
    /// Which drags draw a rectangle.
    pub(crate) drawing: Drawing,
}

/// Which drags draw a rectangle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drawing {
    /// None.
    Off,
    /// Those with Shift.
    WithShift,
    /// All.
    Plain,
}

/// One step of the zoom commands.
const ZOOM_STEP: f32 = 1.25;
/// The step of the mouse wheel, for each point scrolled.
const WHEEL_STEP: f32 = 0.0025;
const MAX_FACTOR: f32 = 40.0;
/// The smallest zoom, relative to the fitting size, or to the picture's own if that is smaller.
const MIN_FACTOR: f32 = 0.2;

impl CanvasView {
    /// Shows the whole picture, as for a new one.
    pub(crate) fn fit(&mut self) {
        *self = Self::default();
    }

    /// Takes a step of the zoom; it is carried out when the canvas is painted next.
    pub(crate) fn want(&mut self, step: ZoomStep) {
        self.wanted = Some(step);
    }

    /// Lets the keys go to the rectangle.
    pub(crate) fn focus_region(&mut self) {
        self.focus_region = true;
    }

    /// Lets the keys go to the picture.
    pub(crate) fn focus_picture(&mut self) {
        self.focus_picture = true;
    }

    /// Screen pixels per picture pixel, as painted last.
    #[must_use]
    pub(crate) fn shown_zoom(&self) -> Option<f32> {
        self.shown_zoom
    }
}

/// Paints the picture and its boxes into the whole of `ui`. Returns the box that is pointed at.
pub(crate) fn canvas_ui(
    ui: &mut Ui,
    view: &mut CanvasView,
    scene: Scene<'_>,
    gestures: &mut Vec<Gesture>,
) -> Option<Choice> {
    let (canvas, response) = ui.allocate_exact_size(ui.available_size(), Sense::click_and_drag());
    let (width, height) = scene.picture.pixels.dimensions();
    let name = format!("Picture {}, {width} × {height} pixels", scene.picture.name);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
    if std::mem::take(&mut view.focus_picture) {
        response.request_focus();
    }

    let size = vec2(width as f32, height as f32);
    let place = screen_from_picture(view, canvas, size);
    let tool = region::RegionTool {
        picture: place,
        region: scene.rectangle.map(Rectangle::place),
        draws: scene.drawing == Drawing::Plain,
    };
    if scene.drawing == Drawing::Off || !tool.draw(ui, &mut view.drag, &response, gestures) {
        navigate(ui, view, &response, canvas, size);
    }
    let picture = screen_from_picture(view, canvas, size);
    let factor = picture.width() / size.x.max(1.0);
    let shown_zoom = factor * ui.pixels_per_point();
    // The status bar, which shows the zoom, is painted before the picture.
    if view.shown_zoom.replace(shown_zoom) != Some(shown_zoom) {
        ui.ctx().request_repaint();
    }

    ui.painter().rect_filled(canvas, 0.0, theme::colours(ui.visuals().dark_mode).canvas);
    let painter = ui.painter_at(canvas);
    if let Some(preview) = scene.preview {
        preview.paint(&painter, scene.picture, picture, canvas);
    }
    let target = Target { picture, visible: canvas, scale: 1.0 };
    let pointed_at = scene.boxes.as_ref().and_then(|boxes| boxes_ui(ui, &response, boxes, &target, gestures));
    if let Some(boxes) = &scene.boxes {
        painter.extend(painter.fonts_mut(|fonts| mark_shapes(fonts, &boxes.marks(), &target, boxes.look)));
    }
    if let Some(rectangle) = scene.rectangle {
        region::region_ui(ui, &response, &target, rectangle, std::mem::take(&mut view.focus_region), gestures);
    }
    if response.clicked() {
        gestures.push(Gesture::ChooseNothing);
    }
    pointed_at
}

/// The rectangle of the whole picture on the screen.
fn screen_from_picture(view: &CanvasView, canvas: Rect, size: Vec2) -> Rect {
    let (factor, centre) = match view.zoom {
        Zoom::Fit => (fit_factor(canvas, size), (size / 2.0).to_pos2()),
        Zoom::Free { factor, centre } => (factor, centre),
    };
    Rect::from_min_size(canvas.center() - centre.to_vec2() * factor, size * factor)
}

fn fit_factor(canvas: Rect, size: Vec2) -> f32 {
    let room = (canvas.size() - Vec2::splat(2.0 * theme::CANVAS_MARGIN)).max(Vec2::splat(1.0));
    (room / size.max(Vec2::splat(1.0))).min_elem().min(MAX_FACTOR)
}

/// Panning, zooming at the pointer, and what commands asked for.
fn navigate(ui: &Ui, view: &mut CanvasView, response: &Response, canvas: Rect, size: Vec2) {
    let picture = screen_from_picture(view, canvas, size);
    let factor = picture.width() / size.x.max(1.0);
    let from_screen = |p: Pos2| ((p - picture.min) / factor).to_pos2();
    // Some of the picture stays in the middle of the canvas, so that it is never lost.
    let within = |p: Pos2| p.clamp(Pos2::ZERO, size.to_pos2());
    if response.dragged() && response.drag_delta() != Vec2::ZERO {
        view.zoom = Zoom::Free { factor, centre: within(from_screen(canvas.center() - response.drag_delta())) };
    }
    let mut zoom_at = |pointer: Pos2, new_factor: f32| {
        let smallest = fit_factor(canvas, size).min(1.0) * MIN_FACTOR;
        let factor = new_factor.clamp(smallest, MAX_FACTOR);
        view.zoom = Zoom::Free { factor, centre: within(from_screen(pointer) - (pointer - canvas.center()) / factor) };
    };
    if let Some(pointer) = response.hover_pos().filter(|_| response.contains_pointer()) {
        let (pinch, wheel) = ui.input(|input| (input.zoom_delta(), input.smooth_scroll_delta().y));
        let step = pinch * (wheel * WHEEL_STEP).exp();
        if (step - 1.0).abs() > f32::EPSILON {
            zoom_at(pointer, factor * step);
        }
    }
    match view.wanted.take() {
        Some(ZoomStep::In) => zoom_at(canvas.center(), factor * ZOOM_STEP),
        Some(ZoomStep::Out) => zoom_at(canvas.center(), factor / ZOOM_STEP),
        Some(ZoomStep::Actual) => zoom_at(canvas.center(), 1.0 / ui.pixels_per_point()),
        Some(ZoomStep::Fit) => view.zoom = Zoom::Fit,
        None if response.double_clicked() => view.zoom = Zoom::Fit,
        None => {}
    }
}
