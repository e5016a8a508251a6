//! The picture screen: a picture, what to ask about it, and the answer.

mod caption_panel;
pub(crate) mod compare;
pub(crate) mod empty;
mod history;
mod placeholder;
mod side_panel;
mod strip;
mod task_panel;

pub(crate) use compare::{Pair, PointedAt};
pub(crate) use empty::{SampleTextures, empty_ui};
pub(crate) use placeholder::unshown_ui;
pub(crate) use side_panel::side_ui;
pub(crate) use strip::{StripView, strip_ui};
