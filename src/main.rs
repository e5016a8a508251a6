//! The program: arguments, logging, exit code.

use std::process::ExitCode;

use clap::Parser as _;
use kosmoscope::cli;

fn main() -> ExitCode {
    let args = cli::Args::parse();
    let level = if args.verbose { tracing::Level::DEBUG } else { tracing::Level::ERROR };
    tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).init();
    cli::run(args)
}
