//! What goes wrong on the way from the hub: what happened, what was kept, what to do next.

use std::{io, path::PathBuf, time::Duration};

use crate::{disk::WriteError, words::size};

/// Why a checkpoint was not downloaded. What had arrived is kept, and the next download goes on from there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HubError {
    /// A setting that can't be.
    #[error("{0}")]
    Setting(String),
    /// The repository could not be looked at.
    #[error("{repo} could not be looked up: {trouble}. Nothing was changed; {}", trouble.advice())]
    LookUp {
        /// For example `microsoft/kosmos-2-patch14-224`.
        repo: String,
        /// What happened.
        trouble: Trouble,
    },
    /// A repository without the files of a checkpoint.
    #[error("{repo} is no checkpoint that can be used, it has no {file}. Nothing was changed; choose another one")]
    NoCheckpoint {
        /// The repository.
        repo: String,
        /// What is missing.
        file: &'static str,
    },
    /// A file could not be had.
    #[error("{file} could not be downloaded: {trouble}. {} of {} are kept; {}", size(*n_kept), size(*n_total), trouble.advice())]
    Interrupted {
        /// The file.
        file: String,
        /// What happened.
        trouble: Trouble,
        /// Bytes of all files that are on disk.
        n_kept: u64,
        /// Bytes of all files.
        n_total: u64,
    },
    /// Someone stopped it.
    #[error("Paused, {}; run it again to go on from there", kept(*n_kept, *n_total))]
    Stopped {
        /// Bytes of all files that are on disk.
        n_kept: u64,
        /// Bytes of all files; 0 if the list of files had not come yet.
        n_total: u64,
    },
    /// What arrived is not what the list says, twice.
    #[error(
        "What arrived as {file} is damaged, twice: its sum is {found}, the hub lists {listed}. It was set aside, the other files are kept; try again later or another HF_ENDPOINT: {}", path.display()
    )]
    Damaged {
        /// The file.
        file: String,
        /// The sum of what arrived.
        found: String,
        /// The sum of the list.
        listed: String,
        /// Where it was set aside.
        path: PathBuf,
    },
    /// Too little room.
    #[error("There is not enough room: {} more are needed, {} are free. Nothing was downloaded; make room or choose another folder: {}", size(*needs), size(*free), path.display())]
    NoRoom {
        /// Bytes still to come, and a little more.
        needs: u64,
        /// Bytes there are.
        free: u64,
        /// The folder.
        path: PathBuf,
    },
    /// The folder has another file of that name.
    #[error("Another file is in the way, and is left as it is; move it or choose another folder: {}", .0.display())]
    InTheWay(PathBuf),
    /// The disk failed.
    #[error("The download could not be written ({reason}). {} of {} are kept; mend that and run it again to go on: {}", size(*n_kept), size(*n_total), path.display())]
    Disk {
        /// What the system said.
        reason: io::Error,
        /// Where.
        path: PathBuf,
        /// Bytes of all files that are on disk.
        n_kept: u64,
        /// Bytes of all files.
        n_total: u64,
    },
    /// The folder can't be used at all.
    #[error("This folder can't be used for downloads ({reason}). Nothing was changed; choose another one: {}", path.display())]
    Folder {
        /// What the system said.
        reason: io::Error,
        /// The folder.
        path: PathBuf,
    },
    /// Another program downloads into the folder.
    #[error("Another Kosmoscope downloads into this folder. Nothing was removed; pause it there first: {}", .0.display())]
    Busy(PathBuf),
    /// The list could not be written beside the files.
    #[error(transparent)]
    Write(#[from] WriteError),
}

fn kept(n_kept: u64, n_total: u64) -> String {
    if n_total == 0 {
        return "what had arrived before is kept".to_owned();
    }
    format!("{} of {} are kept", size(n_kept), size(n_total))
}

/// What a single request met.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Trouble {
    /// No connection.
    #[error("{host} can't be reached ({reason})")]
    Unreachable {
        /// Who was called.
        host: String,
        /// What the system said.
        reason: String,
    },
    /// A connection that ended too early, or said nonsense.
    #[error("the connection was cut ({0})")]
    Cut(String),
    /// A connection that brings nothing any more.
    #[error("nothing arrived for {} seconds", .0.as_secs())]
    Stalled(Duration),
    /// The other side is not who it says.
    #[error("the secure connection to {host} failed ({reason})")]
    NotSecure {
        /// Who was called.
        host: String,
        /// What is wrong.
        reason: String,
    },
    /// Sent from a secure to an open connection.
    #[error("{host} leads to a connection that is not secure")]
    Downgrade {
        /// Who sent us there.
        host: String,
    },
    /// 401 or 403.
    #[error("access was refused")]
    NoAccess {
        /// Whether a token was sent.
        had_token: bool,
    },
    /// 404.
    #[error("it is not there")]
    NotFound,
    /// Another status.
    #[error("the server answered with status {status}")]
    Status {
        /// The number.
        status: u16,
        /// How long the server wants to be left alone.
        retry_after: Option<Duration>,
    },
    /// An answer of another kind than was asked for.
    #[error("the answer makes no sense ({0})")]
    Nonsense(String),
    /// The file is not the same as before, or not as listed.
    #[error("the file changed while it was downloaded ({0})")]
    Changed(String),
    /// The server sends whole files only, which is no error.
    #[error("the server sends whole files only")]
    NoRanges,
    /// Someone stopped it.
    #[error("it was stopped")]
    Stopped,
    /// The disk failed.
    #[error("it could not be written ({0})")]
    Disk(io::Error),
}

impl Trouble {
    /// Whether the same request may succeed a little later.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Cut(_) | Self::Stalled(_) => true,
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500..),
            _ => false,
        }
    }

    /// How long the server wants to be left alone.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// What to do next.
    fn advice(&self) -> &'static str {
        match self {
            Self::NoAccess { had_token: false } => {
                "check the name; if it is not open to all, accept its terms on its page and set HF_TOKEN to your access token"
            }
            Self::NoAccess { had_token: true } => {
                "the token in HF_TOKEN is no good here; accept its terms on its page, or set another one"
            }
            Self::NotFound => "check the name, which is OWNER/NAME",
            Self::NotSecure { .. } => "check the computer's clock, and whether a sign-in page is in the way",
            Self::Downgrade { .. } | Self::Nonsense(_) => "check HF_ENDPOINT, and whether a sign-in page is in the way",
            Self::Status { status: 400..=499, .. } => "try again later, or another HF_ENDPOINT",
            Self::Changed(_) => "run it again",
            Self::Disk(_) => "mend that and run it again",
            _ => "check the connection, and run it again to go on from there",
        }
    }
}
