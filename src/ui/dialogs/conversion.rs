//! The card that makes a smaller copy of a checkpoint: of which, in which number formats, where it goes, how far it is.

use egui::Ui;

use crate::{
    convert::{Format, Progress},
    ui::{
        command::Command,
        state::{Actions, AppState, CheckpointAction, ConversionState, Original},
        theme,
        widgets::{facts_ui, job_card_ui, job_progress_ui, main_button, remark, use_button},
    },
    words::{place, size},
};

/// Paints the card.
pub(super) fn conversion_ui(ui: &mut Ui, state: &AppState, actions: &mut Actions) {
    let body = |ui: &mut Ui, actions: &mut Actions| body_ui(ui, state, actions);
    job_card_ui(
        ui,
        "Make a smaller copy",
        "A copy in progress continues when this is closed",
        actions,
        body,
        |_, _| {},
    );
}

fn body_ui(ui: &mut Ui, state: &AppState, actions: &mut Actions) {
    match &state.conversion {
        ConversionState::NotBegun | ConversionState::Examining(_) => remark(ui, "Looking at the checkpoint"),
        ConversionState::Refused(sentence) => {
            ui.label(sentence);
        }
        ConversionState::Offered { original, format, failure } => {
            offer_ui(ui, original, *format, true, actions);
            if let Some(sentence) = failure {
                ui.label(sentence);
                ui.add_space(theme::GRID);
            }
            let copy = original.copy(*format);
            if copy.is_here {
                ui.label("A copy with this name already exists and will not be replaced");
                use_button(ui, &copy.path, actions);
            } else {
                main_button(ui, state, Command::StartConversion, actions);
            }
        }
        ConversionState::Running { original, format, progress, is_stopping } => {
            offer_ui(ui, original, *format, false, actions);
            let progress = progress.unwrap_or(Progress { n_done: 0, n_total: 1 });
            progress_ui(ui, original, progress, *is_stopping);
            ui.add_space(theme::GRID);
            main_button(ui, state, Command::StopConversion, actions);
        }
        ConversionState::Done { original, copy } => {
            facts_ui(ui, &[("Original", original_words(original)), ("File", place(&copy.path))]);
            ui.add_space(theme::GRID);
            let (before, now) = (size(original.n_bytes), size(copy.n_bytes));
            ui.label(format!("The copy in {} is {now}, the original is {before}", copy.format.name()));
            ui.add_space(theme::GRID);
            use_button(ui, &copy.path, actions);
        }
    }
}

fn original_words(original: &Original) -> String {
    format!("{}, {} in {}", original.name, size(original.n_bytes), original.stored)
}

/// What can be made of what, and where it goes.
fn offer_ui(ui: &mut Ui, original: &Original, chosen: Format, can_choose: bool, actions: &mut Actions) {
    let free = original.free_bytes.map_or_else(|| "unknown".to_owned(), size);
    let path = place(&original.copy(chosen).path);
    facts_ui(ui, &[("Original", original_words(original)), ("Destination", path), ("Free space", free)]);
    ui.add_space(theme::GRID);
    ui.add_enabled_ui(can_choose, |ui| {
        // What is said of a format stands close to it.
        ui.spacing_mut().item_spacing.y = 0.0;
        for copy in &original.copies {
            let text = format!("{}  ·  {}", copy.format.name(), size(copy.n_bytes));
            if ui.radio(copy.format == chosen, text).clicked() {
                actions.push(CheckpointAction::ConvertTo(copy.format));
            }
            let worth =
                if copy.n_bytes < original.n_bytes { worth(copy.format) } else { "No smaller than the original" };
            ui.indent(copy.format.name(), |ui| remark(ui, worth));
            ui.add_space(2.0 * theme::GRID);
        }
    });
    remark(ui, "The original stays as it is");
    ui.add_space(theme::GRID);
}

/// What a format costs in answers.
fn worth(format: Format) -> &'static str {
    match format {
        Format::F16 => "Its answers can't be told apart from those of the original",
        Format::Q8 => "Recommended: large checkpoints run in this format anyway",
        Format::Q4 => "The smallest and fastest; some answers differ",
    }
}

fn progress_ui(ui: &mut Ui, original: &Original, progress: Progress, is_stopping: bool) {
    let Progress { n_done, n_total } = progress;
    let share = n_done as f32 / n_total.max(1) as f32;
    let what = match n_done {
        _ if is_stopping => "Stopping",
        n if n < original.n_bytes => "Reading the original",
        n if n < 2 * original.n_bytes => "Converting",
        _ => "Writing the copy",
    };
    job_progress_ui(ui, "Conversion", share, &format!("{what}, {:.0} %", 100.0 * share));
}
