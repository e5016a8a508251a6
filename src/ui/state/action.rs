//! Everything a person can wish for, sorted by what it is about.
//!
//! Views push actions while they paint; when all have painted they are performed, each by the file of `update` that is
//! about it. What needs no object is a [`Command`].

use std::path::PathBuf;

use super::{
    app_state::Panes,
    correcting::Begun,
    evaluation::EvaluationWish,
    export::{DatasetWish, ExportKind, IfTaken, Paper},
    form::Form,
    listing::Arrangement,
    notice::NoticeId,
    pictures::EntryId,
    work::BatchWish,
};
use crate::{
    caption::{Choice, Correction},
    convert,
    engine::LoadOptions,
    geometry::NormBox,
    overlay::Look,
    picture::PictureSource,
    text::Task,
    ui::command::Command,
};

/// Something to do, with what it is to be done to.
#[derive(Clone, Debug)]
pub enum Action {
    /// A command, which needs no object.
    Do(Command),
    /// Something about the list of pictures.
    Picture(PictureAction),
    /// Something about what is asked.
    Form(FormAction),
    /// Something about the answer shown and the ones before.
    Result(ResultAction),
    /// Something about correcting the answer shown by hand.
    Correct(CorrectAction),
    /// Something about checkpoints.
    Checkpoint(CheckpointAction),
    /// Something about what is saved.
    Export(ExportAction),
    /// Something about an evaluation.
    Evaluation(EvaluationAction),
    /// Something in the dialog inside the window.
    Dialog(DialogAction),
    /// Divide the window like this.
    Divide(Panes),
    /// Take away a notice.
    Dismiss(NoticeId),
}

/// What is to be done with pictures of the list.
#[derive(Clone, Debug)]
pub enum PictureAction {
    /// Add these pictures to the list and show the first of them.
    Open(Vec<PictureSource>),
    /// Open these files, and the pictures in these folders.
    OpenPaths(Vec<PathBuf>),
    /// Open the files and folders that pasted text names.
    OpenText(String),
    /// Open this picture and ask this about it.
    AskAbout(PictureSource, Task),
    /// Show this picture of the list.
    Show(EntryId),
    /// Take this picture out of the list, and all that are chosen with it.
    Remove(EntryId),
    /// Search, filter and sort the strip like this.
    Arrange(Arrangement),
    /// Choose this picture too, or no more.
    Toggle(EntryId),
    /// Show this picture, and choose all up to it.
    ExtendTo(EntryId),
    /// Choose all that the strip shows.
    ChooseAll,
    /// Choose none.
    ChooseNone,
    /// Ask the task of the panel about this picture, and about all that are chosen with it.
    RunOn(EntryId),
    /// Read this picture's file again, and those of all that are chosen with it.
    OpenAgain(EntryId),
    /// Copy the path of this picture, and those of all that are chosen with it, one a line.
    CopyPath(EntryId),
    /// Take away why the last run on the picture shown failed.
    DismissFailure,
}

/// What is to be done with the form beside the picture, and with the rectangle on it.
#[derive(Clone, Debug)]
pub enum FormAction {
    /// Take over what was changed in the task panel.
    Edit(Form),
    /// Take over what was changed in the task panel, and ask.
    Run(Form),
    /// A rectangle begins to be drawn, moved or sized on the picture.
    BeginRegion,
    /// A rectangle was drawn on the picture.
    DrawRegion(NormBox),
    /// The rectangle shall be as it was before it was begun.
    AbortRegion,
    /// Make this place the region, and describe it or let a question be typed.
    UseBox(NormBox, BoxUse),
}

/// What is to be done with the results of the picture shown; results, phrases and boxes are named by their places.
#[derive(Clone, Copy, Debug)]
pub enum ResultAction {
    /// A phrase or one of its boxes was chosen; choosing it again shows all.
    Choose(Choice),
    /// The pointer or the focus rests on a phrase or one of its boxes, or on nothing.
    PointAt(Option<Choice>),
    /// Show these parts of the boxes.
    SetLook(Look),
    /// Show this result.
    Show(usize),
    /// Delete this result.
    Delete(usize),
    /// Compare the result shown with this one; with the same one again, no more.
    Compare(usize),
    /// Take a box away from the result shown.
    RemoveBox {
        /// The phrase.
        phrase: usize,
        /// The box among those of the phrase.
        region: usize,
    },
}

/// What is to be done with the words and boxes of the answer shown, while it is corrected by hand.
#[derive(Clone, Debug)]
pub enum CorrectAction {
    /// Make this change.
    Make(Correction),
    /// A new box, or the chosen one, begins to follow the pointer.
    BeginBox(Begun),
    /// It is this now.
    DrawBox(NormBox),
    /// It shall be as before it was begun.
    AbortBox,
    /// The text was typed so far.
    Type(String),
    /// What was typed is one change; what is typed next is another one.
    EndTyping,
    /// Keep boxes to the cells of the model's grid, or not.
    Snap(bool),
    /// Ask the model where this phrase is, and take over its boxes.
    AskWhere(usize),
    /// Ask the model what this box of this phrase shows, and take over its words.
    AskWhat(usize, usize),
}

/// What is to be done with checkpoints.
#[derive(Clone, Debug)]
pub enum CheckpointAction {
    /// Load the checkpoint in this folder or file, or the built-in one.
    Use(Option<PathBuf>),
    /// Load the checkpoint in use again with these options, and later ones with them too.
    SetLoading(LoadOptions),
    /// Let the model look at pictures before anything is asked about them, or not.
    LookAhead(bool),
    /// Don't offer the full model any more in this window.
    DeclineOffer,
    /// Show the card that makes a smaller copy of the checkpoint in this folder, or of the built-in one.
    OfferConversion(Option<PathBuf>),
    /// Choose the number format of the smaller copy.
    ConvertTo(convert::Format),
}

/// What is to be done with what is saved.
#[derive(Clone, Debug)]
pub enum ExportAction {
    /// Write this to this file.
    SaveTo(ExportKind, PathBuf),
    /// Export pictures like this.
    SetPaper(Paper),
}

/// What is to be done about an evaluation.
#[derive(Clone, Debug)]
pub enum EvaluationAction {
    /// What is to be evaluated was changed.
    Edit(EvaluationWish),
    /// Look what lies in the folder.
    Look,
    /// Show what is behind this number, by its place.
    LookInto(usize),
    /// Show the picture of this question with its answer.
    Open(usize),
}

/// What is to be done with the dialog inside the window.
#[derive(Clone, Debug)]
pub enum DialogAction {
    /// The path in the path field was changed.
    EditPath(String),
    /// The dataset to be saved was changed.
    EditDataset(DatasetWish),
    /// What a run into a folder is to be was changed.
    EditBatch(BatchWish),
    /// The path in the path field is to be used.
    UsePath,
    /// This is to become of the file that is where another is to go.
    Settle(IfTaken),
    /// Close it.
    Close,
}

/// What a box of the picture is to serve for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoxUse {
    /// It is described at once.
    Describe,
    /// A question about it is to be typed.
    Ask,
}

/// The actions that views have pushed since the last frame, in their order.
#[derive(Debug, Default)]
pub struct Actions(Vec<Action>);

impl Actions {
    /// Adds one.
    pub fn push(&mut self, action: impl Into<Action>) {
        self.0.push(action.into());
    }

    /// All there are.
    pub(in crate::ui) fn iter(&self) -> impl Iterator<Item = &Action> {
        self.0.iter()
    }

    /// Adds those that came by another way, after these.
    pub(in crate::ui) fn extend(&mut self, later: Self) {
        self.0.extend(later.0);
    }

    /// Takes out all there are.
    pub(in crate::ui) fn take(&mut self) -> Vec<Action> {
        std::mem::take(&mut self.0)
    }
}

/// An action of one kind is an action.
macro_rules! is_action {
    ($($kind:ty: $variant:ident),*) => {
        $(impl From<$kind> for Action {
            fn from(action: $kind) -> Self {
                Self::$variant(action)
            }
        })*
    };
}

is_action!(
    Command: Do,
    PictureAction: Picture,
    FormAction: Form,
    ResultAction: Result,
    CorrectAction: Correct,
    CheckpointAction: Checkpoint,
    ExportAction: Export,
    EvaluationAction: Evaluation,
    DialogAction: Dialog
);
