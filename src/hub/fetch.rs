//! One file from the hub: several connections fill its pieces, the sum follows behind them.

use std::{
    fs::File,
    io::{self, Read as _},
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    thread,
    time::Duration,
};

use super::{
    attempt::{Attempt, FileProgress},
    connection,
    error::{HubError, RequestError},
    partial::PartialFile,
    progress::TICK,
    settings::Settings,
};
use crate::{
    checkpoint::{ListedFile, Summing},
    progress::OnProgress,
};

/// Bytes summed between two ticks at most.
const SUMMED_AT_ONCE: u64 = 16 << 20;

/// Why there is no file.
#[derive(Debug)]
pub(super) enum Failure {
    /// It could not even be asked for.
    Setting(HubError),
    /// A request failed.
    Request(RequestError),
    /// The sum was wrong twice.
    Damaged {
        /// The sum of what arrived.
        found: String,
        /// Where it was set aside.
        aside: PathBuf,
    },
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        Self::Request(error)
    }
}

/// Fetches a file and checks it; it is for the caller to give it its name. One that changes meanwhile or has a wrong sum is
/// fetched again from its beginning, once.
pub(super) fn fetch(
    settings: &Settings,
    path: &str,
    listed: &ListedFile,
    mut partial: PartialFile,
    on_progress: OnProgress<'_, FileProgress>,
) -> Result<PartialFile, Failure> {
    let (mut has_ranges, mut is_first) = (true, true);
    loop {
        let attempt = Attempt::new(settings, path, listed, partial, has_ranges).map_err(Failure::Setting)?;
        let result = run(&attempt, on_progress);
        partial = attempt.into_partial();
        match result {
            Ok(sum) if sum == listed.sum.digits() => return Ok(partial),
            Ok(_) | Err(RequestError::Changed(_)) if is_first => is_first = false,
            Ok(found) => {
                let aside = partial.set_aside().map_err(RequestError::Disk)?;
                return Err(Failure::Damaged { found, aside });
            }
            Err(RequestError::NoRanges) if has_ranges => has_ranges = false,
            Err(error) => return Err(error.into()),
        }
        partial.reset().map_err(RequestError::Disk)?;
    }
}

/// Fills the file and gives its sum.
fn run(attempt: &Attempt<'_>, on_progress: OnProgress<'_, FileProgress>) -> Result<String, RequestError> {
    thread::scope(|scope| {
        for _ in 0..attempt.open_connections() {
            let thread = thread::Builder::new().name("connection".to_owned());
            let receive = || {
                let received = catch_unwind(AssertUnwindSafe(|| connection::run(attempt)));
                attempt.end_connection(received.unwrap_or(Err(RequestError::Panicked)));
            };
            if let Err(e) = thread.spawn_scoped(scope, receive) {
                attempt.end_connection(Err(RequestError::NotStarted(e)));
            }
        }
        let summed = watch(attempt, on_progress);
        attempt.stop();
        summed
    })
}

/// Sums what is on disk and tells how far it is, until all is there or nothing comes any more.
fn watch(attempt: &Attempt<'_>, on_progress: OnProgress<'_, FileProgress>) -> Result<String, RequestError> {
    let listed = attempt.listed;
    let mut file = File::open(&attempt.path).map_err(RequestError::Disk)?;
    let (mut summing, mut n_summed) = (listed.sum.start(listed.n_bytes), 0);
    loop {
        let (frontier, progress) = attempt.progress();
        if on_progress(progress).is_break() {
            return Err(RequestError::Stopped);
        }
        let n = (frontier - n_summed).min(SUMMED_AT_ONCE);
        add_to_sum(&mut summing, &mut file, n).map_err(RequestError::Disk)?;
        n_summed += n;
        if n_summed == listed.n_bytes {
            return Ok(summing.finish());
        }
        attempt.check(if n == 0 { TICK } else { Duration::ZERO })?;
    }
}

fn add_to_sum(summing: &mut Summing, file: &mut File, n_bytes: u64) -> io::Result<()> {
    let (mut buffer, mut n_left) = (vec![0; 1 << 20], n_bytes as usize);
    while n_left > 0 {
        let n = n_left.min(buffer.len());
        file.read_exact(&mut buffer[..n])?;
        summing.update(&buffer[..n]);
        n_left -= n;
    }
    Ok(())
}
