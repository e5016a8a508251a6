//! What all commands share that fill a folder with parts, one for each share of the work.

use std::{
    path::Path,
    sync::{Arc, atomic::AtomicBool},
};

use anyhow::anyhow;

use super::{
    environment,
    exit::Exit,
    pictures::list_content,
    terminal::{self, StatusLine},
};
use crate::{
    batch::{Ended, Item, News, Shard, ShardChoice, Tally},
    interrupt,
    words::{self, duration},
};

/// Bytes of a list: some million names.
const MOST_OF_A_LIST: u64 = 1 << 30;

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

/// Set when the program is told to stop, for work that keeps what is done and goes on later.
pub(super) fn stop_flag() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let _ = interrupt::ask_to_stop(&stop, Exit::Stopped as i32);
    stop
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

/// Tells how far a batch is, and what failed.
pub(super) fn tell(status: &StatusLine, news: News<'_>) {
    match news {
        News::Failed(error) => {
            status.clear();
            terminal::complain(error);
        }
        News::Counted(tally) => status.saying(&so_far(&tally)),
    }
}

/// Tells how a batch ended.
pub(super) fn end(ended: Ended) -> anyhow::Result<Exit> {
    Ok(match ended {
        Ended::Through(tally) => {
            terminal::say_beside(&format!("{} of {} answered, {} failed", tally.done, tally.total, tally.failed))?;
            Exit::Done
        }
        Ended::Stopped(tally) => {
            let left = tally.total.saturating_sub(tally.done + tally.failed);
            terminal::complain(&format!("Stopped with {left} pictures left; run it again to go on"));
            Exit::Stopped
        }
        Ended::TooManyFailed(tally) => {
            terminal::complain(&format!("{} pictures failed, more than --max-failed allows", tally.failed));
            Exit::SomeFailed
        }
    })
}

fn so_far(tally: &Tally) -> String {
    let per_sec = tally.now as f64 / tally.seconds.max(1e-9);
    let left = tally.seconds_left.map_or(String::new(), |secs| format!(", {} left", duration(secs)));
    let n = tally.done + tally.failed;
    format!("{n} of {} pictures, {} failed, {per_sec:.1} a second{left}", tally.total, tally.failed)
}

/// The pictures of a list, a line each.
pub(super) fn read_list(path: &Path) -> anyhow::Result<Vec<Item>> {
    let content = list_content(path, MOST_OF_A_LIST)?;
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&content);
    let lines = content.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)).enumerate();
    let lines = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
    let items = lines.map(|(n, line)| Item::of_line(line).map_err(|e| anyhow!("Line {} of the list: {e}", n + 1)));
    items.collect()
}
