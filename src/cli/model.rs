//! `kosmoscope model`: get checkpoints, list them, check them.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::Subcommand;

use super::terminal::{self, StatusLine};
use crate::{
    checkpoint::{Checkpoint, Found, Places, Source},
    hub::{self, PUBLISHED_REPO, Settings},
    ui::Offer,
    verify::{self, Against, Check, Expectations, Outcome},
    words::size,
};

#[derive(Debug, Subcommand)]
pub(super) enum ModelCommand {
    /// Download a checkpoint, or go on with a download that was interrupted
    Pull(PullArgs),
    /// List the checkpoints on this computer
    List,
    /// Write a checkpoint as one smaller file that needs nothing of the original
    Convert(super::convert::ConvertArgs),
    /// Check files by their sums, tensors by their shapes, and answers by those of the reference implementation
    Verify(VerifyArgs),
}

#[derive(Debug, clap::Args)]
pub(super) struct PullArgs {
    /// Whose checkpoint
    #[arg(value_name = "OWNER/NAME", default_value = PUBLISHED_REPO)]
    repo: String,
    /// Where it goes, instead of the folder that Kosmoscope keeps for its downloads
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct VerifyArgs {
    /// A checkpoint's folder, or the OWNER/NAME of one on this computer [default: the published one if it is here, else the
    /// built-in one]
    #[arg(long, value_name = "DIR")]
    checkpoint: Option<PathBuf>,
    /// Answers to hold it against, instead of those of the published weights
    #[arg(long, value_name = "FILE.json", conflicts_with = "no_answers")]
    expect: Option<PathBuf>,
    /// Do not run the model
    #[arg(long)]
    no_answers: bool,
}

/// Gives the exit code.
pub(super) fn run(command: &ModelCommand) -> anyhow::Result<u8> {
    match command {
        ModelCommand::Pull(args) => pull(args).map(|()| super::EXIT_DONE),
        ModelCommand::List => list(),
        ModelCommand::Convert(args) => super::convert::run(args).map(|()| super::EXIT_DONE),
        ModelCommand::Verify(args) => verify(args),
    }
}

/// Where checkpoints are looked for, from the environment.
pub(super) fn places() -> Places {
    Places::new(|name| std::env::var_os(name), dirs::home_dir().as_deref(), dirs::data_local_dir().as_deref())
}

/// What a checkpoint on the command line means: a folder, or the name of a repository that is on this computer.
pub(super) fn source(checkpoint: Option<PathBuf>) -> Source {
    let Some(path) = checkpoint else { return Source::Embedded };
    let found = path.to_str().filter(|_| !path.exists()).and_then(|repo| places().find(repo));
    Source::Path(found.and_then(|found| found.path).unwrap_or(path))
}

fn settings() -> Settings {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let mut settings = Settings::new(variable("HF_ENDPOINT"), variable("HF_TOKEN"));
    settings.proxy = ureq::Proxy::try_from_env();
    settings
}

/// What the window offers to download.
pub(super) fn offer() -> Option<Offer> {
    let folder = places().own_folder(PUBLISHED_REPO)?;
    Some(Offer { repo: PUBLISHED_REPO.to_owned(), folder, settings: settings() })
}

fn pull(args: &PullArgs) -> anyhow::Result<()> {
    let places = places();
    if let (None, Some(found)) = (&args.to, places.find(&args.repo)) {
        return say_found(&args.repo, &found);
    }
    let folder = args.to.clone().or_else(|| places.own_folder(&args.repo));
    let folder = folder.context("This system names no folder for the data of programs; give one with --to")?;
    let status = StatusLine::new();
    let pulled = hub::pull(&args.repo, &folder, &settings(), &mut |progress| {
        status.pulling(progress);
        ControlFlow::Continue(())
    });
    status.clear();
    let manifest = pulled?;
    Checkpoint::open(&Source::Path(folder.clone()))?;
    let licence = manifest.licence.as_deref().unwrap_or("not stated");
    terminal::say(&format!(
        "{}, {}, licence {licence}: {}",
        manifest.repo,
        size(manifest.n_bytes()),
        folder.display()
    ))?;
    say_how_to_open(&args.repo, &folder)
}

fn say_found(repo: &str, found: &Found) -> anyhow::Result<()> {
    let folder = found.path.clone().unwrap_or_default();
    terminal::say(&format!("Nothing to download, {repo} is here already ({}): {}", found.origin, folder.display()))?;
    say_how_to_open(repo, &folder)
}

fn say_how_to_open(repo: &str, folder: &Path) -> anyhow::Result<()> {
    let is_known = places().find(repo).and_then(|found| found.path).is_some_and(|known| known == folder);
    let name = if is_known { repo.to_owned() } else { format!("{:?}", folder.display().to_string()) };
    terminal::say(&format!("Open it with: kosmoscope --checkpoint {name}"))
}

fn verify(args: &VerifyArgs) -> anyhow::Result<u8> {
    let published = || places().find(PUBLISHED_REPO).and_then(|found| found.path);
    let source = source(args.checkpoint.clone().or_else(published));
    let against = match &args.expect {
        Some(path) => Against::File(Expectations::read(path)?),
        None if args.no_answers => Against::Nothing,
        None => Against::Published,
    };
    let status = StatusLine::new();
    let checks = verify::verify(&source, &against, &mut |progress| {
        status.verifying(progress);
        ControlFlow::Continue(())
    });
    status.clear();
    let checks = checks?;
    for Check { what, outcome } in &checks {
        terminal::say(&match outcome {
            Outcome::Passed(seen) => format!("passed   {what}: {seen}"),
            Outcome::Failed(difference) => format!("FAILED   {what}: {difference}"),
            Outcome::Skipped(why) => format!("skipped  {what}: {why}"),
        })?;
    }
    Ok(if verify::has_passed(&checks) { super::EXIT_DONE } else { super::EXIT_SOME_FAILED })
}

fn list() -> anyhow::Result<u8> {
    let all = places().list();
    for Found { path, name, origin, content } in &all {
        let place = path.as_ref().map(|path| format!("  {}", path.display())).unwrap_or_default();
        match content {
            Ok(content) => {
                terminal::say(&format!("{name}  {}  {}  {origin}{place}", size(content.n_bytes), content.stored))?;
            }
            Err(reason) => {
                terminal::say(&format!("{name}  can't be used  {origin}"))?;
                terminal::say(&format!("  {reason}"))?;
            }
        }
    }
    Ok(super::EXIT_DONE)
}
