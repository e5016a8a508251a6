//! A benchmark from its files to its numbers: its questions asked of the model, kept as a batch is, and reckoned with.
//!
//! A [`Task`] is what is asked, [`Said`] what came of it, a [`Report`](super::benchmarks::Report) what that is worth. Answers lie in parts, which
//! are gone on with and shared out. [`Evaluation`] is the same for who watches it from another thread.

mod answering;
mod error;
mod reckoned;
mod said;
mod task;
mod watched;

pub use answering::{How, answer};
pub use error::EvaluateError;
pub use reckoned::reckoned;
pub use said::{Said, said, so_far};
pub use task::{Found, Task, Wanted, found};
pub use watched::{Evaluation, EvaluationEvent, Outcome, Wish, evaluation};
