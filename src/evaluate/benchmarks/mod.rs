//! Published evaluations, asked of any checkpoint or reckoned from answers that are there already.
//!
//! Each is a file with a [`Benchmark`] and a row in [`BENCHMARKS`]: how its data lie on disk, what is asked, and what is right,
//! by the rules under which its numbers were published. They share how answers are had ([`answer_all`], [`read_predictions`]),
//! how boxes are judged, and what is told in the end ([`Report`]).

mod answers;
mod benchmark;
mod boxes;
mod captions;
mod data;
mod entities;
mod error;
mod expressions;
mod flickr_entities;
mod interval;
mod pope;
mod predictions;
mod regions;
mod report;
mod vqav2;

pub use answers::answer_all;
pub use benchmark::{Benchmark, Measure, Question, Scoring, TaskSet};
pub use error::BenchmarkError;
pub use interval::Interval;
pub use predictions::{n_with_same_boxes, read_predictions};
pub use report::{Report, Run};

/// All of them, in the order in which they are listed.
pub const BENCHMARKS: [&dyn Benchmark; 10] = [
    &expressions::REFCOCO,
    &expressions::REFCOCO_PLUS,
    &expressions::REFCOCOG,
    &regions::Regions,
    &flickr_entities::FlickrEntities,
    &captions::FLICKR30K,
    &captions::COCO,
    &captions::NOCAPS,
    &vqav2::Vqav2,
    &pope::Pope,
];

/// The benchmark of this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static dyn Benchmark> {
    BENCHMARKS.into_iter().find(|benchmark| benchmark.name() == name)
}
