//! Whether a checkpoint is what it should be: its files by their sums, its tensors by their names and shapes, its answers
//! by what the reference implementation answered.
//!
//! The expectations of the published weights are part of the program. They come from the reference's own tests, and its
//! picture, re-saved as those tests do it, is kept as the pixels that the model sees, so that no JPEG encoder is needed.

mod answers;

use std::{ops::ControlFlow, path::Path};

pub use answers::{Case, Entity, Expectations, ExpectationsError, Logits};

use crate::{
    checkpoint::{Checkpoint, CheckpointError, FileState, Found, Manifest, Source},
    engine::{Engine, EngineError, LoadOptions},
    kernels::Precision,
    model::Config,
    words::size,
};

/// What was found out about one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was looked at.
    pub what: String,
    /// What came out.
    pub outcome: Outcome,
}

/// What came out of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As it should be, and how that was seen.
    Passed(String),
    /// The first difference, and what to do.
    Failed(String),
    /// Why nothing can be said.
    Skipped(String),
}

/// How far it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// What is being looked at.
    pub what: String,
    /// Bytes, or answers, so far.
    pub n_done: u64,
    /// Bytes, or answers, in all.
    pub n_total: u64,
}

/// Which answers to hold it against.
#[derive(Clone, Debug)]
pub enum Against {
    /// Those of the published weights, if it has their sizes.
    Published,
    /// Those in a file.
    File(Expectations),
    /// None.
    Nothing,
}

type OnProgress<'a> = &'a mut dyn FnMut(&Progress) -> ControlFlow<()>;

/// Does all checks that can be done; `on_progress` may break to stop.
///
/// # Errors
/// When it was stopped, or the model can't be computed. What is wrong with the checkpoint is no error but an outcome.
pub fn verify(source: &Source, against: &Against, on_progress: OnProgress<'_>) -> Result<Vec<Check>, EngineError> {
    let mut checks = Vec::new();
    let folder = match source {
        Source::Path(path) => Found::at(path).path,
        Source::Embedded => None,
    };
    match &folder {
        Some(folder) => checks.extend(check_files(folder, on_progress)?),
        None => checks.push(Check::skipped("files", "they are part of the program")),
    }
    let checkpoint = match Checkpoint::open(source) {
        Ok(checkpoint) => checkpoint,
        Err(e) => {
            checks.push(Check::failed("tensors", e.to_string()));
            return Ok(checks);
        }
    };
    let n_tensors = crate::model::layout::expected(&checkpoint.config).len();
    let seen = format!(
        "all {n_tensors} are there and have their shapes, {} of {}",
        size(checkpoint.n_bytes()),
        checkpoint.stored()
    );
    checks.push(Check::passed("tensors", seen));
    let published = Expectations::published;
    let expectations = match against {
        Against::File(expectations) => Ok(expectations.clone()),
        Against::Published if checkpoint.origin.is_some() => Err("those of the original are only nearly its own"),
        Against::Published if has_published_sizes(&checkpoint.config) => Ok(published()?),
        Against::Published | Against::Nothing => Err("nobody said what they should be"),
    };
    match expectations {
        Ok(expectations) => checks.extend(check_answers(source, &expectations, on_progress)?),
        Err(why) => checks.push(Check::skipped("answers", why)),
    }
    Ok(checks)
}

/// Whether every check that was done came out well.
#[must_use]
pub fn has_passed(checks: &[Check]) -> bool {
    !checks.iter().any(|check| matches!(check.outcome, Outcome::Failed(_)))
}

fn has_published_sizes(config: &Config) -> bool {
    let (text, vision) = (&config.text_config, &config.vision_config);
    (text.vocab_size, text.embed_dim, text.layers) == (65037, 2048, 24)
        && (vision.hidden_size, vision.num_hidden_layers) == (1024, 24)
}

/// Sums every file that something is known about.
fn check_files(folder: &Path, on_progress: OnProgress<'_>) -> Result<Vec<Check>, EngineError> {
    let files = match Manifest::of(folder) {
        Ok(Some(manifest)) => manifest.files,
        Ok(None) => return Ok(vec![Check::skipped("files", "nothing says what their sums should be")]),
        Err(e) => return Ok(vec![Check::failed("files", e.to_string())]),
    };
    let mut checks = Vec::new();
    for file in &files {
        let state = file.state(folder, &mut |n_done| {
            on_progress(&Progress { what: file.name.clone(), n_done, n_total: file.n_bytes })
        });
        let remedy = "move it away and run \"kosmoscope model pull\" again";
        checks.push(match state {
            FileState::Good => Check::passed(&file.name, format!("{}, the sum is right", size(file.n_bytes))),
            FileState::Missing => Check::failed(&file.name, "it is missing; run \"kosmoscope model pull\" again"),
            FileState::OtherSize(n_bytes) => {
                let sizes = format!("it has {n_bytes} bytes and should have {}", file.n_bytes);
                Check::failed(&file.name, format!("{sizes}; {remedy}"))
            }
            FileState::OtherSum(found) => {
                let sums = format!("its sum is {found} and should be {}", file.sum.digits());
                Check::failed(&file.name, format!("{sums}; {remedy}"))
            }
            FileState::Unreadable(e) => Check::failed(&file.name, format!("it can't be read ({e})")),
            FileState::Stopped => return Err(EngineError::Stopped),
        });
    }
    Ok(checks)
}

fn check_answers(
    source: &Source,
    expectations: &Expectations,
    on_progress: OnProgress<'_>,
) -> Result<Vec<Check>, EngineError> {
    // The reference computed in f32 too; what other formats change is no damage.
    let options = LoadOptions { precision: Some(Precision::F32), ..LoadOptions::default() };
    let loaded = Engine::load_with(source, options, &mut |progress| {
        on_progress(&Progress { what: "loading".to_owned(), n_done: progress.n_done, n_total: progress.n_total })
    });
    let engine = match loaded {
        Err(EngineError::Checkpoint(e @ CheckpointError::NoMemory { .. })) => {
            return Ok(vec![Check::skipped("answers", &e.to_string())]);
        }
        loaded => loaded?,
    };
    let (mut checks, n_total) = (Vec::new(), expectations.cases.len() as u64);
    for (n_done, case) in (0..).zip(&expectations.cases) {
        if on_progress(&Progress { what: case.name.clone(), n_done, n_total }).is_break() {
            return Err(EngineError::Stopped);
        }
        checks.push(answers::check(&engine, case, &expectations.remedy)?);
    }
    Ok(checks)
}

impl Check {
    fn passed(what: &str, seen: impl Into<String>) -> Self {
        Self { what: what.to_owned(), outcome: Outcome::Passed(seen.into()) }
    }

    fn failed(what: &str, difference: impl Into<String>) -> Self {
        Self { what: what.to_owned(), outcome: Outcome::Failed(difference.into()) }
    }

    fn skipped(what: &str, why: &str) -> Self {
        Self { what: what.to_owned(), outcome: Outcome::Skipped(why.to_owned()) }
    }
}
