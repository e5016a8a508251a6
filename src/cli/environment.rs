//! What the system says: variables, folders, the proxy and the display.
//!
//! No other file of the program asks for any of it; the modules below are given what they need, so that a test can give
//! them something else.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::{
    checkpoint::{Places, Source},
    hub::{Offer, PUBLISHED_REPO, Settings},
};

/// Where checkpoints are looked for.
pub(super) fn places() -> Places {
    Places::new(|name| env::var_os(name), dirs::home_dir().as_deref(), dirs::data_local_dir().as_deref())
}

/// Where the window keeps its session, if this system says where programs keep their data.
pub(super) fn session_folder() -> Option<PathBuf> {
    dirs::data_local_dir().map(|folder| folder.join("kosmoscope"))
}

/// What a checkpoint on the command line means: a folder, or the name of a repository that is on this computer.
pub(super) fn source(checkpoint: Option<&Path>) -> Source {
    let Some(path) = checkpoint else { return Source::Embedded };
    let found = path.to_str().filter(|_| !path.exists()).and_then(|repo| places().find(repo));
    Source::Path(found.and_then(|found| found.path).unwrap_or_else(|| path.to_owned()))
}

/// How to reach the hub.
pub(super) fn settings() -> Settings {
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.trim().is_empty());
    let mut settings = Settings::new(variable("HF_ENDPOINT"), variable("HF_TOKEN"));
    settings.proxy = ureq::Proxy::try_from_env();
    settings
}

/// What the window offers to download.
pub(super) fn offer() -> Option<Offer> {
    let folder = places().own_folder(PUBLISHED_REPO)?;
    Some(Offer { repo: PUBLISHED_REPO.to_owned(), folder, settings: settings() })
}

/// Whether there is an X11 display.
pub(super) fn has_x11() -> bool {
    env::var_os("DISPLAY").is_some_and(|display| !display.is_empty())
}
