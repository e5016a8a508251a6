//! The network against the reference implementation: every stage of eight answers of a tiny random checkpoint.
//!
//! `tests/data/tiny` and `tests/data/golden` were written by the Hugging Face implementation (transformers 5.23, f32).
//! We begin with its own pixel values (`tests/files/picture.rs` compares those). No two sizes of the checkpoint agree, so that
//! a mixed-up dimension shows.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{collections::HashMap, ops::ControlFlow};

use candle_core::{DType, Device, Tensor};
use kosmoscope::{
    engine::{Answer, Engine, GenerateOptions, Outcome, Request, Sampling, Trace},
    picture::Picture,
    text::Task,
};
use serde_json::Value;

use crate::support::{
    files::data,
    model::{self, tiny},
};

/// Largest difference of a stage, over the stage's largest value. The largest seen is about 2e-6.
const TOLERANCE: f64 = 1e-5;

fn picture(name: &str) -> Picture {
    model::open(&data("golden").join(name))
}

fn json(path: &str) -> Value {
    serde_json::from_slice(&std::fs::read(data(path)).unwrap()).unwrap()
}

/// Our stages of a case, from the reference's own pixel values on.
fn case_trace(engine: &Engine, n: usize, reference: &HashMap<String, Tensor>) -> Trace {
    let case = json(&format!("golden/case_{n}.json"));
    let options = GenerateOptions {
        max_new_tokens: case["max_new_tokens"].as_u64().unwrap() as usize,
        no_repeat_ngram: Some(case["no_repeat_ngram"].as_u64().unwrap() as usize).into(),
        sampling: Sampling::Greedy,
    };
    engine.trace(&reference["pixel_values"], case["prompt"].as_str().unwrap(), &options).unwrap()
}

fn reference(n: usize) -> HashMap<String, Tensor> {
    candle_core::safetensors::load(data(&format!("golden/case_{n}.safetensors")), &Device::Cpu).unwrap()
}

/// Largest difference over the largest value.
fn relative_error(ours: &Tensor, reference: &Tensor) -> f64 {
    let largest = |t: &Tensor| t.abs().unwrap().flatten_all().unwrap().max(0).unwrap().to_scalar::<f32>().unwrap();
    f64::from(largest(&(ours - reference).unwrap()) / largest(reference))
}

#[test]
fn every_stage_of_every_case() {
    let engine = tiny();
    for n in 1..=8 {
        let reference = reference(n);
        let trace = case_trace(&engine, n, &reference);
        assert_eq!(reference.len(), trace.tensors.len());
        for (name, reference) in &reference {
            let ours = &trace.tensors[name];
            assert_eq!((ours.dims(), ours.dtype()), (reference.dims(), reference.dtype()), "case {n}, {name}");
            if reference.dtype() == DType::I64 {
                assert_eq!(ours.to_vec2::<i64>().unwrap(), reference.to_vec2::<i64>().unwrap(), "case {n}, {name}");
            } else {
                let error = relative_error(ours, reference);
                println!("case {n}, {name}: {error:.1e}");
                assert!(error < TOLERANCE, "case {n}, {name}: {error:.1e}");
            }
        }
    }
}

#[test]
fn texts_and_entities_of_every_case() {
    let engine = tiny();
    for n in 1..=8 {
        let trace = case_trace(&engine, n, &reference(n));
        let reference = json(&format!("golden/case_{n}.safetensors.json"));
        assert_eq!(serde_json::to_value(&trace.text).unwrap(), reference, "case {n}");
    }
}

fn answer(engine: &mut Engine, picture: &Picture, task: &Task) -> Answer {
    answer_within(12, engine, picture, task)
}

fn answer_within(max_new_tokens: usize, engine: &mut Engine, picture: &Picture, task: &Task) -> Answer {
    let options = GenerateOptions { max_new_tokens, no_repeat_ngram: Some(3).into(), sampling: Sampling::Greedy };
    model::answer(engine, picture, task.clone(), options)
}

#[test]
fn a_second_question_gives_what_a_fresh_engine_gives() {
    let picture = picture("pattern_457x301.png");
    let tasks = [
        Task::Brief { grounded: true },
        Task::Ask { question: "Where is it?".to_owned(), region: None, grounded: false, earlier: Vec::new() },
        Task::Brief { grounded: true },
    ];
    let mut engine_with_memo = tiny();
    for (n, task) in tasks.iter().enumerate() {
        let kept = answer(&mut engine_with_memo, &picture, task);
        let fresh = answer(&mut tiny(), &picture, task);
        assert_eq!((&kept.raw, &kept.caption), (&fresh.raw, &fresh.caption));
        assert_eq!(kept.timings.vision_secs == 0.0, n > 0, "vision runs for the first question only");
    }
}

#[test]
fn memory_that_grew_and_was_used_before_changes_nothing() {
    let [one, other] = ["pattern_457x301.png", "pattern_90x100.png"].map(picture);
    let task = Task::Brief { grounded: true };
    let mut used = tiny();
    for (picture, max_new_tokens) in [(&one, 1), (&other, 100), (&other, 200), (&one, 12)] {
        let again = answer_within(max_new_tokens, &mut used, picture, &task);
        let fresh = answer_within(max_new_tokens, &mut tiny(), picture, &task);
        assert_eq!((&again.raw, &again.caption), (&fresh.raw, &fresh.caption), "{max_new_tokens}");
    }
}

#[test]
fn sampling_follows_its_seed() {
    let picture = picture("pattern_90x100.png");
    let mut engine = tiny();
    let mut sampled = |seed| {
        let sampling = Sampling::TopP { temperature: 1.0, top_p: 0.95, seed };
        let options = GenerateOptions { max_new_tokens: 12, no_repeat_ngram: Some(0).into(), sampling };
        model::answer(&mut engine, &picture, Task::Brief { grounded: true }, options).raw
    };
    let first = sampled(1);
    assert_eq!(first, sampled(1));
    assert!((2..12).any(|seed| sampled(seed) != first));
}

#[test]
fn stopping_takes_effect_within_a_token() {
    let picture = picture("pattern_90x100.png");
    let options = GenerateOptions { max_new_tokens: 12, no_repeat_ngram: Some(3).into(), sampling: Sampling::Greedy };
    let request = Request { picture, task: Task::Brief { grounded: true }, options };
    let mut n_tokens = 0;
    let outcome = tiny().answer(&request, &mut |progress| {
        n_tokens = progress.n_tokens;
        if n_tokens == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(matches!(outcome, Ok(Outcome::Cancelled)));
    assert_eq!(n_tokens, 3);
}
