//! What lints can't hold: layers, rooms, circles, lengths, first lines, links of the README.
//!
//! Each check is a function from files to complaints. One test asks it about the project, another about an example that
//! must be complained about. It reads text and needs nothing of the library, so `cargo tidy` takes seconds.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

mod commands;
mod graph;
mod layers;
mod lengths;
mod paths;
mod project;
mod python;
mod rooms;
mod source;

/// Layers from the bottom up; a module imports only from lower ones.
const LAYERS: [&[&str]; 7] = [
    &["geometry", "kernels", "phrases", "pickle", "words", "memory", "power", "progress", "interrupt"],
    &["caption", "text", "model", "typed", "disk", "archive", "metrics"],
    &["checkpoint", "picture", "grounding", "export", "dataset", "overlay"],
    &["engine", "background", "render"],
    &["worker", "batch", "grit", "convert", "hub", "verify"],
    &["evaluate"],
    &["ui", "cli"],
];

/// The command line opens the window when no subcommand is given.
const EXCEPTIONS: [(&str, &str); 1] = [("cli", "ui")];
