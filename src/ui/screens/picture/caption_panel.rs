//! The answer in words: phrases in the colour of their boxes, to be pointed at, clicked and reached by key.

use egui::{CollapsingHeader, Label, RichText, TextEdit, Ui};

use super::{
    answer::answer_ui,
    compare::{self, PointedAt},
    gestures::push_gestures,
    transcript::is_in_transcript,
};
use crate::{
    caption::{Caption, Choice},
    engine::Answer,
    text::Task,
    ui::{
        command::Command,
        state::{Actions, AnswerState, AppState, CHANGED_SINCE, ResultAction},
        theme,
        widgets::{Gesture, Legend, command_button, legend_ui, look_ui, remark, section_title},
    },
    words::repeated,
};

/// Paints the panel. Returns what is pointed at, also in the caption of the result compared with; there, `in_other` was
/// pointed at before.
pub(crate) fn caption_panel_ui(
    ui: &mut Ui,
    state: &AppState,
    in_other: Option<Choice>,
    actions: &mut Actions,
) -> PointedAt {
    let mut gestures = Vec::new();
    ui.horizontal(|ui| {
        section_title(ui, heading(state));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if state.answer().caption().is_some() {
                command_button(ui, state, Command::CopyCaption, actions);
            }
        });
    });
    let mut shown = None;
    if !is_in_transcript(state) {
        asked_ui(ui, state);
        shown = answer_ui(ui, state, &mut gestures);
    }
    for note in notes(state) {
        remark(ui, &note);
    }
    let other = compare::caption_ui(ui, state, in_other, actions);
    if let Some(caption) = state.answer().caption().filter(|caption| caption.linked().next().is_some()) {
        shown = phrases_ui(ui, state, caption, &mut gestures, actions).or(shown);
        CollapsingHeader::new("Boxes").show(ui, |ui| {
            if let Some(look) = look_ui(ui, state.look) {
                actions.push(ResultAction::SetLook(look));
            }
        });
    }
    if let Some(answer) = state.answer().finished() {
        ui.add_space(theme::GRID);
        command_button(ui, state, Command::Correct, actions);
        output_ui(ui, state, answer, actions);
    }
    push_gestures(gestures, state, actions);
    PointedAt { shown, other }
}

/// What the answer shown is.
fn heading(state: &AppState) -> &'static str {
    let answered = state.answer().finished().map(|answer| answer.task.kind());
    answered.unwrap_or(state.form.kind).row().heading
}

/// What was asked, where the answer does not say it itself.
fn asked_ui(ui: &mut Ui, state: &AppState) {
    if let Some(Task::Ask { question, .. }) = state.answer().finished().map(|answer| &answer.task) {
        ui.add(Label::new(RichText::new(repeated(question, theme::LONGEST_TEXT)).weak()).wrap());
    }
}

/// The phrases, and how many of their boxes are not shown. Returns what is pointed at.
fn phrases_ui(
    ui: &mut Ui,
    state: &AppState,
    caption: &Caption,
    gestures: &mut Vec<Gesture>,
    actions: &mut Actions,
) -> Option<Choice> {
    let scores: Vec<Option<f32>> =
        caption.phrases.iter().flat_map(|phrase| &phrase.regions).map(|region| region.score).collect();
    let n_hidden = scores.iter().filter(|score| !state.look.shows(**score)).count();
    if n_hidden > 0 {
        ui.horizontal_wrapped(|ui| {
            remark(ui, &format!("{n_hidden} of {} boxes hidden by the threshold", scores.len()));
            if ui.small_button("Show").on_hover_text("Hide no boxes").clicked() {
                actions.push(ResultAction::SetLook(crate::overlay::Look { least_score: 0.0, ..state.look }));
            }
        });
    }
    let can_remove = state.answer().finished().is_some();
    let legend = Legend { highlight: state.highlight(), chosen: state.choice, look: state.look, can_remove };
    legend_ui(ui, caption, legend, gestures)
}

/// What to know about the picture and the answer, quietly.
fn notes(state: &AppState) -> Vec<String> {
    let mut notes: Vec<String> = state.picture().into_iter().flat_map(|picture| picture.notes.clone()).collect();
    match state.answer() {
        AnswerState::Stopped { .. } => notes.push("Stopped before the end".to_owned()),
        AnswerState::Finished(answer) => {
            let has_changed = state.pictures.current().is_some_and(|entry| entry.has_changed_since(answer));
            notes.extend(has_changed.then(|| CHANGED_SINCE.to_owned()));
            notes.extend(answer.notes());
        }
        AnswerState::Empty | AnswerState::Running { .. } => {}
    }
    notes
}

/// The prompt and the model's own text, tags and all.
fn output_ui(ui: &mut Ui, state: &AppState, answer: &Answer, actions: &mut Actions) {
    CollapsingHeader::new("Model output").show(ui, |ui| {
        for (name, text) in [("Prompt", &answer.prompt), ("Output", &answer.raw)] {
            let label = ui.label(RichText::new(name).small().weak());
            // A reference to a str can be selected and copied, not changed.
            let mut shown = text.as_str();
            let field = TextEdit::multiline(&mut shown).desired_rows(1).desired_width(f32::INFINITY);
            ui.add(field.font(egui::TextStyle::Monospace)).labelled_by(label.id);
        }
        command_button(ui, state, Command::CopyRaw, actions);
    });
}
