//! One connection: takes pieces of a file on, asks for them, and brings them to disk.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    ops::Range,
    time::Instant,
};

use ureq::{
    Body,
    http::{Response, StatusCode, header},
};

use super::{attempt::Attempt, error::RequestError, response};

/// A connection that brings less in the time of a stall has stalled.
const LEAST_BYTES: u64 = 1024;
/// Bytes taken from the connection at a time.
const BUFFER_BYTES: usize = 64 << 10;

/// Receives pieces as long as there are any that nobody has.
pub(super) fn run(attempt: &Attempt<'_>) -> Result<(), RequestError> {
    while let Some(bytes) = attempt.take_pieces() {
        let file = File::options().write(true).open(&attempt.path).map_err(RequestError::Disk)?;
        Receiving { attempt, file, position: bytes.start, bytes }.run()?;
    }
    Ok(())
}

/// Whole pieces, one after the other, that are being received.
struct Receiving<'a> {
    attempt: &'a Attempt<'a>,
    file: File,
    /// Where in the file they are.
    bytes: Range<u64>,
    /// The next byte.
    position: u64,
}

impl Receiving<'_> {
    /// Brings the pieces to disk, with as many tries as patience allows.
    fn run(&mut self) -> Result<(), RequestError> {
        let patience = self.attempt.settings.patience;
        let (mut furthest, mut n_failed) = (self.position, 0);
        while self.position < self.bytes.end && !self.attempt.is_over() {
            let Err(error) = self.receive_some() else { continue };
            if self.attempt.is_over() {
                return Ok(());
            }
            n_failed = if self.position > furthest { 1 } else { n_failed + 1 };
            furthest = furthest.max(self.position);
            if !error.may_pass() || n_failed >= patience.n_tries {
                return Err(error);
            }
            let wait = patience.wait(n_failed, error.retry_after());
            tracing::debug!("{}: {error}, next try in {wait:?}", self.attempt.listed.name);
            self.attempt.wait(wait, &error);
        }
        Ok(())
    }

    /// One request; what arrives is written as far as it comes.
    fn receive_some(&mut self) -> Result<(), RequestError> {
        let stall = self.attempt.settings.patience.stall;
        let response = self.request()?;
        self.file.seek(SeekFrom::Start(self.position)).map_err(RequestError::Disk)?;
        let mut body = response.into_body().into_reader();
        let mut buffer = vec![0; BUFFER_BYTES];
        let (mut since, mut n_since) = (Instant::now(), 0);
        while self.position < self.bytes.end && !self.attempt.is_over() {
            let piece_end = self.attempt.piece_of(self.position).end;
            let n_wanted = (piece_end - self.position).min(buffer.len() as u64) as usize;
            let n = match body.read(&mut buffer[..n_wanted]) {
                Ok(0) => return Err(RequestError::Cut("it ended too early".to_owned())),
                Ok(n) => n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(self.attempt.http.error_while_reading(e)),
            };
            self.file.write_all(&buffer[..n]).map_err(RequestError::Disk)?;
            self.position += n as u64;
            n_since += n as u64;
            self.attempt.add_arrived(n as u64);
            if self.position == piece_end {
                self.attempt.end_piece(&self.file, piece_end)?;
            }
            if since.elapsed() > stall {
                if n_since < LEAST_BYTES {
                    return Err(RequestError::Stalled(stall));
                }
                (since, n_since) = (Instant::now(), 0);
            }
        }
        Ok(())
    }

    /// Asks for the bytes from the next one on, and makes sure that the response is that.
    fn request(&mut self) -> Result<Response<Body>, RequestError> {
        let n_total = self.attempt.listed.n_bytes;
        let is_whole = self.bytes == (0..n_total);
        let mut headers = vec![(header::ACCEPT_ENCODING, "identity".to_owned())];
        if self.attempt.has_ranges && !(is_whole && self.position == 0) {
            headers.push((header::RANGE, format!("bytes={}-{}", self.position, self.bytes.end - 1)));
            headers.extend(self.attempt.etag().map(|etag| (header::IF_RANGE, etag)));
        }
        let response = self.attempt.http.get(&self.attempt.address, &headers).map_err(|error| match error {
            RequestError::Status { status: 416, .. } => RequestError::NoRanges,
            error => error,
        })?;
        response::check_plain(response.headers())?;
        self.attempt.check_etag(response::tag(response.headers()))?;
        if response.status() == StatusCode::PARTIAL_CONTENT {
            let (start, total) = response::range(response.headers()).ok_or(RequestError::NoRanges)?;
            if total.is_some_and(|total| total != n_total) {
                return Err(RequestError::Changed("it has another size".to_owned()));
            }
            // A server that gives other ranges than it was asked for is not asked for any.
            return if start == self.position { Ok(response) } else { Err(RequestError::NoRanges) };
        }
        if response.body().content_length().is_some_and(|n| n != n_total) {
            return Err(RequestError::Changed("it has another size".to_owned()));
        }
        if !is_whole {
            return Err(RequestError::NoRanges);
        }
        // The whole file, asked for or not: it is read from its beginning.
        self.attempt.forget_arrived(self.position - self.attempt.piece_of(self.position).start);
        self.position = 0;
        Ok(response)
    }
}
