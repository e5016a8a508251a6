//! Scenes of emoji, as the mini checkpoint's recipe makes them (`assets/mini/recipe/README.md`, "Held-out folder").
//!
//! A folder of them has pictures and one task a line, with the truth to score its answer by. The scores are those of the
//! recipe's own `evaluate.py`, so the two can be compared.

mod benchmark;
mod records;
mod run;
mod score;

pub use benchmark::{SCENES, Scenes};
pub use records::{Scene, ScenesError, Size, Thing, read};
pub use run::{Evaluation, evaluate};
pub use score::score;
