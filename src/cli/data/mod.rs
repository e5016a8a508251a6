//! `kosmoscope data`: records of pictures, captions and boxes looked at, counted, and turned from one format into another.

mod convert;
mod input;
mod show;
mod stats;

use std::path::Path;

use anyhow::bail;
use clap::Subcommand;

use super::exit::Exit;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum DataCommand {
    /// Show records with their phrases and boxes
    Show(show::ShowArgs),
    /// Write records in another format
    Convert(convert::ConvertArgs),
    /// Count pictures, boxes, phrases, scores and sizes
    Stats(stats::StatsArgs),
}

/// Refuses the checkpoint named before the subcommand.
pub(in crate::cli) fn refuse(before: Option<&Path>) -> anyhow::Result<()> {
    if before.is_some() {
        bail!("--checkpoint has no meaning for this subcommand; leave it out");
    }
    Ok(())
}

/// Gives how it went: what is no record is told about and left out.
pub(in crate::cli) fn run(command: &DataCommand) -> anyhow::Result<Exit> {
    match command {
        DataCommand::Show(args) => show::run(args),
        DataCommand::Convert(args) => convert::run(args),
        DataCommand::Stats(args) => stats::run(args),
    }
}
