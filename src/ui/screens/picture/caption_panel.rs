//! The answer in words: phrases in the colour of their boxes, to be pointed at, clicked and reached by key.

use egui::{CollapsingHeader, RichText, Slider, TextEdit, Ui};

use super::{
    compare::{self, PointedAt},
    gestures::push_gestures,
};
use crate::{
    caption::{SCORE_MEANING, score_in_words},
    engine::Answer,
    overlay::Look,
    ui::{
        command::Command,
        state::{Actions, AnswerState, AppState, CHANGED_SINCE, Model, ResultAction},
        theme,
        widgets::{caption_text_ui, command_button, legend_ui, remark, section_title},
    },
};

/// Paints the panel. Returns the phrase that is pointed at, also in the caption of the result compared with; there,
/// `in_other` was pointed at before.
pub(crate) fn caption_panel_ui(
    ui: &mut Ui,
    state: &AppState,
    in_other: Option<usize>,
    actions: &mut Actions,
) -> PointedAt {
    ui.horizontal(|ui| {
        section_title(ui, "Caption");
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if state.answer().caption().is_some() {
                command_button(ui, state, Command::CopyCaption, actions);
            }
        });
    });
    if let Model::Ready(info) = &state.model
        && let Some(world) = info.checkpoint.small_world
    {
        remark(ui, world.caution);
    }
    ui.add_space(theme::GRID);
    let mut gestures = Vec::new();
    let mut shown = if let Some(caption) = state.answer().caption() {
        caption_text_ui(ui, caption, state.highlight(), &state.shared(), &mut gestures)
    } else {
        ui.add(egui::Label::new(RichText::new(placeholder(state)).weak()).wrap());
        None
    };
    ui.add_space(theme::GRID);
    for note in notes(state) {
        remark(ui, &note);
    }
    let other = compare::caption_ui(ui, state, in_other, actions);
    if let Some(caption) = state.answer().caption().filter(|caption| !caption.phrases.is_empty()) {
        let (highlight, can_remove) = (state.highlight(), state.answer().finished().is_some());
        shown = legend_ui(ui, caption, highlight, state.chosen, can_remove, &mut gestures).or(shown);
        CollapsingHeader::new("Boxes").show(ui, |ui| look_ui(ui, state.look, actions));
    }
    if let Some(answer) = state.answer().finished() {
        raw_ui(ui, state, answer, actions);
    }
    push_gestures(gestures, actions);
    PointedAt { shown, other }
}

/// What stands where the caption will be.
fn placeholder(state: &AppState) -> &'static str {
    match (state.answer(), state.picture()) {
        (AnswerState::Running { .. }, _) => "The words appear here as the model writes them",
        (AnswerState::Finished(_), _) => "The model had nothing to say",
        (_, None) => "Open a picture, and its description appears here",
        (_, Some(_)) => "Press Run to ask about this picture",
    }
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

/// Which parts of the boxes are shown, on the screen and in exported pictures.
fn look_ui(ui: &mut Ui, shown: Look, actions: &mut Actions) {
    let mut look = shown;
    ui.horizontal_wrapped(|ui| {
        ui.checkbox(&mut look.boxes, "Outlines");
        ui.checkbox(&mut look.labels, "Labels");
        ui.checkbox(&mut look.fill, "Fill");
        ui.checkbox(&mut look.scores, "Scores").on_hover_text(SCORE_MEANING);
    });
    ui.horizontal(|ui| {
        let label = ui.label("Minimum score").on_hover_text(SCORE_MEANING);
        let slider = Slider::new(&mut look.least_score, 0.0..=1.0)
            .step_by(0.01)
            .custom_formatter(|score, _| if score == 0.0 { "off".to_owned() } else { score_in_words(score as f32) });
        ui.add(slider).labelled_by(label.id).on_hover_text("Boxes with a lower score are left out");
    });
    if look != shown {
        actions.push(ResultAction::SetLook(look));
    }
}

/// The prompt and the model's own text, tags and all.
fn raw_ui(ui: &mut Ui, state: &AppState, answer: &Answer, actions: &mut Actions) {
    CollapsingHeader::new("Raw").show(ui, |ui| {
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
