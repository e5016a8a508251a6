//! Weights in safetensors files: one, several with an index, or inside the program.
//!
//! Only headers are parsed here, with the format's own checks (no gaps, no overlap, sizes that add up) and the file's
//! length held against them; tensors are read afterwards by position, so memory never holds a file twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{Read, Seek, SeekFrom},
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::SystemTime,
};

use safetensors::{Dtype, tensor::Metadata};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess},
};

use super::{CheckpointError, files};
use crate::model::weights::Shapes;

/// The format's own limit for a header.
const MOST_HEADER_BYTES: u64 = 100_000_000;

/// Bytes of a tensor's name at most; the longest of Kosmos-2 has 73.
const LONGEST_NAME: usize = 1024;

/// The buffer of a larger tensor, as the token embedding is, does not stay until all are read.
const MOST_KEPT_BYTES: usize = 1 << 27;

/// What stands for a path in what is said of the weights inside the program.
const BUILT_IN: &str = "the built-in weights";

/// Number formats that weights may be stored in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoredDtype {
    /// 32 bits.
    F32,
    /// 16 bits, half precision.
    F16,
    /// 16 bits, the range of f32.
    BF16,
}

impl StoredDtype {
    /// For example `f32`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::BF16 => "bf16",
        }
    }
}

/// One tensor as it is stored, little-endian.
#[derive(Debug)]
pub struct TensorBytes<'a> {
    /// Its published name.
    pub name: &'a str,
    /// How its numbers are stored.
    pub dtype: StoredDtype,
    /// Its sizes, outermost first.
    pub shape: &'a [usize],
    /// Its numbers.
    pub bytes: &'a [u8],
}

/// All weight files of a checkpoint.
#[derive(Debug)]
pub(super) struct WeightFiles(Vec<WeightFile>);

#[derive(Debug)]
struct WeightFile {
    place: Place,
    /// In the order they are stored.
    tensors: Vec<StoredTensor>,
}

#[derive(Debug)]
enum Place {
    /// The file that was opened, whatever takes its name later.
    Disk {
        path: PathBuf,
        file: File,
        written: Option<SystemTime>,
    },
    Program(&'static [u8]),
}

#[derive(Debug)]
struct StoredTensor {
    name: String,
    dtype: StoredDtype,
    shape: Vec<usize>,
    /// From the start of the file.
    offset: u64,
    n_bytes: u64,
}

impl WeightFiles {
    pub(super) fn embedded(bytes: &'static [u8]) -> Result<Self, CheckpointError> {
        let path = Path::new(BUILT_IN);
        let tensors = read_header(&mut &*bytes, bytes.len() as u64, path)?;
        Ok(Self(vec![WeightFile { place: Place::Program(bytes), tensors }]))
    }

    /// `model.safetensors`, or the shards that `model.safetensors.index.json` names.
    pub(super) fn in_folder(folder: &Path) -> Result<Self, CheckpointError> {
        let index = folder.join("model.safetensors.index.json");
        let single = folder.join("model.safetensors");
        let paths = if index.exists() && !single.exists() { shards(folder, &index)? } else { vec![single] };
        let files = Self(paths.into_iter().map(WeightFile::open).collect::<Result<_, _>>()?);
        files.check_unique()?;
        Ok(files)
    }

    fn check_unique(&self) -> Result<(), CheckpointError> {
        let mut seen = BTreeSet::new();
        for file in &self.0 {
            if let Some(twice) = file.tensors.iter().find(|t| !seen.insert(t.name.as_str())) {
                let reason = format!("the tensor {} is also in another file", twice.name);
                return Err(CheckpointError::Damaged { reason, path: file.path().to_owned() });
            }
        }
        Ok(())
    }

    pub(super) fn shapes(&self) -> Shapes {
        self.0.iter().flat_map(|file| &file.tensors).map(|t| (t.name.clone(), t.shape.clone())).collect()
    }

    /// Bytes of the largest tensor.
    pub(super) fn largest(&self) -> u64 {
        self.0.iter().flat_map(|file| &file.tensors).map(|t| t.n_bytes).max().unwrap_or_default()
    }

    pub(super) fn n_bytes(&self) -> u64 {
        self.0.iter().flat_map(|file| &file.tensors).map(|t| t.n_bytes).sum()
    }

    /// The number formats, for example `f16 and f32`.
    pub(super) fn stored(&self) -> String {
        let dtypes: BTreeSet<&str> =
            self.0.iter().flat_map(|file| &file.tensors).map(|tensor| tensor.dtype.name()).collect();
        dtypes.into_iter().collect::<Vec<_>>().join(" and ")
    }

    pub(super) fn read(
        &self,
        on_tensor: &mut dyn FnMut(TensorBytes<'_>) -> ControlFlow<()>,
    ) -> Result<(), CheckpointError> {
        for file in &self.0 {
            if file.read(on_tensor)?.is_break() {
                break;
            }
        }
        Ok(())
    }
}

impl WeightFile {
    fn open(path: PathBuf) -> Result<Self, CheckpointError> {
        let (mut file, n_bytes) = files::open(&path)?;
        let written = written(&file);
        let tensors = read_header(&mut file, n_bytes, &path)?;
        Ok(Self { place: Place::Disk { path, file, written }, tensors })
    }

    fn path(&self) -> &Path {
        match &self.place {
            Place::Disk { path, .. } => path,
            Place::Program(_) => Path::new(BUILT_IN),
        }
    }

    fn read(
        &self,
        on_tensor: &mut dyn FnMut(TensorBytes<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, CheckpointError> {
        match &self.place {
            Place::Program(bytes) => self.read_from(&mut std::io::Cursor::new(bytes), on_tensor),
            Place::Disk { path, file, written: before } => {
                let mut reading = file;
                let flow = self.read_from(&mut reading, on_tensor)?;
                // Bytes of two contents would be a model that talks nonsense.
                if written(file) == *before { Ok(flow) } else { Err(CheckpointError::Changed(path.clone())) }
            }
        }
    }

    /// The length was right when the file was opened, so an early end means that it was cut since.
    fn reading_failed(&self, reason: std::io::Error) -> CheckpointError {
        let path = self.path().to_owned();
        match reason.kind() {
            std::io::ErrorKind::UnexpectedEof => CheckpointError::Changed(path),
            _ => CheckpointError::Io { reason, path },
        }
    }

    fn read_from(
        &self,
        file: &mut (impl Read + Seek),
        on_tensor: &mut dyn FnMut(TensorBytes<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, CheckpointError> {
        let mut bytes: Vec<u8> = Vec::new();
        for StoredTensor { name, dtype, shape, offset, n_bytes } in &self.tensors {
            if bytes.capacity() > MOST_KEPT_BYTES {
                bytes = Vec::new();
            }
            bytes.resize(*n_bytes as usize, 0);
            file.seek(SeekFrom::Start(*offset))
                .and_then(|_| file.read_exact(&mut bytes))
                .map_err(|reason| self.reading_failed(reason))?;
            if on_tensor(TensorBytes { name, dtype: *dtype, shape, bytes: &bytes }).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// When a file was written last, where the system knows.
fn written(file: &File) -> Option<SystemTime> {
    file.metadata().and_then(|metadata| metadata.modified()).ok()
}

/// The names in a header, in their order and as often as they are there; the format's own reader keeps the last of each.
struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Names;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a header")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some((name, IgnoredAny)) = map.next_entry()? {
                    names.push(name);
                }
                Ok(Names(names))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// Refuses a header with a tensor twice, or with a name that no tensor of any model has.
fn check_names(header: &[u8]) -> Result<(), String> {
    let Names(names) = serde_json::from_slice(header).map_err(|e| e.to_string())?;
    let mut seen = BTreeSet::new();
    for name in &names {
        if name.len() > LONGEST_NAME || name.chars().any(char::is_control) {
            return Err(format!(
                "it has a tensor with the impossible name {:?}",
                name.chars().take(40).collect::<String>()
            ));
        }
        if !seen.insert(name) {
            return Err(format!("the tensor {name} is in it twice"));
        }
    }
    Ok(())
}

/// The distinct files that an index names.
fn shards(folder: &Path, index: &Path) -> Result<Vec<PathBuf>, CheckpointError> {
    #[derive(Deserialize)]
    struct Index {
        weight_map: BTreeMap<String, String>,
    }
    let bytes = files::read_small(folder, "model.safetensors.index.json")?;
    let Index { weight_map } = serde_json::from_slice(&bytes)
        .map_err(|e| CheckpointError::Damaged { reason: e.to_string(), path: index.to_owned() })?;
    let names: BTreeSet<String> = weight_map.into_values().collect();
    names.iter().map(|name| files::shard_path(folder, name, index)).collect()
}

/// Reads and checks a header; `n_bytes` is the length of the whole file.
fn read_header(file: &mut impl Read, n_bytes: u64, path: &Path) -> Result<Vec<StoredTensor>, CheckpointError> {
    let damaged = |reason: String| CheckpointError::Damaged { reason, path: path.to_owned() };
    let io_error = |reason| CheckpointError::Io { reason, path: path.to_owned() };
    let mut bytes = Vec::new();
    file.take(512).read_to_end(&mut bytes).map_err(io_error)?;
    files::check_content(&bytes, path)?;
    let header_bytes = bytes.first_chunk().map_or(u64::MAX, |length| u64::from_le_bytes(*length));
    if header_bytes > MOST_HEADER_BYTES {
        return Err(damaged("it does not begin with a header".to_owned()));
    }
    let data_start = 8 + header_bytes;
    if n_bytes < data_start {
        return Err(CheckpointError::CutOff { holds: n_bytes, needs: data_start, path: path.to_owned() });
    }
    file.take(data_start.saturating_sub(bytes.len() as u64)).read_to_end(&mut bytes).map_err(io_error)?;
    bytes.truncate(data_start as usize);
    check_names(&bytes[8..]).map_err(damaged)?;
    let metadata: Metadata = serde_json::from_slice(&bytes[8..]).map_err(|e| damaged(e.to_string()))?;
    let needs = data_start + metadata.data_len() as u64;
    if n_bytes < needs {
        return Err(CheckpointError::CutOff { holds: n_bytes, needs, path: path.to_owned() });
    }
    if n_bytes > needs {
        return Err(damaged(format!("it is {} bytes too long", n_bytes - needs)));
    }
    let mut tensors = Vec::new();
    for (name, info) in metadata.tensors() {
        let dtype = stored_dtype(info.dtype).ok_or_else(|| damaged(format!("{name} is stored as {:?}", info.dtype)))?;
        let (start, end) = info.data_offsets;
        let (offset, n_bytes) = (data_start + start as u64, (end - start) as u64);
        tensors.push(StoredTensor { name, dtype, shape: info.shape.clone(), offset, n_bytes });
    }
    tensors.sort_by_key(|t| t.offset);
    Ok(tensors)
}

fn stored_dtype(dtype: Dtype) -> Option<StoredDtype> {
    match dtype {
        Dtype::F32 => Some(StoredDtype::F32),
        Dtype::F16 => Some(StoredDtype::F16),
        Dtype::BF16 => Some(StoredDtype::BF16),
        _ => None,
    }
}
