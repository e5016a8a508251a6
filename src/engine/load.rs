//! From a checkpoint to a model in memory.

use std::{collections::HashMap, ops::ControlFlow};

use candle_core::{DType, Device, Tensor};

use sha2::{Digest as _, Sha256};

use super::{EngineError, LoadProgress};
use crate::{
    checkpoint::{Checkpoint, StoredDtype, TensorBytes},
    model::{Kosmos2, weights},
};

/// Of each tensor's bytes, so many go into the fingerprint: enough to tell checkpoints apart, and no time is lost.
const FINGERPRINT_BYTES: usize = 4096;

/// Reads all weights as f32; at most one stored tensor is in memory beside them. Returns the fingerprint too.
pub(super) fn load_model(
    checkpoint: &Checkpoint,
    device: &Device,
    on_progress: &mut dyn FnMut(LoadProgress) -> ControlFlow<()>,
) -> Result<(Kosmos2, String), EngineError> {
    let mut tensors = HashMap::new();
    let mut hash = Sha256::new_with_prefix(&checkpoint.tokenizer_json);
    let mut progress = LoadProgress { n_done: 0, n_total: checkpoint.n_bytes() };
    let mut failure = None;
    checkpoint.read_weights(&mut |stored| {
        progress.n_done += stored.bytes.len() as u64;
        hash.update(stored.name);
        hash.update(&stored.bytes[..stored.bytes.len().min(FINGERPRINT_BYTES)]);
        if on_progress(progress).is_break() {
            failure = Some(EngineError::Stopped);
        } else if !weights::is_ignored(stored.name) {
            match tensor(&stored, device) {
                Ok(tensor) => drop(tensors.insert(stored.name.to_owned(), tensor)),
                Err(e) => failure = Some(e.into()),
            }
        }
        if failure.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    match failure {
        Some(failure) => Err(failure),
        None => Ok((Kosmos2::new(checkpoint.config.clone(), tensors, device)?, fingerprint(hash))),
    }
}

fn fingerprint(hash: Sha256) -> String {
    let beginning = hash.finalize().first_chunk().copied().unwrap_or_default();
    format!("{:016x}", u64::from_be_bytes(beginning))
}

fn tensor(stored: &TensorBytes, device: &Device) -> candle_core::Result<Tensor> {
    let dtype = match stored.dtype {
        StoredDtype::F32 => DType::F32,
        StoredDtype::F16 => DType::F16,
        StoredDtype::BF16 => DType::BF16,
    };
    Tensor::from_raw_buffer(stored.bytes, dtype, stored.shape, device)?.to_dtype(DType::F32)
}
