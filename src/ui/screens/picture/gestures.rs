//! What a gesture means for the answer that the picture screen shows.

use crate::ui::{
    command::Command,
    state::{Action, Actions, AppState, CorrectAction, FormAction, ResultAction},
    widgets::Gesture,
};

/// Takes gestures as meant for the answer shown.
pub(super) fn push_gestures(gestures: Vec<Gesture>, state: &AppState, actions: &mut Actions) {
    for gesture in gestures {
        actions.push(correction(gesture).filter(|_| state.correcting().is_some()).unwrap_or_else(|| action(gesture)));
    }
}

/// Takes gestures as meant for the result it is compared with: nothing of that is chosen or changed.
pub(super) fn push_other_gestures(gestures: Vec<Gesture>, actions: &mut Actions) {
    for gesture in gestures.into_iter().filter(|gesture| matches!(gesture, Gesture::UseBox(..))) {
        actions.push(action(gesture));
    }
}

fn action(gesture: Gesture) -> Action {
    match gesture {
        Gesture::Choose(choice) => ResultAction::Choose(choice).into(),
        Gesture::ChooseNothing => Command::ShowAll.into(),
        Gesture::UseBox(place, purpose) => FormAction::UseBox(place, purpose).into(),
        Gesture::RemoveBox { phrase, region } => ResultAction::RemoveBox { phrase, region }.into(),
        Gesture::BeginRegion(_) => FormAction::BeginRegion.into(),
        Gesture::DrawRegion(region) => FormAction::DrawRegion(region).into(),
        Gesture::AbortRegion => FormAction::AbortRegion.into(),
    }
}

/// What drawing means while an answer is corrected: a box of it, and not the region to ask about.
fn correction(gesture: Gesture) -> Option<Action> {
    Some(match gesture {
        Gesture::BeginRegion(begun) => CorrectAction::BeginBox(begun).into(),
        Gesture::DrawRegion(place) => CorrectAction::DrawBox(place).into(),
        Gesture::AbortRegion => CorrectAction::AbortBox.into(),
        _ => return None,
    })
}
