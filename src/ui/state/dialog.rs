//! Which dialog is open inside the window, and what is typed in it.

use std::{path::PathBuf, sync::Arc};

use super::{
    evaluation::EvaluationPlace,
    export::{DatasetDraft, Export},
    work::BatchPlace,
};

/// The dialog inside the window, if any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Dialog {
    /// None is open.
    #[default]
    Closed,
    /// The list of keys.
    Shortcuts,
    /// The card of the published checkpoint.
    Download,
    /// The question whether its download is to be given up.
    Discard,
    /// The card that makes a smaller copy of a checkpoint.
    Conversion,
    /// The card that saves a dataset.
    Dataset(DatasetDraft),
    /// The card that begins a run whose answers are kept in a folder.
    Batch,
    /// A field to type a path in.
    Path {
        /// What the path is for.
        purpose: PathPurpose,
        /// As typed so far.
        typed: String,
    },
    /// The question whether a file is to be replaced.
    Replace {
        /// What is to be saved.
        export: Arc<Export>,
        /// Where there is a file already.
        path: PathBuf,
    },
}

/// What a path is wanted for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathPurpose {
    /// To open the picture there.
    Open,
    /// To look there for pictures that are not where they were.
    FindPictures,
    /// To load the checkpoint there.
    Checkpoint,
    /// To download the full model there.
    Download,
    /// To run over the pictures there, or to keep the answers there.
    Batch(BatchPlace),
    /// To evaluate what is there, or to keep the answers there.
    Evaluation(EvaluationPlace),
    /// To save this there.
    Save(Arc<Export>),
}
