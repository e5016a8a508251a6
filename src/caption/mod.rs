//! A caption and the places its phrases are linked to: what the whole product is about, and how a person corrects it.

mod correct;
mod link;
mod linked;
mod reword;

pub use correct::Correction;
pub use linked::{Caption, Choice, Phrase, Region, SCORE_MEANING, UNNAMED, score_in_words};
