//! From a checkpoint to a model in memory.

use std::ops::ControlFlow;

use candle_core::Device;
use sha2::{Digest as _, Sha256};

use super::{EngineError, LoadProgress};
use crate::{
    checkpoint::Checkpoint,
    kernels::{Precision, on_threads},
    model::{Kosmos2, Store, layout},
};

/// Of each tensor's bytes, so many go into the fingerprint: enough to tell checkpoints apart, and no time is lost.
const FINGERPRINT_BYTES: usize = 4096;

/// Reads all weights into `precision`. Returns the fingerprint too.
pub(super) fn load_model(
    checkpoint: &Checkpoint,
    precision: Precision,
    device: &Device,
    on_progress: &mut dyn FnMut(LoadProgress) -> ControlFlow<()>,
) -> Result<(Kosmos2, String), EngineError> {
    let mut store = Store::new(precision, device);
    let mut hash = Sha256::new_with_prefix(&checkpoint.tokenizer_json);
    let mut progress = LoadProgress { n_done: 0, n_total: checkpoint.n_bytes() };
    let mut failure = None;
    checkpoint.read_weights(&mut |stored| {
        progress.n_done += stored.n_bytes;
        hash.update(stored.name);
        hash.update(stored.beginning(FINGERPRINT_BYTES));
        if on_progress(progress).is_break() {
            failure = Some(EngineError::Stopped);
        } else if !layout::is_ignored(stored.name) {
            let read = |start: usize, out: &mut [f32]| stored.read(start, out);
            failure = on_threads(|| store.insert(stored.name, stored.shape, read)).err().map(EngineError::from);
        }
        if failure.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    match failure {
        Some(failure) => Err(failure),
        None => Ok((Kosmos2::new(checkpoint.config.clone(), store, device)?, fingerprint(hash))),
    }
}

fn fingerprint(hash: Sha256) -> String {
    let beginning = hash.finalize().first_chunk().copied().unwrap_or_default();
    format!("{:016x}", u64::from_be_bytes(beginning))
}
