//! What a gesture means for the answer that the picture screen shows.

use crate::ui::{
    command::Command,
    state::{Action, Actions, FormAction, ResultAction},
    widgets::Gesture,
};

/// Takes gestures as meant for the answer shown.
pub(super) fn push_gestures(gestures: Vec<Gesture>, actions: &mut Actions) {
    for gesture in gestures {
        actions.push(action(gesture));
    }
}

/// Takes gestures as meant for the result it is compared with: nothing of that is chosen or changed.
pub(super) fn push_other_gestures(gestures: Vec<Gesture>, actions: &mut Actions) {
    push_gestures(gestures.into_iter().filter(|gesture| matches!(gesture, Gesture::UseBox(..))).collect(), actions);
}

fn action(gesture: Gesture) -> Action {
    match gesture {
        Gesture::Choose(choice) => ResultAction::Choose(choice).into(),
        Gesture::ChooseNothing => Command::ShowAll.into(),
        Gesture::UseBox(place, purpose) => FormAction::UseBox(place, purpose).into(),
        Gesture::RemoveBox { phrase, region } => ResultAction::RemoveBox { phrase, region }.into(),
        Gesture::BeginRegion => FormAction::BeginRegion.into(),
        Gesture::DrawRegion(region) => FormAction::DrawRegion(region).into(),
        Gesture::AbortRegion => FormAction::AbortRegion.into(),
    }
}
