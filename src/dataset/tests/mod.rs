//! Records through files and back.

#![allow(clippy::float_cmp, reason = "what is written comes back to the bit")]

mod bad;
mod forms;
mod round_trips;
mod samples;
