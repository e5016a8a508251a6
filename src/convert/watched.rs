//! A file whose bytes are counted while they are written, and which can be stopped.

use std::io::{self, Seek, SeekFrom, Write};

/// Tells the bytes written so far before more of them are, and fails when it is told to.
pub(super) struct Watched<'a, W> {
    file: W,
    n_written: u64,
    goes_on: &'a mut dyn FnMut(u64) -> bool,
}

impl<'a, W> Watched<'a, W> {
    pub(super) fn new(file: W, goes_on: &'a mut dyn FnMut(u64) -> bool) -> Self {
        Self { file, n_written: 0, goes_on }
    }
}

/// Written at most between two times it may be stopped.
const PIECE_BYTES: usize = 8 << 20;

impl<W: Write> Write for Watched<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !(self.goes_on)(self.n_written) {
            return Err(io::Error::other("stopped"));
        }
        let n_bytes = self.file.write(&bytes[..bytes.len().min(PIECE_BYTES)])?;
        self.n_written += n_bytes as u64;
        Ok(n_bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl<W: Seek> Seek for Watched<'_, W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}
