//! Beam search is held against the reference, and against taking the likeliest token each time.

use std::{num::NonZero, ops::ControlFlow, path::PathBuf};

use serde::Deserialize;

use super::{
    Rules,
    beam::{Width, search},
};
use crate::{
    checkpoint::Source,
    engine::{answer::Ending, load::LoadOptions, loaded::Engine, request::GenerateOptions},
    kernels::Precision,
    picture::{PictureSource, open},
    text::{Prompt, Task},
};

/// What `tests/beams.py` wrote.
#[derive(Deserialize)]
struct Case {
    image: String,
    prompt: String,
    beams: NonZero<usize>,
    length_penalty: f64,
    limit: usize,
    no_repeat_ngram: usize,
    end: Option<u32>,
    ids: Vec<u32>,
    score: f64,
}

fn data(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(path)
}

#[test]
fn the_answers_and_scores_are_those_of_the_reference() {
    let options = LoadOptions { precision: Some(Precision::F32), ..LoadOptions::default() };
    let source = Source::Path(data("tiny"));
    let engine = Engine::load_with(&source, options, &mut |_| ControlFlow::Continue(())).unwrap();
    let cases: Vec<Case> = serde_json::from_slice(&std::fs::read(data("golden/beams.json")).unwrap()).unwrap();
    let mut n_early = 0;
    for case in cases {
        let Case { image, prompt, beams: n_beams, length_penalty, limit, no_repeat_ngram, end, ids, score } = case;
        let picture = open(PictureSource::Path(data("golden").join(&image))).unwrap();
        let task = Task::Raw { prompt };
        let prompt = Prompt::new(&engine.tokenizer, &task, engine.model.config().latent_query_num).unwrap();
        let options = GenerateOptions {
            max_new_tokens: limit,
            no_repeat_ngram: Some(no_repeat_ngram).into(),
            ..GenerateOptions::original()
        };
        let eos = engine.tokenizer.tags().eos;
        let rules = Rules { end_id: end.or(Some(eos)), ..engine.rules(&prompt, &options) };
        let mut cache = engine.encode(&picture, None).unwrap();
        let begun = cache.begin(&engine.model, &prompt, prompt.ids.len() + limit + 1).unwrap();
        let kv_cache = cache.decoder.kv_cache.copy().unwrap();
        let width = Width { n_beams, length_penalty };
        let found = search(&engine.model, begun, &rules, width, kv_cache, &mut || ControlFlow::Continue(()));
        let found = found.unwrap().expect("not stopped");
        let mut written: Vec<u32> = found.tokens.iter().map(|token| token.id).collect();
        if found.ending == Ending::Complete {
            assert_eq!(written.pop(), rules.end_id);
            n_early += 1;
        }
        assert_eq!(written, ids, "{image}, {n_beams} beams");
        assert!((found.score - score).abs() < 1e-4 * score.abs(), "{} for {score}", found.score);
    }
    assert_eq!(n_early, 2, "of the others the best reaches the limit");
}

#[test]
fn one_beam_is_the_likeliest_token_each_time_and_stopping_stops() {
    let engine = Engine::load(&Source::Embedded, &mut |_| ControlFlow::Continue(())).unwrap();
    let sample = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/samples/meadow.png");
    let picture = open(PictureSource::Path(sample)).unwrap();
    let task = Task::Brief { grounded: true };
    let prompt = Prompt::new(&engine.tokenizer, &task, engine.model.config().latent_query_num).unwrap();
    let options = GenerateOptions::original();
    let rules = engine.rules(&prompt, &options);
    let mut cache = engine.encode(&picture, None).unwrap();
    let greedy = engine.generate(&mut cache, prompt.clone(), &options, &mut |_, _| ControlFlow::Continue(())).unwrap();
    let mut searched = |n_beams: usize, on_step: &mut dyn FnMut() -> ControlFlow<()>| {
        let begun = cache.begin(&engine.model, &prompt, 300).unwrap();
        let kv_cache = cache.decoder.kv_cache.copy().unwrap();
        let width = Width { n_beams: NonZero::new(n_beams).unwrap(), length_penalty: 1.0 };
        search(&engine.model, begun, &rules, width, kv_cache, on_step).unwrap()
    };
    let one = searched(1, &mut || ControlFlow::Continue(())).expect("not stopped");
    assert_eq!(one.tokens.len(), greedy.transcript.n_tokens());
    assert_eq!(one.tokens.last().map(|token| token.id), greedy.transcript.last());
    let five = searched(5, &mut || ControlFlow::Continue(())).expect("not stopped");
    assert!(five.score >= one.score, "{} and {}", five.score, one.score);
    let mut n_steps = 0;
    let stopped = searched(5, &mut || {
        n_steps += 1;
        if n_steps == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(stopped.is_none() && n_steps == 3);
}
