//! From a request to its outcome: one by itself, one behind examples, or several together.

mod examples;
mod many;
mod one;

pub use examples::Example;
pub use many::Queue;
