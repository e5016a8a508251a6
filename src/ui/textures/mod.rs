//! What the graphics card is given: the picture in several sizes, the thumbnails of the strip, the samples.

mod preview;
mod samples;
mod thumbnails;

pub(crate) use preview::{Preview, Pyramid, color_image};
pub(crate) use samples::{SAMPLES, Sample, SampleThumbnails, thumbnails as sample_thumbnails};
pub(crate) use thumbnails::{Cut, Thumbnails};
