//! All news that can reach the window's state, whoever tells it.

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{
    conversion::Original, dialog::PathPurpose, download::DownloadSurvey, evaluation::EvaluationPlace, export::Export,
    pictures::EntryId, work::BatchPlace,
};
use crate::{
    batch::Settings,
    checkpoint::LocalCheckpoint,
    convert::ConversionEvent,
    dataset::Verdict,
    engine::Answer,
    evaluate::asking::{EvaluationEvent, Found},
    hub::DownloadEvent,
    picture::{Gathered, Picture, PictureId, PictureSource},
    worker,
};

/// Something happened.
#[derive(Debug)]
pub enum Event {
    /// The model's thread tells something.
    Worker(worker::Event),
    /// The download of the published checkpoint tells something.
    Download(DownloadEvent),
    /// The making of a smaller copy tells something.
    Conversion(ConversionEvent),
    /// An evaluation tells something.
    Evaluation(EvaluationEvent),
    /// A job beside the window has ended.
    Job(JobEvent),
}

/// What a thread beside the window tells at its end: a dialog of the system was answered, the disk looked at, a file
/// written.
#[derive(Debug)]
pub enum JobEvent {
    /// Files or a folder were chosen to be opened.
    PickedPictures(Vec<PathBuf>),
    /// The folder or file of a checkpoint was chosen.
    PickedCheckpoint(PathBuf),
    /// A folder was chosen for the download.
    PickedDownloadFolder(PathBuf),
    /// A folder to look for pictures in was chosen.
    PickedFolderOfLost(PathBuf),
    /// A folder for a run over all was chosen.
    PickedBatchFolder(BatchPlace, PathBuf),
    /// A folder for an evaluation was chosen.
    PickedEvaluationFolder(EvaluationPlace, PathBuf),
    /// The benchmarks that lie in a folder, or one sentence says why there is none.
    FoundBenchmarks(PathBuf, Result<Vec<Found>, String>),
    /// The folder that the answers of a run over all are kept in is open, or one sentence says why it can't be.
    OpenedBatch(Result<Box<OpenedBatch>, String>),
    /// Files that were looked for are here; so many others are nowhere.
    Found(Vec<(EntryId, PathBuf)>, usize),
    /// A file was chosen to save this to, in a dialog that asks before one is replaced.
    PickedTarget(Arc<Export>, PathBuf),
    /// Nothing was chosen; the dialog was open for this long.
    NotPicked(PathPurpose, Duration),
    /// What is behind the paths to be opened, and the datasets among it.
    Gathered(Gathered, Vec<DatasetRead>),
    /// One of the paths to be opened is a checkpoint.
    GatheredCheckpoint(PathBuf),
    /// What was pasted is ready to be opened.
    Pasted(PictureSource),
    /// A picture asked for is there, or one sentence says why it could not be opened.
    Opened(PictureId, Result<Picture, String>),
    /// A picture that was asked for again is in memory as it is on the disk.
    Unchanged(PictureId),
    /// A picture that was only looked at for its thumbnail can't be opened; one sentence.
    NotShown(EntryId, String),
    /// When the files of pictures were changed, as far as the system says so.
    Dated(Vec<(EntryId, SystemTime)>),
    /// The checkpoints on this computer, looked for while this one was in use; `None` is the built-in one.
    Checkpoints {
        /// The checkpoint in use then.
        in_use: Option<PathBuf>,
        /// What was found.
        found: Vec<LocalCheckpoint>,
    },
    /// What can be made of a checkpoint, or of the built-in one; or why nothing can, in one sentence.
    Examined(Option<PathBuf>, Result<Original, String>),
    /// What was found in the folder of the download.
    Surveyed(DownloadSurvey),
    /// There is a file where this is to be saved, and nobody has been asked about it.
    Taken(Arc<Export>, PathBuf),
    /// A file is written.
    Saved(PathBuf),
    /// A dataset is written into a folder.
    SavedDataset {
        /// Records.
        n_records: u64,
        /// Pictures that were copied.
        n_pictures: u64,
        /// The folder that was made.
        folder: PathBuf,
        /// What went wrong, a sentence each.
        problems: Vec<String>,
    },
    /// Pictures are written into a folder.
    SavedAll {
        /// So many.
        n_saved: usize,
        /// This one.
        folder: PathBuf,
        /// Why others are not, a sentence each.
        problems: Vec<String>,
    },
    /// The annotated picture is on the clipboard.
    CopiedPicture,
    /// The session was written, or could not be; one sentence.
    SessionKept(Result<(), String>),
    /// The window is to close, but the session is still being written.
    SessionDelays,
    /// It went wrong; one sentence.
    Failed(String),
    /// Nothing was saved or copied; one sentence.
    NotExported(String),
    /// What was pasted or dropped is no picture; one sentence.
    NotAdded(String),
}

/// What a run that is kept in a folder is about.
#[derive(Clone, Debug)]
pub struct OpenedBatch {
    /// The folder of the parts.
    pub parts: PathBuf,
    /// All its pictures, in their order.
    pub files: Vec<PathBuf>,
    /// Those that are to be asked about.
    pub open: BTreeSet<PathBuf>,
    /// The answers that are there already.
    pub answered: Vec<(PictureSource, Arc<Answer>, Option<Verdict>)>,
    /// What is asked, and of which checkpoint.
    pub settings: Settings,
    /// What a person should know, a sentence each.
    pub problems: Vec<String>,
}

/// A dataset that was read.
#[derive(Clone, Debug)]
pub struct DatasetRead {
    /// Its file or folder.
    pub path: PathBuf,
    /// The pictures that it names, with what it says of each and what was decided about it.
    pub answers: Vec<(PictureSource, Arc<Answer>, Option<Verdict>)>,
    /// Records whose pictures are not on this computer.
    pub n_elsewhere: usize,
    /// What could not be read, a sentence each.
    pub problems: Vec<String>,
}
