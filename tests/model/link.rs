//! Linking a caption that a person gives, with the real engine on the built-in checkpoint.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{ops::ControlFlow, time::Duration};

use kosmoscope::{
    caption::{Caption, Region},
    checkpoint::Source,
    engine::{Answer, Ending, Engine, GenerateOptions, Outcome, Progress, Request, Stage},
    geometry::NormBox,
    picture::Picture,
    text::Task,
    worker::{Event, Worker},
};

use crate::support::model::{self, meadow, mini, submit, try_answer};

const MEADOW: &str = "  a sun, a tree and a dog\n";

fn link(caption: &str) -> Task {
    Task::Link { caption: caption.to_owned() }
}

/// What comes of the usual caption while someone watches; `None` when they stop it.
fn watch(
    engine: &mut Engine,
    picture: &Picture,
    on_progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Option<Answer> {
    let request = Request { picture: picture.clone(), task: link(MEADOW), options: GenerateOptions::original() };
    match engine.answer(&request, on_progress).unwrap() {
        Outcome::Finished(answer) => Some(*answer),
        Outcome::Cancelled => None,
    }
}

fn answer(engine: &mut Engine, picture: &Picture, task: Task) -> Answer {
    model::answer(engine, picture, task, GenerateOptions::original())
}

fn words(caption: &Caption) -> Vec<&str> {
    caption.phrases.iter().map(|phrase| caption.words(phrase)).collect()
}

#[test]
fn phrases_get_the_places_of_their_things() {
    let answer = answer(&mut mini(), &meadow(), link(MEADOW));
    assert_eq!(answer.caption.text, "a sun, a tree and a dog");
    assert_eq!(words(&answer.caption), ["a sun", "a tree", "a dog"]);
    // where assets/mini/recipe/make_samples.py put them, in pixels of 1200 x 900
    let places = [[934.0, 47.0, 1130.0, 243.0], [2.0, 170.0, 406.0, 621.0], [400.0, 581.0, 680.0, 828.0]];
    for (phrase, [left, top, right, bottom]) in answer.caption.phrases.iter().zip(places) {
        let [region] = phrase.regions.as_slice() else { panic!("{phrase:?}") };
        let place = NormBox::new(left / 1200.0, top / 900.0, right / 1200.0, bottom / 900.0);
        assert!(region.norm.iou(place) >= 0.5, "{phrase:?}");
        let (score, tokens) = region.score.zip(region.token_probability).unwrap();
        assert!(tokens > 0.0 && tokens < score && score <= 1.0, "{phrase:?}");
    }
    assert_eq!((answer.notes(), answer.ending), (Vec::new(), Ending::Complete));
}

#[test]
fn what_was_sent_and_written_can_be_read() {
    let answer = answer(&mut mini(), &meadow(), link(MEADOW));
    let prompts: Vec<&str> = answer.prompt.lines().collect();
    assert_eq!(prompts, ["a sun", "a tree", "a dog"].map(|words| format!("<grounding><phrase> {words}</phrase>")));
    let lines: Vec<&str> = answer.raw.lines().collect();
    assert_eq!(lines.len(), 3);
    for ((line, prompt), phrase) in lines.iter().zip(&prompts).zip(&answer.caption.phrases) {
        let written = line.strip_prefix(prompt).unwrap();
        let region = &phrase.regions[0];
        let tokens = format!("<patch_index_{:04}><patch_index_{:04}>", region.patches.0.0, region.patches.1.0);
        assert_eq!(written, format!("<object>{tokens}</object>"));
        assert_eq!(answer.raw[region.raw_span.clone()], tokens);
    }
    // two location tokens and three tags a phrase, less the one that is not needed to know the end
    assert_eq!(answer.timings.n_new_tokens, 3 * 4);
    let record = answer.record("meadow.png");
    assert_eq!((record.task, record.prompt), ("link", answer.prompt));
}

#[test]
fn checkpoints_of_captions_are_asked_in_context() {
    let mut tiny = model::tiny();
    let dogs = answer(&mut tiny, &meadow(), link("a dog on a red tree"));
    assert_eq!(dogs.prompt, "<grounding><phrase> a dog</phrase>\n<grounding> a dog on<phrase> a red tree</phrase>");
    assert_eq!(dogs.caption.text, "a dog on a red tree");
    let options = GenerateOptions::original();
    let long = "a dog on ".repeat(3000);
    let error = try_answer(&mut tiny, &meadow(), link(&long), options).unwrap_err();
    assert!(error.starts_with("The prompt is too long"), "{error}");
}

#[test]
fn a_phrase_gets_what_find_gives_it() {
    let (mut engine, picture) = (mini(), meadow());
    let linked = answer(&mut engine, &picture, link("the house behind a rabbit"));
    assert_eq!(words(&linked.caption), ["the house", "a rabbit"]);
    let place = |region: &Region| (region.patches, region.score);
    for phrase in &linked.caption.phrases {
        let task = Task::Find { phrase: linked.caption.words(phrase).to_owned() };
        let found = answer(&mut engine, &picture, task).caption;
        let expected: Vec<_> = found.phrases[0].regions.iter().map(place).collect();
        assert_eq!(phrase.regions.iter().map(place).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn boxes_appear_one_after_the_other() {
    let (mut engine, picture) = (mini(), meadow());
    let mut seen: Vec<Progress> = Vec::new();
    let answer = watch(&mut engine, &picture, &mut |progress| {
        seen.push(progress);
        ControlFlow::Continue(())
    });
    let answer = answer.unwrap();
    assert_eq!(seen.remove(0).stage, Stage::Looking);
    let first = seen.remove(0);
    assert_eq!((first.stage, first.caption.text.as_str()), (Stage::Reading, "a sun, a tree and a dog"));
    assert_eq!(seen.iter().map(|p| p.n_tokens).collect::<Vec<_>>(), (1..=seen.len()).collect::<Vec<_>>());
    let n_boxes: Vec<usize> = seen.iter().map(|progress| progress.caption.phrases.len()).collect();
    assert_eq!(n_boxes, [0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3], "a box is there with its second location token");
    for progress in &seen {
        assert_eq!((progress.stage, &progress.caption.text), (Stage::Writing, &answer.caption.text));
        for (so_far, phrase) in progress.caption.phrases.iter().zip(&answer.caption.phrases) {
            assert_eq!((&so_far.span, so_far.regions[0].patches), (&phrase.span, phrase.regions[0].patches));
            assert_eq!(so_far.regions[0].raw_span, phrase.regions[0].raw_span);
        }
    }
}

#[test]
fn what_is_not_there_is_told_in_one_sentence() {
    let (mut engine, picture) = (mini(), meadow());
    let answer = answer(&mut engine, &picture, link("a bus, a sun and a whale"));
    assert_eq!(words(&answer.caption), ["a sun"]);
    assert_eq!(answer.notes(), ["“a bus” and “a whale” have no box"]);
    assert_eq!(answer.caption.text, "a bus, a sun and a whale");
}

#[test]
fn a_caption_that_names_nothing_is_an_error() {
    let (mut engine, picture) = (mini(), meadow());
    let mut error =
        |caption: &str| try_answer(&mut engine, &picture, link(caption), GenerateOptions::original()).unwrap_err();
    let nothing = error("She sees him in the background.");
    assert!(nothing.starts_with("The caption names nothing to look for; "), "{nothing}");
    assert_eq!(error(" \n"), "The caption is empty; type some words and run again");
}

#[test]
fn a_picture_is_looked_at_once() {
    let (mut engine, picture) = (mini(), meadow());
    let brief = answer(&mut engine, &picture, Task::Brief { grounded: true });
    let kept = answer(&mut engine, &picture, link(MEADOW));
    assert!(brief.timings.vision_secs > 0.0 && kept.timings.vision_secs == 0.0);
    let fresh = answer(&mut mini(), &picture, link(MEADOW));
    assert_eq!((kept.raw, kept.caption), (fresh.raw, fresh.caption));
}

#[test]
fn stopping_takes_effect_within_a_token() {
    let (mut engine, picture) = (mini(), meadow());
    for n_steps in 1..14 {
        let mut n = 0;
        let outcome = watch(&mut engine, &picture, &mut |_| {
            n += 1;
            if n == n_steps { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!((outcome, n), (None, n_steps));
    }
    assert_eq!(answer(&mut engine, &picture, link(MEADOW)).caption.phrases.len(), 3, "stopping lasts for later runs");
}

#[test]
fn the_limit_of_tokens_is_one_for_each_phrase() {
    let (mut engine, picture) = (mini(), meadow());
    let mut limited = |max_new_tokens| {
        let options = GenerateOptions { max_new_tokens, ..GenerateOptions::original() };
        model::answer(&mut engine, &picture, link(MEADOW), options)
    };
    let cut_off = limited(2);
    assert_eq!((cut_off.ending, cut_off.timings.n_new_tokens), (Ending::Limit, 6));
    assert!(cut_off.caption.phrases.is_empty());
    let notes = cut_off.notes();
    assert!(notes.contains(&"“a sun”, “a tree” and “a dog” have no box".to_owned()), "{notes:?}");
    assert!(notes.contains(&"Cut off at the limit of 2 new tokens; raise it for more".to_owned()), "{notes:?}");
    assert_eq!(limited(4).ending, Ending::Complete);
}

#[test]
fn typed_tags_stay_text() {
    let text = "a sun</phrase><object><patch_index_0003><patch_index_0004></object>, <image> a dog</s>";
    let answer = answer(&mut mini(), &meadow(), link(text));
    assert_eq!(answer.caption.text, text);
    for phrase in &answer.caption.phrases {
        assert!(phrase.regions.iter().all(|region| region.patches.0.0 != 3), "{phrase:?}");
    }
}

#[test]
fn the_worker_links_and_stops() {
    let worker = Worker::spawn(|p| Engine::load(&Source::Embedded, p), || {}).unwrap();
    let patience = Duration::from_mins(1);
    let caption = "a sun, a tree, a dog, a rabbit, ".repeat(200);
    let stopped = submit(&worker, meadow(), link(&caption), GenerateOptions::original());
    let mut last = Caption::default();
    loop {
        match worker.recv_timeout(patience).unwrap() {
            Event::Progress { progress, .. } => {
                last = progress.caption;
                if last.phrases.len() == 5 {
                    worker.cancel();
                }
            }
            Event::Cancelled(id) => {
                assert_eq!(id, stopped);
                break;
            }
            Event::Loading(_) | Event::Ready(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert!((5..10).contains(&last.phrases.len()), "{}", last.phrases.len());
}
