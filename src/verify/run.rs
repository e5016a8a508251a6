//! All checks of a checkpoint, one after the other: its files, its tensors, its answers.

use std::path::Path;

use super::{
    answers,
    check::{Check, Progress, Verdict},
    error::VerifyError,
    expectations::Expectations,
    files,
};
use crate::{
    checkpoint::{Checkpoint, LocalCheckpoint, Source},
    model::{Config, layout},
    progress::OnProgress,
    words::size,
};

/// Which answers to hold those of the checkpoint against.
#[derive(Clone, Debug)]
pub enum Against {
    /// The answers of the published weights, if it has their sizes.
    Published,
    /// The answers that a file expects.
    File(Expectations),
    /// No answers: the model is not run.
    Nothing,
}

/// Does all checks that can be done; `on_progress` may break to stop.
///
/// # Errors
/// When it was stopped, or the model can't be computed. What is wrong with the checkpoint is an outcome and not an error.
pub fn verify(
    source: &Source,
    against: &Against,
    on_progress: OnProgress<'_, Progress>,
) -> Result<Vec<Check>, VerifyError> {
    let mut checks = Vec::new();
    let folder = match source {
        Source::Path(path) => LocalCheckpoint::at(path).path,
        Source::Embedded => None,
    };
    let is_converted = folder.as_deref().is_some_and(Path::is_file);
    match &folder {
        Some(_) if is_converted => {} // it notes its sums itself
        Some(folder) => checks.extend(files::check(folder, on_progress)?),
        None => checks.push(Check::skipped("files", "they are part of the program")),
    }
    let checkpoint = match Checkpoint::open(source) {
        Ok(checkpoint) => checkpoint,
        Err(e) => {
            checks.push(Check::failed("tensors", e.to_string()));
            return Ok(checks);
        }
    };
    let n_tensors = layout::expected(&checkpoint.config).len();
    let seen = format!(
        "all {n_tensors} are there and have the right shapes, {} of {}",
        size(checkpoint.n_bytes()),
        checkpoint.stored()
    );
    checks.push(Check::passed("tensors", seen));
    if is_converted {
        checks.push(files::check_noted_sums(&checkpoint, on_progress)?);
    }
    let tokenizer = match checkpoint.tokenizer() {
        Ok(tokenizer) => Check::passed("tokenizer", format!("its {} tokens are the weights'", tokenizer.vocab_size())),
        Err(e) => Check::failed("tokenizer", e.to_string()),
    };
    let can_answer = !matches!(tokenizer.verdict, Verdict::Failed(_));
    checks.push(tokenizer);
    let published = Expectations::published;
    let expectations = match against {
        _ if !can_answer => Err("there is no tokenizer for the prompts"),
        Against::File(expectations) => Ok(expectations.clone()),
        Against::Published if checkpoint.origin.is_some() => Err("its answers are only nearly those of the original"),
        Against::Published if has_published_sizes(&checkpoint.config) => Ok(published()?),
        Against::Published | Against::Nothing => Err("there is nothing to compare them with"),
    };
    match expectations {
        Ok(expectations) => checks.extend(answers::check(source, &expectations, on_progress)?),
        Err(why) => checks.push(Check::skipped("answers", why)),
    }
    Ok(checks)
}

fn has_published_sizes(config: &Config) -> bool {
    let (text, vision) = (&config.text_config, &config.vision_config);
    (text.vocab_size, text.embed_dim, text.layers) == (65037, 2048, 24)
        && (vision.hidden_size, vision.num_hidden_layers) == (1024, 24)
}
