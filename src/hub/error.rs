//! Why a download fails: what happened, what was kept, and what to do next.

use std::{borrow::Cow, io, path::PathBuf, time::Duration};

use crate::{
    disk::WriteError,
    progress::Share,
    words::{place, size},
};

/// Why a checkpoint was not downloaded. What had arrived is kept, and the next download goes on from there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HubError {
    /// A setting that makes no sense.
    #[error("{0}")]
    Setting(String),
    /// The repository could not be looked at.
    #[error("{repo} could not be looked up: {error}. Nothing was changed; {}", error.advice())]
    LookUp {
        /// The repository, for example `microsoft/kosmos-2-patch14-224`.
        repo: String,
        /// What happened.
        error: RequestError,
    },
    /// A repository without the files of a checkpoint.
    #[error("{repo} is not a usable checkpoint because it has no {file}. Nothing was changed; choose another one")]
    NoCheckpoint {
        /// The repository.
        repo: String,
        /// What is missing.
        file: &'static str,
    },
    /// A file could not be fetched.
    #[error("{file} could not be downloaded: {error}. {}; {}", kept_words(*kept), error.advice())]
    Interrupted {
        /// The file.
        file: String,
        /// What happened.
        error: RequestError,
        /// Bytes of all files that are on disk.
        kept: Share,
    },
    /// Someone stopped it.
    #[error("Paused; {}. Run it again to go on from there", kept.map_or_else(|| "what had arrived before is kept".to_owned(), kept_words))]
    Stopped {
        /// Bytes of all files that are on disk; `None` if the list of files had not come yet.
        kept: Option<Share>,
    },
    /// What arrived is not what the list says, twice.
    #[error(
        "{file} arrived damaged twice: its checksum is {found}, but the hub lists {listed}. It was set aside, and the other files are kept; try again later or with another HF_ENDPOINT: {}",
        place(path)
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
    /// The disk has too little room.
    #[error("There is not enough room: {} more is needed, and {} is free. Nothing was downloaded; free {} more or choose another folder: {}", size(*needs), size(*free), size(needs.saturating_sub(*free)), place(path))]
    NoRoom {
        /// Bytes still to come, and a little more.
        needs: u64,
        /// Bytes that are free.
        free: u64,
        /// The folder.
        path: PathBuf,
    },
    /// The folder has another file of that name.
    #[error("Another file is in the way and is left as it is; move it or choose another folder: {}", place(.0))]
    InTheWay(PathBuf),
    /// The folder has an unfinished download of another repository.
    #[error(
        "An unfinished download of {repo} is in this folder and is left as it is; choose another folder: {}",
        place(path)
    )]
    OtherDownload {
        /// The other repository.
        repo: String,
        /// The folder.
        path: PathBuf,
    },
    /// The disk is full, or may not be used any further.
    #[error("There is no room left for {file}. {}; free {} more and run it again to go on: {}", kept_words(*kept), size(kept.n_total.saturating_sub(kept.n_done)), place(path))]
    Full {
        /// The file that was being written.
        file: String,
        /// Bytes of all files that are on disk.
        kept: Share,
        /// The folder.
        path: PathBuf,
    },
    /// The disk takes no file as large.
    #[error("This disk, or a limit of this computer, takes no file as large as {file}. {}; choose a folder on another disk: {}", kept_words(*kept), place(path))]
    TooLarge {
        /// The file that was being written.
        file: String,
        /// Bytes of all files that are on disk.
        kept: Share,
        /// The folder.
        path: PathBuf,
    },
    /// The disk failed.
    #[error("The download could not be written ({reason}). {}; fix that and run it again to go on: {}", kept_words(*kept), place(path))]
    Disk {
        /// What the system said.
        reason: io::Error,
        /// The file that was being written.
        path: PathBuf,
        /// Bytes of all files that are on disk.
        kept: Share,
    },
    /// The folder can't be used at all.
    #[error(
        "This folder can't be used for downloads ({reason}). Nothing was changed; choose another one: {}",
        place(path)
    )]
    Folder {
        /// What the system said.
        reason: io::Error,
        /// The folder.
        path: PathBuf,
    },
    /// Another program downloads into the folder.
    #[error("Another Kosmoscope is downloading into this folder. Nothing was removed; pause it there first: {}", place(.0))]
    Busy(PathBuf),
    /// The list could not be written beside the files.
    #[error(transparent)]
    Write(#[from] WriteError),
}

fn kept_words(kept: Share) -> String {
    format!("{} of {} are kept", size(kept.n_done), size(kept.n_total))
}

/// Why a single request failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// No connection could be made.
    #[error("{host} can't be reached ({reason})")]
    Unreachable {
        /// The host that was called.
        host: String,
        /// What the system said.
        reason: String,
    },
    /// The proxy leads nowhere.
    #[error("{host} can't be reached by the proxy of {variable} ({reason})")]
    NoWay {
        /// The host that was called.
        host: String,
        /// The variable that names the proxy.
        variable: &'static str,
        /// What the proxy or the system said.
        reason: String,
    },
    /// The connection ended too early, or said nonsense.
    #[error("the connection was cut ({0})")]
    Cut(String),
    /// Nothing arrived any more.
    #[error("nothing arrived for {} seconds", .0.as_secs())]
    Stalled(Duration),
    /// The other side could not prove that it is who it says it is.
    #[error("the secure connection to {host} failed ({reason})")]
    NotSecure {
        /// The host that was called.
        host: String,
        /// What is wrong.
        reason: String,
    },
    /// A secure connection redirects to an open one.
    #[error("{host} redirects to a connection that is not secure")]
    Downgrade {
        /// The host that leads there.
        host: String,
    },
    /// Access was refused (401, 403).
    #[error("access was refused")]
    NoAccess {
        /// Where the token that was sent comes from, if one was: a variable or a file.
        token: Option<String>,
    },
    /// There is no such file or repository (404, 410).
    #[error("it is not there")]
    NotFound,
    /// The server answered with another status than success.
    #[error("the server answered with status {status}")]
    Status {
        /// The status, for example 503.
        status: u16,
        /// How long the server wants to be left alone.
        retry_after: Option<Duration>,
    },
    /// The response is of another kind than what was asked for.
    #[error("the answer makes no sense ({0})")]
    Nonsense(String),
    /// There is more than is taken.
    #[error("it is larger than {}", size(*.0))]
    TooLong(u64),
    /// It is where nobody from outside may lead.
    #[error("{host} is an address within a private network")]
    Private {
        /// The host.
        host: String,
    },
    /// The file is not the one that was listed, or not the one that earlier requests got.
    #[error("the file changed while it was downloaded ({0})")]
    Changed(String),
    /// The server sends whole files only; the file is then fetched in one piece.
    #[error("the server sends whole files only")]
    NoRanges,
    /// Someone stopped it.
    #[error("it was stopped")]
    Stopped,
    /// The disk failed.
    #[error("it could not be written ({0})")]
    Disk(io::Error),
    /// The thread can't be started.
    #[error("it could not be started ({0})")]
    NotStarted(io::Error),
    /// A fault of the program itself.
    #[error("it stopped unexpectedly")]
    Panicked,
}

impl RequestError {
    /// Whether the same request may succeed a little later.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::NoWay { .. } | Self::Cut(_) | Self::Stalled(_) => true,
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
    fn advice(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::NoAccess { token: None } => {
                "check the name; if the repository is not open to all, accept the terms on its page and set HF_TOKEN to your access token"
            }
            Self::NoAccess { token: Some(place) } => {
                return format!("the token in {place} is not accepted here; accept the terms on the repository's page, or set another token in HF_TOKEN").into();
            }
            Self::NoWay { variable, .. } => {
                return format!(
                    "check {variable}, and that the proxy is running, and run it again to go on from there"
                )
                .into();
            }
            Self::NotFound => "check the name, which is OWNER/NAME",
            Self::NotSecure { .. } => {
                "check the computer's clock, whether a sign-in page is in the way, and whether your network has certificates of its own, which SSL_CERT_FILE can name"
            }
            Self::Downgrade { .. } | Self::Nonsense(_) => "check HF_ENDPOINT, and whether a sign-in page is in the way",
            Self::Status { status: 400..=499, .. } => "try again later, or with another HF_ENDPOINT",
            Self::Changed(_) => "run it again",
            Self::Disk(_) => "fix that and run it again",
            Self::NotStarted(_) => "close other programs and run it again",
            Self::Panicked => "run it again, and report this if it keeps happening",
            _ => "check the connection, and run it again to go on from there",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_does_not_start_is_neither_the_hub_s_fault_nor_the_disk_s() {
        let error = || RequestError::NotStarted(io::Error::from(io::ErrorKind::WouldBlock));
        let looked_up = HubError::LookUp { repo: "a/b".to_owned(), error: error() }.to_string();
        let kept = Share { n_done: 1_000, n_total: 2_000 };
        let interrupted = HubError::Interrupted { file: "x".to_owned(), error: error(), kept }.to_string();
        for sentence in [&looked_up, &interrupted] {
            assert!(
                sentence.contains("could not be started") && sentence.contains("close other programs"),
                "{sentence}"
            );
        }
        assert!(interrupted.contains("1.00 kB of 2.00 kB are kept"), "{interrupted}");
    }

    #[test]
    fn a_stop_says_what_is_kept_if_that_is_known() {
        let stopped = |kept| HubError::Stopped { kept }.to_string();
        assert_eq!(stopped(None), "Paused; what had arrived before is kept. Run it again to go on from there");
        let kept = Share { n_done: 5, n_total: 7 };
        assert_eq!(stopped(Some(kept)), "Paused; 5 bytes of 7 bytes are kept. Run it again to go on from there");
    }
}
