//! `kosmoscope model`: checkpoints got, listed, checked and made smaller.

use clap::Subcommand;

use super::{convert, pull, verify};
use crate::{
    checkpoint::LocalCheckpoint,
    cli::{environment, exit::Exit, terminal},
    words::size,
};

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ModelCommand {
    /// Download a checkpoint, or go on with a download that was interrupted
    Pull(pull::PullArgs),
    /// List the checkpoints on this computer
    List,
    /// Write a checkpoint as one smaller file that works without the original
    Convert(convert::ConvertArgs),
    /// Check files by their checksums, tensors by their shapes, and answers against those of the reference implementation
    Verify(verify::VerifyArgs),
}

/// Gives how it went.
pub(in crate::cli) fn run(command: &ModelCommand) -> anyhow::Result<Exit> {
    match command {
        ModelCommand::Pull(args) => pull::run(args).map(|()| Exit::Done),
        ModelCommand::List => list().map(|()| Exit::Done),
        ModelCommand::Convert(args) => convert::run(args).map(|()| Exit::Done),
        ModelCommand::Verify(args) => verify::run(args),
    }
}

fn list() -> anyhow::Result<()> {
    for LocalCheckpoint { path, name, origin, summary } in &environment::library().list() {
        let place = path.as_ref().map(|path| format!("  {}", path.display())).unwrap_or_default();
        match summary {
            Ok(summary) => {
                terminal::say(&format!("{name}  {}  {}  {origin}{place}", size(summary.n_bytes), summary.stored))?;
            }
            Err(reason) => {
                terminal::say(&format!("{name}  can't be used  {origin}"))?;
                terminal::say(&format!("  {reason}"))?;
            }
        }
    }
    Ok(())
}
