//! A whole checkpoint as one GGUF file: quantized weights, and everything else as metadata.
//!
//! Sizes, tokenizer and origin are under keys of our own, but for the tokenizer's, which the format names. Other
//! checkpoints in this format lack them and are refused. The tensor library reads the format, but writes only what is in
//! memory as a whole. The format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>.

use std::{
    collections::HashMap,
    io::{self, Cursor, Read as _},
    path::Path,
};

use candle_core::quantized::{
    GgmlDType,
    gguf_file::{Content, TensorInfo, Value},
};

use crate::{
    checkpoint::{
        error::CheckpointError,
        files::ReadSeek,
        stored::{About, Header, StoredDtype, StoredTensor},
    },
    kernels::Blocks,
    model::MODEL_TYPE,
};

/// How the names of such files end, without the dot.
pub const EXTENSION: &str = "gguf";

/// The first bytes of every such file.
const MAGIC: &[u8] = b"GGUF";
const VERSION: u32 = 3;

/// Bytes in which everything but the weights must be; of the published checkpoint that is 5 MB.
const MOST_HEADER_BYTES: u64 = 32 << 20;

/// A key that our files never have. The library would divide by its value, which may be 0.
const ALIGNMENT: &[u8] = b"general.alignment";

const ARCHITECTURE: &str = "general.architecture";
const TOKENIZER: &str = "tokenizer.huggingface.json";
const CONFIG: &str = "kosmoscope.config";
const NO_REPEAT_NGRAM_SIZE: &str = "kosmoscope.no_repeat_ngram_size";
const IS_MINI: &str = "kosmoscope.is_mini";
const ORIGIN: &str = "kosmoscope.origin";
const ORIGIN_SHA256: &str = "kosmoscope.origin.sha256";

/// Whether a file begins as every one of this format does.
pub(super) fn sniff(head: &[u8]) -> bool {
    head.starts_with(MAGIC)
}

/// Reads and checks everything but the weights.
pub(super) fn read_header(file: &mut dyn ReadSeek, n_bytes: u64, path: &Path) -> Result<Header, CheckpointError> {
    let damaged = |reason: String| CheckpointError::Damaged { reason, path: path.to_owned() };
    let mut head = Vec::new();
    file.take(MOST_HEADER_BYTES)
        .read_to_end(&mut head)
        .map_err(|reason| CheckpointError::Io { reason, path: path.to_owned() })?;
    if head.windows(ALIGNMENT.len()).any(|window| window == ALIGNMENT) {
        return Err(damaged("its alignment is unusual".to_owned()));
    }
    let content = Content::read(&mut Cursor::new(&head)).map_err(|e| damaged(first_line(&e)))?;
    let about = about(&content.metadata).map_err(damaged)?;
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
    Ok(Header { tensors, about: Some(about) })
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

/// The sentence of an error, without the place in its own code that the library may add.
fn first_line(e: &candle_core::Error) -> String {
    e.to_string().lines().next().unwrap_or_default().to_owned()
}

fn about(metadata: &HashMap<String, Value>) -> Result<About, String> {
    let text = |key: &str| match metadata.get(key) {
        Some(Value::String(text)) => Ok(text.clone()),
        _ => Err(format!("it has no {key}, so it was not written by \"kosmoscope model convert\"")),
    };
    let architecture = text(ARCHITECTURE)?;
    if architecture != MODEL_TYPE {
        return Err(format!("it holds the model {architecture:?}, not {MODEL_TYPE}"));
    }
    let number = metadata.get(NO_REPEAT_NGRAM_SIZE).and_then(|value| value.to_u32().ok());
    Ok(About {
        config: text(CONFIG)?,
        tokenizer: text(TOKENIZER)?,
        no_repeat_ngram_size: number.ok_or_else(|| format!("it has no {NO_REPEAT_NGRAM_SIZE}"))?,
        is_mini: metadata.get(IS_MINI).is_some_and(|value| matches!(value, Value::Bool(true))),
        origin: text(ORIGIN)?,
        origin_sha256: text(ORIGIN_SHA256)?,
    })
}

fn metadata(about: &About) -> [(&'static str, Written<'_>); 7] {
    [
        (ARCHITECTURE, Written::Text(MODEL_TYPE)),
        (CONFIG, Written::Text(&about.config)),
        (NO_REPEAT_NGRAM_SIZE, Written::U32(about.no_repeat_ngram_size)),
        (IS_MINI, Written::Bool(about.is_mini)),
        (ORIGIN, Written::Text(&about.origin)),
        (ORIGIN_SHA256, Written::Text(&about.origin_sha256)),
        (TOKENIZER, Written::Text(&about.tokenizer)),
    ]
}

/// A value on its way into a file.
enum Written<'a> {
    U32(u32),
    Bool(bool),
    Text(&'a str),
}

impl Written<'_> {
    /// The number that the format has for its type, and the value itself.
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::U32(n) => [4_u32.to_le_bytes(), n.to_le_bytes()].concat(),
            Self::Bool(is_so) => [&7_u32.to_le_bytes()[..], &[u8::from(*is_so)]].concat(),
            Self::Text(text) => [&8_u32.to_le_bytes()[..], &text_bytes(text)].concat(),
        }
    }
}

fn text_bytes(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat()
}

/// Which tensors a file holds, in their order, and where each begins.
#[derive(Debug, Default)]
pub struct Layout {
    n_tensors: u64,
    /// Bytes of all tensors so far.
    n_bytes: u64,
    descriptions: Vec<u8>,
}

impl Layout {
    /// Adds a tensor; its rows must be whole blocks.
    pub fn add(&mut self, name: &str, dtype: StoredDtype, shape: &[usize]) {
        self.descriptions.extend(text_bytes(name));
        self.descriptions.extend((shape.len() as u32).to_le_bytes());
        for size in shape.iter().rev() {
            self.descriptions.extend((*size as u64).to_le_bytes());
        }
        self.descriptions.extend(number(dtype).to_le_bytes());
        self.descriptions.extend(self.n_bytes.to_le_bytes());
        let n_bytes = dtype.n_bytes(shape).unwrap_or_default();
        self.n_bytes += n_bytes + padding(n_bytes).len() as u64;
        self.n_tensors += 1;
    }
}

/// The number that the format has for a dtype.
fn number(dtype: StoredDtype) -> u32 {
    match dtype {
        StoredDtype::F32 => 0,
        StoredDtype::F16 => 1,
        StoredDtype::BF16 => 30,
        StoredDtype::Blocks(Blocks::Q4_1) => 3,
        StoredDtype::Blocks(Blocks::Q5_1) => 7,
        StoredDtype::Blocks(Blocks::Q8_0) => 8,
        StoredDtype::Blocks(Blocks::Q4K) => 12,
        StoredDtype::Blocks(Blocks::Q5K) => 13,
        StoredDtype::Blocks(Blocks::Q6K) => 14,
    }
}

/// The bytes that follow this many, so that the next tensor begins at a multiple of the format's usual alignment.
#[must_use]
pub fn padding(n_bytes: u64) -> &'static [u8] {
    const ALIGNED: usize = 32;
    &[0; ALIGNED][..(n_bytes.next_multiple_of(ALIGNED as u64) - n_bytes) as usize]
}

/// Writes everything before the first tensor. The tensors follow in their order, each with its [`padding`].
///
/// # Errors
/// When it can't be written.
pub fn write_header(file: &mut impl io::Write, about: &About, layout: &Layout) -> io::Result<()> {
    let metadata = metadata(about);
    let mut header = [MAGIC, &VERSION.to_le_bytes()].concat();
    header.extend(layout.n_tensors.to_le_bytes());
    header.extend((metadata.len() as u64).to_le_bytes());
    for (key, value) in metadata {
        header.extend(text_bytes(key));
        header.extend(value.bytes());
    }
    header.extend(&layout.descriptions);
    header.extend(padding(header.len() as u64));
    file.write_all(&header)
}
