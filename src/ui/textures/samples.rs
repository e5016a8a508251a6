//! The sample pictures that come with the program: something to try at once, each with a task that shows something.

use std::sync::Arc;

use egui::{ColorImage, Vec2};
use image::imageops::FilterType;

use super::preview::color_image;
use crate::{
    geometry::NormBox,
    picture::{self, PictureSource},
    text::Task,
    ui::{state::PictureAction, theme},
};

/// A picture in the program file, with what to ask about it.
#[derive(Debug)]
pub(crate) struct Sample {
    /// What to call it.
    pub(crate) name: &'static str,
    /// What is asked, in few words.
    pub(crate) asks: &'static str,
    file_name: &'static str,
    task: fn() -> Task,
}

macro_rules! sample {
    ($name:literal, $file_name:literal, $asks:literal, $task:expr) => {
        Sample { name: $name, asks: $asks, file_name: $file_name, task: || $task }
    };
}

/// In the order shown.
pub(crate) static SAMPLES: [Sample; 8] = [
    sample!("Meadow", "meadow.png", "Describe it", Task::Brief { grounded: true }),
    sample!("Bees", "bees.png", "How many bees?", ask("How many bees are there?", false)),
    sample!("Harbour", "harbour.png", "Which is larger?", find("the larger sailboat")),
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
pub(crate) type SampleThumbnails = Vec<Option<ColorImage>>;

impl Sample {
    fn bytes(&self) -> &'static [u8] {
        picture::SAMPLES.iter().find(|(name, _)| *name == self.file_name).map_or(&[], |(_, bytes)| bytes)
    }

    /// Opens it and asks about it.
    #[must_use]
    pub(crate) fn action(&self) -> PictureAction {
        let source = PictureSource::Bytes { name: self.file_name.to_owned(), bytes: Arc::from(self.bytes()) };
        PictureAction::AskAbout(source, (self.task)())
    }

    /// A crop of the middle that fills a thumbnail.
    fn thumbnail(&self, size: Vec2) -> Option<ColorImage> {
        let picture = image::load_from_memory(self.bytes()).ok()?;
        let filled = picture.resize_to_fill(size.x as u32, size.y as u32, FilterType::Triangle);
        Some(color_image(&filled.into_rgb8()))
    }
}

/// Decodes and shrinks all samples; takes some tens of milliseconds.
#[must_use]
pub(crate) fn thumbnails(pixels_per_point: f32) -> SampleThumbnails {
    let size = (theme::THUMBNAIL_SIZE * pixels_per_point).round().max(Vec2::splat(1.0));
    SAMPLES.iter().map(|sample| sample.thumbnail(size)).collect()
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::{
        checkpoint::Source,
        engine::{Engine, GenerateOptions, Outcome, Request},
        picture,
    };

    /// What is right to say about each sample, and where its things are: x1, y1, x2, y2 in thousandths.
    const TRUTH: [(&str, &[[u16; 4]]); SAMPLES.len()] = [
        (
            "An image of a tree, a dog, a house, a rabbit and a sun on grass.",
            &[
                [20, 189, 358, 690],
                [333, 646, 567, 920],
                [513, 283, 768, 620],
                [750, 681, 890, 930],
                [778, 52, 942, 270],
            ],
        ),
        ("Four.", &[]),
        ("the larger sailboat", &[[192, 200, 568, 780]]),
        ("It is a donut.", &[[260, 620, 460, 960]]),
        ("The bicycle is at the bottom.", &[[387, 709, 613, 950]]),
        (
            "The image shows a rabbit, a snowman, a penguin and a tree in the snow. \
            The rabbit is in the bottom left. The penguin is in the bottom right. The tree is on the right.",
            &[[130, 740, 370, 940], [131, 292, 469, 640], [620, 725, 879, 940], [636, 266, 965, 600]],
        ),
        (
            "An image of two balloons, a gift, a cake, a guitar and a drum on a pink background.",
            &[
                [42, 148, 238, 440],
                [762, 128, 958, 420],
                [72, 650, 288, 930],
                [378, 122, 621, 420],
                [410, 444, 589, 940],
                [708, 651, 932, 920],
            ],
        ),
        ("the rocket", &[[555, 300, 686, 500]]),
    ];

    #[test]
    fn the_built_in_checkpoint_answers_all_samples_rightly() {
        let mut engine = Engine::load(&Source::Embedded, &mut |_| ControlFlow::Continue(())).unwrap();
        for (sample, (text, places)) in SAMPLES.iter().zip(TRUTH) {
            let source = PictureSource::Bytes { name: sample.file_name.to_owned(), bytes: Arc::from(sample.bytes()) };
            let (picture, options) = (picture::open(source).unwrap(), GenerateOptions::original());
            let request = Request { picture, task: (sample.task)(), options };
            let Outcome::Finished(answer) = engine.answer(&request, &mut |_| ControlFlow::Continue(())).unwrap() else {
                panic!("{}: not finished", sample.name);
            };
            assert_eq!(answer.caption.text, text, "{}", sample.name);
            assert_eq!(answer.notes(), [""; 0], "{}", sample.name);
            let said: Vec<NormBox> = answer.caption.phrases.iter().flat_map(|p| &p.regions).map(|r| r.norm).collect();
            assert_eq!(said.len(), places.len(), "{}: {said:?}", sample.name);
            for (said, place) in said.iter().zip(places) {
                let [x1, y1, x2, y2] = place.map(|v| f32::from(v) / 1000.0);
                assert!(said.iou(NormBox::new(x1, y1, x2, y2)) >= 0.5, "{}: {said:?}", sample.name);
            }
        }
    }

    #[test]
    fn all_samples_have_thumbnails_of_one_size() {
        let thumbnails = thumbnails(1.0);
        assert!(thumbnails.iter().flatten().all(|thumbnail| thumbnail.size == [104, 78]));
        assert_eq!(thumbnails.iter().flatten().count(), SAMPLES.len());
    }
}
