//! One file from the hub: several connections fill its pieces, the sum follows behind them.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    ops::{ControlFlow, Range},
    path::PathBuf,
    sync::{
        Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use ureq::{
    Body,
    http::{HeaderMap, Response, StatusCode, header},
};

use super::{HubError, Settings, Trouble, http::Http, partial::Part, response};
use crate::checkpoint::{ListedFile, Summing};

/// Pieces that one request asks for at most.
const MOST_PIECES_AT_ONCE: usize = 8;
/// How often whoever waits is told.
const TICK: Duration = Duration::from_millis(100);
/// Bytes summed between two ticks at most.
const SUMMED_AT_ONCE: u64 = 16 << 20;
/// A connection that brings less in the time of a stall has stalled.
const LEAST_BYTES: u64 = 1024;

/// How far a file is.
#[derive(Clone, Debug)]
pub(super) struct Tick {
    /// Bytes on disk.
    pub(super) n_kept: u64,
    /// Bytes on disk or on the way there.
    pub(super) n_done: u64,
    /// Bytes that came over the network so far, for the speed.
    pub(super) n_arrived: u64,
    /// Whether everything is there and only the sum is missing.
    pub(super) is_checking: bool,
    /// What a connection waits for.
    pub(super) trouble: Option<String>,
}

/// Why there is no file.
#[derive(Debug)]
pub(super) enum Failure {
    Setting(HubError),
    Trouble(Trouble),
    /// The sum was wrong twice.
    Damaged {
        found: String,
        aside: PathBuf,
    },
}

type OnTick<'a> = &'a mut dyn FnMut(Tick) -> ControlFlow<()>;

/// Fetches a file, checks it and gives it its name. A file that changes on the way or has a wrong sum is begun anew, once.
pub(super) fn fetch(
    settings: &Settings,
    path: &str,
    listed: &ListedFile,
    mut part: Part,
    on_tick: OnTick<'_>,
) -> Result<(), Failure> {
    let (mut has_ranges, mut is_first) = (true, true);
    loop {
        let round = Round::new(settings, path, listed, part, has_ranges)?;
        let result = round.run(on_tick);
        part = round.into_part();
        let disk = |e| Failure::Trouble(Trouble::Disk(e));
        match result {
            Ok(sum) if sum == listed.sum.digits() => return part.finish().map_err(disk),
            Ok(_) | Err(Trouble::Changed(_)) if is_first => is_first = false,
            Ok(found) => return Err(Failure::Damaged { found, aside: part.set_aside().map_err(disk)? }),
            Err(Trouble::NoRanges) if has_ranges => has_ranges = false,
            Err(trouble) => return Err(Failure::Trouble(trouble)),
        }
        part.reset().map_err(disk)?;
    }
}

/// One go at a file.
struct Round<'a> {
    http: Http,
    address: String,
    listed: &'a ListedFile,
    settings: &'a Settings,
    has_ranges: bool,
    path: PathBuf,
    state: Mutex<State>,
    /// Told whenever the state changes.
    changed: Condvar,
    is_over: AtomicBool,
    n_arrived: AtomicU64,
    /// Bytes of pieces that are not complete yet.
    n_in_flight: AtomicU64,
}

struct State {
    part: Part,
    /// Whether a connection has taken a piece on.
    is_taken: Vec<bool>,
    /// What the server calls this content, the same for each request.
    etag: Option<String>,
    n_connections: usize,
    waits_for: Option<String>,
    failure: Option<Trouble>,
}

impl<'a> Round<'a> {
    fn new(
        settings: &'a Settings,
        path: &str,
        listed: &'a ListedFile,
        part: Part,
        has_ranges: bool,
    ) -> Result<Self, Failure> {
        let http = Http::new(settings).map_err(Failure::Setting)?;
        let is_taken = (0..part.n_pieces()).map(|piece| part.is_done(piece)).collect();
        Ok(Self {
            address: http.address(path),
            http,
            listed,
            settings,
            has_ranges,
            path: part.path(),
            state: Mutex::new(State { part, is_taken, etag: None, n_connections: 0, waits_for: None, failure: None }),
            changed: Condvar::new(),
            is_over: AtomicBool::new(false),
            n_arrived: AtomicU64::new(0),
            n_in_flight: AtomicU64::new(0),
        })
    }

    fn into_part(self) -> Part {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).part
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fills the file and gives its sum.
    fn run(&self, on_tick: OnTick<'_>) -> Result<String, Trouble> {
        let n_missing = self.lock().is_taken.iter().filter(|taken| !**taken).count();
        let n_connections = if self.has_ranges { self.settings.n_connections.max(1) } else { 1 }.min(n_missing);
        self.lock().n_connections = n_connections;
        thread::scope(|scope| {
            for _ in 0..n_connections {
                let thread = thread::Builder::new().name("download".to_owned());
                if let Err(e) = thread.spawn_scoped(scope, || self.connection()) {
                    self.end_connection(Err(Trouble::Disk(e)));
                }
            }
            let summed = self.watch(on_tick);
            self.stop();
            summed
        })
    }

    fn stop(&self) {
        self.is_over.store(true, Ordering::SeqCst);
        self.http.stop();
        self.changed.notify_all();
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }

    /// Sums what is on disk and tells how far it is, until all is there or nothing comes any more.
    fn watch(&self, on_tick: OnTick<'_>) -> Result<String, Trouble> {
        let mut file = File::open(&self.path).map_err(Trouble::Disk)?;
        let (mut summing, mut n_summed) = (self.listed.sum.start(self.listed.n_bytes), 0);
        loop {
            let (frontier, tick) = {
                let state = self.lock();
                (state.part.frontier(), self.tick(&state))
            };
            if on_tick(tick).is_break() {
                return Err(Trouble::Stopped);
            }
            let n = (frontier - n_summed).min(SUMMED_AT_ONCE);
            add_to_sum(&mut summing, &mut file, n).map_err(Trouble::Disk)?;
            n_summed += n;
            if n_summed == self.listed.n_bytes {
                return Ok(summing.finish());
            }
            let mut state = self.lock();
            if let Some(failure) = state.failure.take() {
                return Err(failure);
            }
            if n == 0 {
                let waited = self.changed.wait_timeout(state, TICK);
                drop(waited.unwrap_or_else(PoisonError::into_inner));
            }
        }
    }

    fn tick(&self, state: &State) -> Tick {
        let n_kept = state.part.n_kept();
        Tick {
            n_kept,
            n_done: (n_kept + self.n_in_flight.load(Ordering::Relaxed)).min(self.listed.n_bytes),
            n_arrived: self.n_arrived.load(Ordering::Relaxed),
            is_checking: n_kept == self.listed.n_bytes,
            trouble: state.waits_for.clone(),
        }
    }

    /// Takes pieces on as long as there are any.
    fn connection(&self) {
        while let Some(pieces) = self.take_pieces() {
            if let Err(trouble) = self.receive(pieces) {
                return self.end_connection(Err(trouble));
            }
        }
        self.end_connection(Ok(()));
    }

    fn end_connection(&self, result: Result<(), Trouble>) {
        let mut state = self.lock();
        state.n_connections -= 1;
        if let Err(trouble) = result {
            state.failure.get_or_insert(trouble);
        }
        self.changed.notify_all();
    }

    /// The next pieces that nobody has, one after the other; without ranges, all.
    fn take_pieces(&self) -> Option<Range<usize>> {
        let mut state = self.lock();
        if self.is_over() || state.failure.is_some() {
            return None;
        }
        let start = state.is_taken.iter().position(|taken| !taken)?;
        let n_left = state.is_taken.iter().filter(|taken| !**taken).count();
        let share = n_left.div_ceil(state.n_connections.max(1)).clamp(1, MOST_PIECES_AT_ONCE);
        let n_free = state.is_taken[start..].iter().take_while(|taken| !**taken).count();
        let end = if self.has_ranges { start + share.min(n_free) } else { state.part.n_pieces() };
        state.is_taken[start..end].fill(true);
        Some(start..end)
    }

    /// Brings pieces to disk, with as many tries as patience allows.
    fn receive(&self, pieces: Range<usize>) -> Result<(), Trouble> {
        let mut file = File::options().write(true).open(&self.path).map_err(Trouble::Disk)?;
        let bytes = {
            let state = self.lock();
            state.part.start(pieces.start)..state.part.start(pieces.end)
        };
        let (mut position, mut furthest, mut n_failed) = (bytes.start, bytes.start, 0);
        while position < bytes.end && !self.is_over() {
            let Err(trouble) = self.receive_some(&mut file, &mut position, &bytes) else { continue };
            if self.is_over() {
                return Ok(());
            }
            n_failed = if position > furthest { 1 } else { n_failed + 1 };
            furthest = furthest.max(position);
            if !trouble.may_pass() || n_failed >= self.settings.patience.n_tries {
                return Err(trouble);
            }
            let wait = self.settings.patience.wait(n_failed, trouble.retry_after());
            tracing::debug!("{}: {trouble}, next try in {wait:?}", self.listed.name);
            self.wait(wait, &trouble);
        }
        Ok(())
    }

    /// One request; what arrives is written as far as it comes.
    fn receive_some(&self, file: &mut File, position: &mut u64, bytes: &Range<u64>) -> Result<(), Trouble> {
        let response = self.request(position, bytes)?;
        file.seek(SeekFrom::Start(*position)).map_err(Trouble::Disk)?;
        let mut body = response.into_body().into_reader();
        let mut buffer = vec![0; 64 << 10];
        let (mut since, mut n_since) = (Instant::now(), 0);
        while *position < bytes.end && !self.is_over() {
            let piece_end = self.piece_of(*position).end;
            let n_wanted = (piece_end - *position).min(buffer.len() as u64) as usize;
            let n = match body.read(&mut buffer[..n_wanted]) {
                Ok(0) => return Err(Trouble::Cut("it ended too early".to_owned())),
                Ok(n) => n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(self.http.trouble_while_reading(e)),
            };
            file.write_all(&buffer[..n]).map_err(Trouble::Disk)?;
            *position += n as u64;
            n_since += n as u64;
            self.n_arrived.fetch_add(n as u64, Ordering::Relaxed);
            self.n_in_flight.fetch_add(n as u64, Ordering::Relaxed);
            if *position == piece_end {
                self.end_piece(file, piece_end)?;
            }
            if since.elapsed() > self.settings.patience.stall {
                if n_since < LEAST_BYTES {
                    return Err(Trouble::Stalled(self.settings.patience.stall));
                }
                (since, n_since) = (Instant::now(), 0);
            }
        }
        Ok(())
    }

    /// Asks for the bytes from `position` on, and makes sure that the answer is that.
    fn request(&self, position: &mut u64, bytes: &Range<u64>) -> Result<Response<Body>, Trouble> {
        let is_whole = *bytes == (0..self.listed.n_bytes);
        let mut headers = vec![(header::ACCEPT_ENCODING, "identity".to_owned())];
        if self.has_ranges && !(is_whole && *position == 0) {
            headers.push((header::RANGE, format!("bytes={}-{}", *position, bytes.end - 1)));
            headers.extend(self.lock().etag.clone().map(|etag| (header::IF_RANGE, etag)));
        }
        let response = self.http.get(&self.address, &headers).map_err(|trouble| match trouble {
            Trouble::Status { status: 416, .. } => Trouble::NoRanges,
            trouble => trouble,
        })?;
        self.check_same(response.headers())?;
        if response.status() == StatusCode::PARTIAL_CONTENT {
            let (start, total) = response::range(response.headers()).ok_or(Trouble::NoRanges)?;
            if total.is_some_and(|total| total != self.listed.n_bytes) {
                return Err(Trouble::Changed("it has another size".to_owned()));
            }
            // A server that gives other ranges than it was asked for is not asked for any.
            return if start == *position { Ok(response) } else { Err(Trouble::NoRanges) };
        }
        if response.body().content_length().is_some_and(|n| n != self.listed.n_bytes) {
            return Err(Trouble::Changed("it has another size".to_owned()));
        }
        if !is_whole {
            return Err(Trouble::NoRanges);
        }
        // The whole file, asked for or not: it is read from its beginning.
        self.n_in_flight.fetch_sub(*position - self.piece_of(*position).start, Ordering::Relaxed);
        *position = 0;
        Ok(response)
    }

    /// Whether an answer is about the same content as the others, not packed in any way.
    fn check_same(&self, headers: &HeaderMap) -> Result<(), Trouble> {
        response::check_plain(headers)?;
        let mut state = self.lock();
        match (response::tag(headers), &state.etag) {
            (Some(new), Some(old)) if new != old => Err(Trouble::Changed("it has another tag".to_owned())),
            (Some(new), None) => {
                state.etag = Some(new.to_owned());
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Where the piece with this byte begins and ends.
    fn piece_of(&self, position: u64) -> Range<u64> {
        let state = self.lock();
        let piece = (position / state.part.start(1).max(1)) as usize;
        state.part.start(piece)..state.part.start(piece + 1)
    }

    /// A piece is complete: to disk with it, then into the journal.
    fn end_piece(&self, file: &File, end: u64) -> Result<(), Trouble> {
        file.sync_data().map_err(Trouble::Disk)?;
        let mut state = self.lock();
        let piece = ((end - 1) / state.part.start(1).max(1)) as usize;
        self.n_in_flight.fetch_sub(end - state.part.start(piece), Ordering::Relaxed);
        state.part.mark_done(piece).map_err(Trouble::Disk)?;
        state.waits_for = None;
        self.changed.notify_all();
        Ok(())
    }

    /// Waits, but not longer than anyone wants the file.
    fn wait(&self, time: Duration, trouble: &Trouble) {
        let end = Instant::now() + time;
        let mut state = self.lock();
        state.waits_for = Some(format!("{trouble}; trying again"));
        while !self.is_over() && state.failure.is_none() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
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
