//! The command line: one file a subcommand, and the only place that prints.

mod bench;
mod caption;
mod convert;
mod evaluate;
mod loading;
mod model;
mod printing;
mod terminal;
mod trace;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use self::loading::LoadingArgs;
use crate::{
    checkpoint::Source,
    engine::Engine,
    ui::{self, WindowOptions},
};

/// Everything was done.
const EXIT_DONE: u8 = 0;
/// Some pictures failed, the others were done.
const EXIT_SOME_FAILED: u8 = 1;
/// Nothing could be done.
const EXIT_COULD_NOT_RUN: u8 = 2;
/// What the language itself ends with after a panic.
const EXIT_CRASHED: u8 = 101;

/// Describes pictures in words that are linked to places in them.
///
/// Without a subcommand it opens the window.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// Pictures, and folders of pictures, to open in the window
    #[arg(value_name = "IMAGE")]
    images: Vec<PathBuf>,
    #[command(flatten)]
    loading: LoadingArgs,
    /// Tell on standard error what is being done
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Describe pictures, find things in them or ask about them
    Caption(caption::CaptionArgs),
    /// Measure how good a checkpoint is
    #[command(subcommand)]
    Evaluate(evaluate::EvaluateCommand),
    /// Get checkpoints, list them, check them, make them smaller
    #[command(subcommand)]
    Model(model::ModelCommand),
    /// Measure how fast this machine answers, and how fast it could
    Bench(bench::BenchArgs),
    /// Write every stage of one answer as tensors, to compare with the reference implementation
    Trace(trace::TraceArgs),
}

/// Does what the arguments say; errors are printed, once.
#[must_use]
pub fn run(args: Args) -> ExitCode {
    let result = match args.command {
        Some(Command::Caption(args)) => caption::run(&args),
        Some(Command::Evaluate(command)) => evaluate::run(&command),
        Some(Command::Model(command)) => model::run(&command),
        Some(Command::Bench(args)) => bench::run(&args).map(|()| EXIT_DONE),
        Some(Command::Trace(args)) => trace::run(&args).map(|()| EXIT_DONE),
        None => {
            let (source, loading) = (args.loading.source(), args.loading.options());
            let has_x11 = std::env::var_os("DISPLAY").is_some_and(|display| !display.is_empty());
            let checkpoint = if let Source::Path(folder) = &source { Some(folder.clone()) } else { None };
            let (places, offer) = (model::places(), model::offer());
            let options = WindowOptions { pictures: args.images, checkpoint, loading, places, offer, has_x11 };
            let opened = ui::run(&options, move |on_progress| Engine::load_with(&source, loading, on_progress));
            opened.map(|()| EXIT_DONE).map_err(anyhow::Error::from)
        }
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(e) if terminal::is_closed_pipe(&e) => ExitCode::from(EXIT_DONE),
        Err(e) => {
            terminal::complain(&e.to_string());
            ExitCode::from(EXIT_COULD_NOT_RUN)
        }
    }
}

/// Says that the program itself is at fault.
#[must_use]
pub fn crashed() -> ExitCode {
    terminal::complain("It stopped unexpectedly; run it again with --verbose, and report what it says");
    ExitCode::from(EXIT_CRASHED)
}
