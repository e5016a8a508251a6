//! One go at a file: what its connections share, which of them has taken which pieces, and how far they are.

use std::{
    fs::File,
    ops::Range,
    path::PathBuf,
    sync::{
        Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use super::{
    error::{HubError, RequestError},
    http::Http,
    partial::PartialFile,
    settings::Settings,
};
use crate::checkpoint::ListedFile;

/// Pieces that one request asks for at most.
const MOST_PIECES_AT_ONCE: usize = 8;

/// How far a file is.
#[derive(Clone, Debug)]
pub(super) struct FileProgress {
    /// Bytes on disk.
    pub(super) n_kept: u64,
    /// Bytes on disk or on the way there.
    pub(super) n_done: u64,
    /// Bytes that came over the network so far, for the speed.
    pub(super) n_arrived: u64,
    /// Whether everything is there and only the sum is missing.
    pub(super) is_checking: bool,
    /// Why a connection waits, if one does.
    pub(super) why_waiting: Option<String>,
}

/// One go at a file.
pub(super) struct Attempt<'a> {
    pub(super) http: Http,
    pub(super) address: String,
    pub(super) listed: &'a ListedFile,
    pub(super) settings: &'a Settings,
    /// Whether the server is asked for ranges, or for all there is.
    pub(super) has_ranges: bool,
    /// Where the pieces are.
    pub(super) path: PathBuf,
    state: Mutex<State>,
    /// Told whenever the state changes.
    changed: Condvar,
    is_over: AtomicBool,
    n_arrived: AtomicU64,
    /// Bytes of pieces that are not complete yet.
    n_in_flight: AtomicU64,
}

struct State {
    partial: PartialFile,
    /// Whether a connection has taken a piece on.
    is_taken: Vec<bool>,
    /// What the server calls this content, the same for each request.
    etag: Option<String>,
    n_connections: usize,
    why_waiting: Option<String>,
    failure: Option<RequestError>,
}

impl<'a> Attempt<'a> {
    pub(super) fn new(
        settings: &'a Settings,
        path: &str,
        listed: &'a ListedFile,
        partial: PartialFile,
        has_ranges: bool,
    ) -> Result<Self, HubError> {
        let http = Http::new(settings)?;
        let is_taken = (0..partial.n_pieces()).map(|piece| partial.is_done(piece)).collect();
        Ok(Self {
            address: http.address(path),
            http,
            listed,
            settings,
            has_ranges,
            path: partial.path(),
            state: Mutex::new(State {
                partial,
                is_taken,
                etag: None,
                n_connections: 0,
                why_waiting: None,
                failure: None,
            }),
            changed: Condvar::new(),
            is_over: AtomicBool::new(false),
            n_arrived: AtomicU64::new(0),
            n_in_flight: AtomicU64::new(0),
        })
    }

    pub(super) fn into_partial(self) -> PartialFile {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).partial
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many connections there are to be; each ends with [`Attempt::end_connection`].
    pub(super) fn open_connections(&self) -> usize {
        let mut state = self.lock();
        let n_missing = state.is_taken.iter().filter(|taken| !**taken).count();
        let n_wanted = if self.has_ranges { self.settings.n_connections.max(1) } else { 1 };
        state.n_connections = n_wanted.min(n_missing);
        state.n_connections
    }

    pub(super) fn end_connection(&self, result: Result<(), RequestError>) {
        let mut state = self.lock();
        state.n_connections -= 1;
        if let Err(error) = result {
            state.failure.get_or_insert(error);
        }
        self.changed.notify_all();
    }

    /// Ends all connections; nobody wants the file any more, or it is there.
    pub(super) fn stop(&self) {
        self.is_over.store(true, Ordering::SeqCst);
        self.http.stop();
        self.changed.notify_all();
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }

    /// How far it is, and how many bytes are on disk from the beginning of the file to the first gap.
    pub(super) fn progress(&self) -> (u64, FileProgress) {
        let state = self.lock();
        let n_kept = state.partial.n_kept();
        let progress = FileProgress {
            n_kept,
            n_done: (n_kept + self.n_in_flight.load(Ordering::Relaxed)).min(self.listed.n_bytes),
            n_arrived: self.n_arrived.load(Ordering::Relaxed),
            is_checking: n_kept == self.listed.n_bytes,
            why_waiting: state.why_waiting.clone(),
        };
        (state.partial.frontier(), progress)
    }

    /// Fails if a connection has, and else waits until something changes, at most this long.
    pub(super) fn check(&self, most: Duration) -> Result<(), RequestError> {
        let mut state = self.lock();
        if let Some(failure) = state.failure.take() {
            return Err(failure);
        }
        if !most.is_zero() {
            drop(self.changed.wait_timeout(state, most).unwrap_or_else(PoisonError::into_inner));
        }
        Ok(())
    }

    /// The bytes of the next pieces that nobody has, one after the other; without ranges, all.
    pub(super) fn take_pieces(&self) -> Option<Range<u64>> {
        let mut state = self.lock();
        if self.is_over() || state.failure.is_some() {
            return None;
        }
        let start = state.is_taken.iter().position(|taken| !taken)?;
        let n_left = state.is_taken.iter().filter(|taken| !**taken).count();
        let share = n_left.div_ceil(state.n_connections.max(1)).clamp(1, MOST_PIECES_AT_ONCE);
        let n_free = state.is_taken[start..].iter().take_while(|taken| !**taken).count();
        let end = if self.has_ranges { start + share.min(n_free) } else { state.partial.n_pieces() };
        state.is_taken[start..end].fill(true);
        Some(state.partial.start(start)..state.partial.start(end))
    }

    /// Where the piece with this byte begins and ends.
    pub(super) fn piece_of(&self, position: u64) -> Range<u64> {
        let state = self.lock();
        let piece = (position / state.partial.start(1).max(1)) as usize;
        state.partial.start(piece)..state.partial.start(piece + 1)
    }

    /// Counts bytes that arrived.
    pub(super) fn add_arrived(&self, n_bytes: u64) {
        self.n_arrived.fetch_add(n_bytes, Ordering::Relaxed);
        self.n_in_flight.fetch_add(n_bytes, Ordering::Relaxed);
    }

    /// Counts bytes of an incomplete piece that have to come once more.
    pub(super) fn forget_arrived(&self, n_bytes: u64) {
        self.n_in_flight.fetch_sub(n_bytes, Ordering::Relaxed);
    }

    /// A piece is complete: to disk with it, then into the journal.
    pub(super) fn end_piece(&self, file: &File, end: u64) -> Result<(), RequestError> {
        file.sync_data().map_err(RequestError::Disk)?;
        let mut state = self.lock();
        let piece = ((end - 1) / state.partial.start(1).max(1)) as usize;
        self.forget_arrived(end - state.partial.start(piece));
        state.partial.mark_done(piece).map_err(RequestError::Disk)?;
        state.why_waiting = None;
        self.changed.notify_all();
        Ok(())
    }

    /// What the server calls this content, once it has said so.
    pub(super) fn etag(&self) -> Option<String> {
        self.lock().etag.clone()
    }

    /// Whether an answer is about the same content as the others, by its tag.
    pub(super) fn check_etag(&self, tag: Option<&str>) -> Result<(), RequestError> {
        let mut state = self.lock();
        match (tag, &state.etag) {
            (Some(new), Some(old)) if new != old => Err(RequestError::Changed("it has another tag".to_owned())),
            (Some(new), None) => {
                state.etag = Some(new.to_owned());
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Waits before another try, but not longer than anyone wants the file.
    pub(super) fn wait(&self, time: Duration, error: &RequestError) {
        let end = Instant::now() + time;
        let mut state = self.lock();
        state.why_waiting = Some(format!("{error}; trying again"));
        while !self.is_over() && state.failure.is_none() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
