//! `kosmoscope evaluate`: how good a checkpoint is, in its own world or by what others publish.

mod benchmark;
mod scenes;

use clap::Subcommand;

use super::{exit::Exit, loading::LoadingArgs};

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(in crate::cli) struct EvaluateArgs {
    #[command(subcommand)]
    own: Option<OwnCommand>,
    #[command(flatten)]
    benchmark: benchmark::BenchmarkArgs,
}

#[derive(Debug, Subcommand)]
enum OwnCommand {
    /// Ask about scenes with known answers, and print how many are answered right, by task and by size
    Scenes(scenes::ScenesArgs),
}

impl EvaluateArgs {
    pub(in crate::cli) fn loading(&mut self) -> &mut LoadingArgs {
        match &mut self.own {
            Some(OwnCommand::Scenes(args)) => &mut args.loading,
            None => &mut self.benchmark.loading,
        }
    }
}

/// Gives how it went: pictures that can't be opened are told about and left out.
pub(in crate::cli) fn run(args: &EvaluateArgs) -> anyhow::Result<Exit> {
    match &args.own {
        Some(OwnCommand::Scenes(args)) => scenes::run(args),
        None => benchmark::run(&args.benchmark),
    }
}
