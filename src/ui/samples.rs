//! The sample pictures that come with the program: something to try at once, each with a task that shows something.

use std::sync::Arc;

use egui::{ColorImage, Vec2};
use image::imageops::FilterType;

use super::{action::Action, preview::color_image, theme};
use crate::{geometry::NormBox, picture::PictureSource, text::Task};

/// A picture in the program file, with what to ask about it.
#[derive(Debug)]
pub(super) struct Sample {
    /// What to call it.
    pub(super) name: &'static str,
    /// What is asked, in few words.
    pub(super) asks: &'static str,
    file_name: &'static str,
    bytes: &'static [u8],
    task: fn() -> Task,
}

macro_rules! sample {
    ($name:literal, $file_name:literal, $asks:literal, $task:expr) => {
        Sample {
            name: $name,
            asks: $asks,
            file_name: $file_name,
            bytes: include_bytes!(concat!("../../assets/samples/", $file_name)),
            task: || $task,
        }
    };
}

/// In the order shown.
pub(super) static SAMPLES: [Sample; 8] = [
    sample!("Meadow", "meadow.png", "Describe it", Task::Brief { grounded: true }),
    sample!("Bees", "bees.png", "How many bees?", ask("How many bees are there?", false)),
    sample!("Harbor", "harbor.png", "Which is larger?", find("the larger sailboat")),
    sample!("Table", "table.png", "What is this?", Task::Region { region: NormBox::new(0.26, 0.62, 0.46, 0.96) }),
    sample!("Road", "road.png", "Where is it?", ask("Where is the bicycle?", true)),
    sample!("Snow", "snow.png", "In detail", Task::Detailed { grounded: true }),
    sample!("Party", "party.png", "Many things", Task::Brief { grounded: true }),
    sample!("Night", "night.png", "Something small", find("the rocket")),
];

fn ask(question: &str, grounded: bool) -> Task {
    Task::Ask { question: question.to_owned(), region: None, grounded, earlier: Vec::new() }
}

fn find(phrase: &str) -> Task {
    Task::Find { phrase: phrase.to_owned() }
}

/// Small pictures in the order of [`SAMPLES`]; `None` where one can't be decoded.
pub(super) type Thumbnails = Vec<Option<ColorImage>>;

impl Sample {
    /// Opens it and asks about it.
    #[must_use]
    pub(super) fn action(&self) -> Action {
        let source = PictureSource::Bytes { name: self.file_name.to_owned(), bytes: Arc::from(self.bytes) };
        Action::AskAbout(source, (self.task)())
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
    SAMPLES.iter().map(|sample| sample.thumbnail(size)).collect()
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
