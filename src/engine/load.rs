//! From a checkpoint to a model in memory: what may be chosen, how far it is, and what is loaded then.

use std::{fmt, ops::ControlFlow};

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
    words::size,
};

/// What may be chosen when loading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// How exactly weights are kept; `None` for what a converted checkpoint was made for, else for [`Precision::F32`] if it is
    /// small and for [`Precision::Q8`] if it is not, or for [`Precision::Q4`] where there is [`LittleMemory`].
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
    /// Why that is less exactly than usual, if it is and nobody chose it.
    pub little_memory: Option<LittleMemory>,
    /// Where it is computed.
    pub device: DeviceKind,
    /// Tells its checkpoint from others: 16 hexadecimal digits over the tokenizer and the beginning of each tensor.
    pub fingerprint: String,
}

/// There is so little memory that weights were put in 4 bits by rounding alone. As a sentence it says what that may cost; what
/// else there is to choose stands behind it, in the words of the window or of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LittleMemory {
    /// Bytes that this program could have at most.
    pub n_bytes: u64,
}

/// How weights are to be kept, and why less exactly than usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) precision: Precision,
    pub(super) little_memory: Option<LittleMemory>,
}

/// Numbers from which on a checkpoint is not small: with more, f32 takes a second and more on two cores.
const MANY_WEIGHTS: u64 = 100_000_000;

/// Memory from which on 8 bits are taken: the published size needs 2 GB of it, and system and desktop take most of the rest.
/// What is sold as 4 GB has a little less, for what the machine keeps to itself.
const ENOUGH_MEMORY: u64 = 4 << 30;

/// This many of each tensor's bytes go into the fingerprint: enough to tell checkpoints apart, and no time is lost.
const FINGERPRINT_BYTES: usize = 4096;

impl LoadOptions {
    /// How the weights of this checkpoint will be kept on this device by a program that could have `memory` bytes, if that is
    /// known.
    pub(super) fn kept(self, checkpoint: &Checkpoint, device: &Device, memory: Option<u64>) -> Kept {
        let chosen = if device.is_cpu() { self.precision } else { Some(Precision::F32) };
        match chosen {
            Some(precision) => Kept { precision, little_memory: None },
            None => Kept::by_itself(checkpoint.packed(), checkpoint.n_weights(), memory),
        }
    }
}

impl Kept {
    /// What nobody chose: as the weights are packed, if they are, else by how many they are and how much memory there is.
    fn by_itself(packed: Option<Precision>, n_weights: u64, memory: Option<u64>) -> Self {
        let is_small = n_weights < MANY_WEIGHTS;
        let usual = packed.unwrap_or(if is_small { Precision::F32 } else { Precision::Q8 });
        match memory.filter(|n_bytes| packed.is_none() && !is_small && *n_bytes < ENOUGH_MEMORY) {
            Some(n_bytes) => Self { precision: Precision::Q4, little_memory: Some(LittleMemory { n_bytes }) },
            None => Self { precision: usual, little_memory: None },
        }
    }
}

impl fmt::Display for LittleMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = size(self.n_bytes);
        write!(
            f,
            "With {size} of memory the weights are kept in 4 bits, which makes more answers wrong (in our tests up to 4.5 in 100)"
        )
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::Source;

    const PUBLISHED_SIZE: u64 = 1_664_485_376;

    #[test]
    fn large_checkpoints_are_kept_in_4_bits_where_there_is_less_memory_than_4_gb() {
        let check = |packed, n_weights, memory: Option<u64>, expected, is_short: bool| {
            let little_memory = memory.filter(|_| is_short).map(|n_bytes| LittleMemory { n_bytes });
            let kept = Kept::by_itself(packed, n_weights, memory);
            assert_eq!(kept, Kept { precision: expected, little_memory }, "{packed:?}, {n_weights}, {memory:?}");
        };
        check(None, PUBLISHED_SIZE, Some((4 << 30) - 1), Precision::Q4, true);
        check(None, PUBLISHED_SIZE, Some(4 << 30), Precision::Q8, false);
        check(None, PUBLISHED_SIZE, None, Precision::Q8, false);
        check(None, 1_000_000, Some(1 << 30), Precision::F32, false);
        // Somebody chose the format when the copy was made.
        check(Some(Precision::Q8), PUBLISHED_SIZE, Some(3 << 30), Precision::Q8, false);
        check(Some(Precision::Q4), PUBLISHED_SIZE, Some(3 << 30), Precision::Q4, false);
        check(Some(Precision::Q4), PUBLISHED_SIZE, Some(64 << 30), Precision::Q4, false);
    }

    #[test]
    fn what_a_person_chose_is_what_there_is() {
        let mini = Checkpoint::open(&Source::Embedded).unwrap();
        for precision in Precision::ALL {
            let options = LoadOptions { precision: Some(precision), ..LoadOptions::default() };
            let kept = options.kept(&mini, &Device::Cpu, Some(1 << 30));
            assert_eq!(kept, Kept { precision, little_memory: None });
        }
        let kept = LoadOptions::default().kept(&mini, &Device::Cpu, Some(1 << 30));
        assert_eq!(kept, Kept { precision: Precision::F32, little_memory: None }, "it is small");
    }

    #[test]
    fn little_memory_is_a_sentence_about_what_is_lost() {
        assert_eq!(
            LittleMemory { n_bytes: 3_900_000_000 }.to_string(),
            "With 3.90 GB of memory the weights are kept in 4 bits, which makes more answers wrong (in our tests up to 4.5 in 100)"
        );
    }
}
