//! A checkpoint as one smaller file, that is opened like any other and needs nothing of the original.
//!
//! Norms, biases and positions stay in 32 bits, the patch embedding and the resampler in 16; a [`Format`] is for the
//! matrices of the decoder and of the vision tower, and for the token embedding.

mod background;
mod error;
mod format;
mod watched;

use std::{
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

pub use background::{Conversion, ConversionEvent};
pub use error::ConvertError;
pub use format::Format;

use crate::{
    checkpoint::{
        Checkpoint, Found, Source, StoredDtype, TensorSource,
        gguf::{self, About, Encoded},
    },
    export,
    model::weights,
};
use watched::Watched;

/// Weights encoded at a time, and more if a row has more.
const WEIGHTS_AT_ONCE: usize = 1 << 22;

/// The largest number that 16 bits hold.
const LARGEST_F16: f32 = 65504.0;

/// Room that is left on the disk, of what is needed: one part in so many.
const SPARE_ROOM: u64 = 20;

/// How far a conversion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes dealt with so far: all of the original is read twice, first for its sum; then the new file is written.
    pub n_done: u64,
    /// Bytes to deal with.
    pub n_total: u64,
}

type OnProgress<'a> = &'a mut dyn FnMut(Progress) -> ControlFlow<()>;

/// Writes `checkpoint`, which was `origin`, as a new file; gives its size. `on_progress` may break to stop.
///
/// All of the new file is in memory before it is written, beside one tensor of the original.
///
/// # Errors
/// When there is a file already, no room for a new one, or the checkpoint was converted before; nothing is changed then.
pub fn convert(
    checkpoint: &Checkpoint,
    origin: &str,
    format: Format,
    to: &Path,
    on_progress: OnProgress<'_>,
) -> Result<u64, ConvertError> {
    if checkpoint.origin.is_some() {
        return Err(ConvertError::Converted(checkpoint.info.name.clone()));
    }
    let (n_bytes, n_new_bytes) = (checkpoint.n_bytes(), format.n_bytes(checkpoint));
    check_target(n_new_bytes, to)?;
    let n_total = 2 * n_bytes + n_new_bytes;
    let mut tell = |n_done: u64| on_progress(Progress { n_done: n_done.min(n_total), n_total });
    let sum = checkpoint.weights_sha256(&mut |n_done| tell(n_done.min(n_bytes)))?.ok_or(ConvertError::Stopped)?;
    let about = About {
        config: checkpoint.config.to_json(),
        tokenizer: String::from_utf8_lossy(&checkpoint.tokenizer_json).into_owned(),
        no_repeat_ngram_size: checkpoint.info.no_repeat_ngram_size as u32,
        is_mini: checkpoint.info.small_world.is_some(),
        origin: origin.to_owned(),
        origin_sha256: sum,
    };
    let tensors = encode_all(checkpoint, format, &mut |n_done| tell(n_bytes + n_done))?;
    if let Some(folder) = to.parent() {
        let _ = fs::create_dir_all(folder); // if that fails, so does writing, which says why
    }
    let mut is_stopped = false;
    let written = export::write_atomically_with(to, |file| {
        let mut on_bytes = |n_done| {
            is_stopped = tell(2 * n_bytes + n_done).is_break();
            !is_stopped
        };
        let mut file = std::io::BufWriter::with_capacity(1 << 20, Watched::new(file, &mut on_bytes));
        gguf::write(&mut file, &about, &tensors)?;
        std::io::Write::flush(&mut file)
    });
    if is_stopped {
        return Err(ConvertError::Stopped);
    }
    written?;
    Ok(fs::metadata(to).map_or(0, |written| written.len()))
}

/// What the original is called in the new file: its repository, or else its own name.
#[must_use]
pub fn origin(source: &Source, checkpoint: &Checkpoint) -> String {
    match source {
        Source::Path(path) => Found::at(path).repo().to_owned(),
        Source::Embedded => checkpoint.info.name.clone(),
    }
}

/// Where a conversion goes unless told otherwise: the last part of what the original is called and the format, in this
/// folder.
#[must_use]
pub fn target(folder: &Path, origin: &str, format: Format) -> PathBuf {
    let name = origin.rsplit('/').next().unwrap_or_default().replace(' ', "-");
    folder.join(format!("{name}-{}.{}", format.name(), gguf::EXTENSION))
}

fn check_target(n_bytes: u64, to: &Path) -> Result<(), ConvertError> {
    if fs::symlink_metadata(to).is_ok() {
        return Err(ConvertError::Exists(to.to_owned()));
    }
    let needs = n_bytes + n_bytes / SPARE_ROOM;
    match export::free_space(to) {
        Some(free) if free < needs => Err(ConvertError::NoRoom { needs, free, path: to.to_owned() }),
        _ => Ok(()),
    }
}

fn encode_all(
    checkpoint: &Checkpoint,
    format: Format,
    tell: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Vec<Encoded>, ConvertError> {
    let (mut tensors, mut n_done, mut failure) = (Vec::new(), 0, None);
    checkpoint.read_weights(&mut |stored| {
        n_done += stored.n_bytes;
        if weights::is_ignored(stored.name) {
            return ControlFlow::Continue(());
        }
        match encode(&stored, format) {
            Ok(tensor) => tensors.push(tensor),
            Err(e) => failure = Some(e),
        }
        if failure.is_none() && tell(n_done).is_break() {
            failure = Some(ConvertError::Stopped);
        }
        if failure.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    failure.map_or(Ok(tensors), Err)
}

fn encode(stored: &TensorSource, format: Format) -> Result<Encoded, ConvertError> {
    let dtype = format.dtype(stored.name, stored.shape);
    let largest = if dtype == StoredDtype::F32 { f32::MAX } else { LARGEST_F16 };
    let (n_values, cols) = (stored.shape.iter().product::<usize>(), stored.shape.last().copied().unwrap_or(1).max(1));
    let at_once = (WEIGHTS_AT_ONCE / cols).max(1) * cols;
    let (mut bytes, mut values) = (Vec::new(), vec![0.0; at_once.min(n_values)]);
    for start in (0..n_values).step_by(at_once) {
        let values = &mut values[..at_once.min(n_values - start)];
        stored.read(start, values);
        if values.iter().any(|x| x.is_nan() || x.abs() > largest) {
            return Err(ConvertError::Values(stored.name.to_owned()));
        }
        bytes.extend(dtype.encode(values, cols).map_err(ConvertError::Library)?);
    }
    Encoded::new(stored.name, dtype, stored.shape, &bytes).map_err(ConvertError::Library)
}
