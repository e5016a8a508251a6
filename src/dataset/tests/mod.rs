//! Records through files and back.

mod bad;
mod forms;
mod round_trips;
mod samples;
