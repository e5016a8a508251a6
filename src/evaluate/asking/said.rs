//! What was said to the questions of a task, read again from the parts of a folder.

use std::path::Path;

use serde_json::{Value, json};

use super::{error::EvaluateError, task::Task};
use crate::{
    batch::{self, Part, PartState, Shard},
    evaluate::benchmarks::{Answers, fingerprint, of_samples},
};

/// What was said to the questions, and by whom.
#[derive(Clone, Debug)]
pub struct Said {
    /// One for each question that is asked.
    pub answers: Answers,
    /// Questions that could not be asked.
    pub n_failed: usize,
    /// How long the model took; `None` for answers that were there already.
    pub seconds: Option<f64>,
    /// The checkpoint, or a file.
    pub source: Value,
}

/// What all parts of a folder have been told, once they are through.
///
/// # Errors
/// When parts are missing, damaged, of other questions or of several checkpoints.
pub fn said(task: &Task, folder: &Path) -> Result<Said, EvaluateError> {
    let (mut seconds, mut settings) = (0.0, Value::Null);
    for part in batch::folder(folder)?.parts {
        let PartState::Through(through) = part else { continue };
        if !settings.is_null() && settings != through.settings {
            return Err(EvaluateError::SeveralCheckpoints(folder.to_owned()));
        }
        (seconds, settings) = (seconds + through.seconds, through.settings);
    }
    merged(task, folder, false, settings, Some(seconds))
}

/// What the only part of a folder has been told so far.
///
/// # Errors
/// When it is damaged, or of other questions.
pub fn so_far(task: &Task, folder: &Path) -> Result<Said, EvaluateError> {
    merged(task, folder, true, Part::begun(folder, Shard::WHOLE).unwrap_or_default(), None)
}

fn merged(
    task: &Task,
    folder: &Path,
    partial: bool,
    mut settings: Value,
    seconds: Option<f64>,
) -> Result<Said, EvaluateError> {
    let mut lines = Vec::new();
    let merged = batch::merge(folder, partial, &mut lines)?;
    if settings["source"] != fingerprint(task.set()).as_str() {
        return Err(EvaluateError::OtherQuestions(folder.to_owned()));
    }
    let answers = of_samples(&String::from_utf8_lossy(&lines), folder, task.set().questions().len())?;
    let [name, fingerprint, precision] = ["checkpoint", "fingerprint", "precision"].map(|field| settings[field].take());
    let source = json!({"checkpoint": {"name": name, "fingerprint": fingerprint, "precision": precision}});
    Ok(Said { answers: answers.first(task.asked().len()), n_failed: merged.failed, seconds, source })
}
