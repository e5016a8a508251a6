//! The words of the answer shown, or what stands in their place.

use egui::{Label, RichText, Ui};

use crate::{
    caption::Choice,
    ui::{
        state::{AnswerState, AppState, Content, Model},
        widgets::{CaptionText, Gesture, caption_text_ui, remark},
    },
};

/// Paints them. Returns what is pointed at.
pub(super) fn answer_ui(ui: &mut Ui, state: &AppState, gestures: &mut Vec<Gesture>) -> Option<Choice> {
    if let Some(caption) = state.answer().caption() {
        let highlight = state.highlight().map(|choice| choice.phrase);
        let text = CaptionText { caption, highlight, shared: &state.shared(), scale: 1.0 };
        return caption_text_ui(ui, text, gestures);
    }
    ui.add(Label::new(RichText::new(placeholder(state)).weak()).wrap());
    if let (Model::Ready(info), AnswerState::Empty) = (&state.model, state.answer())
        && let Some(world) = info.checkpoint.small_world
    {
        remark(ui, world.caution);
    }
    None
}

/// What stands where the caption will be.
fn placeholder(state: &AppState) -> &'static str {
    match (state.answer(), state.picture()) {
        (AnswerState::Running { .. }, _) => "The words appear here as the model writes them",
        (AnswerState::Finished(_), _) => "The model had nothing to say",
        (_, None) if state.pictures.current().is_some_and(|entry| matches!(entry.content, Content::Failed(_))) => {
            "This picture can't be opened"
        }
        (_, None) if state.pictures.current().is_some() => "The picture is being opened",
        (_, None) => "Open a picture, and its description appears here",
        (_, Some(_)) => "Press Run to ask about this picture",
    }
}
