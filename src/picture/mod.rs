//! Pictures: opened from anything people drop, made ready for the model.
//!
//! What arrives is whatever lay on a disk: cut off downloads, web pages named `.jpg`, pipes, bombs. Opening gives an
//! upright 8-bit RGB picture with notes on what a person should know, or one sentence that says what the thing is
//! instead. It never blocks on a pipe, never panics, and refuses by the header what would not fit into memory.
//! The steps, in the order of `open`: the file is read whole and once (`read`), its format told by content (`sniff`),
//! its pixels decoded, brought to sRGB and turned upright (`decode`). [`resample`] and [`preprocess`] turn the pixels into the model's input.

mod decode;
mod error;
mod folder;
mod limits;
mod open;
pub mod preprocess;
mod read;
pub mod resample;
mod room;
mod samples;
mod sniff;
mod source;
mod upright;

pub use decode::without_alpha;
pub use error::{Foreign, PictureError, Problem};
pub(crate) use folder::natural_order;
pub use folder::{EXTENSIONS, Gathered, gather, gather_at_most};
pub use open::{Picture, PictureId, open, open_as};
pub use read::FileStamp;
pub use samples::SAMPLES;
pub use source::PictureSource;
pub use upright::{upright_file, upright_size};
