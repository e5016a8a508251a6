//! `kosmoscope data`: records of pictures, captions and boxes made, looked at, counted, and turned from one format into
//! another.

mod build;
mod convert;
mod fetch;
mod input;
mod render;
mod show;
mod stats;

use anyhow::bail;
use clap::Subcommand;

pub(super) use self::{convert::write_lines, input::format_parser};

use super::{exit::Exit, loading::LoadingArgs};

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum DataCommand {
    /// Make training data as GRIT was made: captions whose phrases are found in their pictures, or captions written first;
    /// stopped anywhere, it goes on when it is run again
    Build(Box<build::BuildArgs>),
    /// Show records with their phrases and boxes
    Show(show::ShowArgs),
    /// Write records in another format
    Convert(convert::ConvertArgs),
    /// Get the pictures of records that have addresses
    Fetch(fetch::FetchArgs),
    /// Draw records: their pictures with boxes, with captions, as drawings, as a page, or each box cut out
    Render(render::RenderArgs),
    /// Count pictures, boxes, phrases, scores and sizes
    Stats(stats::StatsArgs),
}

impl DataCommand {
    /// Takes what was said of the checkpoint before the subcommand, or refuses it.
    pub(in crate::cli) fn take(&mut self, before: LoadingArgs) -> anyhow::Result<()> {
        if let Self::Build(args) = self {
            args.loading.take(before);
        } else if before.only_checkpoint()?.is_some() {
            bail!("--checkpoint has no meaning for this subcommand; leave it out");
        }
        Ok(())
    }

    /// Whether it ends by itself when it is asked to.
    pub(in crate::cli) fn can_be_asked_to_stop(&self) -> bool {
        matches!(self, Self::Build(_) | Self::Fetch(_))
    }
}

/// Gives how it went: what is no record is told about and left out.
pub(in crate::cli) fn run(command: &DataCommand) -> anyhow::Result<Exit> {
    match command {
        DataCommand::Build(args) => build::run(args),
        DataCommand::Show(args) => show::run(args),
        DataCommand::Convert(args) => convert::run(args),
        DataCommand::Fetch(args) => fetch::run(args),
        DataCommand::Render(args) => render::run(args),
        DataCommand::Stats(args) => stats::run(args),
    }
}
