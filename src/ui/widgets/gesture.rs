//! What a person does with a caption, the list of its phrases or its boxes.
//!
//! Views that paint one of them say what was done; what it means is for the screen to say, which has its own answer to ask
//! about.

use crate::{
    caption::Choice,
    geometry::NormBox,
    ui::state::{Begun, BoxUse},
};

/// One thing done. Phrases and boxes are named by their places.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Gesture {
    /// A phrase or one of its boxes was clicked.
    Choose(Choice),
    /// What is no phrase and no box was clicked.
    ChooseNothing,
    /// A box is to be described or asked about.
    UseBox(NormBox, BoxUse),
    /// A box is to be taken away.
    RemoveBox {
        /// The phrase.
        phrase: usize,
        /// The box among those of the phrase.
        region: usize,
    },
    /// A rectangle begins to be drawn anew, or to be moved or sized.
    BeginRegion(Begun),
    /// It is this now.
    DrawRegion(NormBox),
    /// It shall be as before it was begun.
    AbortRegion,
}
