//! How far a download is.

use std::time::{Duration, Instant};

use crate::progress::Share;

/// How often whoever waits for a download is told how far it is, and may stop it.
pub(super) const TICK: Duration = Duration::from_millis(100);
/// The speed is that of the last while.
const SPEED_WINDOW: Duration = Duration::from_secs(1);

/// How far a download is. Shares are bytes of all files, those that earlier downloads brought included.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// The list of files is asked for.
    LookingUp,
    /// Another program downloads into the same folder, and this one waits for it.
    Waiting(Share),
    /// A file that is there is summed.
    Checking {
        /// The file's name.
        file: String,
        /// What is done.
        share: Share,
    },
    /// Bytes of a file arrive.
    Receiving {
        /// The file's name.
        file: String,
        /// What is done.
        share: Share,
        /// The speed over the network, lately; `None` until it is known.
        bytes_per_sec: Option<f64>,
        /// Why a connection waits, if one does.
        why_waiting: Option<String>,
    },
}

impl Progress {
    /// What is done; `None` until the list of files is there.
    #[must_use]
    pub fn share(&self) -> Option<Share> {
        match self {
            Self::LookingUp => None,
            Self::Waiting(share) | Self::Checking { share, .. } | Self::Receiving { share, .. } => Some(*share),
        }
    }

    /// Bytes that are done.
    #[must_use]
    pub fn n_done(&self) -> u64 {
        self.share().map_or(0, |share| share.n_done)
    }

    /// The file it is about, if it is about one.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::LookingUp | Self::Waiting(_) => None,
            Self::Checking { file, .. } | Self::Receiving { file, .. } => Some(file),
        }
    }

    /// Seconds until the end at this speed, if anything can be said.
    #[must_use]
    pub fn secs_left(&self) -> Option<f64> {
        match self {
            Self::Receiving { share, bytes_per_sec: Some(speed), .. } if *speed > 1.0 => {
                Some(share.n_total.saturating_sub(share.n_done) as f64 / speed)
            }
            _ => None,
        }
    }
}

/// Bytes a second over the last while.
pub(super) struct Speed {
    since: Instant,
    n_then: u64,
    last: Option<f64>,
}

impl Speed {
    pub(super) fn new() -> Self {
        Self { since: Instant::now(), n_then: 0, last: None }
    }

    /// The speed after this many bytes; `None` until a while has passed.
    pub(super) fn after(&mut self, n_now: u64) -> Option<f64> {
        let elapsed = self.since.elapsed();
        if elapsed >= SPEED_WINDOW {
            let now = n_now.saturating_sub(self.n_then) as f64 / elapsed.as_secs_f64();
            self.last = Some(self.last.map_or(now, |last| 0.5 * last + 0.5 * now));
            (self.since, self.n_then) = (Instant::now(), n_now);
        }
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_known_only_while_bytes_arrive() {
        let share = Share { n_done: 100, n_total: 300 };
        let receiving =
            |bytes_per_sec| Progress::Receiving { file: "x".to_owned(), share, bytes_per_sec, why_waiting: None };
        assert_eq!(receiving(Some(50.0)).secs_left(), Some(4.0));
        assert_eq!((receiving(Some(0.0)).secs_left(), receiving(None).secs_left()), (None, None));
        assert_eq!((Progress::LookingUp.secs_left(), Progress::LookingUp.n_done()), (None, 0));
        assert_eq!((Progress::Waiting(share).secs_left(), Progress::Waiting(share).n_done()), (None, 100));
    }

    #[test]
    fn the_speed_is_not_known_at_first() {
        let mut speed = Speed::new();
        assert_eq!(speed.after(1_000), None);
        speed.since = speed.since.checked_sub(SPEED_WINDOW).unwrap();
        assert!(speed.after(1_000).is_some_and(|speed| (500.0..=1_000.0).contains(&speed)));
    }
}
