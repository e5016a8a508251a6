//! A whole checkpoint as one GGUF file: weights in fewer bits, and everything else as metadata.
//!
//! Sizes, tokenizer and origin are under keys of our own, but for the tokenizer's, which the format names. Other
//! checkpoints in this format lack them and are refused. The format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>,
//! parsed and written by the tensor library (version 2).

use std::{
    collections::HashMap,
    fs::File,
    io::{self, Cursor, Read as _},
    path::Path,
};

use candle_core::quantized::{
    GgmlDType, QTensor,
    gguf_file::{self, Content, TensorInfo, Value},
};

use super::{CheckpointError, StoredDtype, files, weights::StoredTensor};
use crate::kernels::Blocks;

/// How such files end.
pub const EXTENSION: &str = "gguf";

/// How the format itself begins.
const MAGIC: &[u8] = b"GGUF";

/// Bytes in which everything but the weights must be; of the published checkpoint that is 5 MB.
const MOST_HEADER_BYTES: u64 = 32 << 20;

/// Ours never have it, and the library divides by it.
const ALIGNMENT: &[u8] = b"general.alignment";

const ARCHITECTURE: &str = "general.architecture";
const KOSMOS: &str = "kosmos-2";
const TOKENIZER: &str = "tokenizer.huggingface.json";
const CONFIG: &str = "kosmoscope.config";
const NO_REPEAT_NGRAM_SIZE: &str = "kosmoscope.no_repeat_ngram_size";
const IS_MINI: &str = "kosmoscope.is_mini";
const ORIGIN: &str = "kosmoscope.origin";
const ORIGIN_SHA256: &str = "kosmoscope.origin.sha256";

/// What a file says beside its weights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The content of `config.json`.
    pub config: String,
    /// The content of `tokenizer.json`.
    pub tokenizer: String,
    /// The rule against repetition it was made for.
    pub no_repeat_ngram_size: u32,
    /// Whether it is the small one inside the program.
    pub is_mini: bool,
    /// What it was made from, for example `microsoft/kosmos-2-patch14-224`.
    pub origin: String,
    /// SHA-256 over the files of weights it was made from, one after the other, in hexadecimal digits.
    pub origin_sha256: String,
}

/// Reads and checks everything but the weights.
pub(super) fn read_header(
    file: &mut File,
    n_bytes: u64,
    path: &Path,
) -> Result<(About, Vec<StoredTensor>), CheckpointError> {
    let damaged = |reason: String| CheckpointError::Damaged { reason, path: path.to_owned() };
    let mut head = Vec::new();
    file.take(MOST_HEADER_BYTES)
        .read_to_end(&mut head)
        .map_err(|reason| CheckpointError::Io { reason, path: path.to_owned() })?;
    files::check_content(&head, path)?;
    if !head.starts_with(MAGIC) {
        return Err(CheckpointError::NoCheckpoint(path.to_owned()));
    }
    if head.windows(ALIGNMENT.len()).any(|window| window == ALIGNMENT) {
        return Err(damaged("its alignment is an unusual one".to_owned()));
    }
    let content = Content::read(&mut Cursor::new(&head)).map_err(|e| damaged(first_line(&e)))?;
    let about = About::read(&content.metadata).map_err(damaged)?;
    let mut tensors = Vec::new();
    for (name, info) in &content.tensor_infos {
        let tensor = stored_tensor(name, info, content.tensor_data_offset).map_err(damaged)?;
        let needs = tensor.offset.saturating_add(tensor.n_bytes);
        if needs > n_bytes {
            return Err(CheckpointError::CutOff { holds: n_bytes, needs, path: path.to_owned() });
        }
        tensors.push(tensor);
    }
    tensors.sort_by(|a, b| (a.offset, &a.name).cmp(&(b.offset, &b.name)));
    Ok((about, tensors))
}

fn stored_tensor(name: &str, info: &TensorInfo, data_offset: u64) -> Result<StoredTensor, String> {
    let shape = info.shape.dims().to_vec();
    let dtype = stored_dtype(info.ggml_dtype).ok_or_else(|| format!("{name} is stored as {:?}", info.ggml_dtype))?;
    let n_bytes = dtype.n_bytes(&shape).ok_or_else(|| format!("{name} can't have the shape {shape:?}"))?;
    let offset = data_offset.checked_add(info.offset).ok_or_else(|| format!("{name} is beyond its end"))?;
    Ok(StoredTensor { name: name.to_owned(), dtype, shape, offset, n_bytes })
}

fn stored_dtype(dtype: GgmlDType) -> Option<StoredDtype> {
    match dtype {
        GgmlDType::F32 => Some(StoredDtype::F32),
        GgmlDType::F16 => Some(StoredDtype::F16),
        GgmlDType::BF16 => Some(StoredDtype::BF16),
        _ => Blocks::ALL.into_iter().find(|blocks| blocks.dtype() == dtype).map(StoredDtype::Blocks),
    }
}

/// The library may add where in its own code the error is.
fn first_line(e: &candle_core::Error) -> String {
    e.to_string().lines().next().unwrap_or_default().to_owned()
}

impl About {
    fn read(metadata: &HashMap<String, Value>) -> Result<Self, String> {
        let text = |key: &str| match metadata.get(key) {
            Some(Value::String(text)) => Ok(text.clone()),
            _ => Err(format!("it has no {key}, so it was not written by \"kosmoscope model convert\"")),
        };
        let architecture = text(ARCHITECTURE)?;
        if architecture != KOSMOS {
            return Err(format!("it holds the model {architecture:?}, not {KOSMOS}"));
        }
        let number = metadata.get(NO_REPEAT_NGRAM_SIZE).and_then(|value| value.to_u32().ok());
        Ok(Self {
            config: text(CONFIG)?,
            tokenizer: text(TOKENIZER)?,
            no_repeat_ngram_size: number.ok_or_else(|| format!("it has no {NO_REPEAT_NGRAM_SIZE}"))?,
            is_mini: metadata.get(IS_MINI).is_some_and(|value| matches!(value, Value::Bool(true))),
            origin: text(ORIGIN)?,
            origin_sha256: text(ORIGIN_SHA256)?,
        })
    }

    fn metadata(&self) -> [(&'static str, Value); 7] {
        let text = |text: &str| Value::String(text.to_owned());
        [
            (ARCHITECTURE, text(KOSMOS)),
            (CONFIG, text(&self.config)),
            (NO_REPEAT_NGRAM_SIZE, Value::U32(self.no_repeat_ngram_size)),
            (IS_MINI, Value::Bool(self.is_mini)),
            (ORIGIN, text(&self.origin)),
            (ORIGIN_SHA256, text(&self.origin_sha256)),
            (TOKENIZER, text(&self.tokenizer)),
        ]
    }
}

/// A tensor on its way into a file.
pub struct Encoded {
    name: String,
    tensor: QTensor,
}

impl Encoded {
    /// `bytes` as [`StoredDtype::encode`] gives them.
    ///
    /// # Errors
    /// When they are not as many as the shape asks for.
    pub fn new(name: &str, dtype: StoredDtype, shape: &[usize], bytes: &[u8]) -> io::Result<Self> {
        let dtype = match dtype {
            StoredDtype::F32 => GgmlDType::F32,
            StoredDtype::F16 => GgmlDType::F16,
            StoredDtype::BF16 => GgmlDType::BF16,
            StoredDtype::Blocks(blocks) => blocks.dtype(),
        };
        let device = candle_core::Device::Cpu;
        let tensor = candle_core::quantized::ggml_file::qtensor_from_ggml(dtype, bytes, shape.to_vec(), &device)
            .map_err(io::Error::other)?;
        Ok(Self { name: name.to_owned(), tensor })
    }
}

/// Writes a whole file.
///
/// # Errors
/// When it can't be written.
pub fn write(file: &mut (impl io::Write + io::Seek), about: &About, tensors: &[Encoded]) -> io::Result<()> {
    let metadata = about.metadata();
    let metadata: Vec<_> = metadata.iter().map(|(key, value)| (*key, value)).collect();
    let tensors: Vec<_> = tensors.iter().map(|Encoded { name, tensor }| (name.as_str(), tensor)).collect();
    gguf_file::write(file, &metadata, &tensors).map_err(|e| match e {
        candle_core::Error::Io(reason) => reason,
        e => io::Error::other(e),
    })
}
