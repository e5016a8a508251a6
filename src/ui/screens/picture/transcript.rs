//! A conversation about the picture: questions with their answers, the oldest first, above the field for the next one.

use egui::{Align, Button, Frame, Label, Layout, Margin, RichText, Ui, WidgetInfo};

use super::{answer::answer_ui, gestures::push_gestures};
use crate::{
    caption::Choice,
    text::{Task, TaskKind},
    ui::{
        command::Command,
        state::{Actions, AppState, ResultAction, Work},
        theme,
        widgets::{command_button, remark, section_title},
    },
    words::repeated,
};

/// Whether what the model says stands in a conversation: something was asked, and the next question is to be.
#[must_use]
pub(super) fn is_in_transcript(state: &AppState) -> bool {
    let is_question = match state.answer().finished() {
        Some(answer) => matches!(answer.task, Task::Ask { .. }),
        None => state.answer().is_under_way() && asked_now(state).is_some(),
    };
    state.form.kind == TaskKind::Ask && is_question && state.compared().is_none()
}

/// The question that is being answered.
fn asked_now(state: &AppState) -> Option<&str> {
    match &state.work {
        Work::Running { entry, task: Task::Ask { question, .. }, .. }
            if state.pictures.current().is_some_and(|current| current.id == *entry) =>
        {
            Some(question)
        }
        _ => None,
    }
}

/// Paints the conversation. The answer shown has its phrases to be pointed at; a click on another one shows its boxes.
/// Returns what is pointed at.
pub(super) fn transcript_ui(ui: &mut Ui, state: &AppState, actions: &mut Actions) -> Option<Choice> {
    ui.horizontal(|ui| {
        section_title(ui, "Conversation");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            command_button(ui, state, Command::NewConversation, actions);
        });
    });
    let mut pointed_at = None;
    let shown = state.answer().finished();
    for (at, answer) in state.transcript() {
        let Task::Ask { question, .. } = &answer.task else { continue };
        question_ui(ui, question);
        if shown.is_some_and(|shown| std::sync::Arc::ptr_eq(shown, answer)) {
            pointed_at = shown_answer_ui(ui, state, actions);
        } else if earlier_answer_ui(ui, &answer.caption.text, !state.answer().is_under_way()) {
            actions.push(ResultAction::Show(at));
        }
    }
    if let Some(question) = asked_now(state) {
        question_ui(ui, question);
        pointed_at = shown_answer_ui(ui, state, actions);
    }
    ui.add_space(theme::GRID);
    pointed_at
}

fn shown_answer_ui(ui: &mut Ui, state: &AppState, actions: &mut Actions) -> Option<Choice> {
    let mut gestures = Vec::new();
    let pointed_at = answer_ui(ui, state, &mut gestures);
    push_gestures(gestures, state, actions);
    pointed_at
}

/// What a person said stands on a ground of its own.
fn question_ui(ui: &mut Ui, question: &str) {
    let colours = theme::colours(ui.visuals().dark_mode);
    let frame = Frame::new().fill(colours.inset).corner_radius(theme::RADIUS).inner_margin(Margin::symmetric(10, 6));
    frame.show(ui, |ui| ui.add(Label::new(repeated(question, theme::LONGEST_TEXT)).wrap()));
}

/// An answer whose boxes are not shown; whether they are to be.
fn earlier_answer_ui(ui: &mut Ui, text: &str, is_possible: bool) -> bool {
    let words = if text.is_empty() { "(no words)".to_owned() } else { repeated(text, theme::LONGEST_TEXT) };
    let button = Button::selectable(false, RichText::new(&words)).wrap();
    let response = ui.add_enabled(is_possible, button);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, is_possible, format!("Answer: {words}")));
    response.on_hover_text("Show the boxes of this answer").clicked()
}

/// What goes along with the next question.
pub(super) fn context_ui(ui: &mut Ui, state: &AppState, keeps: &mut bool) {
    ui.checkbox(keeps, "Keep the conversation")
        .on_hover_text("Earlier questions and their answers stay in the prompt, the latest first if there is not room for all; otherwise each question starts afresh");
    match state.conversation().len() {
        0 if *keeps => remark(ui, "This question begins the conversation"),
        0 => {}
        1 => remark(ui, "1 question and its answer go along as context"),
        n => remark(ui, &format!("{n} questions and their answers go along as context")),
    }
}
