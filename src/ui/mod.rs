//! The window: a picture, what to ask about it, and an answer whose phrases and boxes point at each other.
//!
//! Views paint and push [`Action`]s; [`AppState`] changes only in `apply` (what the worker tells) and `perform` (what a
//! person does); what would hold up a frame is a chore on a thread of its own. egui types live here and in
//! [`crate::overlay`], and not in the state.

mod app;
mod canvas;
mod dialogs;
mod screens;
mod session;
mod shell;
mod state;
mod textures;
mod theme;
mod update;
mod widgets;

pub use app::{App, WindowError, WindowOptions, run};
pub use dialogs::{Dialog, Getting, Original, PathPurpose, Shrinking, SmallCopy};
pub use session::Keeper;
pub use state::{
    Action, AppState, BoxUse, Chore, Collection, Command, Content, Entry, EntryId, Form, Model, Notice, Presentation,
    Reply, Standing, TypedWords, Writing,
};
pub use update::{Annotated, Batch, ExportScale, Format, Pace, Savable, Undo, Work};
