//! The rectangle a person drew: drawing, moving and sizing it, and the cells of the location grid the model gets for it.

use egui::{
    Color32, CursorIcon, Event, EventFilter, Key, Modifiers, Painter, PointerButton, Pos2, Rect, Response, Role, Sense,
    Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use crate::{
    geometry::{GRID, NormBox},
    overlay::Target,
    ui::{state::Begun, theme, widgets::Gesture},
};

/// Cells narrower than this are not drawn one by one.
const MIN_CELL_SIDE: f32 = 5.0;

/// Points to either side that nobody draws a place by on purpose.
const LARGEST_SLIP: f32 = 7.0;

/// What the pointer does to the rectangle. Places are fractions of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Drag {
    /// A new one is drawn from here.
    New { from: Pos2 },
    /// It is moved, from how it was when the pointer was here.
    Move { start: NormBox, from: Pos2 },
    /// Edges follow the pointer; of a side without one, nothing changes.
    Size { start: NormBox, x: Option<End>, y: Option<End> },
}

/// One of two opposite edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Left or upper.
    Min,
    /// Right or lower.
    Max,
}

/// The pointer over a picture with or without a rectangle.
pub(crate) struct RegionTool {
    /// The whole picture on the screen.
    pub(crate) picture: Rect,
    /// The rectangle there is.
    pub(crate) region: Option<NormBox>,
    /// Whether a plain drag draws.
    pub(crate) draws: bool,
}

/// What the rectangle is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Rectangle {
    /// The place that is asked about: in cells of the model's grid.
    Region(NormBox),
    /// A box that is corrected.
    Chosen {
        /// Where it is.
        place: NormBox,
        /// How far a key moves it across and down, in fractions of the picture.
        step: Vec2,
    },
}

impl Rectangle {
    /// Where it is.
    #[must_use]
    pub(crate) fn place(self) -> NormBox {
        let (Self::Region(place) | Self::Chosen { place, .. }) = self;
        place
    }

    /// What it is called for a screen reader.
    fn name(self) -> String {
        match self {
            Self::Region(region) => {
                let (columns, rows) = n_cells(region);
                format!("Region, {columns} × {rows} cells, {}", region.place_in_words())
            }
            Self::Chosen { place, .. } => format!("Corners of the chosen box, {}", place.place_in_words()),
        }
    }
}

/// An edge is held this near to it, in points.
const REACH: f32 = 7.0;
const HANDLE_SIDE: f32 = 7.0;
/// Arrow keys move and size by one cell.
const STEP: f32 = 1.0 / GRID as f32;
/// With Shift, a chosen box is moved and sized by so many of its steps.
const LARGER_STEP: f32 = 10.0;

impl RegionTool {
    /// Drawing, moving and sizing with the main button. Returns whether that is going on.
    pub(crate) fn draw(
        &self,
        ui: &Ui,
        drag: &mut Option<Drag>,
        canvas: &Response,
        gestures: &mut Vec<Gesture>,
    ) -> bool {
        let shift = ui.input(|input| input.modifiers.shift);
        if let Some(pointer) = canvas.hover_pos().filter(|_| canvas.hovered())
            && let Some(icon) = self.drag_at(pointer, shift).map(cursor)
        {
            ui.ctx().set_cursor_icon(icon);
        }
        if canvas.drag_started_by(PointerButton::Primary) {
            *drag = ui.input(|input| input.pointer.press_origin()).and_then(|at| self.drag_at(at, shift));
            gestures.extend(drag.map(|drag| Gesture::BeginRegion(drag.begun())));
        }
        let (Some(held), Some(pointer)) = (*drag, canvas.interact_pointer_pos()) else {
            *drag = None;
            return false;
        };
        if ui.input(|input| input.key_pressed(Key::Escape)) {
            *drag = None;
            gestures.push(Gesture::AbortRegion);
            return false;
        }
        let drawn = held.region(self.norm(pointer));
        if canvas.drag_stopped() && self.is_slip(held, drawn) {
            gestures.push(Gesture::AbortRegion);
        } else if canvas.drag_delta() != Vec2::ZERO || canvas.drag_stopped() {
            gestures.push(Gesture::DrawRegion(drawn));
        }
        if canvas.drag_stopped() {
            *drag = None;
        }
        true
    }

    /// Whether somebody who meant a handle or a click has drawn a speck.
    fn is_slip(&self, held: Drag, drawn: NormBox) -> bool {
        let size = self.picture.size() * vec2(drawn.x_max - drawn.x_min, drawn.y_max - drawn.y_min);
        matches!(held, Drag::New { .. }) && size.max_elem() < LARGEST_SLIP
    }

    fn norm(&self, at: Pos2) -> Pos2 {
        ((at - self.picture.min) / self.picture.size()).to_pos2()
    }

    /// What a drag from here would do.
    fn drag_at(&self, at: Pos2, shift: bool) -> Option<Drag> {
        let new = (self.draws || shift).then_some(Drag::New { from: self.norm(at) });
        let Some(start) = self.region.filter(|_| !shift) else { return new };
        let rect = Target { picture: self.picture, visible: self.picture, scale: 1.0 }.from_norm(start);
        if !rect.expand(REACH).contains(at) {
            return new;
        }
        let end = |at: f32, min: f32, max: f32| {
            // In the middle of a tiny rectangle it is moved, not sized.
            let reach = REACH.min((max - min) / 4.0);
            if at < min + reach { Some(End::Min) } else { (at > max - reach).then_some(End::Max) }
        };
        match (end(at.x, rect.min.x, rect.max.x), end(at.y, rect.min.y, rect.max.y)) {
            (None, None) if self.draws => Some(Drag::Move { start, from: self.norm(at) }),
            (None, None) => new,
            (x, y) => Some(Drag::Size { start, x, y }),
        }
    }
}

impl Drag {
    /// What begins with it.
    fn begun(self) -> Begun {
        if matches!(self, Self::New { .. }) { Begun::New } else { Begun::Change }
    }

    /// The rectangle when the pointer is here.
    fn region(self, to: Pos2) -> NormBox {
        match self {
            Self::New { from } => NormBox::new(from.x, from.y, to.x, to.y),
            Self::Move { start, from } => start.moved(to.x - from.x, to.y - from.y),
            Self::Size { start, x, y } => {
                let mut sized = start;
                match x {
                    Some(End::Min) => sized.x_min = to.x,
                    Some(End::Max) => sized.x_max = to.x,
                    None => {}
                }
                match y {
                    Some(End::Min) => sized.y_min = to.y,
                    Some(End::Max) => sized.y_max = to.y,
                    None => {}
                }
                sized
            }
        }
    }
}

fn cursor(drag: Drag) -> CursorIcon {
    match drag {
        Drag::New { .. } => CursorIcon::Crosshair,
        Drag::Move { .. } => CursorIcon::Move,
        Drag::Size { x: Some(_), y: None, .. } => CursorIcon::ResizeHorizontal,
        Drag::Size { x: None, .. } => CursorIcon::ResizeVertical,
        Drag::Size { x: Some(x), y: Some(y), .. } if x == y => CursorIcon::ResizeNwSe,
        Drag::Size { .. } => CursorIcon::ResizeNeSw,
    }
}

/// Paints the rectangle and takes the keys that are meant for it: arrows move it; they size a region with Shift, and a
/// chosen box with Alt or Ctrl, which Shift moves and sizes in larger steps.
pub(crate) fn region_ui(
    ui: &Ui,
    canvas: &Response,
    target: &Target,
    rectangle: Rectangle,
    takes_focus: bool,
    gestures: &mut Vec<Gesture>,
) {
    let region = rectangle.place();
    let rect = target.from_norm(region).intersect(canvas.rect);
    let response = ui.interact(rect, canvas.id.with("region"), Sense::focusable_noninteractive());
    let name = rectangle.name();
    response.widget_info(|| WidgetInfo::labeled(Role::GenericContainer, true, &name));
    if takes_focus {
        response.request_focus();
    }
    if response.has_focus() {
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        if let Some(changed) = ui.input(|input| moved_by_keys(input, rectangle)) {
            gestures.extend([Gesture::BeginRegion(Begun::Change), Gesture::DrawRegion(changed)]);
        }
    }
    let accent = theme::colours(ui.visuals().dark_mode).accent_line;
    let painter = ui.painter_at(canvas.rect);
    if matches!(rectangle, Rectangle::Region(_)) {
        paint_cells(&painter, target, region, accent);
    }
    paint(&painter, target.from_norm(region), if response.has_focus() { accent } else { Color32::WHITE });
}

fn moved_by_keys(input: &egui::InputState, rectangle: Rectangle) -> Option<NormBox> {
    // In a slow frame keys come several times, each with its own modifiers.
    let keys = input.events.iter().filter_map(|event| match event {
        Event::Key { key, modifiers, pressed: true, .. } => Some((*key, *modifiers)),
        _ => None,
    });
    let region = rectangle.place();
    let changed = keys.fold(region, |place, (key, modifiers)| moved_by_key(place, rectangle, key, modifiers));
    (changed != region).then_some(changed)
}

/// How the rectangle at this place is after one key.
fn moved_by_key(place: NormBox, rectangle: Rectangle, key: Key, modifiers: Modifiers) -> NormBox {
    let direction = match key {
        Key::ArrowLeft => Vec2::LEFT,
        Key::ArrowRight => Vec2::RIGHT,
        Key::ArrowUp => Vec2::UP,
        Key::ArrowDown => Vec2::DOWN,
        _ => return place,
    };
    // Some desktops keep one of the two for themselves.
    let with_alt = modifiers.alt || modifiers.command;
    let (step, sizes) = match rectangle {
        Rectangle::Region(_) => (Vec2::splat(STEP), modifiers.shift),
        Rectangle::Chosen { step, .. } if modifiers.shift => (step * LARGER_STEP, with_alt),
        Rectangle::Chosen { step, .. } => (step, with_alt),
    };
    let (dx, dy) = (step.x * direction.x, step.y * direction.y);
    let NormBox { x_min, y_min, x_max, y_max } = place;
    if sizes {
        NormBox::new(x_min, y_min, (x_max + dx).max(x_min + step.x), (y_max + dy).max(y_min + step.y)).tidied()
    } else {
        place.moved(dx, dy)
    }
}

/// Columns and rows of the grid that the model gets.
#[must_use]
pub(crate) fn n_cells(region: NormBox) -> (u32, u32) {
    let (upper_left, lower_right) = region.to_patches();
    let ((left, top), (right, bottom)) = (upper_left.column_row(), lower_right.column_row());
    (right - left + 1, bottom - top + 1)
}

/// The cells that a region snaps to.
fn paint_cells(painter: &Painter, target: &Target, region: NormBox, accent: Color32) {
    let snapped = target.from_norm(snapped(region));
    painter.rect_filled(snapped, 0.0, accent.gamma_multiply(0.18));
    grid_lines(painter, snapped, target.picture, accent.gamma_multiply(0.35));
    painter.rect_stroke(snapped, 0.0, Stroke::new(1.0, accent), StrokeKind::Inside);
}

/// The rectangle with its handles.
fn paint(painter: &Painter, drawn: Rect, handles: Color32) {
    painter.rect_stroke(drawn, 0.0, Stroke::new(3.0, Color32::from_black_alpha(150)), StrokeKind::Middle);
    painter.rect_stroke(drawn, 0.0, Stroke::new(1.5, Color32::WHITE), StrokeKind::Middle);
    for (x, y) in [(0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (1.0, 0.5), (1.0, 1.0), (0.5, 1.0), (0.0, 1.0), (0.0, 0.5)] {
        let handle = Rect::from_center_size(drawn.lerp_inside(Vec2::new(x, y)), Vec2::splat(HANDLE_SIDE));
        painter.rect(handle, 1.0, handles, Stroke::new(1.0, Color32::from_black_alpha(190)), StrokeKind::Outside);
    }
}

/// The whole cells that stand for the rectangle.
fn snapped(region: NormBox) -> NormBox {
    let (upper_left, lower_right) = region.to_patches();
    let ((left, top), (right, bottom)) = (upper_left.column_row(), lower_right.column_row());
    let edge = |cell: u32| cell as f32 / GRID as f32;
    NormBox::new(edge(left), edge(top), edge(right + 1), edge(bottom + 1))
}

fn grid_lines(painter: &Painter, snapped: Rect, picture: Rect, colour: Color32) {
    let cell = picture.size() / GRID as f32;
    if cell.min_elem() < MIN_CELL_SIDE {
        return;
    }
    let stroke = Stroke::new(1.0, colour);
    for line in 1..GRID {
        let at = pos2(picture.min.x + cell.x * line as f32, picture.min.y + cell.y * line as f32);
        if snapped.shrink(1.0).x_range().contains(at.x) {
            painter.vline(at.x, snapped.y_range(), stroke);
        }
        if snapped.shrink(1.0).y_range().contains(at.y) {
            painter.hline(snapped.x_range(), at.y, stroke);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rectangle_snaps_to_whole_cells() {
        assert_eq!(snapped(NormBox::new(0.01, 0.0, 0.05, 0.03)), NormBox::new(0.0, 0.0, 0.0625, 0.03125));
        assert_eq!(snapped(NormBox::whole()), NormBox::whole());
    }

    const TOOL: RegionTool = RegionTool {
        picture: Rect { min: pos2(0.0, 0.0), max: pos2(1000.0, 1000.0) },
        region: Some(NormBox { x_min: 0.25, y_min: 0.25, x_max: 0.5, y_max: 0.75 }),
        draws: true,
    };

    fn dragged(from: (f32, f32), to: (f32, f32)) -> NormBox {
        let drag = TOOL.drag_at(pos2(from.0, from.1), false).expect("something is held");
        drag.region(TOOL.norm(pos2(to.0, to.1)))
    }

    #[test]
    fn edges_and_corners_follow_the_pointer_and_the_inside_moves_all() {
        assert_eq!(dragged((252.0, 500.0), (125.0, 900.0)), NormBox::new(0.125, 0.25, 0.5, 0.75), "the left edge");
        assert_eq!(dragged((498.0, 748.0), (625.0, 875.0)), NormBox::new(0.25, 0.25, 0.625, 0.875), "a corner");
        assert_eq!(dragged((375.0, 500.0), (500.0, 500.0)), NormBox::new(0.375, 0.25, 0.625, 0.75), "the inside");
        assert_eq!(
            dragged((375.0, 500.0), (9999.0, 500.0)),
            NormBox::new(0.75, 0.25, 1.0, 0.75),
            "not beyond the picture"
        );
        assert_eq!(
            dragged((750.0, 500.0), (875.0, 625.0)),
            NormBox::new(0.75, 0.5, 0.875, 0.625),
            "a new one elsewhere"
        );
    }

    #[test]
    fn where_a_drag_does_not_draw_only_edges_are_held() {
        let tool = RegionTool { draws: false, ..TOOL };
        assert_eq!(tool.drag_at(pos2(375.0, 500.0), false), None);
        assert!(matches!(tool.drag_at(pos2(252.0, 500.0), false), Some(Drag::Size { .. })));
        assert!(matches!(tool.drag_at(pos2(375.0, 500.0), true), Some(Drag::New { .. })), "with Shift");
    }
}
