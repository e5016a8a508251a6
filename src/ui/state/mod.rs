//! What the window shows, as plain data: no egui, no disk, no threads.
//!
//! [`AppState`] has all of it; [`Action`] and [`Event`] are what can happen to it, [`Effect`] what it asks for in return.

mod action;
mod answer;
mod app_state;
mod availability;
mod conversion;
mod correcting;
mod dialog;
mod download;
mod effect;
mod evaluation;
mod event;
mod export;
mod form;
mod listing;
mod model;
mod notice;
mod pictures;
mod undo;
mod work;

pub use action::{
    Action, Actions, BoxUse, CheckpointAction, CorrectAction, DialogAction, EvaluationAction, ExportAction, FormAction,
    PictureAction, ResultAction,
};
pub use answer::AnswerState;
pub use app_state::{AppState, Panes, Shows};
pub use conversion::{ConversionState, Original, SmallCopy};
pub use correcting::Begun;
pub(in crate::ui) use correcting::{Burst, Question, Wanted};
pub use dialog::{Dialog, PathPurpose};
pub use download::{DownloadState, DownloadSurvey, FullModel};
pub use effect::{Effect, Pick, ThemeChoice, ZoomStep};
pub use evaluation::{EvaluationPlace, EvaluationStage, EvaluationState, EvaluationWish, Findings, Overview};
pub use event::{DatasetRead, Event, JobEvent, OpenedBatch};
pub use export::{
    Annotated, DatasetDraft, DatasetWish, Export, ExportContent, ExportKind, ExportScale, IfTaken, Paper, PictureToBe,
    Which,
};
pub use form::{DecodingForm, Form, TypedWords};
pub use listing::{Arrangement, Filter, Listing, Sort};
pub(in crate::ui) use model::Fallback;
pub use model::Model;
pub(in crate::ui) use notice::Topic;
pub use notice::{Notice, NoticeId, Notices};
pub(in crate::ui) use pictures::CHANGED_SINCE;
pub use pictures::{Added, Collection, Content, Entry, EntryId};
pub(in crate::ui) use undo::Step;
pub use undo::Undo;
pub use work::{Batch, BatchFolder, BatchPlace, BatchWish, EntryStatus, Pace, TurnEnd, Work};
