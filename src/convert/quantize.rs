//! Writing a checkpoint as one smaller file: its weights are quantized, everything else is kept.
//!
//! Quantizing is rounding a weight to fewer bits, in blocks of neighbours that share a scale.

use std::{
    collections::HashMap,
    fs,
    io::{self, BufWriter, Seek, Write},
    num::NonZero,
    ops::ControlFlow,
};

use super::{
    error::ConvertError,
    format::{Format, Recipe},
    target::{self, NewFile},
};
use crate::{
    checkpoint::{
        About, Checkpoint, StoredDtype, Summing, TensorSource,
        gguf::{self, Layout},
    },
    engine,
    kernels::{Matrix, on_threads, start_threads},
    model::layout,
    picture::{self, PictureSource},
    progress::{OnProgress, Share},
};

/// Weights encoded at a time, and more if a row has more.
const WEIGHTS_AT_ONCE: usize = 1 << 22;

/// The largest number that 16 bits hold.
const LARGEST_F16: f32 = 65504.0;

/// How far a conversion is, in bytes of the original: all of it is read for its sum, then gone through for calibration if
/// there is any, then read to be written.
pub type Progress = Share;

/// Writes `checkpoint`, which was `origin`, as a new file; gives its size. `on_progress` may break to stop.
///
/// Some rows of a tensor are in memory at a time.
///
/// # Errors
/// When there is a file already, no room for a new one, or the checkpoint was converted before; nothing is changed then.
pub fn convert(
    checkpoint: &Checkpoint,
    origin: &str,
    recipe: impl Into<Recipe>,
    to: impl Into<NewFile>,
    on_progress: OnProgress<'_, Progress>,
) -> Result<u64, ConvertError> {
    let (Recipe { format, pictures }, mut to) = (recipe.into(), to.into());
    start_threads()?;
    if checkpoint.origin.is_some() {
        return Err(ConvertError::Converted(checkpoint.info.name.clone()));
    }
    checkpoint.tokenizer()?;
    target::check(format.n_bytes(checkpoint), &mut to)?;
    let n_bytes = checkpoint.n_bytes();
    let n_steps = if format == Format::Q4 { 3 } else { 2 };
    let mut tell = |n_done: u64| on_progress(Progress { n_done, n_total: n_steps * n_bytes });
    let sum = checkpoint.weights_sha256(&mut |n_done| tell(n_done.min(n_bytes)))?.ok_or(ConvertError::Stopped)?;
    let about = About {
        config: checkpoint.config.to_json(),
        tokenizer: String::from_utf8_lossy(&checkpoint.tokenizer_json).into_owned(),
        no_repeat_ngram_size: checkpoint.info.no_repeat_ngram.map_or(0, NonZero::get) as u32,
        is_mini: checkpoint.info.small_world.is_some(),
        origin: origin.to_owned(),
        origin_sha256: sum,
    };
    let matrices = match format {
        Format::Q4 => calibrated(checkpoint, &pictures, &mut |share| {
            tell(n_bytes + (f64::from(share.fraction()) * n_bytes as f64) as u64)
        })?,
        _ => HashMap::new(),
    };
    if let Some(folder) = to.path.parent() {
        let _ = fs::create_dir_all(folder); // if that fails, so does writing, which says why
    }
    let mut failure = None;
    let written = to.outputs.write_with(&to.path, |file| {
        let mut file = BufWriter::with_capacity(1 << 20, file);
        let before = (n_steps - 1) * n_bytes;
        let written = write(&mut file, &about, checkpoint, (format, &matrices), &mut |n_done| tell(before + n_done));
        written.map_err(|e| match e {
            ConvertError::Io(e) => e,
            e => {
                failure = Some(e);
                io::Error::other("it is no longer wanted")
            }
        })?;
        file.flush()
    });
    if let Some(failure) = failure {
        return Err(failure);
    }
    written?;
    Ok(fs::metadata(to.path).map_or(0, |written| written.len()))
}

/// The decoder's matrices, calibrated on what is said about those of the pictures that can be opened.
fn calibrated(
    checkpoint: &Checkpoint,
    pictures: &[PictureSource],
    on_progress: OnProgress<'_, Progress>,
) -> Result<HashMap<String, Matrix>, ConvertError> {
    let pictures: Vec<_> = pictures.iter().filter_map(|source| picture::open(source.clone()).ok()).collect();
    if pictures.is_empty() {
        return Err(ConvertError::NoPictures);
    }
    Ok(engine::calibrate(checkpoint, &pictures, on_progress)?)
}

/// Writes header and tensors, and then the header once more, when the sums in it are known.
fn write(
    file: &mut (impl Write + Seek),
    about: &About,
    checkpoint: &Checkpoint,
    (format, matrices): (Format, &HashMap<String, Matrix>),
    tell: OnProgress<'_, u64>,
) -> Result<(), ConvertError> {
    let mut contents = Layout::default();
    checkpoint.read_weights(&mut |tensor| {
        if !layout::is_ignored(tensor.name) {
            contents.add(tensor.name, format.dtype(tensor.name), tensor.shape);
        }
        ControlFlow::Continue(())
    })?;
    file.write_all(&gguf::header(about, &contents))?;
    let (mut n_done, mut n_tensors, mut result) = (0, 0, Ok(()));
    checkpoint.read_weights(&mut |tensor| {
        if !layout::is_ignored(tensor.name) {
            let written = match matrices.get(tensor.name) {
                Some(matrix) => write_bytes(file, matrix.bytes()),
                None => write_tensor(file, &tensor, format, &mut |share| tell(n_done + share)),
            };
            result = written.map(|sum| contents.set_sum(n_tensors, sum));
            n_tensors += 1;
        }
        n_done += tensor.n_bytes;
        if result.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    result?;
    file.rewind()?;
    Ok(file.write_all(&gguf::header(about, &contents))?)
}

/// Writes a whole tensor, and gives what it sums to.
fn write_bytes(file: &mut impl Write, bytes: &[u8]) -> Result<String, ConvertError> {
    file.write_all(bytes)?;
    file.write_all(gguf::padding(bytes.len() as u64))?;
    let mut sum = Summing::sha256();
    sum.update(bytes);
    Ok(sum.finish())
}

/// Quantizes and writes one tensor, and gives what its bytes sum to; `tell` is given the bytes of the original that are
/// dealt with so far.
fn write_tensor(
    file: &mut impl Write,
    tensor: &TensorSource,
    format: Format,
    tell: OnProgress<'_, u64>,
) -> Result<String, ConvertError> {
    let dtype = format.dtype(tensor.name);
    let largest = if dtype == StoredDtype::F32 { f32::MAX } else { LARGEST_F16 };
    let (n_values, cols) = (tensor.shape.iter().product::<usize>(), tensor.shape.last().copied().unwrap_or(1).max(1));
    let at_once = (WEIGHTS_AT_ONCE / cols).max(1).next_multiple_of(Matrix::GROUP) * cols;
    let (mut n_written, mut values) = (0, vec![0.0; at_once.min(n_values)]);
    let mut sum = Summing::sha256();
    for start in (0..n_values).step_by(at_once) {
        let values = &mut values[..at_once.min(n_values - start)];
        tensor.read(start, values);
        if values.iter().any(|x| x.is_nan() || x.abs() > largest) {
            return Err(ConvertError::Values(tensor.name.to_owned()));
        }
        let bytes =
            on_threads(|| dtype.encode(values, cols)).ok_or_else(|| io::Error::other("this format is only read"))?;
        file.write_all(&bytes)?;
        sum.update(&bytes);
        n_written += bytes.len();
        let share = (start + values.len()) as f64 / n_values as f64;
        if tell((share * tensor.n_bytes as f64) as u64).is_break() {
            return Err(ConvertError::Stopped);
        }
    }
    file.write_all(gguf::padding(n_written as u64))?;
    Ok(sum.finish())
}
