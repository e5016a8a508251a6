//! One model, ready to answer: what the window, the command line and the evaluations all call.
//!
//! An answer takes three steps: the picture is encoded (its embeddings are kept for the next question on it, together with
//! the decoder's KV cache), the prompt is read (prefill), then token after token is written (decode), some of them ahead
//! of the model (draft tokens, which it accepts or not).
//!
//! `loaded` has the [`Engine`], `run` follows one [`Request`] through it, or several together, and `link` is the one task that decodes in a way
//! of its own.

mod answer;
mod bench;
mod calibrate;
mod device;
mod draft;
mod error;
mod generate;
mod link;
mod load;
mod loaded;
mod look_ahead;
mod picture_cache;
mod record;
mod request;
mod run;
mod trace;
mod transcript;

pub use answer::{Answer, Ending, FromFile, Outcome, PictureFacts, Provenance, Timings};
pub use bench::{AnswerCost, BenchRound, LengthCost, PicturesCost, Roofline};
pub use calibrate::calibrate;
pub use device::{DeviceChoice, DeviceKind};
pub use error::EngineError;
pub use generate::rank::Likelihood;
pub use load::{LittleMemory, LoadOptions, LoadProgress, ModelInfo, OnLoad};
pub use loaded::{Engine, Opened};
pub use request::{GenerateOptions, NoRepeatNgram, Progress, Request, Sampling, Stage};
pub use run::{Example, Queue};
pub use trace::{Entity, Trace};
