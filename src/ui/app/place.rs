//! Where the window is on the screen: noted while it is open, taken up again as far as today's screens have room for it.

use egui::{Context, Rect, Vec2, ViewportBuilder, ViewportCommand, pos2, vec2};
use winit::{
    dpi::{PhysicalPosition, PhysicalSize},
    window::Window,
};

use crate::ui::{session::WindowPlace, theme};

/// Room that desktops need for the frame of a window, in points.
const FRAME: Vec2 = vec2(8.0, 40.0);

/// Where the window is now; where it was before, if it does not say or fills the screen.
pub(super) fn noted(ctx: &Context, before: Option<WindowPlace>) -> Option<WindowPlace> {
    let info = ctx.input(|input| input.viewport().clone());
    if info.minimized == Some(true) || info.fullscreen == Some(true) {
        return before;
    }
    if info.maximized == Some(true) {
        return before.map(|place| WindowPlace { is_maximised: true, ..place });
    }
    let to_pixels = ctx.pixels_per_point();
    let Some(pixels_per_point) = info.native_pixels_per_point else { return before };
    // Wayland does not say where the window is, but how large it is.
    let inner = info.inner_rect.unwrap_or_else(|| ctx.content_rect());
    let size = (inner.size() * to_pixels).round().into();
    let corner = info.outer_rect.map(|outer| (outer.min.to_vec2() * to_pixels).round().into());
    Some(WindowPlace { corner, size, pixels_per_point, is_maximised: false })
}

/// Asks for this place; for the usual size wherever the desktop likes it, if there is none.
pub(super) fn wish(window: ViewportBuilder, place: Option<WindowPlace>) -> ViewportBuilder {
    let Some(place) = place else { return window.with_inner_size(theme::WINDOW_SIZE) };
    let points = |pixels: [f32; 2]| Vec2::from(pixels) / place.pixels_per_point;
    let window = window.with_inner_size(points(place.size));
    if let Some(corner) = place.corner { window.with_position(points(corner).to_pos2()) } else { window }
}

/// Brings a window that is not shown yet within the screens there are, and `beside` another one that is in its place. Its
/// least size yields to a smaller screen.
pub(super) fn settle(ctx: &Context, window: &Window, place: Option<WindowPlace>, beside: bool) {
    let pixels_per_point = window.scale_factor() as f32;
    let frame = FRAME * pixels_per_point;
    let least = Vec2::from(theme::MIN_WINDOW_SIZE) * pixels_per_point;
    let screens: Vec<Rect> = window
        .primary_monitor()
        .into_iter()
        .chain(window.available_monitors())
        .map(|screen| {
            let (corner, size) = (screen.position(), screen.size());
            Rect::from_min_size(pos2(corner.x as f32, corner.y as f32), vec2(size.width as f32, size.height as f32))
        })
        .collect();
    let size = window.inner_size();
    let size = vec2(size.width as f32, size.height as f32);
    let corner = place.and_then(|place| place.corner).map(|corner| Vec2::from(corner).to_pos2());
    let offset = if beside { Vec2::splat(frame.y) } else { Vec2::ZERO };
    let wanted = Rect::from_min_size(corner.unwrap_or(pos2(0.0, 0.0)) + offset, size);
    let (within, most) = in_sight(wanted, &screens, frame);
    let least = least.min(most);
    window.set_min_inner_size(Some(PhysicalSize::new(least.x, least.y)));
    if within.size() != size {
        let _ = window.request_inner_size(PhysicalSize::new(within.width(), within.height()));
    }
    if corner.is_some_and(|corner| corner != within.min) {
        window.set_outer_position(PhysicalPosition::new(within.min.x, within.min.y));
    }
    if place.is_some_and(|place| place.is_maximised) {
        // Some desktops pay no heed to this before the window is shown.
        ctx.send_viewport_cmd(ViewportCommand::Maximized(true));
    }
}

/// The place nearest to the one wanted on the screen that has most of it, or else on the first one; and the largest size
/// there is room for. All in pixels.
fn in_sight(wanted: Rect, screens: &[Rect], frame: Vec2) -> (Rect, Vec2) {
    let share = |screen: &Rect| wanted.intersect(*screen).size().max(Vec2::ZERO);
    let area = |screen: &Rect| share(screen).x * share(screen).y;
    let best = screens.iter().rev().max_by(|a, b| area(a).total_cmp(&area(b)));
    let Some(screen) = best.filter(|screen| screen.is_positive()) else { return (wanted, Vec2::INFINITY) };
    let most = (screen.size() - frame).max(frame);
    let size = wanted.size().min(most);
    let corner = wanted.min.min(screen.max - size - frame).max(screen.min);
    (Rect::from_min_size(corner, size), most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(place: [f32; 4]) -> Rect {
        Rect::from_min_size(pos2(place[0], place[1]), vec2(place[2], place[3]))
    }

    #[test]
    fn a_window_is_brought_within_the_screens_there_are() {
        let screens = [rect([0.0, 0.0, 1366.0, 768.0]), rect([1366.0, 0.0, 1920.0, 1080.0])];
        let frame = vec2(0.0, 40.0);
        for (wanted, n_screens, expected) in [
            ([100.0, 50.0, 800.0, 600.0], 2, [100.0, 50.0, 800.0, 600.0]),
            ([1500.0, 200.0, 1000.0, 700.0], 2, [1500.0, 200.0, 1000.0, 700.0]),
            ([1500.0, 200.0, 1000.0, 700.0], 1, [366.0, 28.0, 1000.0, 700.0]),
            ([-900.0, -50.0, 800.0, 600.0], 1, [0.0, 0.0, 800.0, 600.0]),
            ([5000.0, 5000.0, 800.0, 600.0], 2, [566.0, 128.0, 800.0, 600.0]),
            ([0.0, 0.0, 1680.0, 1140.0], 1, [0.0, 0.0, 1366.0, 728.0]),
        ] {
            assert_eq!(in_sight(rect(wanted), &screens[..n_screens], frame).0, rect(expected), "{wanted:?}");
        }
        let unknown = rect([3.0, 4.0, 5.0, 6.0]);
        assert_eq!(in_sight(unknown, &[], frame).0, unknown);
    }
}
