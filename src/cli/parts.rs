//! What all commands share that fill a folder with parts, one for each share of the work.

use super::environment;
use crate::{
    batch::{Shard, ShardChoice},
    words,
};

#[derive(Debug, clap::Args)]
pub(super) struct PartArgs {
    /// Only this share of the work, counted from 0; auto takes it from Slurm, Kubernetes, AWS Batch or `HyperQueue`
    #[arg(long, value_name = "I/N|auto")]
    shard: Option<ShardChoice>,
    /// Try again what failed
    #[arg(long)]
    pub(super) retry_failed: bool,
    /// Begin anew, and drop what is listed of this share; files that were fetched stay
    #[arg(long)]
    pub(super) restart: bool,
}

impl PartArgs {
    /// The share that is meant; everything where none is named.
    pub(super) fn shard(&self) -> anyhow::Result<Shard> {
        Ok(match self.shard {
            None => Shard::WHOLE,
            Some(ShardChoice::This(shard)) => shard,
            Some(ShardChoice::Auto) => Shard::from_environment(environment::variable)?,
        })
    }
}

/// How many may fail.
#[derive(Clone, Copy, Debug)]
pub(super) enum MostFailed {
    Pictures(usize),
    PerCent(f64),
}

impl std::str::FromStr for MostFailed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("it must be a number of pictures or per cent, as 10 or 2%, and not {}", words::brief(text));
        match text.strip_suffix('%') {
            Some(share) => {
                let share: f64 = share.trim().parse().map_err(|_| wrong())?;
                if (0.0..=100.0).contains(&share) { Ok(Self::PerCent(share)) } else { Err(wrong()) }
            }
            None => text.parse().map(Self::Pictures).map_err(|_| wrong()),
        }
    }
}

impl MostFailed {
    pub(super) fn of(self, n_pictures: usize) -> usize {
        match self {
            Self::Pictures(n) => n,
            Self::PerCent(share) => (n_pictures as f64 * share / 100.0) as usize,
        }
    }
}
