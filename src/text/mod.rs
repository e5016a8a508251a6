//! From what a person wants to token ids, and from token ids back to text.

mod task;

pub use task::Task;
