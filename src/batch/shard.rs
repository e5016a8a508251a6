//! Which pictures are whose: told by a hash of their names, so that a share stays the same when others are added.

use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use super::error::BatchError;

/// One of several equal shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 0.
    pub index: u32,
    /// At least 1, and more than `index`.
    pub count: u32,
}

/// How a share is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShardChoice {
    /// This one.
    This(Shard),
    /// The one that the engine names in the environment.
    Auto,
}

impl Shard {
    /// Everything.
    pub const WHOLE: Self = Self { index: 0, count: 1 };

    fn new(index: u32, count: u32) -> Result<Self, BatchError> {
        if index < count {
            return Ok(Self { index, count });
        }
        Err(BatchError::Shard(format!("There is no shard {index} of {count}; they are counted from 0")))
    }

    /// Whether the item of this id belongs to it: by the first 8 bytes of the id's SHA-256.
    #[must_use]
    pub fn has(self, id: &[u8]) -> bool {
        let hash = Sha256::digest(id);
        let first = u64::from_be_bytes(*hash.first_chunk().unwrap_or(&[0; 8]));
        first % u64::from(self.count) == u64::from(self.index)
    }

    /// The share that an engine names in its variables: Slurm's arrays, Kubernetes' indexed jobs, AWS Batch, `HyperQueue`, or
    /// ours.
    ///
    /// # Errors
    /// When none does, or none says how many there are.
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Result<Self, BatchError> {
        let number = |name: &str| -> Result<Option<u32>, BatchError> {
            let Some(text) = variable(name).filter(|text| !text.trim().is_empty()) else { return Ok(None) };
            let number = text.trim().parse();
            number
                .map(Some)
                .map_err(|_| BatchError::Shard(format!("{name} is no number: {}", crate::words::brief(&text))))
        };
        if let Some(text) = variable("KOSMOSCOPE_SHARD").filter(|text| !text.trim().is_empty()) {
            return text.trim().parse();
        }
        let told = number("KOSMOSCOPE_SHARDS")?;
        // Slurm counts from where the array begins; the others from 0.
        let slurm = (number("SLURM_ARRAY_TASK_ID")?, number("SLURM_ARRAY_TASK_MIN")?.unwrap_or(0));
        let candidates = [
            (slurm.0.map(|id| id.saturating_sub(slurm.1)), number("SLURM_ARRAY_TASK_COUNT")?.or(told)),
            (number("JOB_COMPLETION_INDEX")?, told),
            (number("AWS_BATCH_JOB_ARRAY_INDEX")?, number("AWS_BATCH_JOB_ARRAY_SIZE")?.or(told)),
            (number("HQ_TASK_ID")?, told),
        ];
        match candidates.into_iter().find_map(|(index, count)| Some((index?, count))) {
            Some((index, Some(count))) => Self::new(index, count),
            Some((_, None)) => Err(BatchError::Shard(
                "The engine does not say how many shards there are; set KOSMOSCOPE_SHARDS".to_owned(),
            )),
            None => Err(BatchError::Shard(
                "No engine names a shard here; set KOSMOSCOPE_SHARD=I/N, or use --shard I/N".to_owned(),
            )),
        }
    }
}

impl FromStr for Shard {
    type Err = BatchError;

    fn from_str(text: &str) -> Result<Self, BatchError> {
        let parts = text.split_once('/').and_then(|(index, count)| Some((index.parse().ok()?, count.parse().ok()?)));
        let (index, count) = parts.ok_or_else(|| {
            BatchError::Shard(format!("A shard is written I/N, as 0/16, and not {}", crate::words::brief(text)))
        })?;
        Self::new(index, count)
    }
}

impl FromStr for ShardChoice {
    type Err = BatchError;

    fn from_str(text: &str) -> Result<Self, BatchError> {
        if text == "auto" { Ok(Self::Auto) } else { text.parse().map(Self::This) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_item_belongs_to_one_shard_whatever_else_there_is() {
        let count = 7;
        let mut n_of = [0; 7];
        for n in 0..7_000 {
            let id = format!("folder/{n}.png");
            let owners: Vec<u32> = (0..count).filter(|&index| Shard { index, count }.has(id.as_bytes())).collect();
            assert_eq!(owners.len(), 1, "{id}");
            n_of[owners[0] as usize] += 1;
        }
        assert!(n_of.iter().all(|n| (850..1150).contains(n)), "{n_of:?}");
    }

    #[test]
    fn engines_name_their_shards() {
        let of = |variables: &[(&str, &str)]| {
            let variable =
                |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
            Shard::from_environment(variable).map(|shard| (shard.index, shard.count)).map_err(|e| e.to_string())
        };
        let slurm = [("SLURM_ARRAY_TASK_ID", "5"), ("SLURM_ARRAY_TASK_MIN", "1"), ("SLURM_ARRAY_TASK_COUNT", "8")];
        assert_eq!(of(&slurm), Ok((4, 8)));
        assert_eq!(of(&[("KOSMOSCOPE_SHARD", "2/3"), ("JOB_COMPLETION_INDEX", "9")]), Ok((2, 3)));
        assert_eq!(of(&[("JOB_COMPLETION_INDEX", "9"), ("KOSMOSCOPE_SHARDS", "16")]), Ok((9, 16)));
        assert_eq!(of(&[("AWS_BATCH_JOB_ARRAY_INDEX", "0"), ("AWS_BATCH_JOB_ARRAY_SIZE", "2")]), Ok((0, 2)));
        assert_eq!(of(&[("HQ_TASK_ID", "3"), ("KOSMOSCOPE_SHARDS", "4")]), Ok((3, 4)));
        assert!(of(&[("HQ_TASK_ID", "3")]).is_err_and(|e| e.contains("KOSMOSCOPE_SHARDS")));
        assert!(of(&[("HQ_TASK_ID", "x")]).is_err_and(|e| e.contains("HQ_TASK_ID is no number")));
        assert!(of(&[("HQ_TASK_ID", "4"), ("KOSMOSCOPE_SHARDS", "4")]).is_err_and(|e| e.contains("counted from 0")));
        assert!(of(&[]).is_err());
        for wrong in ["", "1", "1/0", "3/3", "-1/3", "a/b"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
