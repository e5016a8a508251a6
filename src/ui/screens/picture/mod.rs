//! The picture screen: a picture, what to ask about it, and the answer.

mod answer;
mod caption_panel;
mod compare;
mod correct;
mod empty;
mod gestures;
mod history;
mod placeholder;
mod screen;
mod side_panel;
mod side_view;
mod strip;
mod task_panel;
mod transcript;

pub(crate) use screen::PictureScreen;
