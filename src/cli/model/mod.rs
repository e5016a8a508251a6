//! `kosmoscope model`, a file for each of its subcommands that is more than a few lines.

mod convert;
mod pull;
mod subcommands;
mod verify;

pub(in crate::cli) use subcommands::{ModelCommand, run};
