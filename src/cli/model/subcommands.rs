//! `kosmoscope model`: checkpoints got, listed, checked and made smaller.

use std::path::PathBuf;

use anyhow::bail;
use clap::Subcommand;

use super::{convert, pull, verify};
use crate::{
    checkpoint::LocalCheckpoint,
    cli::{environment, exit::Exit, terminal},
    words::{self, size},
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

impl ModelCommand {
    /// Takes the checkpoint named before the subcommand, where no other is named behind it.
    pub(in crate::cli) fn take(&mut self, before: Option<PathBuf>) -> anyhow::Result<()> {
        let checkpoint = match self {
            Self::Convert(args) => &mut args.checkpoint,
            Self::Verify(args) => &mut args.checkpoint,
            Self::Pull(_) | Self::List if before.is_none() => return Ok(()),
            Self::Pull(_) | Self::List => bail!("--checkpoint has no meaning for this subcommand; leave it out"),
        };
        *checkpoint = checkpoint.take().or(before);
        Ok(())
    }
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
        let place = path.as_ref().map(|path| format!("  {}", words::place(path))).unwrap_or_default();
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
