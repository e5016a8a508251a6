//! The window as eframe sees it: the only room that knows all the others, and the only one that calls `apply` and `perform`.
//!
//! `root` is the window's content, `effects` carries out what a change asks for, `jobs` are threads beside the window,
//! `input` is what comes from outside the panels, `place` where the window is on the screen, `window` opens it all and
//! `end` and `closing` close it.

mod batch_folder;
mod closing;
mod dataset_export;
mod effects;
mod end;
mod exporting;
mod gathering;
mod input;
mod jobs;
#[cfg(target_os = "linux")]
mod linux;
mod look_ahead;
mod memory_gauge;
mod picks;
mod place;
mod root;
mod window;

pub use end::End;
pub use root::App;
pub use window::{WindowError, WindowOptions, run};
