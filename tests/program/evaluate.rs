//! Scenes whose truth is known, asked of the real model through the command line.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::support::{
    files::{data, project, shared},
    program::{Ended, kosmoscope, run},
};

fn scenes() -> PathBuf {
    data("scenes")
}

fn evaluate(folder: &Path, options: &[&str]) -> Ended {
    run(kosmoscope().args(["evaluate", "scenes"]).arg(folder).args(options))
}

#[test]
fn the_mini_checkpoint_knows_its_world() {
    let folder = tempfile::tempdir().unwrap();
    let answers = folder.path().join("answers.jsonl");
    let ended = evaluate(&scenes(), &["--json", "--answers", answers.to_str().unwrap()]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let n_tasks = fs::read_to_string(scenes().join("truth.jsonl")).unwrap().lines().count();
    assert_eq!(report["tasks"], n_tasks);
    assert_eq!(report["checkpoint"]["name"], "kosmos-2 mini");
    for row in ["find one", "region", "yesno", "where"] {
        let (right, of) =
            (report["table"][row]["right"].as_u64().unwrap(), report["table"][row]["of"].as_u64().unwrap());
        assert!(of > 0 && 4 * right >= 3 * of, "{row}: {right} of {of}");
    }
    let [score, tokens] = ["score", "token_probability"].map(|name| &report["calibration"][name]);
    assert!(score["boxes"].as_u64() > Some(30) && score["boxes"] == tokens["boxes"], "{score}");
    let [error, of_tokens] = [score, tokens].map(|of| of["expected_calibration_error"].as_f64().unwrap());
    assert!(error < 0.15 && of_tokens > 0.5, "a score says how often boxes are right: {error}, {of_tokens}");
    let lines = fs::read_to_string(answers).unwrap();
    assert_eq!(lines.lines().count(), n_tasks);
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert!(first["raw"].as_str().unwrap().contains("<patch_index_"), "{first}");
}

/// How often its answers about pictures doubt themselves, of all.
fn n_doubted(pictures: &[PathBuf]) -> usize {
    let ended = run(kosmoscope().arg("caption").args(pictures).arg("--json"));
    assert_eq!(ended.stdout.lines().count(), pictures.len(), "{}", ended.stderr);
    ended.stdout.lines().filter(|line| line.contains("This does not seem to be an emoji scene")).count()
}

#[test]
fn pictures_outside_its_world_get_a_note() {
    let in_folder =
        |folder: &Path| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let mut of_its_world = in_folder(&scenes().join("pictures"));
    of_its_world.extend(
        in_folder(&project("assets/samples")).into_iter().filter(|path| path.extension().is_some_and(|e| e == "png")),
    );
    assert!(of_its_world.len() > 8);
    assert_eq!(n_doubted(&of_its_world), 0);
    let Some(photos) = shared("images") else { return };
    let photos = in_folder(&photos);
    assert_eq!(n_doubted(&photos), photos.len());
}

#[test]
fn a_table_is_for_people() {
    let text = evaluate(&scenes(), &["--count", "1"]).stdout;
    let columns: Vec<&str> = text.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(columns, ["all", "small", "medium", "large"]);
    assert!(text.lines().any(|line| line.starts_with("brief recall ") && line.contains(" % of ")), "{text}");
    assert!(text.lines().any(|line| line.starts_with("expected calibration error ")), "{text}");
    assert!(text.lines().any(|line| line.starts_with("90 to 100 % ")), "{text}");
    assert!(text.lines().last().unwrap().starts_with("kosmos-2 mini (f32), "), "{text}");
}

#[test]
fn bad_folders_get_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let refuse = |expected: &str| {
        let Ended { code, stderr, .. } = evaluate(folder.path(), &[]);
        assert!(code == Some(2) && stderr.contains(expected) && stderr.lines().count() == 1, "{stderr}");
    };
    refuse("a folder of scenes has a truth.jsonl");
    let truth = folder.path().join("truth.jsonl");
    fs::write(&truth, "\n").unwrap();
    refuse("There are no tasks in this file");
    let good = fs::read_to_string(scenes().join("truth.jsonl")).unwrap();
    fs::write(&truth, good.clone() + "{\"id\": 1}\n").unwrap();
    refuse(&format!("Line {} is not a task", good.lines().count() + 1));
}

#[test]
fn a_missing_picture_is_told_and_left_out() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("pictures")).unwrap();
    fs::copy(scenes().join("pictures/00001.png"), folder.path().join("pictures/00001.png")).unwrap();
    fs::copy(scenes().join("truth.jsonl"), folder.path().join("truth.jsonl")).unwrap();
    let ended = evaluate(folder.path(), &["--count", "2", "--json"]);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(ended.code, Some(1));
    assert_eq!(report["problems"].as_array().unwrap().len(), 1, "{report}");
    assert!(ended.stderr.contains("00000.png"));
    assert_eq!(report["table"]["brief word for word"]["of"], 1);
}
