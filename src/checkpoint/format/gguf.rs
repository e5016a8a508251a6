//! A whole checkpoint as one GGUF file: quantized weights, and everything else as metadata.
//!
//! Sizes, tokenizer and origin are under keys of our own, but for the tokenizer's, which the format names. Other
//! checkpoints in this format lack them and are refused. The tensor library reads the format, but writes only what is in
//! memory as a whole. The format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>.
//!
//! Matrices that are computed with in few bits are stored as they lie in memory, so that loading is reading. The format has no
//! number for that: to other programs each is a list of floats without meaning, and `PACKED` says what it is.
//!
//! A file knows its own content: it notes a sum of its header, which is held against it whenever it is opened, and one of
//! each tensor, which takes as long as reading them all and is for `verify`. Files written before had no sums.

use std::{
    collections::HashMap,
    io::{Cursor, Read as _},
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
        manifest::Summing,
        stored::{About, Header, StoredDtype, StoredTensor},
    },
    kernels::{Blocks, Precision},
    model::MODEL_TYPE,
};

/// How the names of such files end, without the dot.
pub const EXTENSION: &str = "gguf";

/// The first bytes of every such file.
const MAGIC: &[u8] = b"GGUF";
const VERSION: u32 = 3;

/// Bytes in which everything but the weights must be; of the published checkpoint that is 5 MB.
const MOST_HEADER_BYTES: u64 = 32 << 20;
/// Read first; the rest only if that is not enough.
const USUAL_HEADER_BYTES: u64 = 6 << 20;

/// SHA-256 of everything before the tensors, in which these digits themselves are [`NO_SUM`]. It comes first, so that
/// it is found without believing anything else.
const HEADER_SHA256: &str = "kosmoscope.header.sha256";
/// SHA-256 of the bytes of each tensor, in the order in which they are stored.
const TENSORS_SHA256: &str = "kosmoscope.tensors.sha256";
/// For each tensor, in the order in which they are stored: precision, rows and columns of a packed matrix, or nothing.
const PACKED: &str = "kosmoscope.packed";
/// All keys of our files; older ones lack the sums and what is packed.
const KEYS: [&str; 10] = [
    HEADER_SHA256,
    ARCHITECTURE,
    CONFIG,
    NO_REPEAT_NGRAM_SIZE,
    IS_MINI,
    ORIGIN,
    ORIGIN_SHA256,
    TOKENIZER,
    PACKED,
    TENSORS_SHA256,
];

/// Stands for the digits of a sum until it is known.
const NO_SUM: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// Where the digits of the header's sum begin: behind the magic bytes, the version, two counts, the key, and the type and
/// the length of the value.
const HEADER_SUM_AT: usize = 4 + 4 + 8 + 8 + (8 + HEADER_SHA256.len()) + 4 + 8;

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
    let mut read_on = |head: &mut Vec<u8>, most: u64| {
        let rest = most.saturating_sub(head.len() as u64);
        file.take(rest).read_to_end(head).map_err(|reason| CheckpointError::Io { reason, path: path.to_owned() })
    };
    read_on(&mut head, USUAL_HEADER_BYTES)?;
    let mut content = parse(&head);
    if content.is_err() {
        read_on(&mut head, MOST_HEADER_BYTES)?;
        content = parse(&head);
    }
    let content = content.map_err(damaged)?;
    let about = about(&content.metadata).map_err(damaged)?;
    check_counts(&head, &content).map_err(damaged)?;
    let data_offset = content.tensor_data_offset;
    let all = content.tensor_infos.iter().map(|(name, info)| stored_tensor(name, info, data_offset));
    let mut tensors = all.collect::<Result<Vec<_>, _>>().map_err(damaged)?;
    tensors.sort_by(|a, b| (a.offset, &a.name).cmp(&(b.offset, &b.name)));
    let Some(head) = head.get(..data_offset as usize) else {
        return Err(CheckpointError::CutOff { holds: n_bytes, needs: data_offset, path: path.to_owned() });
    };
    note_packed(&mut tensors, &content.metadata).map_err(damaged)?;
    note_sums(&mut tensors, &content.metadata, head).map_err(damaged)?;
    check_places(&tensors, data_offset, n_bytes, path)?;
    Ok(Header { tensors, about: Some(about) })
}

/// What the library makes of the first bytes of a file.
fn parse(head: &[u8]) -> Result<Content, String> {
    if head.windows(ALIGNMENT.len()).any(|window| window == ALIGNMENT) {
        return Err("its alignment is unusual".to_owned());
    }
    Content::read(&mut Cursor::new(head)).map_err(|e| first_line(&e))
}

/// Refuses another version of the format, keys that our files don't have, and what is in a table twice, of which the
/// library keeps the last.
fn check_counts(head: &[u8], content: &Content) -> Result<(), String> {
    if head.get(4..8) != Some(&VERSION.to_le_bytes()[..]) {
        return Err(format!("it is not of version {VERSION} of the format"));
    }
    if let Some(key) = content.metadata.keys().filter(|key| !KEYS.contains(&key.as_str())).min() {
        return Err(format!("it has {key:?}, which none of our files has"));
    }
    let counts = [content.tensor_infos.len(), content.metadata.len()].map(|n| (n as u64).to_le_bytes()).concat();
    if head.get(8..24) != Some(&counts[..]) {
        return Err("a tensor or a key is in it twice".to_owned());
    }
    Ok(())
}

/// Says of the packed matrices what they are; `tensors` are in the order in which they are stored.
fn note_packed(tensors: &mut [StoredTensor], metadata: &HashMap<String, Value>) -> Result<(), String> {
    let packed = match metadata.get(PACKED) {
        None => return Ok(()),
        Some(Value::Array(packed)) if packed.len() == tensors.len() => packed,
        Some(_) => return Err(format!("its {PACKED} is not one text for each tensor")),
    };
    for (tensor, packed) in tensors.iter_mut().zip(packed) {
        let packed = packed.to_string().map_err(|e| first_line(&e))?;
        if packed.is_empty() {
            continue;
        }
        let damaged = || format!("{} can't be {packed:?}", tensor.name);
        let (dtype, shape) = packed_matrix(packed).ok_or_else(damaged)?;
        if tensor.dtype != StoredDtype::F32 || dtype.n_bytes(&shape) != Some(tensor.n_bytes) {
            return Err(damaged());
        }
        (tensor.dtype, tensor.shape) = (dtype, shape);
    }
    Ok(())
}

fn packed_matrix(text: &str) -> Option<(StoredDtype, Vec<usize>)> {
    let mut words = text.split(' ');
    let name = words.next()?;
    let precision = Precision::ALL.into_iter().find(|precision| precision.name() == name)?;
    let shape = words.map(|word| word.parse().ok()).collect::<Option<Vec<usize>>>()?;
    Some((StoredDtype::Packed(precision), shape))
}

/// Holds the header against its sum, and gives each tensor its own; `tensors` are in the order in which they are stored.
fn note_sums(tensors: &mut [StoredTensor], metadata: &HashMap<String, Value>, head: &[u8]) -> Result<(), String> {
    let (header, sums) = match (metadata.get(HEADER_SHA256), metadata.get(TENSORS_SHA256)) {
        (None, None) => return Ok(()),
        (Some(Value::String(header)), Some(Value::Array(sums))) => (header, sums),
        _ => return Err("it has only some of its sums".to_owned()),
    };
    let is_in_its_place = head.get(HEADER_SUM_AT..).is_some_and(|rest| rest.starts_with(header.as_bytes()));
    if !is_in_its_place || header_sum(head).as_ref() != Some(header) {
        return Err("its header is not as it was written, by its own sum".to_owned());
    }
    if sums.len() != tensors.len() {
        return Err(format!("it has {} sums for {} tensors", sums.len(), tensors.len()));
    }
    for (tensor, sum) in tensors.iter_mut().zip(sums) {
        tensor.sha256 = sum.to_string().ok().cloned();
    }
    Ok(())
}

/// What a header sums to.
fn header_sum(header: &[u8]) -> Option<String> {
    let (before, rest) = header.split_at_checked(HEADER_SUM_AT)?;
    let mut sum = Summing::sha256();
    sum.update(before);
    sum.update(NO_SUM.as_bytes());
    sum.update(rest.get(NO_SUM.len()..)?);
    Some(sum.finish())
}

/// Refuses tensors that do not follow one another, each from the first place that it may begin at, to the end of the file.
fn check_places(tensors: &[StoredTensor], start: u64, n_bytes: u64, path: &Path) -> Result<(), CheckpointError> {
    let damaged = |reason: String| CheckpointError::Damaged { reason, path: path.to_owned() };
    let cut_off = |needs| CheckpointError::CutOff { holds: n_bytes, needs, path: path.to_owned() };
    let mut end = start;
    for tensor in tensors {
        if tensor.offset != end {
            return Err(damaged(format!("{} does not begin where the tensor before it ends", tensor.name)));
        }
        if tensor.n_bytes > n_bytes {
            return Err(cut_off(tensor.offset.saturating_add(tensor.n_bytes)));
        }
        end += tensor.n_bytes + padding(tensor.n_bytes).len() as u64;
    }
    match n_bytes.checked_sub(end) {
        Some(0) => Ok(()),
        Some(more) => Err(damaged(format!("it is {more} bytes too long"))),
        None => Err(cut_off(end)),
    }
}

fn stored_tensor(name: &str, info: &TensorInfo, data_offset: u64) -> Result<StoredTensor, String> {
    let shape = info.shape.dims().to_vec();
    let dtype = stored_dtype(info.ggml_dtype).ok_or_else(|| format!("{name} is stored as {:?}", info.ggml_dtype))?;
    let n_bytes = dtype.n_bytes(&shape).ok_or_else(|| format!("{name} can't have the shape {shape:?}"))?;
    let offset = data_offset.checked_add(info.offset).ok_or_else(|| format!("{name} is beyond its end"))?;
    Ok(StoredTensor { name: name.to_owned(), dtype, shape, offset, n_bytes, sha256: None })
}

/// The formats that weights are converted to.
fn stored_dtype(dtype: GgmlDType) -> Option<StoredDtype> {
    match dtype {
        GgmlDType::F32 => Some(StoredDtype::F32),
        GgmlDType::F16 => Some(StoredDtype::F16),
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

fn metadata<'a>(about: &'a About, layout: &'a Layout) -> [(&'static str, Written<'a>); KEYS.len()] {
    [
        (HEADER_SHA256, Written::Text(NO_SUM)),
        (ARCHITECTURE, Written::Text(MODEL_TYPE)),
        (CONFIG, Written::Text(&about.config)),
        (NO_REPEAT_NGRAM_SIZE, Written::U32(about.no_repeat_ngram_size)),
        (IS_MINI, Written::Bool(about.is_mini)),
        (ORIGIN, Written::Text(&about.origin)),
        (ORIGIN_SHA256, Written::Text(&about.origin_sha256)),
        (TOKENIZER, Written::Text(&about.tokenizer)),
        (PACKED, Written::Texts(&layout.packed)),
        (TENSORS_SHA256, Written::Texts(&layout.sums)),
    ]
}

/// A value on its way into a file.
enum Written<'a> {
    U32(u32),
    Bool(bool),
    Text(&'a str),
    Texts(&'a [String]),
}

impl Written<'_> {
    /// The number that the format has for its type, and the value itself.
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::U32(n) => [4_u32.to_le_bytes(), n.to_le_bytes()].concat(),
            Self::Bool(is_so) => [&7_u32.to_le_bytes()[..], &[u8::from(*is_so)]].concat(),
            Self::Text(text) => [&8_u32.to_le_bytes()[..], &text_bytes(text)].concat(),
            Self::Texts(texts) => {
                let beginning = [&[9_u32, 8].map(u32::to_le_bytes).concat()[..], &(texts.len() as u64).to_le_bytes()];
                beginning.concat().into_iter().chain(texts.iter().flat_map(|text| text_bytes(text))).collect()
            }
        }
    }
}

fn text_bytes(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat()
}

/// Which tensors a file holds, in their order, and where each begins.
#[derive(Debug, Default)]
pub struct Layout {
    /// The sum of each tensor's bytes, once it is known.
    sums: Vec<String>,
    /// What each is packed as.
    packed: Vec<String>,
    /// Bytes of all tensors so far.
    n_bytes: u64,
    descriptions: Vec<u8>,
}

impl Layout {
    /// Adds a tensor; its rows must be whole blocks.
    pub fn add(&mut self, name: &str, dtype: StoredDtype, shape: &[usize]) {
        let n_bytes = dtype.n_bytes(shape).unwrap_or_default();
        let (stored_shape, packed) = match dtype {
            StoredDtype::Packed(precision) => {
                let sizes: Vec<String> = shape.iter().map(ToString::to_string).collect();
                (&[n_bytes as usize / size_of::<f32>()][..], format!("{precision} {}", sizes.join(" ")))
            }
            _ => (shape, String::new()),
        };
        self.descriptions.extend(text_bytes(name));
        self.descriptions.extend((stored_shape.len() as u32).to_le_bytes());
        for size in stored_shape.iter().rev() {
            self.descriptions.extend((*size as u64).to_le_bytes());
        }
        self.descriptions.extend(number(dtype).to_le_bytes());
        self.descriptions.extend(self.n_bytes.to_le_bytes());
        self.n_bytes += n_bytes + padding(n_bytes).len() as u64;
        self.packed.push(packed);
        self.sums.push(NO_SUM.to_owned());
    }

    /// Notes what the bytes of a tensor sum to, by its place in the order: SHA-256 in 64 hexadecimal digits.
    pub fn set_sum(&mut self, n: usize, sha256: String) {
        self.sums[n] = sha256;
    }
}

/// The number that the format has for a dtype.
fn number(dtype: StoredDtype) -> u32 {
    match dtype {
        StoredDtype::F32 | StoredDtype::Packed(_) => 0,
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

/// Everything before the first tensor, as long as it will be when all sums are known. The tensors follow in their order,
/// each with its [`padding`].
#[must_use]
pub fn header(about: &About, layout: &Layout) -> Vec<u8> {
    let metadata = metadata(about, layout);
    let mut header = [MAGIC, &VERSION.to_le_bytes()].concat();
    header.extend((layout.sums.len() as u64).to_le_bytes());
    header.extend((metadata.len() as u64).to_le_bytes());
    for (key, value) in metadata {
        header.extend(text_bytes(key));
        header.extend(value.bytes());
    }
    header.extend(&layout.descriptions);
    header.extend(padding(header.len() as u64));
    if let Some(sum) = header_sum(&header) {
        header[HEADER_SUM_AT..][..NO_SUM.len()].copy_from_slice(sum.as_bytes());
    }
    header
}
