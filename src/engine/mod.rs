//! One model, ready to answer: what the window, the command line and the evaluations all call.
//!
//! An answer takes three steps: the picture's embeddings (kept for the next question on the same picture, together
//! with what the decoder remembers of them), the prompt, then token after token.

mod answer;
mod bench;
mod device;
mod draft;
mod error;
mod generate;
mod link;
mod load;
mod loaded;
mod trace;
mod transcript;

pub use answer::{
    Answer, Asked, Ending, GenerateOptions, MadeBy, Outcome, Progress, Request, Sampling, Stage, Timings,
};
pub use bench::{Limits, Round};
pub use device::DeviceChoice;
pub use error::EngineError;
pub use loaded::{Engine, LoadOptions, LoadProgress};
pub use trace::Trace;
