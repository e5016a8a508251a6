//! Whether a checkpoint gives the answers that are expected of it.

use super::{
    check::{Check, Progress},
    error::VerifyError,
    expectations::{Case, Expectations, Logits},
};
use crate::{
    checkpoint::{CheckpointError, Source},
    engine::{Engine, EngineError, Entity, GenerateOptions, LoadOptions, Sampling, Trace},
    kernels::Precision,
    progress::{OnProgress, Share},
};

/// Runs the model on all cases.
pub(super) fn check(
    source: &Source,
    expectations: &Expectations,
    on_progress: OnProgress<'_, Progress>,
) -> Result<Vec<Check>, VerifyError> {
    // The reference computed in f32 too; a difference that another format makes is not damage.
    let options = LoadOptions { precision: Some(Precision::F32), ..LoadOptions::default() };
    let loaded =
        Engine::load_with(source, options, &mut |share| on_progress(Progress { what: "loading".to_owned(), share }));
    let engine = match loaded {
        Err(EngineError::Checkpoint(e @ CheckpointError::NoMemory { .. })) => {
            return Ok(vec![Check::skipped("answers", &e.to_string())]);
        }
        Err(EngineError::Stopped) => return Err(VerifyError::Stopped),
        loaded => loaded?,
    };
    let (mut checks, n_total) = (Vec::new(), expectations.cases.len() as u64);
    for (n_done, case) in (0..).zip(&expectations.cases) {
        if on_progress(Progress { what: case.name.clone(), share: Share { n_done, n_total } }).is_break() {
            return Err(VerifyError::Stopped);
        }
        checks.push(check_case(&engine, case, &expectations.remedy)?);
    }
    Ok(checks)
}

/// Runs the model on a case; a failure tells the first difference.
fn check_case(engine: &Engine, case: &Case, remedy: &str) -> Result<Check, EngineError> {
    let Some(pixels) = &case.pixels else { return Ok(Check::skipped(&case.name, "it has no picture")) };
    let options = GenerateOptions {
        max_new_tokens: case.max_new_tokens,
        no_repeat_ngram: Some(case.no_repeat_ngram_size).into(),
        sampling: Sampling::Greedy,
    };
    let trace = engine.trace(&engine.pixel_values(pixels)?, &case.prompt, &options)?;
    if let Some(difference) = first_difference(&trace, case)? {
        return Ok(Check::failed(&case.name, format!("{difference}; {remedy}")));
    }
    let n_boxes: usize = case.entities.iter().map(|entity| entity.2.len()).sum();
    let n_logits: usize = case.logits.iter().map(|logits| logits.values.len()).sum();
    let n_ids = case.new_ids.len();
    let seen = format!("{n_ids} ids, the text, {n_boxes} boxes and {n_logits} logits are as expected");
    Ok(Check::passed(&case.name, seen))
}

fn first_difference(trace: &Trace, case: &Case) -> Result<Option<String>, EngineError> {
    // Logits first: they differ long before a token does.
    for Logits { step, first_id, values } in &case.logits {
        let all = trace.step_logits(*step)?;
        let start = if *first_id < 0 { all.len() as i64 + first_id } else { *first_id };
        for (id, expected) in (start..).zip(values) {
            let found = usize::try_from(id).ok().and_then(|id| all.get(id)).copied().unwrap_or(f32::NAN);
            let is_near = (found - expected).abs() <= case.tolerance;
            if !is_near {
                return Ok(Some(format!("the logit of id {id} in step {step} is {found} instead of {expected}")));
            }
        }
    }
    let ids = trace.new_ids()?;
    let n_same = ids.iter().zip(&case.new_ids).take_while(|(found, expected)| found == expected).count();
    if n_same < ids.len().max(case.new_ids.len()) {
        let (found, expected) = (ids.get(n_same), case.new_ids.get(n_same));
        let name = |id: Option<&u32>| id.map_or("the end".to_owned(), |id| format!("id {id}"));
        return Ok(Some(format!("token {n_same} is {} instead of {}", name(found), name(expected))));
    }
    if trace.text.text != case.text {
        return Ok(Some(format!("the text is {:?} instead of {:?}", trace.text.text, case.text)));
    }
    let differs = |(found, expected): &(&Entity, &Entity)| {
        let boxes = |entity: &Entity| entity.2.concat();
        let is_off = |(a, b): (&f32, &f32)| (a - b).abs() > 1e-4;
        (&found.0, found.1, found.2.len()) != (&expected.0, expected.1, expected.2.len())
            || boxes(found).iter().zip(&boxes(expected)).any(is_off)
    };
    let (found, expected) = (&trace.text.entities, &case.entities);
    if found.len() != expected.len() {
        return Ok(Some(format!("the number of linked phrases is {} instead of {}", found.len(), expected.len())));
    }
    let first = found.iter().zip(expected).find(differs);
    Ok(first.map(|(found, expected)| format!("a phrase is {found:?} instead of {expected:?}")))
}
