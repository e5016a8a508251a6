//! A checkpoint evaluated in the window: the folder is looked at, questions are asked of the real engine, and behind each
//! number are its pictures.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::{fs, path::Path};

use egui::{Key, Theme, accesskit::Role};
use egui_kittest::kittest::Queryable as _;
use kosmoscope::ui::{AnswerState, App, Command, EvaluationStage, Findings, Notice, PictureAction, Shows};
use tempfile::TempDir;

use crate::support::{
    files::{benchmark, data, sample},
    program::{Ended, kosmoscope},
    window::{Window, kill, window_with_engine, window_with_session},
};

/// The pictures of the scenes with questions of RefCOCO about them.
fn refcoco() -> TempDir {
    benchmark("refcoco", &["finetune_refcoco_val.json"])
}

fn type_into(window: &mut Window, label: &str, text: &str) {
    window.get_by_role_and_label(Role::TextInput, label).focus();
    window.run();
    window.get_by_role_and_label(Role::TextInput, label).type_text(text);
    window.run();
}

/// Types the folder, and waits for what lies in it.
fn choose(window: &mut Window, folder: &Path) {
    window.key_press(Key::F4);
    window.run();
    type_into(window, "Benchmark", folder.to_str().unwrap());
    window.key_press(Key::Enter);
    window.run();
    let is_known = |app: &App| matches!(app.state().evaluation().findings, Findings::Found(_) | Findings::Nothing(_));
    window.wait_until(is_known);
    window.run();
}

fn evaluate(window: &mut Window) {
    window.wait_until(|app| app.state().why_disabled(Command::StartEvaluation).is_none());
    window.run();
    window.get_by_label("Start evaluation").click();
    window.run();
    assert!(!matches!(window.state().state().evaluation().stage, EvaluationStage::NotBegun));
}

fn is_over(app: &App) -> bool {
    app.state().evaluation().overview().is_some()
}

#[test]
fn numbers_lead_to_their_pictures_the_worst_first() {
    let folder = refcoco();
    let mut window = window_with_engine(Theme::Dark, [1100.0, 760.0], 1.0);
    choose(&mut window, folder.path());
    type_into(&mut window, "Only the first", "20");
    evaluate(&mut window);
    assert!(window.state().state().why_disabled(Command::Open).is_none(), "pictures can be opened meanwhile");
    window.wait_until(is_over);
    window.run();
    window.get_by_label_contains("20 of 24 questions answered · ");

    let ranked = |window: &Window| {
        let overview = window.state().state().evaluation().overview().unwrap();
        let numbers: Vec<(usize, f64)> = overview.ranked().iter().map(|one| (one.question, one.value)).collect();
        (overview.ranked_by().unwrap().key.clone(), numbers)
    };
    assert_eq!(ranked(&window).0, "ACC@0.5");
    window.get_by_label_contains("IoU: ").click();
    window.run();
    let (key, numbers) = ranked(&window);
    assert_eq!((key.as_str(), numbers.len()), ("IoU", 20));
    assert!(numbers.is_sorted_by(|one, other| one.1 <= other.1), "{numbers:?}");
    window.key_press(Key::ArrowUp);
    window.run();
    assert_eq!(ranked(&window).0, "ACC@0.5 upper bound", "keys lead on");
    window.key_press(Key::ArrowDown);
    window.run();

    // The same numbers as the command line's.
    let args = ["evaluate", "refcoco", "--limit", "20", "--json", "--data", folder.path().to_str().unwrap()];
    let ended: Ended = kosmoscope().args(args).output().unwrap().into();
    let told: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    let overview = window.state().state().evaluation().overview().unwrap().clone();
    let here = overview.outcome.report.results().to_string();
    let here: serde_json::Value = serde_json::from_str(&here).unwrap();
    for field in ["results", "intervals", "calibration", "n-samples", "source"] {
        assert_eq!(here[field], told[field], "{field}");
    }
    window.get_by_label("What scores are worth");

    // The worst answer on the picture screen, beside what is right.
    let worst = &overview.outcome.questions[numbers[0].0];
    window.get_by_label_contains(&format!("Question {}, IoU ", worst.id)).click();
    window.run();
    let state = window.state().state();
    assert_eq!(state.panes().shows, Shows::Picture);
    let shown = &state.pictures().current().unwrap().name;
    assert!(matches!(&worst.picture, kosmoscope::dataset::Location::File(path) if path.ends_with(shown)), "{shown}");
    assert_eq!(state.compared().unwrap().title(), format!("Right for {}", worst.id));
    let right = &state.compared().unwrap().caption.phrases[0].regions[0];
    assert!(right.norm.iou(worst.truth[0].place) > 0.99);
    assert!(state.answer().finished().unwrap().caption.phrases.len() <= 1);
    window.key_press(Key::F4);
    window.run();
    window.get_by_label_contains("20 of 24 questions answered · ");
}

#[test]
fn a_stopped_evaluation_is_reckoned_and_gone_on_with_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (home, answers) = (folder.path().join("home"), folder.path().join("answers"));
    let mut window = window_with_session(&home);
    choose(&mut window, &data("scenes"));
    let chosen = window.state().state().evaluation().chosen().unwrap();
    assert_eq!((chosen.benchmark.name(), chosen.split, chosen.n_questions), ("scenes", "all", 51));
    type_into(&mut window, "Answers", answers.to_str().unwrap());
    evaluate(&mut window);
    let part = answers.join("part-00000-of-00001.jsonl");
    let n_lines = || fs::read_to_string(&part).unwrap_or_default().lines().count();
    window.wait_until(|_| n_lines() > 1);
    window.perform(Command::StopEvaluation);
    window.wait_until(is_over);
    let overview = window.state().state().evaluation().overview().unwrap().clone();
    assert_eq!(overview.outcome.n_left + overview.outcome.report.run().n_answered, 51);
    assert!(overview.outcome.n_left > 0 && overview.outcome.results.is_none());
    window.wait_until(|_| fs::read_to_string(home.join("session.json")).is_ok_and(|kept| kept.contains("scenes")));
    kill(window, &home);

    let n_kept = n_lines();
    let mut window = window_with_session(&home);
    window.key_press(Key::F4);
    window.run();
    evaluate(&mut window);
    // Nothing else is asked meanwhile, and what is opened is shown.
    window.perform(PictureAction::OpenPaths(vec![sample("snow.png")]));
    window.wait_until(|app| app.state().picture().is_some());
    assert_eq!(window.state().state().panes().shows, Shows::Picture);
    if window.state().state().evaluation().is_running() {
        window.get_by_label_contains("questions answered");
    }
    window.wait_until(is_over);
    assert!(matches!(window.state().state().answer(), AnswerState::Empty), "nothing was asked about it");
    let overview = window.state().state().evaluation().overview().unwrap().clone();
    assert_eq!((overview.outcome.n_left, n_lines()), (0, 51), "after {n_kept}");
    let told = |notice: &Notice| notice.text().starts_with("The evaluation is over");
    assert!(window.notices().iter().any(told));
    let results = overview.outcome.results.as_ref().unwrap();
    assert_eq!((results, answers.join("samples_scenes.jsonl").is_file()), (&answers.join("results.json"), true));

    // What scenes come to is what the command for them says.
    let ended: Ended = kosmoscope().args(["evaluate", "scenes", "--json"]).arg(data("scenes")).output().unwrap().into();
    let told: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    for (measure, _) in overview.outcome.report.measures() {
        let tally = &told["table"][&measure.key];
        let share = tally["right"].as_f64().unwrap() / tally["of"].as_f64().unwrap();
        assert!((measure.value - share).abs() < 1e-9, "{}: {} and {tally}", measure.key, measure.value);
    }
}

#[test]
fn what_can_t_be_evaluated_is_said_in_a_sentence() {
    let folder = refcoco();
    let mut window = window_with_engine(Theme::Light, [800.0, 600.0], 1.0);
    let empty = tempfile::tempdir().unwrap();
    choose(&mut window, empty.path());
    window.get_by_label_contains("No benchmark was found here");
    assert!(window.state().state().why_disabled(Command::StartEvaluation).is_some());
    // A folder that is dropped is the one that is meant.
    window.drop_on(&[folder.path().to_owned()]);
    window.wait_until(|app| matches!(app.state().evaluation().findings, Findings::Found(_)));
    fs::write(folder.path().join("finetune_refcoco_val.json"), "[]").unwrap();
    evaluate(&mut window);
    window.wait_until(|app| matches!(app.state().evaluation().stage, EvaluationStage::Failed(_)));
    window.run();
    window.get_by_label_contains("The benchmark can't be read");
    type_into(&mut window, "Only the first", "none");
    assert_eq!(
        window.state().state().why_disabled(Command::StartEvaluation),
        Some("The number of questions must be 1 or more")
    );
    window.key_press(Key::Escape);
    window.run();
    window.key_press(Key::Escape);
    window.run();
    assert_eq!(window.state().state().panes().shows, Shows::Picture);
}

#[test]
fn pictures_that_are_missing_cost_their_questions() {
    let folder = refcoco();
    fs::remove_file(folder.path().join("00000.png")).unwrap();
    let mut window = window_with_engine(Theme::Dark, [1000.0, 700.0], 1.0);
    choose(&mut window, folder.path());
    evaluate(&mut window);
    window.wait_until(is_over);
    window.run();
    let overview = window.state().state().evaluation().overview().unwrap().clone();
    assert_eq!(overview.problems.len(), 1, "{:?}", overview.problems);
    assert!(overview.outcome.report.run().n_answered < 24 && !overview.ranked().is_empty());
    window.get_by_label_contains("00000.png");
}
