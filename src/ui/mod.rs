//! The window: a picture, what to ask about it, and an answer whose phrases and boxes point at each other.
//!
//! Views paint and push [`Action`]s; [`AppState`] changes only in `apply` (what the worker tells) and `perform` (what a
//! person does); what would hold up a frame is a chore on a thread of its own. egui types live here and in
//! [`crate::overlay`], and not in the state.

mod action;
mod app;
mod available;
mod batch;
mod boxes;
mod canvas;
mod caption_panel;
mod caption_text;
mod chores;
mod collection;
mod compare;
mod dialogs;
mod empty;
mod form;
mod getting;
mod history;
mod input;
mod keeper;
mod legend;
mod menu;
mod notices;
mod opening;
mod preview;
mod region;
mod reply;
mod results;
mod runs;
mod samples;
mod saving;
mod session;
mod shrinking;
mod side_panel;
mod standing;
mod state;
mod status_bar;
mod strip;
mod task_panel;
mod theme;
mod thumbnails;
mod toast;
mod undo;
mod unshown;
mod widgets;
mod window;

pub use action::{Action, BoxUse, Command, Presentation};
pub use app::App;
pub use batch::{Batch, Pace};
pub use collection::{Collection, Content, Entry, EntryId};
pub use dialogs::{Dialog, PathPurpose};
pub use form::{Form, TaskKind, Writing};
pub use getting::Getting;
pub use keeper::Keeper;
pub use reply::Reply;
pub use runs::Work;
pub use saving::{Annotated, ExportScale, Format, Savable};
pub use shrinking::{Original, Shrinking, SmallCopy};
pub use standing::Standing;
pub use state::{AppState, Chore, Model, Notice};
pub use undo::Undo;
pub use window::{WindowError, WindowOptions, run};
