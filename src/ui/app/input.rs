//! What comes from outside the panels: keys, dropped files, the clipboard.

use std::{path::PathBuf, sync::Arc};

use egui::{Align2, ColorImage, Context, Event, FontId, Id, Key, KeyboardShortcut, LayerId, Modifiers, Order, Popup};

use crate::ui::{
    command::Command,
    state::{Action, Actions, AppState, PictureAction},
    theme,
};

/// Seconds after a field lost the focus in which somebody may still be typing.
const STILL_TYPING_SECS: f64 = 1.0;

/// The keys of all commands. Escape closes an open menu or gives up what is being dragged, or else takes one step back.
pub(super) fn keys(ctx: &Context, state: &AppState, actions: &mut Actions) {
    let has_field = state.correcting().is_none() && state.form.kind.row().needs.words.is_some();
    let may_type = has_field || was_typing(ctx);
    let is_possible = |command: &Command| state.why_disabled(*command).is_none();
    let is_step_back = |command: &Command| Command::STEPS_BACK.contains(command);
    let step_back = Command::STEPS_BACK.into_iter().find(is_possible);
    for command in step_back.into_iter().chain(Command::with_keys().filter(|command| !is_step_back(command))) {
        let shortcuts = command.presentation().shortcuts.iter().copied();
        let shortcuts = shortcuts.filter(|shortcut| is_possible(&command) && !(may_type && is_text(*shortcut)));
        let n_presses: usize = shortcuts.map(|shortcut| consume(ctx, shortcut)).sum();
        // In a slow frame a key is pressed several times; but Escape takes one step.
        let n_times = if is_step_back(&command) { n_presses.min(1) } else { n_presses };
        (0..n_times).for_each(|_| actions.push(command));
    }
}

/// Whether keys did what takes away the thing they went to, or begins with another answer: who corrects goes on at a phrase.
pub(super) fn leads_to_phrases(by_key: &Actions) -> bool {
    let leads = [Command::Correct, Command::Delete, Command::ShowAll, Command::NextUnreviewed];
    by_key.iter().any(|action| matches!(action, Action::Do(command) if leads.contains(command)))
}

/// Whether a field has the focus, or had it a moment ago.
fn was_typing(ctx: &Context) -> bool {
    let (id, now, is_typing) = (Id::unique("typed at"), ctx.input(|input| input.time), ctx.text_edit_focused());
    ctx.data_mut(|data| {
        let typed_at = data.get_temp_mut_or(id, f64::NEG_INFINITY);
        if is_typing {
            *typed_at = now;
        }
        now - *typed_at < STILL_TYPING_SECS
    })
}

/// Whether a key by itself writes something.
fn is_text(shortcut: KeyboardShortcut) -> bool {
    let key = shortcut.logical_key;
    shortcut.modifiers.is_none() && (key == Key::Questionmark || key.name().chars().count() == 1)
}

/// How often a key was pressed in this frame, which nobody else learns then.
fn consume(ctx: &Context, shortcut: KeyboardShortcut) -> usize {
    let KeyboardShortcut { modifiers, logical_key } = shortcut;
    // A text field has its own use for these, and for every key by itself.
    let is_typing = ctx.text_edit_focused();
    let is_function =
        matches!(logical_key, Key::PageUp | Key::PageDown | Key::F1 | Key::F2 | Key::F3 | Key::F4 | Key::F6 | Key::F11);
    let is_single = modifiers.is_none() && !is_function;
    let belongs_to_field = is_typing && (is_single || matches!(logical_key, Key::Z | Key::Y));
    let belongs_to_menu = logical_key == Key::Escape && Popup::is_any_open(ctx);
    // With Escape egui itself has ended the drag by now.
    let is_dragging = ctx.dragged_id().or(ctx.drag_stopped_id()).is_some();
    let belongs_to_drag = is_dragging && matches!(logical_key, Key::Escape | Key::Z | Key::Y);
    ctx.input_mut(|input| match logical_key {
        _ if belongs_to_field || belongs_to_menu || belongs_to_drag => 0,
        // Which keys give these differs from keyboard to keyboard: with Shift, without, or as another one.
        Key::Questionmark => input.count_and_consume_key(input.modifiers, Key::Questionmark),
        Key::Plus => {
            input.count_and_consume_key(modifiers, Key::Plus)
                + input.count_and_consume_key(modifiers, Key::Equals)
                + input.count_and_consume_key(modifiers | Modifiers::SHIFT, Key::Plus)
        }
        _ => consume_exactly(input, modifiers, logical_key),
    })
}

/// Takes a key with these modifiers and no others: the library would take Ctrl+Shift+Z for Ctrl+Z too.
fn consume_exactly(input: &mut egui::InputState, wanted: Modifiers, wanted_key: Key) -> usize {
    let n_events = input.events.len();
    input.events.retain(|event| match event {
        Event::Key { key, modifiers, pressed: true, .. } => *key != wanted_key || !modifiers.matches_exact(wanted),
        _ => true,
    });
    n_events - input.events.len()
}

/// A picture in the clipboard, when it was pasted.
pub(super) fn pasted_picture(ctx: &Context) -> Option<Arc<ColorImage>> {
    ctx.input(|input| {
        input.events.iter().find_map(|event| match event {
            Event::PasteImage(image) => Some(Arc::clone(image)),
            _ => None,
        })
    })
}

/// Files and folders dropped on the window, and text pasted outside a text field.
pub(super) fn handed_over(ctx: &Context, actions: &mut Actions) {
    let is_typing = ctx.text_edit_focused();
    ctx.input(|input| {
        let dropped: Vec<PathBuf> = input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect();
        if !dropped.is_empty() {
            actions.push(PictureAction::OpenPaths(dropped));
        }
        for event in input.events.iter().filter(|_| !is_typing) {
            if let Event::Paste(text) = event {
                actions.push(PictureAction::OpenText(text.clone()));
            }
        }
    });
}

/// Over the whole window while files hang over it: desktops do not tell where exactly they are.
pub(super) fn drop_hint(ctx: &Context) {
    if ctx.input(|input| input.raw.hovered_files.is_empty()) {
        return;
    }
    let colours = theme::colours(ctx.global_style().visuals.dark_mode);
    let painter = ctx.layer_painter(LayerId::new(Order::Foreground, Id::unique("drop hint")));
    let window = ctx.content_rect();
    painter.rect_filled(window, 0.0, colours.canvas.gamma_multiply(0.96));
    let stroke = egui::Stroke::new(3.0, colours.accent_line);
    painter.rect_stroke(window.shrink(12.0), 12.0, stroke, egui::StrokeKind::Inside);
    painter.text(window.center(), Align2::CENTER_CENTER, "Drop to open", FontId::proportional(28.0), colours.text);
}

/// Around what the keys go to: the same ring for all, whatever a widget paints itself. A field has its cursor.
pub(super) fn focus_ring(ctx: &Context) {
    let Some(focused) = ctx.memory(egui::Memory::focused).filter(|_| !ctx.text_edit_focused()) else { return };
    let Some(response) = ctx.read_response(focused).filter(|response| response.interact_rect.is_positive()) else {
        return;
    };
    let colours = theme::colours(ctx.global_style().visuals.dark_mode);
    let layer = LayerId::new(Order::Foreground, Id::unique("focus ring"));
    let ring = response.interact_rect.expand(2.0).intersect(ctx.content_rect().shrink(1.0));
    let stroke = egui::Stroke::new(2.0, colours.accent_line);
    ctx.layer_painter(layer).rect_stroke(ring, theme::RADIUS, stroke, egui::StrokeKind::Inside);
}
