//! What can be downloaded: the published checkpoint, or another one.

use std::path::PathBuf;

use super::settings::Settings;

/// The repository of the published Kosmos-2.
pub const PUBLISHED_REPO: &str = "microsoft/kosmos-2-patch14-224";
/// Bytes that Kosmoscope downloads of it, roughly; the exact number comes with the repository's list.
pub const PUBLISHED_BYTES: u64 = 6_664_000_000;
/// The licence it comes under.
pub const PUBLISHED_LICENCE: &str = "MIT";

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
