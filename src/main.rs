//! The program: arguments, logging, exit code.

use std::{panic, process::ExitCode};

use clap::Parser as _;
use kosmoscope::cli;
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

fn main() -> ExitCode {
    let args = match cli::Args::try_parse() {
        Ok(args) => args,
        Err(e) => return cli::refuse(e),
    };
    start_logging(args.verbose);
    // Panics that are caught end in a sentence of their own; the details are for those who ask.
    panic::set_hook(Box::new(|panic| tracing::debug!("{panic}")));
    panic::catch_unwind(|| cli::run(args)).unwrap_or_else(|_| cli::crashed())
}

/// Logs to standard error: our own warnings, or with `--verbose` all we do and what libraries warn of.
fn start_logging(verbose: bool) {
    let (ours, libraries) =
        if verbose { (LevelFilter::DEBUG, LevelFilter::WARN) } else { (LevelFilter::WARN, LevelFilter::OFF) };
    let filter = Targets::new().with_target("kosmoscope", ours).with_default(libraries);
    let output = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    tracing_subscriber::registry().with(output).with(filter).init();
}
