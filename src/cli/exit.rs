//! What the program ends with, for scripts.

use std::process::ExitCode;

/// How the program went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// Everything was done.
    Done = 0,
    /// Some pictures or checks failed, the others were done.
    SomeFailed = 1,
    /// Nothing could be done.
    CouldNotRun = 2,
    /// It was told to stop, or somebody else is at it, and goes on where it was when it is run again: `EX_TEMPFAIL` of
    /// sysexits.h.
    Stopped = 75,
    /// What the language itself ends with after a panic.
    Crashed = 101,
}

impl Exit {
    /// How it went if this many pictures failed.
    pub(super) fn after_failures(n_failed: usize) -> Self {
        if n_failed == 0 { Self::Done } else { Self::SomeFailed }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
