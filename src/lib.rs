//! Kosmoscope: Kosmos-2 on your own machine, with words and places linked both ways.
//!
//! A module imports only from lower layers, never sideways, never up (`tests/tidy.rs` holds this):
//!
//! | layer | modules |
//! |---|---|
//! | 5 | `ui` (the window), `cli` (the command line) |
//! | 4 | `worker` (the thread that owns the model) |
//! | 3 | `engine` (one request, from picture and task to an answer) |
//! | 2 | `checkpoint` (weights on disk), `picture` (files to pixels), `grounding` (model text to captions), `export` (results to files) |
//! | 1 | `caption` (text with linked regions), `text` (tokens and prompts), `model` (the network), `overlay` (boxes painted over pictures) |
//! | 0 | `geometry` (boxes and the location grid), `kernels` (what is faster than the library's own) |

pub mod caption;
pub mod checkpoint;
pub mod cli;
pub mod engine;
pub mod export;
pub mod geometry;
pub mod grounding;
pub mod kernels;
pub mod model;
pub mod overlay;
pub mod picture;
pub mod text;
pub mod ui;
pub mod worker;
