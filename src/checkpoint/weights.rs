//! Weight files, whatever their format: where each tensor is, and reading them one after the other.
//!
//! Headers are parsed and held against the file's length when a file is opened. Tensors are read afterwards, some rows at
//! a time, by all threads and straight to where they are packed: memory never holds a tensor twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{self, Cursor, Read as _, Seek as _, SeekFrom},
    ops::{ControlFlow, Range},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

use serde::Deserialize;

use super::{
    error::CheckpointError,
    files,
    format::FileFormat,
    manifest::Summing,
    stored::{Header, StoredDtype, StoredTensor},
    tensor::{Storage, TensorSource},
};
use crate::{kernels::Precision, model::layout::Shapes, progress::OnProgress};

/// Bytes read at a time for a sum.
const READ_AT_ONCE: usize = 1 << 20;

/// Stands for a path in errors about the weights inside the program.
const BUILT_IN: &str = "the built-in weights";

/// What came out of holding tensors against the sums that their file notes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotedSums {
    /// Every tensor is as it was written.
    Good,
    /// The names of those that are not.
    Wrong(Vec<String>),
    /// The file notes no sums.
    Absent,
    /// Summing was told to stop.
    Stopped,
}

/// All weight files of a checkpoint.
#[derive(Debug)]
pub(super) struct WeightFiles(Vec<WeightFile>);

/// An open weight file whose header has been read.
#[derive(Debug)]
struct WeightFile {
    storage: Storage,
    /// Its tensors, in the order they are stored.
    tensors: Vec<StoredTensor>,
}

impl WeightFiles {
    pub(super) fn embedded(bytes: &'static [u8]) -> Result<Self, CheckpointError> {
        let path = Path::new(BUILT_IN);
        let header = FileFormat::published().read_header(&mut Cursor::new(bytes), bytes.len() as u64, path)?;
        Ok(Self(vec![WeightFile { storage: Storage::Program(bytes), tensors: header.tensors }]))
    }

    /// The weights in a folder.
    pub(super) fn in_folder(folder: &Path) -> Result<Self, CheckpointError> {
        let format = FileFormat::in_folder(folder);
        let open = |path| WeightFile::open(path, format);
        let files = Self(weight_paths(folder)?.into_iter().map(open).collect::<Result<_, _>>()?);
        files.check_unique()?;
        Ok(files)
    }

    /// An open file whose header has been read.
    pub(super) fn one(path: PathBuf, file: File, tensors: Vec<StoredTensor>) -> Self {
        let written = written(&file);
        Self(vec![WeightFile { storage: Storage::Disk { path, file, written }, tensors }])
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

    pub(super) fn n_bytes(&self) -> u64 {
        self.0.iter().flat_map(|file| &file.tensors).map(|t| t.n_bytes).sum()
    }

    /// The fewest bits that matrices are packed in, if any are.
    pub(super) fn packed(&self) -> Option<Precision> {
        let packed = self.0.iter().flat_map(|file| &file.tensors).filter_map(|tensor| match tensor.dtype {
            StoredDtype::Packed(precision) => Some(precision),
            _ => None,
        });
        packed.max_by_key(|precision| Precision::ALL.iter().position(|other| other == precision))
    }

    /// The number format: what matrices are packed for; else that of most bytes, for example `f16`, or `q4_k mix` if there are
    /// several of few bits.
    pub(super) fn stored(&self) -> String {
        if let Some(packed) = self.packed() {
            return packed.to_string();
        }
        let (mut n_bytes, mut formats) = (BTreeMap::new(), BTreeSet::new());
        for StoredTensor { dtype, n_bytes: n, .. } in self.0.iter().flat_map(|file| &file.tensors) {
            *n_bytes.entry(dtype.name()).or_insert(0) += n;
            if let StoredDtype::Blocks(_) = dtype {
                formats.insert(dtype.name());
            }
        }
        let most = n_bytes.into_iter().max_by_key(|(_, n)| *n).map_or("", |(name, _)| name);
        if formats.len() > 1 { format!("{most} mix") } else { most.to_owned() }
    }

    /// SHA-256 over all files, one after the other; `None` when told to break. `on_bytes` is given the bytes so far.
    pub(super) fn sha256(&self, on_bytes: OnProgress<'_, u64>) -> Result<Option<String>, CheckpointError> {
        let (mut sum, mut n_done) = (Summing::sha256(), 0);
        for file in &self.0 {
            let add = &mut |bytes: &[u8]| {
                sum.update(bytes);
                n_done += bytes.len() as u64;
                on_bytes(n_done)
            };
            if file.read_bytes(0..u64::MAX, add)?.is_break() {
                return Ok(None);
            }
        }
        Ok(Some(sum.finish()))
    }

    /// Holds the bytes of every tensor against the sum that its file notes. `on_bytes` is given the bytes so far.
    pub(super) fn check_sums(&self, on_bytes: OnProgress<'_, u64>) -> Result<NotedSums, CheckpointError> {
        let (mut wrong, mut n_done) = (Vec::new(), 0);
        for file in &self.0 {
            for StoredTensor { name, offset, n_bytes, sha256, .. } in &file.tensors {
                let Some(noted) = sha256 else { return Ok(NotedSums::Absent) };
                let mut sum = Summing::sha256();
                let add = &mut |bytes: &[u8]| {
                    sum.update(bytes);
                    n_done += bytes.len() as u64;
                    on_bytes(n_done)
                };
                if file.read_bytes(*offset..offset + n_bytes, add)?.is_break() {
                    return Ok(NotedSums::Stopped);
                }
                if sum.finish() != *noted {
                    wrong.push(name.clone());
                }
            }
        }
        Ok(if wrong.is_empty() { NotedSums::Good } else { NotedSums::Wrong(wrong) })
    }

    pub(super) fn read(
        &self,
        on_tensor: &mut dyn FnMut(TensorSource<'_>) -> ControlFlow<()>,
    ) -> Result<(), CheckpointError> {
        for file in &self.0 {
            if file.read(&mut file.tensors.iter(), on_tensor)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn read_one<R>(
        &self,
        name: &str,
        on_tensor: impl FnOnce(TensorSource<'_>) -> R,
    ) -> Result<Option<R>, CheckpointError> {
        let (mut on_tensor, mut result) = (Some(on_tensor), None);
        if let Some((file, tensor)) = self.0.iter().find_map(|file| Some((file, file.tensor(name)?))) {
            let _ = file.read(&mut [tensor].into_iter(), &mut |tensor| {
                result = on_tensor.take().map(|on_tensor| on_tensor(tensor));
                ControlFlow::Continue(())
            })?;
        }
        Ok(result)
    }
}

impl WeightFile {
    fn tensor(&self, name: &str) -> Option<&StoredTensor> {
        self.tensors.iter().find(|tensor| tensor.name == name)
    }

    fn open(path: PathBuf, format: &FileFormat) -> Result<Self, CheckpointError> {
        let (mut file, n_bytes) = files::open(&path)?;
        let written = written(&file);
        let Header { tensors, .. } = format.read_header(&mut file, n_bytes, &path)?;
        Ok(Self { storage: Storage::Disk { path, file, written }, tensors })
    }

    fn path(&self) -> &Path {
        match &self.storage {
            Storage::Disk { path, .. } => path,
            Storage::Program(_) => Path::new(BUILT_IN),
        }
    }

    fn read(
        &self,
        tensors: &mut dyn Iterator<Item = &StoredTensor>,
        on_tensor: &mut dyn FnMut(TensorSource<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, CheckpointError> {
        let failure = Mutex::new(None);
        for StoredTensor { name, dtype, shape, offset, n_bytes, .. } in tensors {
            let (dtype, offset, n_bytes) = (*dtype, *offset, *n_bytes);
            let flow = on_tensor(TensorSource {
                name,
                dtype,
                shape,
                n_bytes,
                storage: &self.storage,
                offset,
                failure: &failure,
            });
            if let Some(reason) = failure.lock().unwrap_or_else(PoisonError::into_inner).take() {
                return Err(self.reading_failed(reason));
            }
            if flow.is_break() {
                return Ok(flow);
            }
        }
        match &self.storage {
            // Bytes of two contents would be a model that talks nonsense.
            Storage::Disk { path, file, written: before } if written(file) != *before => {
                Err(CheckpointError::Changed(path.clone()))
            }
            _ => Ok(ControlFlow::Continue(())),
        }
    }

    /// Some of its bytes, as many as there are, piece by piece.
    fn read_bytes(
        &self,
        range: Range<u64>,
        on_bytes: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, CheckpointError> {
        let mut file = match &self.storage {
            Storage::Program(bytes) => {
                let [start, end] = [range.start, range.end].map(|at| at.min(bytes.len() as u64) as usize);
                return Ok(on_bytes(&bytes[start..end]));
            }
            Storage::Disk { file, .. } => file,
        };
        file.seek(SeekFrom::Start(range.start)).map_err(|reason| self.reading_failed(reason))?;
        let (mut file, mut buffer) = (file.take(range.end - range.start), vec![0; READ_AT_ONCE]);
        loop {
            match file.read(&mut buffer).map_err(|reason| self.reading_failed(reason))? {
                0 => return Ok(ControlFlow::Continue(())),
                n if on_bytes(&buffer[..n]).is_break() => return Ok(ControlFlow::Break(())),
                _ => {}
            }
        }
    }

    /// The length was right when the file was opened, so an early end means that it was cut since.
    fn reading_failed(&self, reason: io::Error) -> CheckpointError {
        let path = self.path().to_owned();
        match reason.kind() {
            io::ErrorKind::UnexpectedEof => CheckpointError::Changed(path),
            _ => CheckpointError::Io { reason, path },
        }
    }
}

/// When a file was written last, where the system knows.
fn written(file: &File) -> Option<SystemTime> {
    file.metadata().and_then(|metadata| metadata.modified()).ok()
}

/// Where the weights in a folder should be: in the file of all weights, or in the shards that its index names.
fn weight_paths(folder: &Path) -> Result<Vec<PathBuf>, CheckpointError> {
    let format = FileFormat::in_folder(folder);
    let (single, index) = (folder.join(format.file()), format.index());
    let is_sharded = folder.join(&index).exists() && !single.exists();
    if is_sharded { shards(folder, &index) } else { Ok(vec![single]) }
}

/// The distinct files that an index names.
fn shards(folder: &Path, index: &str) -> Result<Vec<PathBuf>, CheckpointError> {
    #[derive(Deserialize)]
    struct Index {
        weight_map: BTreeMap<String, String>,
    }
    let (bytes, index) = (files::read_small(folder, index)?, folder.join(index));
    let Index { weight_map } = serde_json::from_slice(&bytes)
        .map_err(|e| CheckpointError::Damaged { reason: e.to_string(), path: index.clone() })?;
    let names: BTreeSet<String> = weight_map.into_values().collect();
    names.iter().map(|name| files::shard_path(folder, name, &index)).collect()
}
