//! The window: a picture, what to ask about it, and an answer whose phrases and boxes point at each other.
//!
//! Its rooms from the top; a room imports only from rooms further down:
//!
//! | room | what it holds |
//! |---|---|
//! | `app` | the window as eframe sees it; owns the worker and the jobs, carries out effects |
//! | `screens` | what fills the window, a folder for each screen |
//! | `shell`, `dialogs` | around every screen: menus, status bar, notices; over every screen: dialogs |
//! | `canvas` | a picture with boxes, which any screen may paint |
//! | `widgets`, `textures` | small pieces that several views share; what the graphics card is given |
//! | `update` | every change of the state |
//! | `session` | what outlives the window |
//! | `state` | what is shown, as plain data |
//! | `command`, `theme` | the table of commands; every colour and size |
//!
//! The state has two doors: [`AppState::apply`] takes in an [`Event`], [`AppState::perform`] does what an [`Action`] says.
//! Only `app` goes through them, with what the threads tell and with what views push while they paint; both return
//! [`Effect`]s, which `app` carries out. (What a window begins with is set before its first frame, by `update/start.rs`.)
//! Views read the state and never change it. Nothing that could hold up a frame is done in one: no disk, no network, no hashing.

mod app;
mod canvas;
mod command;
mod dialogs;
mod screens;
mod session;
mod shell;
mod state;
mod textures;
mod theme;
mod update;
mod widgets;

pub use app::{App, End, WindowError, WindowOptions, run};
pub use command::{Command, Menu, Needs, Place, Presentation};
#[cfg(fuzzing)]
pub use session::fuzz_session;
pub use state::{
    Action, Actions, Added, Annotated, AnswerState, AppState, Arrangement, Batch, BatchFolder, BatchPlace, BatchWish,
    Begun, BoxUse, CheckpointAction, Collection, Content, ConversionState, CorrectAction, DatasetDraft, DatasetRead,
    DatasetWish, DecodingForm, Dialog, DialogAction, DownloadState, DownloadSurvey, Effect, Entry, EntryId,
    EntryStatus, EvaluationAction, EvaluationPlace, EvaluationStage, EvaluationState, EvaluationWish, Event, Export,
    ExportAction, ExportContent, ExportKind, ExportScale, Filter, Findings, Form, FormAction, FullModel, IfTaken,
    JobEvent, Listing, Model, Notice, NoticeId, Notices, OpenedBatch, Original, Overview, Pace, Panes, Paper,
    PathPurpose, Pick, PictureAction, PictureToBe, ResultAction, Shows, SmallCopy, Sort, ThemeChoice, TurnEnd,
    TypedWords, Undo, Which, Work, ZoomStep,
};
