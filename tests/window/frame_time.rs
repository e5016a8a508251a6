//! How long a frame takes: 4K, 200 boxes over a picture of 24 megapixels, while the model computes on all cores.
//!
//! A measurement, to be read and not to pass: `cargo test --release --test window frame_time:: -- --ignored --nocapture`.
//! It counts what the processor does for a frame, layout and triangles; painting them is the graphics card's part.

#![allow(clippy::print_stdout, reason = "a measurement is printed")]
#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::{
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use egui::{Theme, vec2};
use image::RgbImage;
use kosmoscope::{
    checkpoint::Source,
    engine::{Answer, Engine, GenerateOptions, Request},
    geometry::NormBox,
    picture::{Picture, PictureId},
    text::Task,
    ui::{App, Reply},
    worker::{Event, Worker},
};

use crate::support::window::{Window, answer, info, picture, window_with};

const N_FRAMES: usize = 300;

/// 40 phrases with five boxes each.
fn crowded() -> Box<Answer> {
    let mut crowded = answer();
    let model = crowded.caption.phrases[1].clone();
    crowded.caption.text = (0..40).map(|i| format!("a thing number {i}")).collect::<Vec<_>>().join(", ");
    let mut at = 0;
    crowded.caption.phrases = (0..40)
        .map(|i| {
            let mut phrase = model.clone();
            let n_bytes = format!("a thing number {i}").len();
            phrase.span = at..at + n_bytes;
            at += n_bytes + 2;
            let region = |j: usize| {
                let mut region = model.regions[0].clone();
                let (x, y) = ((i % 8) as f32 / 8.0 + 0.01 * j as f32, (i / 8 * 5 + j) as f32 / 26.0);
                region.norm = NormBox::new(x, y, x + 0.1, y + 0.06);
                region
            };
            phrase.regions = (0..5).map(region).collect();
            phrase
        })
        .collect();
    crowded
}

fn large_picture() -> Picture {
    let pixels = RgbImage::from_fn(6000, 4000, |x, y| image::Rgb([x as u8, y as u8, (x / 7) as u8]));
    Picture { pixels: Arc::new(pixels), ..picture("large.png") }
}

/// Frames as a person causes them who moves the pointer over the picture; the times in milliseconds, sorted.
fn frames(window: &mut Window) -> Vec<f64> {
    let mut times: Vec<f64> = (0..N_FRAMES)
        .map(|frame| {
            let share = frame as f32 / N_FRAMES as f32;
            window.hover_at(egui::pos2(200.0, 200.0) + vec2(2800.0, 1500.0) * share);
            let start = Instant::now();
            window.step();
            let shapes = window.output().shapes.clone();
            let triangles = window.ctx.tessellate(shapes, window.ctx.pixels_per_point());
            assert!(!triangles.is_empty());
            // A person's screen shows 60 a second; the model has the cores in between.
            let took = start.elapsed();
            thread::sleep(Duration::from_millis(16).saturating_sub(took));
            took.as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times
}

fn report(what: &str, times: &[f64]) {
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!("{what}: median {:.2} ms, 99th percentile {:.2} ms, longest {:.2} ms", at(0.5), at(0.99), at(1.0));
}

/// The model as the window runs it, asked again and again about new pictures.
fn busy_worker(is_over: &Arc<AtomicBool>) -> thread::JoinHandle<usize> {
    let is_over = Arc::clone(is_over);
    let load = |on_progress: &mut dyn FnMut(_) -> ControlFlow<()>| Engine::load(&Source::Embedded, on_progress);
    thread::spawn(move || {
        let worker = Worker::spawn(load, || {}).unwrap();
        let mut n_answers = 0;
        while !is_over.load(Ordering::Relaxed) {
            let request = Request {
                picture: Picture { id: PictureId::next(), ..picture("a.png") },
                task: Task::Detailed { grounded: true },
                options: GenerateOptions::original(),
            };
            worker.submit(request.picture, request.task, request.options);
            while let Some(event) = worker.recv_timeout(Duration::from_secs(20)) {
                if matches!(event, Event::Finished { .. } | Event::Failed { .. }) {
                    n_answers += 1;
                    break;
                }
            }
        }
        n_answers
    })
}

#[test]
#[ignore = "a measurement"]
fn the_model_does_not_slow_the_window() {
    let mut window = window_with(Theme::Dark, [3840.0, 2160.0]);
    window.apply(Event::Ready(info()));
    window.open_with(Ok(large_picture()));
    let Reply::Running { id, .. } = window.state().state.reply() else { panic!("not running") };
    let id = *id;
    window.apply(Event::Finished { id, answer: crowded() });
    window.wait_until(App::is_fully_shown);
    report("the model rests", &frames(&mut window));
    let is_over = Arc::new(AtomicBool::new(false));
    // Two models, so that both of two cores have something to do all the time.
    let busy = [busy_worker(&is_over), busy_worker(&is_over)];
    thread::sleep(Duration::from_secs(1));
    report("the model computes", &frames(&mut window));
    is_over.store(true, Ordering::Relaxed);
    let n_answers: usize = busy.into_iter().map(|busy| busy.join().unwrap()).sum();
    println!("{n_answers} answers meanwhile");
}
