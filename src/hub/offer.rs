//! What can be downloaded: the published checkpoint, or another one.

use std::path::PathBuf;

use super::settings::Settings;

/// The repository of the published Kosmos-2.
pub const PUBLISHED_REPO: &str = "microsoft/kosmos-2-patch14-224";
/// Bytes that Kosmoscope downloads of it, roughly; the exact number comes with the repository's list.
pub const PUBLISHED_BYTES: u64 = 6_664_000_000;
/// Bytes of memory that it takes as it is kept by default, measured with random weights of its sizes.
pub const PUBLISHED_MEMORY_BYTES: u64 = 1_900_000_000;
/// The licence it comes under.
pub const PUBLISHED_LICENCE: &str = "MIT";

/// Seconds that its download takes at the speed of a usual line.
#[must_use]
pub fn published_secs() -> f64 {
    (8 * PUBLISHED_BYTES) as f64 / (USUAL_MBITS_PER_SEC as f64 * 1e6)
}

/// What [`published_secs`] counts with, in millions of bits a second.
pub const USUAL_MBITS_PER_SEC: u32 = 100;

/// A checkpoint that can be downloaded, and where it goes.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The repository, for example [`PUBLISHED_REPO`].
    pub repo: String,
    /// The folder that will be the checkpoint.
    pub folder: PathBuf,
    /// How to reach the hub.
    pub settings: Settings,
}
