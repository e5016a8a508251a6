//! Several requests at a time: what the engine answers together is what it answers one by one.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{cell::Cell, collections::VecDeque};

use kosmoscope::{
    checkpoint::Source,
    engine::{Answer, Engine, EngineError, GenerateOptions, Outcome, Queue, Request, Sampling, Timings},
    geometry::NormBox,
    kernels::Precision,
    text::Task,
};

use crate::support::{
    files,
    model::{self, mini, open},
};

/// Requests, of which so many outcomes are wanted.
struct Waiting {
    requests: VecDeque<Request>,
    outcomes: Vec<Option<Result<Outcome, EngineError>>>,
    /// Times that it may be asked whether to go on.
    n_to_go: usize,
    n_asked: Cell<usize>,
}

impl Waiting {
    fn new(requests: &[Request]) -> Self {
        let outcomes = requests.iter().map(|_| None).collect();
        Self { requests: requests.iter().cloned().collect(), outcomes, n_to_go: usize::MAX, n_asked: 0.into() }
    }

    fn answers(self) -> Vec<Result<Answer, String>> {
        self.outcomes.into_iter().map(|outcome| told(outcome.unwrap())).collect()
    }
}

impl Queue for Waiting {
    fn next(&mut self) -> Option<Request> {
        self.requests.pop_front()
    }

    fn done(&mut self, n: usize, outcome: Result<Outcome, EngineError>) {
        assert!(self.outcomes[n].replace(outcome).is_none(), "{n} is done twice");
    }

    fn goes_on(&self) -> bool {
        self.n_asked.set(self.n_asked.get() + 1);
        self.n_asked.get() <= self.n_to_go
    }
}

/// An answer without its times and the passes, which depend on what else is answered.
fn told(outcome: Result<Outcome, EngineError>) -> Result<Answer, String> {
    match outcome {
        Ok(Outcome::Finished(answer)) => {
            let timings = Timings { n_new_tokens: answer.timings.n_new_tokens, ..Timings::default() };
            Ok(Answer { timings, ..*answer })
        }
        Ok(Outcome::Cancelled) => Err("cancelled".to_owned()),
        Err(e) => Err(e.to_string()),
    }
}

fn one_by_one(engine: &mut Engine, requests: &[Request]) -> Vec<Result<Answer, String>> {
    let answer = |request| told(engine.answer(request, &mut |_| std::ops::ControlFlow::Continue(())));
    requests.iter().map(answer).collect()
}

/// Answers of many lengths, among them impossible ones and pictures that come again.
fn requests() -> Vec<Request> {
    let region = NormBox::new(0.1, 0.2, 0.6, 0.9);
    let tasks = [
        Task::Detailed { grounded: true },
        Task::Brief { grounded: true },
        Task::Find { phrase: "the tree".to_owned() },
        Task::Link { caption: "a sun, a tree and a dog".to_owned() },
        Task::Find { phrase: String::new() },
        Task::Ask { question: "What is there?".to_owned(), region: Some(region), grounded: true, earlier: vec![] },
        Task::Region { region },
        Task::Brief { grounded: false },
    ];
    let pictures = ["meadow", "harbour", "snow"].map(|name| open(&files::sample(&format!("{name}.png"))));
    let sampling = [Sampling::Greedy, Sampling::TopP { temperature: 0.9, top_p: 0.95, seed: 3 }];
    let options = |i: usize| GenerateOptions {
        sampling: sampling[i % 4 / 3],
        max_new_tokens: [128, 128, 5][i % 3],
        no_repeat_ngram: Some(if i.is_multiple_of(2) { 3 } else { 0 }).into(),
    };
    let of_picture = |i: usize| pictures[i / 2 % pictures.len()].clone();
    (0..2 * tasks.len())
        .map(|i| Request { picture: of_picture(i), task: tasks[i % tasks.len()].clone(), options: options(i) })
        .collect()
}

#[test]
fn together_the_same_is_answered_to_the_bit() {
    let requests = requests();
    for precision in Precision::ALL {
        let mut engine = model::engine(&Source::Embedded, Some(precision));
        let alone = one_by_one(&mut engine, &requests);
        assert_eq!(alone.iter().filter(|answer| answer.is_err()).count(), 2, "those that look for nothing");
        let lengths: Vec<usize> = alone.iter().flatten().map(|answer| answer.timings.n_new_tokens).collect();
        assert!(lengths.iter().any(|n| *n < 8) && lengths.iter().any(|n| *n > 20), "{lengths:?}");
        for n_at_once in [0, 1, 2, 3, 5, 8, 100] {
            let mut queue = Waiting::new(&requests);
            engine.answer_many(&mut queue, n_at_once).unwrap();
            for (i, (together, alone)) in queue.answers().iter().zip(&alone).enumerate() {
                assert_eq!(together, alone, "{precision}, {n_at_once} at a time, number {i}");
            }
        }
    }
}

#[test]
fn draft_tokens_are_read_where_few_are_written() {
    let mut engine = mini();
    let all = requests();
    let detailed: Vec<Request> =
        all.into_iter().filter(|request| matches!(request.task, Task::Detailed { .. })).take(1).collect();
    let mut passes = |n: usize| {
        let requests = vec![detailed[0].clone(); n];
        let mut queue = Waiting::new(&requests);
        engine.answer_many(&mut queue, n).unwrap();
        let Some(Some(Ok(Outcome::Finished(answer)))) = queue.outcomes.pop() else { panic!("it is answered") };
        (answer.timings.n_passes, answer.timings.n_new_tokens)
    };
    let (n_passes, n_tokens) = passes(2);
    assert!(10 * n_passes < 9 * n_tokens, "{n_passes} of {n_tokens}");
    let (n_passes, n_tokens) = passes(8);
    assert!(n_passes <= n_tokens && n_tokens <= n_passes + 2, "only behind the prompt: {n_passes} of {n_tokens}");
}

#[test]
fn stopping_cancels_what_is_being_written_and_begins_nothing() {
    let mut engine = mini();
    let requests: Vec<Request> =
        requests().into_iter().filter(|request| matches!(request.task, Task::Detailed { .. })).collect();
    assert_eq!(requests.len(), 2);
    // Three times before a request, then before each token.
    let mut queue = Waiting { n_to_go: 7, ..Waiting::new(&requests) };
    engine.answer_many(&mut queue, 3).unwrap();
    assert_eq!(queue.answers(), [Err("cancelled".to_owned()), Err("cancelled".to_owned())]);
    let mut queue = Waiting { n_to_go: 0, ..Waiting::new(&requests) };
    engine.answer_many(&mut queue, 3).unwrap();
    assert!(queue.outcomes.iter().all(Option::is_none) && queue.requests.len() == 2);
    let alone = one_by_one(&mut mini(), &requests);
    assert_eq!(one_by_one(&mut engine, &requests), alone, "nothing is left of what was stopped");
}

#[test]
fn as_many_are_written_at_once_as_there_is_room_for() {
    let engine = mini();
    let at_once = |max_new_tokens| {
        let options = GenerateOptions { max_new_tokens, ..GenerateOptions::original() };
        engine.n_at_once(&Task::Brief { grounded: true }, &options).unwrap()
    };
    assert_eq!(at_once(128), 8, "the mini checkpoint needs little");
    assert!(engine.n_at_once(&Task::Find { phrase: String::new() }, &GenerateOptions::original()).is_err());
    assert!((1..=8).contains(&at_once(usize::MAX)));
}
