//! `kosmoscope model verify`: whether a checkpoint is what it should be.

use std::{ops::ControlFlow, path::PathBuf};

use crate::{
    cli::{
        environment,
        exit::Exit,
        terminal::{self, StatusLine},
    },
    hub::PUBLISHED_REPO,
    verify::{self, Against, Check, Expectations, Verdict},
};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct VerifyArgs {
    /// A checkpoint's folder, or the OWNER/NAME of one on this computer [default: the published one if it is here, else the
    /// built-in one]
    #[arg(long, value_name = "DIR")]
    pub(super) checkpoint: Option<PathBuf>,
    /// Answers to compare it with, instead of those of the published weights
    #[arg(long, value_name = "FILE.json", conflicts_with = "no_answers")]
    expect: Option<PathBuf>,
    /// Do not run the model
    #[arg(long)]
    no_answers: bool,
}

/// Gives how it went: a check that fails is not an error.
pub(super) fn run(args: &VerifyArgs) -> anyhow::Result<Exit> {
    let published = || environment::library().find(PUBLISHED_REPO).and_then(|found| found.path);
    let source = environment::source(args.checkpoint.clone().or_else(published).as_deref());
    let against = match &args.expect {
        Some(path) => Against::File(Expectations::read(path)?),
        None if args.no_answers => Against::Nothing,
        None => Against::Published,
    };
    let status = StatusLine::new();
    let checks = verify::verify(&source, &against, &mut |progress| {
        status.verifying(&progress);
        ControlFlow::Continue(())
    });
    status.clear();
    let checks = checks?;
    for Check { what, verdict } in &checks {
        terminal::say(&match verdict {
            Verdict::Passed(seen) => format!("passed   {what}: {seen}"),
            Verdict::Failed(difference) => format!("FAILED   {what}: {difference}"),
            Verdict::Skipped(why) => format!("skipped  {what}: {why}"),
        })?;
    }
    Ok(if verify::has_passed(&checks) { Exit::Done } else { Exit::SomeFailed })
}
