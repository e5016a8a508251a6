//! Whether there is memory for a checkpoint, before anything of it is read.

use std::{fs, path::Path};

use super::{Checkpoint, CheckpointError};
use crate::{
    kernels::Precision,
    model::{Config, Store, layout},
};

/// Bytes of a key's or a value's number.
const NUMBER_BYTES: u64 = 4;
/// Tokens of a usual conversation about a picture, whose keys and values are kept.
const USUAL_TOKENS: u64 = 512;
/// What the program itself and the pictures take, roughly.
const PROGRAM_BYTES: u64 = 100 << 20;

impl Checkpoint {
    /// Bytes of memory that loading and answering take at most: the weights as they are kept, and what the network
    /// remembers of a prompt.
    #[must_use]
    pub fn memory_needed(&self, precision: Precision) -> u64 {
        let weights = layout::expected(&self.config).into_iter();
        let sizes = weights.map(|(name, shape)| Store::bytes_of(&name, &shape, precision));
        sizes.chain([remembered(&self.config), PROGRAM_BYTES]).fold(0, u64::saturating_add)
    }

    /// Refuses what can't fit into this many bytes.
    ///
    /// # Errors
    /// With both numbers.
    pub fn check_memory(&self, precision: Precision, free: u64) -> Result<(), CheckpointError> {
        let needs = self.memory_needed(precision);
        if needs <= free {
            return Ok(());
        }
        Err(CheckpointError::NoMemory { needs, free, precision: precision.name(), path: self.place.clone() })
    }
}

/// Keys and values of a usual prompt and its answer.
fn remembered(config: &Config) -> u64 {
    let text = &config.text_config;
    let n_tokens = USUAL_TOKENS.min(text.max_position_embeddings as u64);
    2 * text.layers as u64 * text.embed_dim as u64 * n_tokens * NUMBER_BYTES
}

/// Bytes of memory that can be had now, without making other programs wait; `None` where the system does not say.
///
/// Linux says, for the machine and for the group of programs that a container is. Elsewhere nothing is checked: the
/// system then makes room by moving other programs to disk.
#[must_use]
pub fn available_memory() -> Option<u64> {
    let machine = kilobytes(&fs::read_to_string("/proc/meminfo").ok()?, "MemAvailable:")?;
    let group =
        |name: &str| fs::read_to_string(Path::new("/sys/fs/cgroup").join(name)).ok()?.trim().parse::<u64>().ok();
    match (group("memory.max"), group("memory.current")) {
        (Some(most), Some(used)) => Some(machine.min(most.saturating_sub(used))),
        _ => Some(machine),
    }
}

/// A line of `/proc/meminfo`, in bytes.
fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_s_line_is_read() {
        let text = "MemTotal:       24689764 kB\nMemAvailable:   18016516 kB\n";
        assert_eq!(kilobytes(text, "MemAvailable:"), Some(18_016_516 * 1024));
        assert_eq!(kilobytes("MemAvailable: much\n", "MemAvailable:"), None);
        if cfg!(target_os = "linux") {
            assert!(available_memory().is_some_and(|free| free > 1 << 20));
        }
    }
}
