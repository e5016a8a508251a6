//! Pictures with what is said of them before what is asked (few-shot), and how likely choices are, against the decoder that
//! `tests/examples.py` writes anew.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::ops::ControlFlow;

use kosmoscope::{
    checkpoint::{Checkpoint, Source},
    engine::{Answer, Engine, Example, GenerateOptions, Outcome, Request, Sampling},
    text::{Prompt, Task},
};
use serde::Deserialize;

use crate::support::{
    files,
    model::{self, mini, open, tiny},
};

#[derive(Deserialize)]
struct Case {
    examples: Vec<Shown>,
    image: String,
    prompt: String,
    max_new_tokens: usize,
    no_repeat_ngram: usize,
    prompt_ids: Vec<u32>,
    new_ids: Vec<u32>,
}

#[derive(Deserialize)]
struct Shown {
    image: String,
    text: String,
}

fn cases() -> Vec<Case> {
    serde_json::from_slice(&std::fs::read(files::data("examples.json")).unwrap()).unwrap()
}

fn golden(name: &str) -> std::path::PathBuf {
    files::data("golden").join(name)
}

/// All but what says how long it took.
fn said(answer: &Answer) -> (&str, &kosmoscope::caption::Caption, usize) {
    (&answer.raw, &answer.caption, answer.timings.n_new_tokens)
}

fn answer_after(engine: &mut Engine, examples: &[Example], request: &Request) -> Answer {
    match engine.answer_after(examples, request, &mut |_| ControlFlow::Continue(())).unwrap() {
        Outcome::Finished(answer) => *answer,
        Outcome::Cancelled => panic!("nobody cancelled"),
    }
}

#[test]
fn answers_behind_examples_are_those_of_the_reference() {
    let mut engine = tiny();
    let tokenizer = Checkpoint::open(&Source::Path(files::tiny())).unwrap().tokenizer().unwrap();
    for case in cases() {
        let task = Task::Raw { prompt: case.prompt.clone() };
        let texts: Vec<Vec<u32>> =
            case.examples.iter().map(|example| tokenizer.encode_raw(&example.text).unwrap()).collect();
        let texts: Vec<&[u32]> = texts.iter().map(Vec::as_slice).collect();
        let prompt = Prompt::new(&tokenizer, &task, 9).unwrap().after(&texts);
        assert_eq!(prompt.ids, case.prompt_ids);
        let picture = |name: &str| open(&golden(name));
        let examples: Vec<Example> = (case.examples.iter())
            .map(|example| engine.example(&picture(&example.image), &example.text).unwrap())
            .collect();
        let options = GenerateOptions {
            max_new_tokens: case.max_new_tokens,
            no_repeat_ngram: Some(case.no_repeat_ngram).into(),
            sampling: Sampling::Greedy,
        };
        let request = Request { picture: picture(&case.image), task, options };
        let alone = answer_after(&mut engine, &[], &request);
        for _ in 0..2 {
            let answer = answer_after(&mut engine, &examples, &request);
            let expected = tokenizer.decode(&[&prompt.ids[prompt.prefix_len()..], &case.new_ids].concat());
            assert_eq!(answer.raw, expected);
            assert_eq!(answer.timings.n_new_tokens, case.new_ids.len());
        }
        assert_ne!(said(&alone).0, said(&answer_after(&mut engine, &examples, &request)).0, "examples are read");
        assert_eq!(said(&alone), said(&answer_after(&mut engine, &[], &request)), "and forgotten");
    }
}

#[test]
fn impossible_examples_are_told() {
    let mut engine = mini();
    let picture = model::meadow();
    assert!(engine.example(&picture, "<image>").is_err());
    let example = engine.example(&picture, "An image of a meadow.").unwrap();
    let request = |task| Request { picture: picture.clone(), task, options: GenerateOptions::original() };
    let mut refused = |examples: &[Example], task| {
        engine.answer_after(examples, &request(task), &mut |_| ControlFlow::Continue(())).unwrap_err().to_string()
    };
    let link = Task::Link { caption: "a sun".to_owned() };
    assert!(refused(std::slice::from_ref(&example), link).contains("phrase by phrase"));
    let many = vec![example; 40];
    assert!(refused(&many, Task::Brief { grounded: true }).contains("too long"));
}

#[test]
fn choices_are_as_likely_as_to_the_reference() {
    #[derive(Deserialize)]
    struct Ranked {
        image: String,
        prompt: String,
        choices: Vec<Choice>,
    }
    #[derive(Deserialize)]
    struct Choice {
        #[serde(rename = "choice")]
        text: String,
        log_prob: f64,
        n_tokens: usize,
    }
    let cases: Vec<Ranked> = serde_json::from_slice(&std::fs::read(files::data("choices.json")).unwrap()).unwrap();
    let mut engine = tiny();
    for case in cases {
        let choices: Vec<&str> = case.choices.iter().map(|choice| choice.text.as_str()).collect();
        let ranked = engine.rank(&open(&golden(&case.image)), &case.prompt, &choices).unwrap();
        for (ours, theirs) in ranked.iter().zip(&case.choices) {
            assert_eq!(ours.n_tokens, theirs.n_tokens, "{}{}", case.prompt, theirs.text);
            let difference = (ours.log_prob - theirs.log_prob).abs();
            // Of several tokens, each of which is off by some hundred-thousandths.
            let most = 1e-4 * theirs.log_prob.abs();
            assert!(difference < most, "{}{}: {ours:?} for {}", case.prompt, theirs.text, theirs.log_prob);
        }
    }
}
