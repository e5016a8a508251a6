//! The command line: one file a subcommand, and the only place that prints.
//!
//! `program` reads the arguments and hands them on. `environment` is the one file of the whole program that asks the system
//! for variables and folders, `exit` has the exit codes, and `terminal` writes.

mod annotated;
mod batch;
mod bench;
mod caption;
mod caption_args;
mod data;
mod environment;
mod evaluate;
mod exit;
mod loading;
mod model;
mod output;
mod parts;
mod pictures;
mod printing;
mod program;
mod terminal;
mod trace;
mod window;

pub use program::{Args, crashed, refuse, run};
