//! The window as eframe sees it: the only room that knows all the others, and the only one that calls `apply` and `perform`.
//!
//! `root` is the window's content, `effects` carries out what a change asks for, `jobs` are threads beside the window,
//! `input` is what comes from outside the panels, `window` opens it all.

mod effects;
mod input;
mod jobs;
#[cfg(target_os = "linux")]
mod linux;
mod memory_gauge;
mod root;
mod window;

pub use root::App;
pub use window::{WindowError, WindowOptions, run};
