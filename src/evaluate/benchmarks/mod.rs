//! Published evaluations, asked of any checkpoint or reckoned from answers that are there already.
//!
//! Each is a file with a [`Benchmark`] and a row in [`BENCHMARKS`]: how its data lie on disk, what is asked, and what is right,
//! by the rules under which its numbers were published. They share how answers are had ([`ask`], [`read_predictions`]),
//! how boxes are judged, and what is told in the end ([`Report`]).

mod answers;
mod benchmark;
mod boxes;
mod captions;
mod card;
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
mod seed_bench;
mod vqav2;

use std::path::Path;

pub use answers::{BoxScores, ask};
pub use benchmark::{Benchmark, Measure, Part, Question, Scoring, Share, Shown, TaskSet, Truth, Way};
pub use boxes::without_picture;
pub use card::Card;
pub use error::BenchmarkError;
pub use interval::Interval;
pub use predictions::{Answers, Comparison, fingerprint, of_samples, read_predictions};
pub use report::{Report, Run};

/// All of them, in the order in which they are listed.
pub const BENCHMARKS: [&dyn Benchmark; 11] = [
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
    &seed_bench::SeedBench,
];

/// The benchmark of this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static dyn Benchmark> {
    BENCHMARKS.into_iter().find(|benchmark| benchmark.name() == name)
}

/// Reads the questions of a part of a benchmark from its own files.
///
/// # Errors
/// When it has no such part, or a file is missing, damaged, or holds something else.
pub fn read(benchmark: &dyn Benchmark, data: &Path, part: Part<'_>) -> Result<Box<dyn TaskSet>, BenchmarkError> {
    data::check(benchmark, part)?;
    benchmark.read(data, part)
}
