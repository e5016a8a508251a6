//! The model, from words and pictures to answers: tokens and prompts, the network against the reference implementation,
//! what an engine answers, what its thread promises, and captions read from what it writes.
//!
//! One program for all of them, since each test program is linked with the whole library; likewise the other folders.

#[path = "../support"]
mod support {
    pub(crate) mod files;
    pub(crate) mod model;
    pub(crate) mod program;
}

mod conversation;
mod examples;
mod golden;
mod grit;
mod grounding;
mod link;
mod many;
mod metrics;
mod phrases;
mod phrases_marked;
mod precision;
mod text;
mod text_bytes;
mod typed;
mod worker;
