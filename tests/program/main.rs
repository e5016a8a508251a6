//! The program itself, started as a script or a person starts it: on the command line, on a display, against a hub.

#[path = "../support"]
mod support {
    pub(crate) mod files;
    pub(crate) mod hub;
    pub(crate) mod program;
    pub(crate) mod proxy;
}

mod batch;
mod benchmarks;
mod build;
mod campaign;
mod cli;
mod data;
mod desktop;
mod evaluate;
mod examples;
mod fetch;
mod hub;
mod interrupted;
mod network;
mod outputs;
mod pictures;
mod wayland;
