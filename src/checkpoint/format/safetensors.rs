//! The headers of safetensors files, with the format's own checks: no gaps, no overlap, sizes that add up.

use std::{collections::BTreeSet, io::Read as _, path::Path};

use safetensors::{Dtype, tensor::Metadata};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess},
};

use crate::{
    checkpoint::{
        error::CheckpointError,
        files::ReadSeek,
        stored::{Header, StoredDtype, StoredTensor},
    },
    model::layout,
};

/// The format's own limit for a header.
const MOST_HEADER_BYTES: u64 = 100_000_000;

/// Bytes of a tensor's name at most; the longest of Kosmos-2 has 73.
const LONGEST_NAME: usize = 1024;

/// Whether a file begins with the length of a header, and a header in JSON.
pub(super) fn sniff(head: &[u8]) -> bool {
    let length = head.first_chunk().map(|length| u64::from_le_bytes(*length));
    length.is_some_and(|length| length <= MOST_HEADER_BYTES) && head.get(8) == Some(&b'{')
}

/// Reads and checks a header; `n_bytes` is the length of the whole file.
pub(super) fn read_header(file: &mut dyn ReadSeek, n_bytes: u64, path: &Path) -> Result<Header, CheckpointError> {
    let damaged = |reason: String| CheckpointError::Damaged { reason, path: path.to_owned() };
    let io_error = |reason| CheckpointError::Io { reason, path: path.to_owned() };
    let (mut length, mut header) = (Vec::new(), Vec::new());
    file.take(8).read_to_end(&mut length).map_err(io_error)?;
    let header_bytes = length.first_chunk().map_or(u64::MAX, |length| u64::from_le_bytes(*length));
    if header_bytes > MOST_HEADER_BYTES {
        return Err(damaged("it does not begin with a header".to_owned()));
    }
    let data_start = 8 + header_bytes;
    if n_bytes < data_start {
        return Err(CheckpointError::CutOff { holds: n_bytes, needs: data_start, path: path.to_owned() });
    }
    file.take(header_bytes).read_to_end(&mut header).map_err(io_error)?;
    check_names(&header).map_err(damaged)?;
    let metadata: Metadata = serde_json::from_slice(&header).map_err(|e| damaged(e.to_string()))?;
    let needs = data_start + metadata.data_len() as u64;
    if n_bytes < needs {
        return Err(CheckpointError::CutOff { holds: n_bytes, needs, path: path.to_owned() });
    }
    if n_bytes > needs {
        return Err(damaged(format!("it is {} bytes too long", n_bytes - needs)));
    }
    let mut tensors = Vec::new();
    for (name, info) in metadata.tensors() {
        let dtype = match stored_dtype(info.dtype) {
            Some(dtype) => dtype,
            // Older exports wrote tables of whole numbers that nothing is computed from.
            None if layout::is_ignored(&name) => continue,
            None => return Err(damaged(format!("{name} is stored as {:?}", info.dtype))),
        };
        let (start, end) = info.data_offsets;
        let (offset, n_bytes) = (data_start + start as u64, (end - start) as u64);
        tensors.push(StoredTensor { name, dtype, shape: info.shape.clone(), offset, n_bytes, sha256: None });
    }
    tensors.sort_by_key(|t| t.offset);
    Ok(Header { tensors, about: None })
}

fn stored_dtype(dtype: Dtype) -> Option<StoredDtype> {
    match dtype {
        Dtype::F32 => Some(StoredDtype::F32),
        Dtype::F16 => Some(StoredDtype::F16),
        Dtype::BF16 => Some(StoredDtype::BF16),
        _ => None,
    }
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
