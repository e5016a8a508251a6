//! The line at the foot of the window: what goes on, and what is shown with which model.

use egui::{Align, Layout, RichText, TextStyle, TextWrapMode, Ui, WidgetText};

use crate::{
    engine::{Progress, Stage},
    ui::state::{AnswerState, AppState, Content, EvaluationStage, Model, Pace, Work},
    words::{rough_size, seconds, shortened},
};

/// Characters of a picture's name.
const NAME_CHARS: usize = 32;
/// Points between two facts.
const GAP: f32 = 8.0;

/// Paints the line. `zoom` is in screen pixels per picture pixel, `memory` the bytes in use, if they are shown.
pub(crate) fn status_bar_ui(ui: &mut Ui, state: &AppState, zoom: Option<f32>, memory: Option<u64>) {
    ui.horizontal_centered(|ui| {
        ui.label(RichText::new(activity(state)).small());
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            for text in memory.map(rough_size).into_iter().chain(facts(state, zoom)) {
                let text = RichText::new(text).small().weak();
                let wanted = WidgetText::from(text.clone());
                let galley = wanted.into_galley(ui, Some(TextWrapMode::Extend), f32::INFINITY, TextStyle::Small);
                // What there is no room for in a small window is left out.
                if galley.size().x + GAP > ui.available_width() {
                    break;
                }
                ui.label(text);
                ui.add_space(GAP);
            }
        });
    });
}

/// What goes on, in a few words.
fn activity(state: &AppState) -> String {
    if let EvaluationStage::Running { tally, .. } = &state.evaluation.stage {
        let tally = tally.unwrap_or_default();
        return format!("{} of {} questions answered", tally.done, tally.total);
    }
    match &state.batch {
        Some(batch) if batch.pace == Pace::Paused && matches!(state.work, Work::Idle) => {
            format!("{} of {} pictures done, paused", batch.n_done(), batch.n_total())
        }
        Some(batch) => format!("{} of {} pictures done · {}", batch.n_done(), batch.n_total(), work(state)),
        None => work(state),
    }
}

/// What the model does, for the picture it is at or else for the one shown.
fn work(state: &AppState) -> String {
    let asked = state.work.entry().and_then(|id| state.pictures.get(id));
    match (asked.map_or(state.answer(), |entry| &entry.answer), &state.model) {
        (AnswerState::Running { progress: Some(progress), .. }, _) => stage(progress),
        (_, Model::Loading(Some(progress))) if progress.n_total > 0 => {
            format!("Loading the model, {} %", progress.n_done * 100 / progress.n_total)
        }
        (_, Model::Loading(_)) => "Loading the model".to_owned(),
        _ if is_being_read(state) || matches!(state.work, Work::Preparing { .. }) => "Opening the picture".to_owned(),
        (AnswerState::Running { progress: None, .. }, _) => "Waiting for the model".to_owned(),
        (AnswerState::Finished(answer), _) => {
            let timings = &answer.timings;
            let first = seconds(timings.vision_secs + timings.prefill_secs);
            let rest = match timings.n_new_tokens.saturating_sub(1) as f64 / timings.decode_secs {
                speed if speed.is_finite() && speed > 0.0 => format!(": {first} to the first, then {}", per_sec(speed)),
                _ => String::new(),
            };
            format!("{} tokens in {}{rest}", timings.n_new_tokens, seconds(timings.total_secs()))
        }
        (AnswerState::Empty | AnswerState::Stopped { .. }, Model::Failed(_)) => "No model".to_owned(),
        (AnswerState::Empty | AnswerState::Stopped { .. }, Model::Ready(_)) => "Ready".to_owned(),
    }
}

fn per_sec(speed: f64) -> String {
    if speed < 100.0 { format!("{speed:.1} tokens/s") } else { format!("{speed:.0} tokens/s") }
}

fn is_being_read(state: &AppState) -> bool {
    state.pictures.current().is_some_and(|entry| matches!(entry.content, Content::Reading(_)))
}

fn stage(progress: &Progress) -> String {
    match progress.stage {
        Stage::Looking => "Looking at the picture".to_owned(),
        Stage::Reading => "Reading the prompt".to_owned(),
        Stage::Writing if let Some(speed) = progress.tokens_per_sec => {
            format!("Writing… {} tokens · {}", progress.n_tokens, per_sec(speed))
        }
        Stage::Writing => "Writing…".to_owned(),
    }
}

/// What is shown with which model, from the right.
fn facts(state: &AppState, zoom: Option<f32>) -> Vec<String> {
    let mut facts = Vec::new();
    if let Model::Ready(info) = &state.model {
        facts.push(format!("{} · {} · {}", info.checkpoint.name, info.device, info.precision));
    }
    if let Some(picture) = state.picture() {
        let (width, height) = picture.pixels.dimensions();
        facts.extend(zoom.map(|zoom| format!("{:.0} %", zoom * 100.0)));
        facts.push(format!("{width} × {height}"));
        facts.push(shortened(&picture.name, NAME_CHARS));
    }
    facts
}
