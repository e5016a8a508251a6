//! A conversion as a job beside the window, that can be stopped.

use std::{io, path::PathBuf};

use super::{
    error::ConvertError,
    format::Format,
    quantize::{Progress, convert},
};
use crate::{
    background::{Event, Job},
    checkpoint::{Checkpoint, Source},
};

/// A conversion on a thread of its own. When it is paused, stopped or fails, nothing is left of the new file.
pub type Conversion = Job<Progress, Converted>;

/// What a conversion tells.
pub type ConversionEvent = Event<Progress, Converted>;

/// The new file.
#[derive(Debug)]
pub struct Converted {
    /// Where it is.
    pub path: PathBuf,
    /// Its size.
    pub n_bytes: u64,
}

/// Begins to convert what `source` holds, and `origin` names. `wake` is called after each event, from the thread.
///
/// # Errors
/// When the thread can't be started.
pub fn start_conversion(
    source: Source,
    origin: String,
    format: Format,
    to: PathBuf,
    wake: impl Fn() + Send + 'static,
) -> io::Result<Conversion> {
    Job::start("convert", wake, move |reporter| {
        let opened = Checkpoint::open(&source).map_err(ConvertError::from);
        let on_progress = &mut |progress| reporter.progress(progress);
        let converted = opened.and_then(|checkpoint| convert(&checkpoint, &origin, format, &to, on_progress));
        converted.map(|n_bytes| Converted { path: to, n_bytes }).map_err(|e| e.to_string())
    })
}
