//! What is asked: a part of a benchmark that lies on disk, and the first of its questions.

use std::path::Path;

use crate::{
    evaluate::{
        benchmarks::{self, BENCHMARKS, Benchmark, BenchmarkError, Part, Question, TaskSet},
        scenes::SCENES,
    },
    words,
};

/// What somebody wants to be asked.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The benchmark.
    pub benchmark: &'static dyn Benchmark,
    /// The folder with its files, or one of them.
    pub data: &'a Path,
    /// The split and the examples.
    pub part: Part<'a>,
    /// Only so many questions, the first.
    pub limit: Option<usize>,
}

/// Questions that were read, with what is right to answer.
pub struct Task {
    name: String,
    shots: usize,
    set: Box<dyn TaskSet>,
    n_asked: usize,
}

/// A part of a benchmark that was found.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// The benchmark.
    pub benchmark: &'static dyn Benchmark,
    /// The split.
    pub split: &'static str,
    /// Questions in it.
    pub n_questions: usize,
}

/// All parts of benchmarks that a folder has, or one file of it, in the order in which they are listed.
///
/// # Errors
/// One sentence, when there is none.
pub fn found(data: &Path) -> Result<Vec<Found>, String> {
    let (mut found, mut problem) = (Vec::new(), None);
    for benchmark in BENCHMARKS.into_iter().chain([&SCENES as &dyn Benchmark]) {
        for split in benchmark.splits().iter().copied() {
            match benchmarks::read(benchmark, data, Part { split, shots: benchmark.shots()[0] }) {
                Ok(set) => found.push(Found { benchmark, split, n_questions: set.questions().len() }),
                Err(BenchmarkError::Missing { .. }) => {}
                // Of files that nearly are a benchmark's, the first says most.
                Err(error) => problem = problem.or_else(|| Some(error.to_string())),
            }
        }
    }
    let nothing = || {
        format!("No benchmark was found here; kosmoscope evaluate --list tells what each needs: {}", words::place(data))
    };
    if found.is_empty() { Err(problem.unwrap_or_else(nothing)) } else { Ok(found) }
}

impl Task {
    /// Reads the questions.
    ///
    /// # Errors
    /// When the benchmark has no such part, or a file is missing, damaged, or holds something else.
    pub fn read(wanted: &Wanted<'_>) -> Result<Self, BenchmarkError> {
        let Wanted { benchmark, data, part, limit } = *wanted;
        let set = benchmarks::read(benchmark, data, part)?;
        let n_questions = set.questions().len();
        let n_asked = limit.map_or(n_questions, |most| n_questions.min(most));
        Ok(Self { name: benchmark.task_name(part.split), shots: part.shots, set, n_asked })
    }

    /// What lists call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Examples before each question.
    #[must_use]
    pub fn shots(&self) -> usize {
        self.shots
    }

    /// All that was read.
    #[must_use]
    pub fn set(&self) -> &dyn TaskSet {
        self.set.as_ref()
    }

    /// The questions that are asked.
    #[must_use]
    pub fn asked(&self) -> &[Question] {
        &self.set.questions()[..self.n_asked]
    }
}
