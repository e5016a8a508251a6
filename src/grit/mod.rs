//! Training data as Kosmos-2's own, GRIT, was made: from pictures with captions, with Kosmos-2 in the place of GLIP.
//!
//! The published pipeline takes the noun phrases of a caption and drops abstract ones, has a model for grounding draw boxes
//! for the others, drops boxes that lie over better ones, whichever phrase they are for, and those of a low score, grows
//! each phrase that is left to a referring expression, and keeps the expressions that lie in no other. A picture without any
//! box at the end is left out. `build` asks the engine, with the phrases that [`crate::phrases`] finds; `rules` does the rest,
//! without it; `captions` finds the captions of pictures.

mod build;
mod captions;
mod rules;

pub use build::{Built, Describe, Settings, build};
pub use captions::{Captions, CaptionsError};
pub use rules::Rules;
