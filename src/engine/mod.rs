//! One model, ready to answer: what the window, the command line and the evaluations all call.

mod request;

pub use request::{Answer, Ending, GenerateOptions, Outcome, Progress, Request, Sampling, Stage, Timings};

/// How far loading is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoadProgress {
    /// Bytes of weights read so far.
    pub n_done: u64,
    /// Bytes of weights in all.
    pub n_total: u64,
}
