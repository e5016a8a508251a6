//! The hub: a checkpoint from the internet to a folder, checked, and nothing left half done.
//!
//! The only place that uses a network, and only when someone asks for a download. It is written for what goes wrong:
//!
//! - The list of the repository gives each file's size and sum for one commit. Everything that arrives is held against
//!   that list; names, entity tags and lengths that a server sends are never trusted.
//! - A file grows as `NAME.part` in pieces, and `NAME.part.journal` says which pieces are on disk. After a cut, a pause or a
//!   kill the next download goes on from there. The sum is taken over what is on disk, while it arrives; only a file whose
//!   sum is right gets its name. `kosmoscope.lock` says what was begun: that alone is replaced if the repository changes.
//! - Where it is, who asks and which way it goes is what the system's variables say, as other tools read them.
//! - A token goes to the host it was given for and to no other, and never over an open connection.
//!
//! Addresses that others wrote, of pictures in a dataset, are got by [`Outside`], with limits and without a token.
//!
//! Downloads have a folder of their own, see [`crate::checkpoint::Library`].

mod attempt;
mod connection;
mod download;
mod error;
mod fetch;
mod folder;
mod http;
mod listing;
mod offer;
mod outside;
mod partial;
mod progress;
mod pull;
mod record;
mod response;
mod settings;

pub use download::{Download, DownloadEnd, DownloadEvent, start_discarding, start_download};
pub use error::{HubError, RequestError};
pub use folder::{discard, unfinished_bytes};
pub use offer::{
    Offer, PUBLISHED_BYTES, PUBLISHED_LICENCE, PUBLISHED_MEMORY_BYTES, PUBLISHED_REPO, USUAL_MBITS_PER_SEC,
    published_secs,
};
pub use outside::{Limits, Outside};
pub use progress::Progress;
pub use pull::pull;
pub use settings::{Certificates, DEFAULT_ENDPOINT, Patience, Proxies, Settings, Token};
