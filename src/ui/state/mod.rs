//! What the window shows, as plain data: no egui, no disk, no threads.
//!
//! [`AppState`] has all of it; [`Action`] and [`Event`] are what can happen to it, [`Effect`] what it asks for in return.

mod action;
mod answer;
mod app_state;
mod availability;
mod collection;
mod conversion;
mod dialog;
mod download;
mod effect;
mod entry;
mod event;
mod export;
mod form;
mod listing;
mod notice;
mod undo;
mod work;

pub use action::{
    Action, Actions, BoxUse, CheckpointAction, DialogAction, ExportAction, FormAction, PictureAction, ResultAction,
};
pub use answer::AnswerState;
pub use app_state::{AppState, Model};
pub use collection::{Added, Collection};
pub use conversion::{ConversionState, Original, SmallCopy};
pub use dialog::{Dialog, PathPurpose};
pub use download::{DownloadState, DownloadSurvey};
pub use effect::{Effect, Pick, ThemeChoice, ZoomStep};
pub(in crate::ui) use entry::CHANGED_SINCE;
pub use entry::{Content, Entry, EntryId};
pub use event::{Event, JobEvent};
pub use export::{Annotated, Export, ExportContent, ExportKind, ExportScale, IfTaken};
pub use form::{DecodingForm, Form, TypedWords};
pub use listing::{Arrangement, Filter, Listing, Sort};
pub use notice::{Notice, NoticeId, Notices};
pub(in crate::ui) use undo::Step;
pub use undo::Undo;
pub use work::{Batch, EntryStatus, Pace, TurnEnd, Work};
