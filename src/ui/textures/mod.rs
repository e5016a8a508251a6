//! What the graphics card is given.

mod preview;
pub(crate) mod samples;
mod thumbnails;

pub(crate) use preview::{Preview, Pyramid, color_image};
pub(crate) use samples::{SAMPLES, Sample, SampleThumbnails};
pub(crate) use thumbnails::Thumbnails;
