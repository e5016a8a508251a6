//! One tensor of a weight file: its numbers are read from wherever the file is, by any number of threads.

use std::{
    cell::Cell,
    fs::File,
    io,
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

use super::stored::StoredDtype;

/// One tensor of an open file, whose numbers are still there.
#[derive(Debug)]
pub struct TensorSource<'a> {
    /// Its published name.
    pub name: &'a str,
    /// How its numbers are stored, little-endian.
    pub dtype: StoredDtype,
    /// Its sizes, outermost first.
    pub shape: &'a [usize],
    /// Bytes that its numbers take in the file.
    pub n_bytes: u64,
    pub(super) storage: &'a Storage,
    pub(super) offset: u64,
    /// The first reading of it that failed; any thread may set it.
    pub(super) failure: &'a Mutex<Option<io::Error>>,
}

impl TensorSource<'_> {
    /// Reads its values from an index on, which begins a row, into whole rows; for any number of threads at once.
    ///
    /// If that fails the values are NaN, and reading the checkpoint ends with the failure.
    pub fn read(&self, start: usize, out: &mut [f32]) {
        let cols = self.shape.last().copied().unwrap_or(1).max(1);
        let (n_weights, n_bytes) = self.dtype.part(cols);
        let (first, end) = (start / n_weights, (start + out.len()).div_ceil(n_weights));
        self.with_bytes(first * n_bytes, (end - first) * n_bytes, |bytes| match bytes {
            Some(bytes) if first * n_weights == start => self.dtype.decode(bytes, cols, out),
            Some(bytes) => {
                let skipped = start - first * n_weights;
                let mut values = vec![0.0; skipped + out.len()];
                self.dtype.decode(bytes, cols, &mut values);
                out.copy_from_slice(&values[skipped..]);
            }
            None => out.fill(f32::NAN),
        });
    }

    /// Reads its bytes as they are stored, from one on; for any number of threads at once. If that fails they mean nothing,
    /// and reading the checkpoint ends with the failure.
    pub fn read_bytes(&self, start: usize, out: &mut [u8]) {
        let offset = self.offset + start as u64;
        match self.storage {
            Storage::Program(bytes) => {
                if let Some(bytes) = bytes.get(offset as usize..offset as usize + out.len()) {
                    out.copy_from_slice(bytes);
                }
            }
            Storage::Disk { file, .. } => self.note_failure(read_exact_at(file, out, offset)),
        }
    }

    fn note_failure(&self, result: io::Result<()>) {
        if let Err(e) = result {
            self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(e);
        }
    }

    /// Its first bytes, as many as there are.
    #[must_use]
    pub fn beginning(&self, n_bytes: usize) -> Vec<u8> {
        let n_bytes = n_bytes.min(self.n_bytes as usize);
        self.with_bytes(0, n_bytes, |bytes| bytes.map(<[u8]>::to_vec).unwrap_or_default())
    }

    fn with_bytes<R>(&self, offset: usize, n_bytes: usize, work: impl FnOnce(Option<&[u8]>) -> R) -> R {
        thread_local! {
            static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
        }
        let offset = self.offset + offset as u64;
        let file = match self.storage {
            Storage::Program(bytes) => return work(bytes.get(offset as usize..offset as usize + n_bytes)),
            Storage::Disk { file, .. } => file,
        };
        let mut buffer = BUFFER.take();
        buffer.resize(n_bytes, 0);
        let read = read_exact_at(file, &mut buffer, offset);
        let result = work(read.is_ok().then_some(&buffer[..]));
        self.note_failure(read);
        BUFFER.set(buffer);
        result
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, buffer, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => (buffer, offset) = (&mut buffer[n..], offset + n as u64),
        }
    }
    Ok(())
}

/// Where the bytes of a weight file are.
#[derive(Debug)]
pub(super) enum Storage {
    /// A file on disk. It stays the one that was opened, whatever takes its name later.
    Disk { path: PathBuf, file: File, written: Option<SystemTime> },
    /// Bytes inside the program.
    Program(&'static [u8]),
}
