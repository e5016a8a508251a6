//! The worker thread's promises, with the real engine: one end a run, newest wins, stop at any moment.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use image::RgbImage;
use kosmoscope::{
    checkpoint::Source,
    engine::{Engine, EngineError, GenerateOptions, LoadOptions, OnLoad, Opened, Stage},
    picture::{self, Picture, PictureSource},
    text::Task,
    worker::{Event, RequestId, Worker},
};

use crate::support::{files::tiny, model::submit};

const PATIENCE: Duration = Duration::from_mins(1);

fn worker() -> Worker {
    Worker::spawn(|on_progress| Engine::load(&Source::Embedded, on_progress), || {}).unwrap()
}

fn picture(level: u8) -> Picture {
    let pixels = RgbImage::from_pixel(64, 48, image::Rgb([level; 3]));
    picture::open(PictureSource::Pixels { name: "grey".to_owned(), pixels: pixels.into() }).unwrap()
}

fn brief() -> Task {
    Task::Brief { grounded: true }
}

fn is_end(event: &Event) -> Option<RequestId> {
    match event {
        Event::Finished { id, .. } | Event::Failed { id, .. } | Event::Cancelled(id) => Some(*id),
        _ => None,
    }
}

/// Receives events until the run ends.
fn until_end(worker: &Worker, run: RequestId) -> Vec<Event> {
    let mut events = Vec::new();
    while let Some(event) = worker.recv_timeout(PATIENCE) {
        events.push(event);
        if events.last().and_then(is_end) == Some(run) {
            return events;
        }
    }
    panic!("the run did not end: {events:?}");
}

#[test]
fn a_run_loads_looks_writes_and_finishes() {
    let wakes = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&wakes);
    let count = move || {
        counter.fetch_add(1, Ordering::SeqCst);
    };
    let worker = Worker::spawn(|p| Engine::load(&Source::Embedded, p), count).unwrap();
    let id = submit(&worker, picture(90), brief(), GenerateOptions::original());
    let events = until_end(&worker, id);
    let at = |what: fn(&Event) -> bool| events.iter().position(what).unwrap();
    let loading = at(|e| matches!(e, Event::Loading(_)));
    let ready = at(|e| matches!(e, Event::Ready(_)));
    let looking = at(|e| matches!(e, Event::Progress { progress, .. } if progress.stage == Stage::Looking));
    let writing = at(|e| matches!(e, Event::Progress { progress, .. } if progress.n_tokens > 2));
    assert!(loading < ready && ready < looking && looking < writing);
    assert!(matches!(events.last(), Some(Event::Finished { .. })));
    assert!(wakes.load(Ordering::SeqCst) >= events.len());
}

#[test]
fn the_newest_request_wins_and_each_ends_once() {
    let worker = worker();
    let ids: Vec<RequestId> =
        (0..20).map(|n| submit(&worker, picture(n * 10), brief(), GenerateOptions::original())).collect();
    let events = until_end(&worker, *ids.last().unwrap());
    let mut ends: HashMap<RequestId, usize> = HashMap::new();
    for id in events.iter().filter_map(is_end) {
        *ends.entry(id).or_default() += 1;
    }
    assert!(ids.iter().all(|id| ends.get(id) == Some(&1)), "{ends:?}");
    assert!(matches!(events.last(), Some(Event::Finished { .. })));
    let n_finished = events.iter().filter(|e| matches!(e, Event::Finished { .. })).count();
    assert!(n_finished < 20, "older requests were not given up");
}

#[test]
fn stopping_at_any_moment_ends_the_run_soon() {
    let worker = worker();
    let warm_up = submit(&worker, picture(0), brief(), GenerateOptions::original());
    until_end(&worker, warm_up);
    for n in 0..100 {
        let id = submit(&worker, picture((n % 250) as u8), brief(), GenerateOptions::original());
        std::thread::sleep(Duration::from_micros(n * 700));
        worker.cancel();
        let start = Instant::now();
        let events = until_end(&worker, id);
        assert!(start.elapsed() < Duration::from_secs(2), "run {n} took {:?} to stop", start.elapsed());
        assert_eq!(events.iter().filter_map(is_end).count(), 1);
    }
    let id = submit(&worker, picture(7), brief(), GenerateOptions::original());
    assert!(matches!(until_end(&worker, id).last(), Some(Event::Finished { .. })), "stopping lasts for later runs");
}

#[test]
fn a_picture_looked_at_ahead_is_answered_sooner_and_the_same() {
    let worker = worker();
    let run = |picture: Picture| {
        let id = submit(&worker, picture, brief(), GenerateOptions::original());
        match until_end(&worker, id).pop() {
            Some(Event::Finished { answer, .. }) => *answer,
            other => panic!("{other:?}"),
        }
    };
    let [before, other] = [run(picture(90)), run(picture(200))];
    let again = picture(90);
    worker.look_ahead(Some(again.clone()));
    let ahead = run(again);
    assert_eq!((ahead.timings.vision_secs, &ahead.raw), (0.0, &before.raw));
    assert!(ahead.caption == before.caption, "also the scores");
    // Another one was wished for meanwhile: nothing is kept of the first.
    for n in 0..20 {
        worker.look_ahead(Some(picture(n)));
        if n % 2 == 0 {
            worker.look_ahead(None);
        }
        assert_eq!(run(picture(200)).raw, other.raw);
    }
}

/// Who asks may give out the identity before it stops what was asked for before.
#[test]
fn stopping_or_loading_does_not_reach_a_run_that_is_submitted_afterwards() {
    let worker = worker();
    let id = RequestId::next();
    worker.cancel();
    worker.submit(id, picture(0), brief(), GenerateOptions::original());
    assert!(matches!(until_end(&worker, id).last(), Some(Event::Finished { .. })), "after stopping");
    let id = RequestId::next();
    worker.load(|on_progress| Engine::load(&Source::Embedded, on_progress));
    worker.submit(id, picture(0), brief(), GenerateOptions::original());
    assert!(matches!(until_end(&worker, id).last(), Some(Event::Finished { .. })), "after loading");
}

#[test]
fn without_a_model_runs_fail_with_the_reason() {
    let worker = Worker::spawn(|_| Err(EngineError::Stopped), || {}).unwrap();
    let id = submit(&worker, picture(0), brief(), GenerateOptions::original());
    let events = until_end(&worker, id);
    assert!(matches!(&events[0], Event::LoadFailed(reason) if *reason == EngineError::Stopped.to_string()));
    assert!(matches!(events.last(), Some(Event::Failed { error, .. }) if *error == EngineError::Stopped.to_string()));
}

#[test]
fn a_panic_while_loading_is_told() {
    let worker = Worker::spawn(|_| panic!("the disk caught fire"), || {}).unwrap();
    let event = worker.recv_timeout(PATIENCE);
    assert!(matches!(&event, Some(Event::LoadFailed(reason)) if reason.contains("the disk caught fire")), "{event:?}");
}

#[test]
fn a_panic_costs_the_run_and_not_the_worker() {
    let armed = Arc::new(AtomicUsize::new(0));
    let trap = Arc::clone(&armed);
    let panic_once = move || assert_eq!(trap.swap(0, Ordering::SeqCst), 0, "a wake that fails");
    let worker = Worker::spawn(|p| Engine::load(&Source::Embedded, p), panic_once).unwrap();
    let id = submit(&worker, picture(50), brief(), GenerateOptions::original());
    let end = loop {
        let event = worker.recv_timeout(PATIENCE).unwrap();
        if matches!(&event, Event::Progress { progress, .. } if progress.stage == Stage::Looking) {
            armed.store(1, Ordering::SeqCst); // the next wake comes from within the run
        }
        if is_end(&event).is_some() {
            break event;
        }
    };
    assert!(matches!(&end, Event::Failed { error, .. } if error.contains("a wake that fails")), "{end:?}");
    let next = submit(&worker, picture(50), brief(), GenerateOptions::original());
    assert_ne!(next, id);
    assert!(matches!(until_end(&worker, next).last(), Some(Event::Finished { .. })));
}

#[test]
fn another_model_takes_the_place_of_the_present_one() {
    let worker = worker();
    let run = submit(&worker, picture(90), brief(), GenerateOptions::original());
    worker.load(move |on_progress| Engine::load(&Source::Path(tiny()), on_progress));
    let after =
        submit(&worker, picture(90), brief(), GenerateOptions { max_new_tokens: 2, ..GenerateOptions::original() });
    let events = until_end(&worker, after);
    assert!(events.iter().any(|event| is_end(event) == Some(run)), "the run before it ended too");
    let names: Vec<&str> = events
        .iter()
        .filter_map(|event| if let Event::Ready(info) = event { Some(info.checkpoint.name.as_str()) } else { None })
        .collect();
    assert_eq!(names.last(), Some(&"tiny"));
    let Some(Event::Finished { answer, .. }) = events.last() else { panic!("{events:?}") };
    assert_eq!(answer.made_by.checkpoint, "tiny");
}

/// A wrong folder or file costs nothing: what answers goes on, with what it keeps of the picture.
#[test]
fn a_model_that_can_t_be_used_leaves_the_present_one_in_place() {
    let worker = worker();
    while !matches!(worker.recv_timeout(PATIENCE), Some(Event::Ready(_))) {}
    let folder = tempfile::TempDir::new().unwrap();
    let source = Source::Path(folder.path().to_owned());
    worker.look_and_load(move || {
        let opened = Opened::new(&source)?;
        Ok(move |on_progress: OnLoad<'_>| opened.load(LoadOptions::default(), on_progress))
    });
    let id = submit(&worker, picture(90), brief(), GenerateOptions::original());
    let events = until_end(&worker, id);
    let refused = |event: &Event| matches!(event, Event::LoadRefused(why) if why.contains("config.json"));
    assert!(events.iter().any(refused), "{events:?}");
    let Some(Event::Finished { answer, .. }) = events.last() else { panic!("{events:?}") };
    assert_eq!(answer.made_by.checkpoint, "kosmos-2 mini");
}

#[test]
fn loading_can_be_stopped_and_begun_again() {
    let worker = worker();
    let (sender, is_loading) = std::sync::mpsc::channel();
    worker.load(move |on_progress| {
        let mut told = false;
        Engine::load(&Source::Embedded, &mut |progress| {
            if !told {
                told = true;
                sender.send(()).unwrap();
                std::thread::sleep(Duration::from_millis(200));
            }
            on_progress(progress)
        })
    });
    is_loading.recv_timeout(PATIENCE).unwrap();
    worker.stop_loading();
    let failure = loop {
        match worker.recv_timeout(PATIENCE).unwrap() {
            Event::LoadFailed(failure) => break failure,
            Event::Loading(_) | Event::Ready(_) => {}
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(failure, EngineError::Stopped.to_string());
    let id = submit(&worker, picture(90), brief(), GenerateOptions::original());
    assert!(matches!(until_end(&worker, id).last(), Some(Event::Failed { .. })));
    worker.load(|on_progress| Engine::load(&Source::Embedded, on_progress));
    let id =
        submit(&worker, picture(90), brief(), GenerateOptions { max_new_tokens: 2, ..GenerateOptions::original() });
    assert!(matches!(until_end(&worker, id).last(), Some(Event::Finished { .. })));
}
