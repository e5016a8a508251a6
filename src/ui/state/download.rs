//! How far the download of the published checkpoint is, and what was found where it goes.

use std::path::Path;

use crate::hub::{Offer, Progress};

/// How far the download is.
#[derive(Clone, Debug, Default)]
pub enum DownloadState {
    /// It has not begun.
    #[default]
    NotBegun,
    /// It is running.
    Running {
        /// `None` until something is known.
        progress: Option<Progress>,
        /// Whether it was told to pause, and is about to.
        is_pausing: bool,
    },
    /// It was paused, or could not go on; one sentence.
    Halted(String),
    /// It was given up; its unfinished files are being removed.
    Discarding,
    /// Everything is there and checked.
    Done,
}

/// Where the full model is, for a window that answers with one of a small world.
#[derive(Clone, Copy, Debug)]
pub enum FullModel<'a> {
    /// It can be downloaded.
    ToGet(&'a Offer),
    /// Its download has begun.
    Begun(&'a Offer),
    /// It is on this computer.
    Here(&'a Path),
}

/// What a look at the folder of the download found; the disk is read on another thread than the window's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DownloadSurvey {
    /// Bytes that are free on its disk, if the system says.
    pub free_bytes: Option<u64>,
    /// Bytes of memory that are free now, if the system says.
    pub free_memory: Option<u64>,
    /// Bytes of unfinished files, those of earlier sessions included; `None` if there are none.
    pub unfinished_bytes: Option<u64>,
}
