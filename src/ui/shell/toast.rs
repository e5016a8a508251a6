//! What was done, said over the foot of the canvas for some seconds.

use egui::{Align2, Area, Context, Frame, Id, Margin, Order, Rect, Stroke, vec2};

use crate::ui::{
    state::{Action, AppState, Notice},
    theme,
};

/// Long enough to read a path.
const SECONDS: f64 = 5.0;

/// The deed that is told, and until when.
#[derive(Debug, Default)]
pub(crate) struct Toast {
    shown: Option<(String, f64)>,
}

impl Toast {
    /// Paints the latest deed, if it is not long ago, into the lower part of `place`.
    pub(crate) fn ui(&mut self, ctx: &Context, place: Rect, state: &AppState, actions: &mut Vec<Action>) {
        let deed = |notice: &Notice| if let Notice::Done(deed) = notice { Some(deed.clone()) } else { None };
        let found = state.notices.iter().enumerate().find_map(|(at, notice)| Some((at, deed(notice)?)));
        let Some((at, deed)) = found else {
            self.shown = None;
            return;
        };
        let now = ctx.input(|input| input.time);
        let until = match &self.shown {
            Some((shown, until)) if *shown == deed => *until,
            _ => now + SECONDS,
        };
        self.shown = Some((deed.clone(), until));
        if now >= until {
            actions.push(Action::DismissNotice(at));
            return;
        }
        ctx.request_repaint_after(std::time::Duration::from_secs_f64(until - now));
        let colours = theme::colours(ctx.global_style().visuals.dark_mode);
        let area = Area::new(Id::unique("toast")).order(Order::Foreground).pivot(Align2::CENTER_BOTTOM);
        area.fixed_pos(place.center_bottom() - vec2(0.0, 16.0)).interactable(false).show(ctx, |ui| {
            let stroke = Stroke::new(1.0, colours.done_line);
            let frame = Frame::popup(ui.style()).fill(colours.done).stroke(stroke).corner_radius(theme::RADIUS);
            frame.inner_margin(Margin::symmetric(14, 8)).show(ui, |ui| {
                ui.set_max_width((place.width() - 48.0).max(120.0));
                ui.add(egui::Label::new(deed).wrap());
            });
        });
    }
}
