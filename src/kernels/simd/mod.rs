//! The instruction sets of this machine, and code that is compiled once for each of them.

pub(super) mod detect;
pub(super) mod multiversion;
pub(super) mod round;
