//! The window as eframe sees it: the only room that knows all the others.

mod input;
mod jobs;
mod root;
mod window;

pub use root::App;
pub use window::{WindowError, WindowOptions, run};
