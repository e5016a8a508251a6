//! Whether a checkpoint is what it should be: its files by their sums, its tensors by their names and shapes, its answers
//! by what the reference implementation answered.
//!
//! The expectations of the published weights are part of the program. They come from the reference's own tests, and its
//! picture, re-saved as those tests do it, is kept as the pixels that the model sees, so that no JPEG encoder is needed.

mod answers;
mod check;
mod error;
mod expectations;
mod files;
mod run;

pub use check::{Check, Progress, Verdict, has_passed};
pub use error::VerifyError;
pub use expectations::{Case, Expectations, ExpectationsError, Logits};
pub use run::{Against, verify};
