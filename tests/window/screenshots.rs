//! The pictures of the window in `screenshots/`, made with the built-in checkpoint's own answers, in both themes.
//!
//! `UPDATE_SCREENSHOTS=1 cargo test --release --test window screenshots::` writes them; look at each. Without that the test still
//! brings the window into every state and paints it.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use egui::Theme;
use egui_kittest::kittest::Queryable as _;
use image::RgbaImage;
use kosmoscope::{
    caption::Choice,
    engine::{Answer, Progress, Stage},
    evaluate::asking,
    picture::PictureSource,
    ui::{self, AnswerState, App, Command, EvaluationAction, EvaluationWish, JobEvent, PictureAction, ResultAction},
    worker::Event,
};

use crate::support::{
    files::{benchmark, project, sample},
    window::{Window, endless_worker, info, window_of, window_with_engine},
};

const SIZE: [f32; 2] = [1180.0, 760.0];
const PIXELS_PER_POINT: f32 = 2.0;

/// Paints the window, and keeps the picture when asked to.
fn shoot(window: &mut Window, name: &str, theme: Theme) {
    window.remove_cursor();
    window.run();
    let image: RgbaImage = window.render().unwrap();
    let [width, height] = SIZE.map(|side| (side * window.ctx.pixels_per_point()) as u32);
    assert_eq!(image.dimensions(), (width, height));
    assert!(image.pixels().any(|pixel| pixel != image.get_pixel(0, 0)), "{name} is empty");
    if std::env::var_os("UPDATE_SCREENSHOTS").is_some() {
        let theme = if theme == Theme::Dark { "dark" } else { "light" };
        let path = project(&format!("screenshots/{name}-{theme}.png"));
        image::DynamicImage::ImageRgba8(image).into_rgb8().save(path).unwrap();
    }
}

fn open_sample(window: &mut Window, item: &str) {
    for label in ["Help", "Sample pictures", item] {
        window.get_by_label(label).click();
        window.run();
    }
    window.wait_until(|app| matches!(app.state().answer(), AnswerState::Finished(_)) && app.is_fully_shown());
}

fn shown(window: &Window) -> Answer {
    window.state().state().answer().finished().unwrap().as_ref().clone()
}

/// A window in which the model has just written two phrases of this answer, on a picture opened from these bytes.
fn stopped_in_time(theme: Theme, answer: &Answer) -> Window {
    let mut window = window_of(theme, SIZE, PIXELS_PER_POINT, endless_worker());
    window.apply(Event::Ready(info()));
    let bytes = std::fs::read(sample("meadow.png")).unwrap();
    let source = PictureSource::Bytes { name: "meadow.png".to_owned(), bytes: bytes.into() };
    window.perform(PictureAction::AskAbout(source, answer.task.clone()));
    let id = window.running();
    let mut caption = answer.caption.clone();
    caption.phrases.truncate(2);
    caption.text.truncate(caption.phrases.last().unwrap().span.end);
    let progress = Progress { stage: Stage::Writing, n_tokens: 17, tokens_per_sec: Some(412.5), caption };
    window.apply(Event::Progress { id, progress });
    window.wait_until(App::is_fully_shown);
    window
}

#[test]
fn the_window_in_its_states() {
    for theme in [Theme::Dark, Theme::Light] {
        let mut window = window_with_engine(theme, SIZE, PIXELS_PER_POINT);
        window.wait_until(|app| app.is_fully_shown() && matches!(app.state().model(), kosmoscope::ui::Model::Ready(_)));
        shoot(&mut window, "empty", theme);

        open_sample(&mut window, "Meadow: Describe it");
        shoot(&mut window, "result", theme);
        let meadow = shown(&window);
        window.perform(ResultAction::Choose(Choice::phrase(1)));
        shoot(&mut window, "highlight", theme);
        window.perform(ResultAction::Choose(Choice::phrase(1)));
        window.perform(Command::CloseAll);

        open_sample(&mut window, "Table: What is this?");
        shoot(&mut window, "region", theme);

        let damaged =
            PictureSource::Bytes { name: "holiday.png".to_owned(), bytes: b"\x89PNG\r\n\x1a\n".to_vec().into() };
        window.perform(PictureAction::Open(vec![damaged]));
        window.wait_until(App::is_fully_shown);
        shoot(&mut window, "error", theme);

        let mut window = stopped_in_time(theme, &meadow);
        window.get_by_label("Stop");
        shoot(&mut window, "running", theme);
    }
}

#[test]
fn two_results_beside_each_other() {
    for theme in [Theme::Dark, Theme::Light] {
        let mut window = window_with_engine(theme, SIZE, PIXELS_PER_POINT);
        open_sample(&mut window, "Meadow: Describe it");
        window.get_by_label("Detailed").click();
        window.run();
        window.perform(Command::Run);
        window.wait_until(|app| app.state().pictures().current().is_some_and(|entry| entry.results.len() == 2));
        window.get_by_label("Compare result 1").scroll_to_me();
        window.run();
        window.get_by_label("Compare result 1").click();
        window.run();
        window.get_by_label("Compared with");
        shoot(&mut window, "compare", theme);
    }
}

#[test]
fn an_evaluation() {
    let folder = benchmark("refcoco", &["finetune_refcoco_val.json"]);
    for theme in [Theme::Dark, Theme::Light] {
        let mut window = window_with_engine(theme, SIZE, PIXELS_PER_POINT);
        window.perform(Command::Evaluate);
        let wish = EvaluationWish { data: folder.path().to_str().unwrap().to_owned(), ..EvaluationWish::default() };
        window.perform(EvaluationAction::Edit(wish));
        window.perform(EvaluationAction::Look);
        window.wait_until(|app| app.state().why_disabled(Command::StartEvaluation).is_none());
        window.perform(Command::StartEvaluation);
        window.wait_until(|app| app.state().evaluation().overview().is_some());
        window.perform(EvaluationAction::LookInto(3));
        // What differs from machine to machine is not shown.
        let shown = EvaluationWish { data: "/home/me/refcoco".to_owned(), ..EvaluationWish::default() };
        let shown = EvaluationWish { benchmark: "refcoco".to_owned(), split: "val".to_owned(), ..shown };
        let found = asking::found(folder.path());
        window.perform(EvaluationAction::Edit(shown));
        window.perform(EvaluationAction::Look);
        window.state_mut().apply(ui::Event::Job(JobEvent::FoundBenchmarks("/home/me/refcoco".into(), found)));
        window.run();
        window.wait_until(App::is_fully_shown);
        shoot(&mut window, "evaluation", theme);
    }
}

#[test]
fn an_answer_that_is_corrected() {
    for theme in [Theme::Dark, Theme::Light] {
        let mut window = window_with_engine(theme, SIZE, PIXELS_PER_POINT);
        open_sample(&mut window, "Meadow: Describe it");
        window.perform(Command::Correct);
        window.perform(ResultAction::Choose(Choice { phrase: 1, region: Some(0) }));
        window.run();
        window.get_by_label("Text of the answer");
        shoot(&mut window, "correct", theme);
    }
}
