//! The strip of thumbnails: which pictures are open, which one is shown, and how far each is.
//!
//! Only the rows in sight are laid out and painted, so twenty thousand pictures cost no more than ten.

mod head;
mod keys;
mod row;
mod table;
mod view;

use egui::{Frame, Panel, ProgressBar, Role, Ui, WidgetInfo};

use self::{
    head::head_ui,
    row::{ROW_HEIGHT, row_ui},
};
pub(super) use self::{table::table_ui, view::StripView};
use crate::{
    ui::{
        command::Command,
        state::{Actions, AppState, Batch, Entry, Pace},
        textures::Thumbnails,
        widgets::{command_button, remark},
    },
    words::duration,
};

/// The space from the edge of the strip to a row's picture.
const INSET: f32 = 10.0;

/// Paints the strip.
pub(super) fn strip_ui(
    ui: &mut Ui,
    view: &mut StripView,
    state: &AppState,
    thumbnails: &mut Thumbnails,
    actions: &mut Actions,
) {
    let around = Frame::new().inner_margin(INSET);
    Panel::top("head").frame(around).show_separator_line(false).show(ui, |ui| head_ui(ui, state, actions));
    Panel::bottom("all").frame(around).show(ui, |ui| all_ui(ui, state, actions));
    view.rows_ui(ui, state, thumbnails, ROW_HEIGHT, |ui, entry, thumbnails| {
        row_ui(ui, state, entry, thumbnails, actions).has_focus()
    });
}

/// Under the pictures: asking about all of them, or how far that is.
fn all_ui(ui: &mut Ui, state: &AppState, actions: &mut Actions) {
    ui.vertical_centered_justified(|ui| {
        if let Some(batch) = &state.batch {
            return batch_ui(ui, state, batch, actions);
        }
        remark(ui, &place_in_words(state));
        let has_answer = |entry: &Entry| entry.answer.caption().is_some();
        if state.pictures.entries().iter().any(has_answer) && state.why_disabled(Command::RunRest).is_none() {
            command_button(ui, state, Command::RunRest, actions);
        }
        command_button(ui, state, Command::RunAll, actions);
    });
}

/// Which picture is shown, of how many; or how many are chosen.
fn place_in_words(state: &AppState) -> String {
    let (n_listed, n_all) = (state.n_listed(), state.pictures.entries().len());
    let place = state.pictures.current().and_then(|current| state.listed_place(current.id));
    let of = if n_listed < n_all { format!("{n_listed} of {n_all}") } else { n_all.to_string() };
    match (state.chosen_pictures().len(), place) {
        (2.., _) => format!("{} of {of} chosen", state.chosen_pictures().len()),
        (_, Some(place)) if n_listed == n_all => format!("{} of {of}", place + 1),
        _ => format!("{of} match"),
    }
}

fn batch_ui(ui: &mut Ui, state: &AppState, batch: &Batch, actions: &mut Actions) {
    let bar = ProgressBar::new(batch.share_over()).desired_height(6.0);
    let response = ui.add(bar);
    response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, "Pictures done"));
    remark(ui, &format!("{} of {} done", batch.n_done(), batch.n_total()));
    if let Some(secs) = batch.secs_left().filter(|_| batch.pace == Pace::Going) {
        remark(ui, &format!("about {} left", duration(secs)));
    }
    let pause = if batch.pace == Pace::Paused { Command::Continue } else { Command::Pause };
    command_button(ui, state, pause, actions);
    command_button(ui, state, Command::StopAll, actions);
}
