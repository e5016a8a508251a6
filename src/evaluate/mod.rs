//! How good a checkpoint is: what it answers where the right answer is known.
//!
//! Each dataset has a folder, with its records, its rules for what is right, and the run over it; what they all give is a
//! [`Table`], and where boxes are judged one by one, what their scores are worth, a [`Calibration`].
//! [`scenes`] is the dataset of the mini checkpoint's recipe, [`benchmarks`] are those that others publish numbers of, and
//! [`asking`] is how their questions are put to a model.

pub mod asking;
pub mod benchmarks;
mod calibration;
pub mod scenes;
mod table;

pub use calibration::{Bin, BothScores, Calibration, Scored};
pub use table::{Table, Tally};
