//! Published benchmarks asked of the real engine: with examples, with beams, by choices, in shares, and killed on the way.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{fs, path::Path, process::Stdio, thread, time::Duration};

use serde_json::{Value, json};

use crate::support::{
    files::{benchmark as folder, data},
    program::{Ended, kosmoscope, run},
};

/// Has the questions of a file of MDETR's asked so many times.
fn repeat(file: &Path, n_times: usize) {
    let mut questions: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    for (list, id) in [("images", "id"), ("annotations", "image_id")] {
        let once = questions[list].as_array().unwrap().clone();
        let all = once.iter().cycle().take(n_times * once.len()).enumerate();
        let numbered = all.map(|(number, one)| {
            let mut one = one.clone();
            one[id] = number.into();
            one
        });
        questions[list] = numbered.collect();
    }
    fs::write(file, questions.to_string()).unwrap();
}

fn evaluate(task: &str, folder: &Path, options: &[&str]) -> Ended {
    run(kosmoscope().args(["evaluate", task, "--data"]).arg(folder).args(options))
}

fn told(task: &str, folder: &Path, options: &[&str]) -> Value {
    let ended = evaluate(task, folder, &[options, &["--json"]].concat());
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    serde_json::from_str(&ended.stdout).unwrap()
}

fn samples(out: &Path, task: &str) -> String {
    fs::read_to_string(out.join(format!("samples_{task}.jsonl"))).unwrap()
}

#[test]
fn the_real_engine_is_asked_and_compared() {
    let folder = folder("refcoco", &["finetune_refcoco_val.json", "answers.txt"]);
    let answers = folder.path().join("answers.txt");
    let report = told("refcoco", folder.path(), &["--limit", "20", "--compare", answers.to_str().unwrap()]);
    assert_eq!(report["n-samples"]["refcoco_bbox_rec_val"]["effective"], 20, "{report}");
    assert!(report["results"]["refcoco_bbox_rec_val"]["IoU,none"].as_f64() > Some(0.4), "{report}");
    assert!(report["source"]["checkpoint"]["fingerprint"].is_string() && report["same_boxes"].is_u64(), "{report}");
    fs::remove_file(folder.path().join("00000.png")).unwrap();
    let ended = evaluate("refcoco", folder.path(), &["--limit", "2"]);
    assert!(ended.code == Some(1) && ended.stderr.contains("00000.png"), "{}", ended.stderr);
}

#[test]
fn shares_and_runs_that_were_killed_give_what_one_run_gives() {
    let folder = folder("refcoco", &["finetune_refcoco_val.json"]);
    let at = |name: &str| folder.path().join(name);
    repeat(&at("finetune_refcoco_val.json"), 5);
    let options = |out: &str| vec!["--out".to_owned(), at(out).to_str().unwrap().to_owned()];
    let whole = |out: &str, more: &[&str]| {
        let options = options(out);
        told("refcoco", folder.path(), &[&options.iter().map(String::as_str).collect::<Vec<_>>(), more].concat())
    };
    let without_times = |mut report: Value| {
        report["seconds"] = Value::Null;
        report
    };
    let expected = without_times(whole("whole", &[]));
    let expected_samples = samples(&at("whole"), "refcoco_bbox_rec_val");
    assert_eq!(expected_samples.lines().count(), 120);

    // killed again and again
    let mut n_kills = 0;
    for n in 0..60 {
        let mut command = kosmoscope();
        command.args(["evaluate", "refcoco", "--data"]).arg(folder.path()).args(options("killed"));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::from_millis(60 + 9 * (n % 12)));
        if child.try_wait().unwrap().is_some() {
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        n_kills += 1;
    }
    assert!(n_kills > 2, "{n_kills} kills");
    assert_eq!(without_times(whole("killed", &["--overwrite"])), expected, "after {n_kills} kills");
    assert_eq!(samples(&at("killed"), "refcoco_bbox_rec_val"), expected_samples);

    // in shares
    let parts = at("parts").to_str().unwrap().to_owned();
    let share = |shard: &str| evaluate("refcoco", folder.path(), &["--out", &parts, "--shard", shard]);
    let first = share("0/2");
    assert!(first.code == Some(0) && first.stdout.is_empty(), "{first:?}");
    let early = evaluate("refcoco", folder.path(), &["--predictions", &parts]);
    assert!(early.code == Some(2) && early.stderr.contains("1 of 2 parts are not through"), "{early:?}");
    assert_eq!(share("1/2").code, Some(0));
    assert_eq!(without_times(whole("merged", &["--predictions", &parts])), expected);
    assert_eq!(samples(&at("merged"), "refcoco_bbox_rec_val"), expected_samples);

    // samples are predictions too, and other questions are not answered by these
    let file = at("whole/samples_refcoco_bbox_rec_val.jsonl");
    let again = told("refcoco", folder.path(), &["--predictions", file.to_str().unwrap()]);
    assert_eq!(again["results"], expected["results"]);
    let questions = fs::read_to_string(at("finetune_refcoco_val.json")).unwrap();
    fs::write(at("finetune_refcoco_val.json"), questions.replacen("the ", "that ", 1)).unwrap();
    let other = evaluate("refcoco", folder.path(), &["--predictions", &parts]);
    assert!(other.code == Some(2) && other.stderr.contains("answers to other questions"), "{other:?}");
    let other = evaluate("refcoco", folder.path(), &["--out", &parts, "--shard", "0/2"]);
    assert!(other.code == Some(2) && other.stderr.contains("begun with another file of records"), "{other:?}");
}

#[test]
fn choices_are_ranked() {
    let folder = folder("seed-bench", &[]);
    let question = |number: u32, picture: &str, right: &str| {
        json!({"answer": right, "choice_a": "Yes", "choice_b": "No", "choice_c": "a banana in the sky", "choice_d": 7,
            "data_id": picture, "data_type": "image", "question": "Is there a spaceship?", "question_id": number,
            "question_type_id": 1})
    };
    let questions = [question(1, "00000.png", "B"), question(2, "00001.png", "B"), question(3, "00002.png", "D")];
    let file = json!({"questions": questions, "question_type": {"Scene Understanding": 1}});
    fs::write(folder.path().join("SEED-Bench.json"), file.to_string()).unwrap();
    let out = folder.path().join("out");
    let report = told("seed-bench", folder.path(), &["--out", out.to_str().unwrap()]);
    assert_eq!(report["results"]["seedbench"]["seed_image,none"], 2.0 / 3.0, "{report}");
    let samples = samples(&out, "seedbench");
    let first: Value = serde_json::from_str(samples.lines().next().unwrap()).unwrap();
    let answer = first["resps"][0][0].as_str().unwrap();
    let means: Vec<f64> = answer[3..answer.len() - 1].split(' ').map(|mean| mean.parse().unwrap()).collect();
    assert!(answer.starts_with("B (") && means.len() == 4, "{answer}");
    assert!(means.iter().all(|mean| *mean <= means[1]) && means[2] < means[0], "{answer}");
}

#[test]
fn pictures_within_mirrors_are_asked_about() {
    for (task, split, mirror, n_asked) in [
        ("seed-bench", "image", "seed-bench-mirror", 6),
        ("nocaps", "val", "nocaps-mirror", 1),
        ("coco-caption", "val2014", "coco-mirror", 1),
    ] {
        let options = ["--split", split, "--limit", &n_asked.to_string()];
        let report = told(task, &data("benchmarks").join(mirror), &options);
        let n_samples = report["n-samples"].as_object().unwrap().values().next().unwrap();
        assert_eq!(n_samples["effective"], n_asked, "{task}: {report}");
    }
}

#[test]
fn examples_stand_before_each_question() {
    let folder = folder("refcocog-reg", &["finetune_refcocog_val.json"]);
    let alone = evaluate("refcocog-reg", folder.path(), &["--shots", "2", "--limit", "2"]);
    assert!(alone.code == Some(2) && alone.stderr.contains("finetune_refcocog_train.json"), "{alone:?}");
    let at = |name: &str| folder.path().join(name);
    fs::copy(at("finetune_refcocog_val.json"), at("finetune_refcocog_train.json")).unwrap();
    let answers = |shots: &str| {
        let out = at(&format!("out{shots}"));
        let options = ["--shots", shots, "--limit", "3", "--out", out.to_str().unwrap()];
        let report = told("refcocog-reg", folder.path(), &options);
        assert_eq!(report["n-shot"]["refcocog-reg_val"], shots.parse::<usize>().unwrap(), "{report}");
        samples(&out, "refcocog-reg_val")
    };
    let (without, behind_two) = (answers("0"), answers("2"));
    assert_ne!(without, behind_two, "what was shown changed nothing");
    assert!(behind_two.lines().all(|line| line.contains("is")), "{behind_two}");
    let refused = evaluate("refcocog-reg", folder.path(), &["--shots", "3"]);
    assert!(refused.stderr.contains("refcocog-reg is asked with 0, 2 or 4 examples"), "{refused:?}");
    let refused = evaluate("pope", folder.path(), &["--shots", "2"]);
    assert!(refused.stderr.contains("pope is asked with 0 examples"), "{refused:?}");
}

#[test]
fn captions_are_written_with_a_beam_of_five() {
    let folder = folder("captions", &[]);
    let file = json!({
        "images": [{"id": 0, "file_name": "00000.png"}],
        "annotations": [{"image_id": 0, "caption": "a dog"}],
    });
    fs::write(folder.path().join("captions_val2014.json"), file.to_string()).unwrap();
    let out = folder.path().join("out");
    told("coco-caption", folder.path(), &["--split", "val2014", "--out", out.to_str().unwrap()]);
    let sample: Value = serde_json::from_str(samples(&out, "coco2014_cap_val").lines().next().unwrap()).unwrap();
    let picture = folder.path().join("00000.png");
    let args = ["caption", "--task", "raw", "--prompt", "An image of", "--beams", "5", "--json"];
    let ended = run(kosmoscope().args(args).arg(picture));
    let record: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|e| panic!("{e}: {ended:?}"));
    assert_eq!(sample["resps"][0][0], record["raw"], "{record}");
}
