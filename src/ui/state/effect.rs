//! What a change of the state asks of the world around it: the state only says so, and the window carries it out.

use std::{path::PathBuf, sync::Arc};

use super::{
    evaluation::EvaluationPlace,
    export::{Annotated, Export, IfTaken},
    pictures::EntryId,
    work::BatchPlace,
};
use crate::{
    batch::Settings,
    checkpoint::Source,
    convert,
    engine::{Answer, GenerateOptions, LoadOptions},
    evaluate::asking::Wish,
    hub::Offer,
    picture::{FileStamp, Picture, PictureId, PictureSource},
    text::Task,
    worker::RequestId,
};

/// One thing to do, for the worker, for a job beside the window, or for the window itself.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Ask the model; runs asked for before are stopped.
    Submit {
        /// The run.
        id: RequestId,
        /// The picture asked about.
        picture: Picture,
        /// What is asked.
        task: Task,
        /// How the answer is written.
        options: GenerateOptions,
    },
    /// Stop the run under way, and those that wait.
    CancelRuns,
    /// Load another checkpoint.
    Load(Source, LoadOptions),
    /// Stop loading.
    StopLoading,
    /// Open the folder that the answers of a run over all are to be kept in.
    OpenBatch {
        /// The folder of the pictures.
        pictures: PathBuf,
        /// The folder of the parts.
        parts: PathBuf,
        /// Whether pictures that failed before are tried again.
        retry_failed: bool,
        /// What is asked, and of which checkpoint; what the folder was begun with takes its place.
        settings: Box<Settings>,
    },
    /// Keep what was answered about this file there, or why nothing was.
    KeepInBatch(PathBuf, Result<Arc<Answer>, String>),
    /// Let go of that folder; it is through if all its pictures are.
    CloseBatch,
    /// Find out which benchmarks lie in this folder.
    LookForBenchmarks(PathBuf),
    /// Ask the model the questions of a benchmark.
    Evaluate(Box<Wish>),
    /// Stop that; what is answered is reckoned.
    StopEvaluation,
    /// Look for these files in this folder, wherever they are not where they should be.
    LookFor {
        /// The files, and whose they are.
        files: Vec<(EntryId, PathBuf)>,
        /// The folder.
        folder: PathBuf,
    },
    /// Open a picture.
    OpenPicture {
        /// Under this identity.
        id: PictureId,
        /// From here.
        source: PictureSource,
        /// Unless its file is still as it was then.
        unless: Option<FileStamp>,
    },

    /// Find out when these pictures' files were changed.
    LookUpDates(Vec<(EntryId, PathBuf)>),

    /// Look for the checkpoints on this computer.
    ListCheckpoints,
    /// Look at the folder that the download goes to.
    SurveyDownload(PathBuf),
    /// Begin the download, or go on with it.
    StartDownload(Offer),
    /// Pause the download; what has arrived stays.
    PauseDownload,
    /// Stop the download and remove its unfinished files.
    CancelDownload,
    /// Remove what a download left unfinished in this folder.
    DiscardDownload(PathBuf),
    /// Find out what copies of this checkpoint, or of the built-in one, there can be in `folder`.
    Examine {
        /// The checkpoint; `None` for the built-in one.
        checkpoint: Option<PathBuf>,
        /// Where copies go.
        folder: PathBuf,
    },
    /// Make a smaller copy.
    StartConversion {
        /// Of this checkpoint.
        source: Source,
        /// What the copy says it was made of.
        origin: String,
        /// In this format.
        format: convert::Format,
        /// In this file.
        to: PathBuf,
    },
    /// Stop making it; nothing of it is left.
    StopConversion,

    /// Show a dialog of the system.
    Pick(Pick),
    /// Find the pictures behind these paths.
    Gather(Vec<PathBuf>),
    /// Find the pictures behind the paths in pasted text, where `~` is this folder.
    GatherText(String, Option<PathBuf>),
    /// Write a file.
    Save {
        /// What is written.
        export: Arc<Export>,
        /// The file.
        path: PathBuf,
        /// What is to become of one that is there.
        if_taken: IfTaken,
        /// The files of the opened pictures, which are never written over.
        pictures: Vec<PathBuf>,
    },
    /// Paint the annotated picture and put it into the clipboard.
    CopyPicture(Annotated),
    /// Put text into the clipboard.
    CopyText(String),
    /// Ask the system for what is in the clipboard.
    RequestPaste,

    /// Show the picture at another size.
    Zoom(ZoomStep),
    /// Give the rectangle on the picture the keyboard's focus.
    FocusRegion,
    /// Give the picture the keyboard's focus.
    FocusPicture,
    /// Give the field of the chosen task the keyboard's focus, and bring it into sight.
    FocusWords,
    /// Fill the whole screen, or no more.
    SetFullScreen(bool),
    /// Take another theme.
    SetTheme(ThemeChoice),
    /// Show letters and buttons at this size, 1 being the usual one.
    SetScale(f32),
    /// Close the window.
    Quit,
}

/// A dialog of the system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// To open pictures; it begins in this folder.
    Pictures(Option<PathBuf>),
    /// To open a folder of pictures; it begins in this one.
    Folder(Option<PathBuf>),
    /// To look for pictures that are not where they were.
    LostPictures,
    /// To choose a folder for a run over all.
    Batch(BatchPlace),
    /// To choose a folder for an evaluation.
    Evaluation(EvaluationPlace),
    /// To choose a checkpoint's folder.
    CheckpointFolder,
    /// To choose a checkpoint's file.
    CheckpointFile,
    /// To choose the folder that the download goes to.
    DownloadFolder,
    /// To save this.
    Target(Arc<Export>),
}

/// How large the picture is to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZoomStep {
    /// Larger.
    In,
    /// Smaller.
    Out,
    /// A pixel of the picture as a pixel of the screen.
    Actual,
    /// As large as fits.
    Fit,
}

/// Which colours the window has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeChoice {
    /// Those of the system.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}
