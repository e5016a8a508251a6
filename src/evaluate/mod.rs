//! How good a checkpoint is: what it answers where the right answer is known.
//!
//! One folder a dataset, with its records, its rules of what is right, and the run over it; [`Table`] is what they all give.
//! [`scenes`] are those of the mini checkpoint's recipe.

pub mod scenes;
mod table;

pub use table::{Share, Table};
