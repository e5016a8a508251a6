//! The state of the window as plain data: what is open, what is asked, what is answered.
//!
//! Only `update` changes it: [`AppState::apply`] takes in what has happened, [`AppState::perform`] what a person wishes.
//! Neither starts or waits for anything: both return [`Effect`]s, which the window carries out. Everybody else reads.

use std::{
    num::NonZero,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::{
    answer::AnswerState,
    conversion::ConversionState,
    correcting::Correcting,
    dialog::Dialog,
    download::{DownloadState, DownloadSurvey},
    effect::{Effect, ThemeChoice},
    evaluation::EvaluationState,
    export::{DatasetWish, Paper},
    form::Form,
    listing::Listing,
    model::{Fallback, Model},
    notice::Notices,
    pictures::Collection,
    undo::Undo,
    work::{Batch, BatchWish, Pace, Work},
};
use crate::{
    caption::Choice,
    checkpoint::{Library, LocalCheckpoint},
    engine::{Answer, LoadOptions},
    hub::Offer,
    overlay::Look,
    picture::Picture,
    text::Exchange,
};

/// All that the window shows.
#[derive(Clone, Debug)]
pub struct AppState {
    /// Whether there is a model.
    pub(in crate::ui) model: Model,
    /// Which checkpoint it is or is to be: a folder or a file, or the built-in one.
    pub(in crate::ui) checkpoint: Option<PathBuf>,
    /// How exactly its weights are kept, and where it is computed.
    pub(in crate::ui) loading: LoadOptions,
    /// Whether the model looks at a picture before anything is asked about it.
    pub(in crate::ui) looks_ahead: bool,
    /// What is used if that can't be; `None` where nothing is.
    pub(in crate::ui) fallback: Option<Fallback>,
    /// The folder that `~` stands for, if there is one.
    pub(in crate::ui) home: Option<PathBuf>,
    /// Where checkpoints are looked for.
    pub(in crate::ui) library: Library,
    /// The checkpoints on this computer, as far as they were looked for.
    pub(in crate::ui) checkpoints: Vec<LocalCheckpoint>,
    /// What can be downloaded, if anything.
    pub(in crate::ui) offer: Option<Offer>,
    /// Where a person wants it to be; `None` for the usual place.
    pub(in crate::ui) download_folder: Option<PathBuf>,
    /// Whether a person has said that it is not wanted now.
    pub(in crate::ui) is_offer_declined: bool,
    /// How far its download is.
    pub(in crate::ui) download: DownloadState,
    /// What was found where it goes; `None` until somebody has looked.
    pub(in crate::ui) survey: Option<DownloadSurvey>,
    /// How far a smaller copy of a checkpoint is.
    pub(in crate::ui) conversion: ConversionState,
    /// The pictures that are open.
    pub(in crate::ui) pictures: Collection,
    /// Which of them the strip shows, and which are chosen together.
    pub(in crate::ui) listing: Listing,
    /// What the model is busy with.
    pub(in crate::ui) work: Work,
    /// What is asked about all pictures.
    pub(in crate::ui) batch: Option<Batch>,
    /// The last run that was kept in a folder, or is to be.
    pub(in crate::ui) batch_wish: BatchWish,
    /// What is evaluated, and what that came to.
    pub(in crate::ui) evaluation: EvaluationState,
    /// What is chosen and typed.
    pub(in crate::ui) form: Form,
    /// What goes on while an answer is corrected by hand; `None` while it is only looked at.
    pub(in crate::ui) correcting: Option<Correcting>,
    /// What of the answer was chosen.
    pub(in crate::ui) choice: Option<Choice>,
    /// What of the answer the pointer or the focus rests on.
    pub(in crate::ui) pointed_at: Option<Choice>,
    /// What a person should be told.
    pub(in crate::ui) notices: Notices,
    /// Why the session is not saved, as a person was told; `None` while it is.
    pub(in crate::ui) unsaved: Option<String>,
    /// How the window is divided.
    pub(in crate::ui) panes: Panes,
    /// The dialog inside the window.
    pub(in crate::ui) dialog: Dialog,
    /// Which parts of the boxes are shown.
    pub(in crate::ui) look: Look,
    /// How pictures are exported.
    pub(in crate::ui) paper: Paper,
    /// How a dataset was saved last.
    pub(in crate::ui) dataset_wish: DatasetWish,
    /// The folder that something was saved in last.
    pub(in crate::ui) saved_in: Option<PathBuf>,
    /// Files that were opened, the latest first.
    pub(in crate::ui) recent: Vec<PathBuf>,
    /// Which colours the window has.
    pub(in crate::ui) theme: ThemeChoice,
    /// How large letters and buttons are, 1 being the usual size.
    pub(in crate::ui) scale: f32,
    /// What can be taken back.
    pub(in crate::ui) undo: Undo,
    /// How often something changed, so that the session knows when to write.
    pub(in crate::ui) n_changes: u64,
    /// What the change being made asks for; empty between two changes.
    pub(in crate::ui) effects: Vec<Effect>,
}

/// How the window is divided, in points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Panes {
    /// Width of the panel at the right.
    pub side_width: f32,
    /// Width of the strip at the left.
    pub strip_width: f32,
    /// What fills the window; not kept.
    #[serde(skip)]
    pub shows: Shows,
}

/// What fills the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shows {
    /// A picture, with the strip and the panel beside it.
    #[default]
    Picture,
    /// All pictures in a table, with the panel beside it.
    Table,
    /// A picture and its caption alone.
    Presentation,
    /// How good the checkpoint is, in place of pictures.
    Evaluation,
}

impl Panes {
    /// The widths that the panel at the right may have.
    pub const SIDE_WIDTHS: RangeInclusive<f32> = 336.0..=560.0;
    /// The widths that the strip may have.
    pub const STRIP_WIDTHS: RangeInclusive<f32> = 136.0..=320.0;

    /// Whether a person has moved an edge: not by less than a point, as rounding does.
    #[must_use]
    pub(in crate::ui) fn differs_from(&self, other: &Self) -> bool {
        let is_far = |a: f32, b: f32| (a - b).abs() >= 1.0;
        is_far(self.side_width, other.side_width) || is_far(self.strip_width, other.strip_width)
    }

    /// The nearest widths that there can be.
    #[must_use]
    pub fn clamped(self) -> Self {
        let within = |width: f32, widths: RangeInclusive<f32>| {
            if width.is_finite() { width.clamp(*widths.start(), *widths.end()) } else { *widths.start() }
        };
        Self {
            side_width: within(self.side_width, Self::SIDE_WIDTHS),
            strip_width: within(self.strip_width, Self::STRIP_WIDTHS),
            ..self
        }
    }
}

impl Default for Panes {
    fn default() -> Self {
        Self { side_width: *Self::SIDE_WIDTHS.start(), strip_width: *Self::STRIP_WIDTHS.start(), shows: Shows::Picture }
    }
}

impl Default for AppState {
    /// An empty window whose model is still being loaded.
    fn default() -> Self {
        Self {
            model: Model::Loading(None),
            checkpoint: None,
            loading: LoadOptions::default(),
            looks_ahead: true,
            fallback: None,
            home: None,
            library: Library::default(),
            checkpoints: Vec::new(),
            offer: None,
            download_folder: None,
            is_offer_declined: false,
            download: DownloadState::default(),
            survey: None,
            conversion: ConversionState::default(),
            pictures: Collection::default(),
            listing: Listing::default(),
            work: Work::default(),
            batch: None,
            evaluation: EvaluationState::default(),
            form: Form::default(),
            correcting: None,
            choice: None,
            pointed_at: None,
            notices: Notices::default(),
            unsaved: None,
            panes: Panes::default(),
            dialog: Dialog::default(),
            look: Look::default(),
            paper: Paper::default(),
            dataset_wish: DatasetWish::default(),
            batch_wish: BatchWish::default(),
            saved_in: None,
            recent: Vec::new(),
            theme: ThemeChoice::default(),
            scale: 1.0,
            undo: Undo::default(),
            n_changes: 0,
            effects: Vec::new(),
        }
    }
}

impl AppState {
    /// The picture shown, once it is read.
    #[must_use]
    pub fn picture(&self) -> Option<&Picture> {
        self.pictures.current()?.picture()
    }

    /// Whether the model has nothing to do, and may look at a picture that nothing is asked about yet.
    #[must_use]
    pub(in crate::ui) fn is_at_rest(&self) -> bool {
        let is_converting = matches!(self.conversion, ConversionState::Running { .. });
        let is_going = self.batch.as_ref().is_some_and(|batch| batch.pace == Pace::Going);
        let is_idle = matches!((&self.model, &self.work), (Model::Ready(_), Work::Idle));
        self.looks_ahead && is_idle && !is_converting && !is_going && !self.evaluation.is_running()
    }

    /// The picture shown, while the model has nothing else to do than to look at it.
    #[must_use]
    pub(in crate::ui) fn picture_at_rest(&self) -> Option<&Picture> {
        self.picture().filter(|_| self.is_at_rest())
    }

    /// What the model said about the picture shown.
    #[must_use]
    pub fn answer(&self) -> &AnswerState {
        self.pictures.current().map_or(&AnswerState::Empty, |entry| &entry.answer)
    }

    /// The result that the one shown is compared with.
    #[must_use]
    pub fn compared(&self) -> Option<&Arc<Answer>> {
        self.pictures.current()?.compared()
    }

    /// For each phrase shown, whether the result it is compared with has it too; empty where nothing is compared.
    #[must_use]
    pub(in crate::ui) fn shared(&self) -> Vec<bool> {
        match (self.answer().finished(), self.compared()) {
            (Some(shown), Some(other)) => shown.caption.shared_with(&other.caption),
            _ => vec![],
        }
    }

    /// What a question would follow, if that is to be kept: the conversation of the answer shown, or of the one before if
    /// that is still being written or was stopped.
    #[must_use]
    pub(in crate::ui) fn conversation(&self) -> Vec<Exchange> {
        let latest = self.answer().latest().filter(|_| self.form.keeps_conversation);
        latest.map(|latest| latest.conversation()).unwrap_or_default()
    }

    /// The questions and answers of the conversation about the picture shown, each with its place among the results.
    #[must_use]
    pub fn transcript(&self) -> Vec<(usize, &Arc<Answer>)> {
        self.pictures.current().map(|entry| entry.transcript()).unwrap_or_default()
    }

    /// The loaded checkpoint's own rule against repetition; `None` for no rule.
    #[must_use]
    pub fn no_repeat_ngram(&self) -> Option<NonZero<usize>> {
        if let Model::Ready(info) = &self.model { info.checkpoint.no_repeat_ngram } else { None }
    }

    /// What to highlight: what is pointed at, else what is chosen.
    #[must_use]
    pub fn highlight(&self) -> Option<Choice> {
        self.pointed_at.or(self.choice)
    }

    /// Whether there is a reason not to believe the boxes of an answer about the picture shown: the model knows another
    /// world, or the picture has changed.
    #[must_use]
    pub fn is_doubtful(&self, answer: &Answer) -> bool {
        answer.doubt.is_some() || self.pictures.current().is_some_and(|entry| entry.has_changed_since(answer))
    }
}

/// Readers of fields, of one form.
macro_rules! readers {
    ($($(#[$doc:meta])* $name:ident: $type:ty;)*) => {
        impl AppState {
            $($(#[$doc])* #[must_use] pub fn $name(&self) -> &$type { &self.$name })*
        }
    };
}

readers! {
    /// Whether there is a model.
    model: Model;
    /// How exactly its weights are kept, and where it is computed.
    loading: LoadOptions;
    /// The checkpoints on this computer, as far as they were looked for.
    checkpoints: [LocalCheckpoint];
    /// How far the download of the published checkpoint is.
    download: DownloadState;
    /// How far a smaller copy of a checkpoint is.
    conversion: ConversionState;
    /// The pictures that are open.
    pictures: Collection;
    /// What the model is busy with.
    work: Work;
    /// What is asked about all pictures.
    batch: Option<Batch>;
    /// What is evaluated, and what that came to.
    evaluation: EvaluationState;
    /// What is chosen and typed.
    form: Form;
    /// What goes on while an answer is corrected by hand; `None` while it is only looked at.
    correcting: Option<Correcting>;
    /// What a person should be told.
    notices: Notices;
    /// How the window is divided.
    panes: Panes;
    /// The dialog inside the window.
    dialog: Dialog;
    /// Which parts of the boxes are shown.
    look: Look;
    /// Files that were opened, the latest first.
    recent: [PathBuf];
}

impl AppState {
    /// Which checkpoint is in use or is to be: a folder or a file; `None` is the built-in one.
    #[must_use]
    pub fn checkpoint(&self) -> Option<&Path> {
        self.checkpoint.as_deref()
    }

    /// What was found where the download goes; `None` until somebody has looked.
    #[must_use]
    pub fn survey(&self) -> Option<DownloadSurvey> {
        self.survey
    }

    /// The phrase that was chosen, by index.
    #[must_use]
    pub fn chosen(&self) -> Option<usize> {
        self.choice.map(|choice| choice.phrase)
    }

    /// The box that was chosen: of a phrase with one box, that one.
    #[must_use]
    pub fn chosen_box(&self) -> Option<(usize, usize)> {
        let Choice { phrase, region } = self.choice?;
        let n_boxes = self.answer().caption()?.phrases.get(phrase)?.regions.len();
        region.or((n_boxes == 1).then_some(0)).filter(|region| *region < n_boxes).map(|region| (phrase, region))
    }

    /// The phrase that the pointer rests on, by index.
    #[must_use]
    pub fn pointed_at(&self) -> Option<usize> {
        self.pointed_at.map(|choice| choice.phrase)
    }
}
