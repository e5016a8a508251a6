//! What the window shows, as plain data.

mod action;
mod answer;
mod app_state;
mod availability;
mod collection;
mod form;
mod status;

pub use action::{Action, BoxUse, Command, Presentation};
pub use answer::Reply;
pub use app_state::{AppState, Chore, Model, Notice};
pub use collection::{Collection, Content, Entry, EntryId};
pub use form::{Form, TypedWords, Writing};
pub use status::Standing;
