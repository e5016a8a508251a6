//! The keys of the strip, as those of any list: arrows, Home, End, a page up and down, with Shift to choose on the way.

use egui::{Context, Key, Modifiers};

use super::view::StripView;
use crate::ui::state::{Actions, AppState, PictureAction};

impl StripView {
    /// Takes the keys of the list while one of its rows has the focus.
    pub(in crate::ui::screens::picture) fn keys(&mut self, ctx: &Context, state: &AppState, actions: &mut Actions) {
        let Some(place) = self.focused.and_then(|focused| state.listed_place(focused)) else { return };
        if egui::Popup::is_any_open(ctx) {
            return;
        }
        let pressed = |modifiers, key| ctx.input_mut(|input| input.consume_key(modifiers, key));
        if pressed(Modifiers::COMMAND, Key::A) {
            actions.push(PictureAction::ChooseAll);
        }
        if !state.chosen_pictures().is_empty() && pressed(Modifiers::NONE, Key::Escape) {
            actions.push(PictureAction::ChooseNone);
        }
        // What is chosen in the picture goes first.
        let deletes = state.choice.is_none() && state.form.region.is_none();
        if deletes && pressed(Modifiers::NONE, Key::Delete) {
            let next = state.listed(place + 1).or_else(|| state.listed(place.checked_sub(1)?));
            self.wanted = next.map(|next| next.id);
            self.focused.into_iter().for_each(|focused| actions.push(PictureAction::Remove(focused)));
        }
        let (last, page) = (state.n_listed().saturating_sub(1), self.n_rows_in_sight.max(1));
        let targets = [
            (Key::ArrowUp, place.saturating_sub(1)),
            (Key::ArrowDown, place + 1),
            (Key::PageUp, place.saturating_sub(page)),
            (Key::PageDown, place + page),
            (Key::Home, 0),
            (Key::End, last),
        ];
        for (key, target) in targets {
            // With Shift first: without, it would be taken for the key alone.
            let extends = pressed(Modifiers::SHIFT, key);
            if !extends && !pressed(Modifiers::NONE, key) {
                continue;
            }
            if let Some(target) = state.listed(target.min(last)) {
                let action = if extends { PictureAction::ExtendTo } else { PictureAction::Show };
                actions.push(action(target.id));
                self.wanted = Some(target.id);
            }
        }
    }
}
