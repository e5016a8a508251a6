//! Every change of the state, a file for what each is about. Nothing is started or waited for here: a change returns
//! effects, which `app` carries out.
//!
//! `doors` has the two ways in, `commands` what each command of the table does, `start` what a window begins with.

mod batch;
mod checkpoints;
mod commands;
mod conversion;
mod correct;
mod dialogs;
mod doors;
mod download;
mod evaluation;
mod export;
mod form;
mod listing;
mod pictures;
mod results;
mod runs;
mod start;
mod undo;
