//! Correcting an answer by hand: what of it is going on.

use std::sync::Arc;

use super::pictures::EntryId;
use crate::engine::Answer;

/// An answer is being corrected by hand; whichever is shown.
#[derive(Clone, Debug, Default)]
pub struct Correcting {
    /// Whether boxes keep to the cells of the model's grid.
    pub snaps: bool,
    /// What goes on from frame to frame and is undone as one.
    pub(in crate::ui) burst: Option<Burst>,
    /// What the model was asked, whose answer is taken over.
    pub(in crate::ui) question: Option<Question>,
}

/// A change that goes on, as a box follows the pointer or a text is typed: each state of it takes the place of the last.
#[derive(Clone, Debug)]
pub(in crate::ui) struct Burst {
    /// What is being done.
    pub(in crate::ui) begun: Begun,
    /// The picture that it is done on.
    pub(in crate::ui) entry: EntryId,
    /// The answer before it began.
    pub(in crate::ui) base: Arc<Answer>,
}

/// What began to be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// A new rectangle is drawn.
    New,
    /// The one there is is moved or sized.
    Change,
    /// The text is typed.
    Words,
}

/// What the model was asked for somebody who corrects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) struct Question {
    /// About this picture.
    pub(in crate::ui) entry: EntryId,
    /// What of its answer is to be taken over.
    pub(in crate::ui) wanted: Wanted,
}

/// What of an answer is to be taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Wanted {
    /// Its boxes, for this phrase.
    Boxes(usize),
    /// Its words, for this phrase.
    Words(usize),
}
