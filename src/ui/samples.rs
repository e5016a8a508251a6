//! The sample pictures that come with the program: something to try at once.

use std::sync::Arc;

use egui::{ColorImage, Vec2};
use image::imageops::FilterType;

use super::{preview::color_image, theme};
use crate::picture::PictureSource;

/// A picture in the program file.
#[derive(Debug)]
pub(super) struct Sample {
    /// What to call it.
    pub(super) name: &'static str,
    file_name: &'static str,
    bytes: &'static [u8],
}

/// In the order shown.
pub(super) static SAMPLES: [Sample; 4] = [
    Sample { name: "Meadow", file_name: "meadow.png", bytes: include_bytes!("../../assets/samples/meadow.png") },
    Sample { name: "Snow", file_name: "snow.png", bytes: include_bytes!("../../assets/samples/snow.png") },
    Sample { name: "Road", file_name: "road.png", bytes: include_bytes!("../../assets/samples/road.png") },
    Sample { name: "Table", file_name: "table.png", bytes: include_bytes!("../../assets/samples/table.png") },
];

/// Small pictures in the order of [`SAMPLES`]; `None` where one can't be decoded.
pub(super) type Thumbnails = [Option<ColorImage>; SAMPLES.len()];

impl Sample {
    /// To open it by.
    #[must_use]
    pub(super) fn source(&self) -> PictureSource {
        PictureSource::Bytes { name: self.file_name.to_owned(), bytes: Arc::from(self.bytes) }
    }

    /// A crop of the middle that fills a thumbnail.
    fn thumbnail(&self, size: Vec2) -> Option<ColorImage> {
        let picture = image::load_from_memory(self.bytes).ok()?;
        let filled = picture.resize_to_fill(size.x as u32, size.y as u32, FilterType::Triangle);
        Some(color_image(&filled.into_rgb8()))
    }
}

/// Decodes and shrinks all samples; takes some tens of milliseconds.
#[must_use]
pub(super) fn thumbnails(pixels_per_point: f32) -> Thumbnails {
    let size = (theme::THUMBNAIL_SIZE * pixels_per_point).round().max(Vec2::splat(1.0));
    SAMPLES.each_ref().map(|sample| sample.thumbnail(size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_samples_have_thumbnails_of_one_size() {
        let thumbnails = thumbnails(1.0);
        assert!(thumbnails.iter().flatten().all(|thumbnail| thumbnail.size == [104, 78]));
        assert_eq!(thumbnails.iter().flatten().count(), SAMPLES.len());
    }
}
