//! From a checkpoint to a model in memory: what may be chosen, how far it is, and what is loaded then.

use std::ops::ControlFlow;

use candle_core::Device;
use sha2::{Digest as _, Sha256};

use super::{
    device::{DeviceChoice, DeviceKind},
    error::EngineError,
};
use crate::{
    checkpoint::{Checkpoint, CheckpointInfo, StoredDtype, TensorSource},
    kernels::{Precision, on_threads},
    model::{Kosmos2, Store, layout},
    progress::{OnProgress, Share},
};

/// What may be chosen when loading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// How exactly weights are kept; `None` for what a converted checkpoint was made for, else for [`Precision::F32`] if it is
    /// small and for [`Precision::Q8`] if it is not.
    pub precision: Option<Precision>,
    /// Where the network is computed. On a graphics card, weights are always kept in [`Precision::F32`].
    pub device: DeviceChoice,
}

/// How far loading is, in bytes of weights.
pub type LoadProgress = Share;

/// Is told how far loading is, and may break to stop it.
pub type OnLoad<'a> = OnProgress<'a, LoadProgress>;

/// What is loaded, and in which form.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelInfo {
    /// What its checkpoint says about itself.
    pub checkpoint: CheckpointInfo,
    /// How exactly its weights are kept in memory.
    pub precision: Precision,
    /// Where it is computed.
    pub device: DeviceKind,
    /// Tells its checkpoint from others: 16 hexadecimal digits over the tokenizer and the beginning of each tensor.
    pub fingerprint: String,
}

/// Numbers from which on a checkpoint is not small: with more, f32 takes a second and more on two cores.
const MANY_WEIGHTS: u64 = 100_000_000;

/// This many of each tensor's bytes go into the fingerprint: enough to tell checkpoints apart, and no time is lost.
const FINGERPRINT_BYTES: usize = 4096;

impl LoadOptions {
    /// How exactly the weights of this checkpoint will be kept on this device.
    pub(super) fn precision_of(self, checkpoint: &Checkpoint, device: &Device) -> Precision {
        match self.precision {
            _ if !device.is_cpu() => Precision::F32,
            Some(precision) => precision,
            None if let Some(packed) = checkpoint.packed() => packed,
            None if checkpoint.n_weights() < MANY_WEIGHTS => Precision::F32,
            None => Precision::Q8,
        }
    }
}

/// Reads all weights into `precision`. Returns the checkpoint's fingerprint too.
pub(super) fn load_model(
    checkpoint: &Checkpoint,
    precision: Precision,
    device: &Device,
    on_progress: OnLoad<'_>,
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
            failure = on_threads(|| insert(&mut store, &stored)).err();
        }
        if failure.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    if let Some(failure) = failure {
        return Err(failure);
    }
    let model = on_threads(|| Kosmos2::new(checkpoint.config.clone(), store, device))?;
    Ok((model, fingerprint(hash)))
}

/// Takes in a matrix as it is, if the file holds it as it is computed with, and else value by value.
fn insert(store: &mut Store, stored: &TensorSource) -> Result<(), EngineError> {
    match (stored.dtype, stored.shape) {
        (StoredDtype::Packed(precision), &[rows, cols]) if store.packs(stored.name) == Some(precision) => {
            store.insert_packed(stored.name, [rows, cols], precision, |start, out| stored.read_bytes(start, out));
            Ok(())
        }
        _ => Ok(store.insert(stored.name, stored.shape, |start, out| stored.read(start, out))?),
    }
}

fn fingerprint(hash: Sha256) -> String {
    let beginning = hash.finalize().first_chunk().copied().unwrap_or_default();
    format!("{:016x}", u64::from_be_bytes(beginning))
}
