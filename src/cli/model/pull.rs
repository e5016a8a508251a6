//! `kosmoscope model pull`: a checkpoint from the hub.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use anyhow::Context as _;

use crate::{
    checkpoint::{Checkpoint, LocalCheckpoint, Source},
    cli::{
        environment,
        terminal::{self, StatusLine},
    },
    hub::{self, PUBLISHED_REPO},
    words::{argument, place, size},
};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct PullArgs {
    /// The checkpoint's repository on the hub
    #[arg(value_name = "OWNER/NAME", default_value = PUBLISHED_REPO)]
    repo: String,
    /// Where to put it, instead of the folder that Kosmoscope keeps for its downloads
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
}

pub(super) fn run(args: &PullArgs) -> anyhow::Result<()> {
    let library = environment::library();
    if let (None, Some(found)) = (&args.to, library.find(&args.repo)) {
        return say_found(&args.repo, &found);
    }
    let folder = args.to.clone().or_else(|| library.own_folder(&args.repo));
    let folder = folder.context("This system has no application data folder; give one with --to")?;
    let status = StatusLine::new();
    let pulled = hub::pull(&args.repo, &folder, &environment::settings(), &mut |progress| {
        status.pulling(&progress);
        ControlFlow::Continue(())
    });
    status.clear();
    let manifest = pulled?;
    Checkpoint::open(&Source::Path(folder.clone()))?;
    let licence = manifest.licence.as_deref().unwrap_or("not stated");
    terminal::say(&format!("{}, {}, licence {licence}: {}", manifest.repo, size(manifest.n_bytes()), place(&folder)))?;
    say_how_to_open(&args.repo, &folder)
}

fn say_found(repo: &str, found: &LocalCheckpoint) -> anyhow::Result<()> {
    let folder = found.path.clone().unwrap_or_default();
    terminal::say(&format!(
        "Nothing to download, since {repo} is already here ({}): {}",
        found.origin,
        place(&folder)
    ))?;
    say_how_to_open(repo, &folder)
}

fn say_how_to_open(repo: &str, folder: &Path) -> anyhow::Result<()> {
    let is_known = environment::library().find(repo).and_then(|found| found.path).is_some_and(|known| known == folder);
    let name = if is_known { repo.to_owned() } else { argument(folder) };
    terminal::say(&format!("Open it with: kosmoscope --checkpoint {name}"))
}
