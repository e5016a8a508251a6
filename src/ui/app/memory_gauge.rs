//! The memory in use, as the status bar shows it: measured now and then, beside the frame.

use std::time::{Duration, Instant};

/// Measuring reads a file of the system whose length grows with what is in memory.
const INTERVAL: Duration = Duration::from_secs(1);

/// What is known of the memory in use.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum MemoryGauge {
    /// It is not shown.
    Hidden,
    /// It was never measured.
    #[default]
    Unknown,
    /// It is being measured; this is what it was before.
    Measuring(Option<u64>),
    /// It was measured at this moment; `None` if the system does not say.
    Measured(Instant, Option<u64>),
}

impl MemoryGauge {
    /// Bytes in use, if they are known and shown.
    #[must_use]
    pub(super) fn n_bytes(self) -> Option<u64> {
        match self {
            Self::Measuring(n_bytes) | Self::Measured(_, n_bytes) => n_bytes,
            Self::Hidden | Self::Unknown => None,
        }
    }

    /// Whether it is to be measured now; it counts as being measured from then on.
    pub(super) fn is_due(&mut self) -> bool {
        let is_due = match self {
            Self::Hidden | Self::Measuring(_) => false,
            Self::Unknown => true,
            Self::Measured(at, _) => at.elapsed() >= INTERVAL,
        };
        if is_due {
            *self = Self::Measuring(self.n_bytes());
        }
        is_due
    }

    /// Takes in what was measured.
    pub(super) fn receive(&mut self, n_bytes: Option<u64>) {
        if let Self::Measuring(_) = self {
            *self = Self::Measured(Instant::now(), n_bytes);
        }
    }
}
