//! What the subcommands that write files share: whether something may be replaced, and what `-` means.

use std::path::Path;

use anyhow::anyhow;

use crate::{
    disk::{Consent, Outputs, WriteError},
    words,
};

#[derive(Debug, clap::Args)]
pub(super) struct OutputArgs {
    /// Replace files that are there already; pictures and other files that are read are kept all the same
    #[arg(long)]
    overwrite: bool,
}

impl OutputArgs {
    pub(super) fn outputs(&self) -> Outputs {
        Outputs::new(if self.overwrite { Consent::Given } else { Consent::Withheld })
    }
}

/// Whether standard output is meant; a file of this name is `./-`.
pub(super) fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

/// An error with the option that would have helped.
pub(super) fn told(error: WriteError) -> anyhow::Error {
    if error.is_for_want_of_consent() { already_there(error.path()) } else { error.into() }
}

/// What is said of a file that would have to be replaced.
pub(super) fn already_there(path: &Path) -> anyhow::Error {
    anyhow!(
        "There is already a file of this name, and it is kept. Choose another name, or give --overwrite: {}",
        words::place(path)
    )
}
