//! Addresses that others wrote, in the records of a dataset: got without a token, up to a size and a time, and never from the
//! computers of a private network unless that is asked for.

mod get;
mod public;

pub(super) use public::{PRIVATE, Public, is_named_private};

pub use get::{Limits, Outside};
