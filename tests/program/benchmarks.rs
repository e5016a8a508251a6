//! Published benchmarks in their own layouts, through the command line: every number against other programs', which
//! `tests/benchmarks.py` reckoned, and answers of the real engine.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{fs, path::Path};

use serde_json::Value;

use crate::support::{
    files::data,
    program::{Ended, kosmoscope, run},
};

/// What a benchmark is called, and the folder of its files.
const FOLDERS: [(&str, &str); 6] = [
    ("refcoco", "refcoco"),
    ("flickr30k-entities", "flickr"),
    ("pope", "pope"),
    ("vqav2", "vqav2"),
    ("coco-caption", "captions"),
    ("refcocog-reg", "refcocog-reg"),
];

fn evaluate(task: &str, folder: &Path, options: &[&str]) -> Ended {
    run(kosmoscope().args(["evaluate", task, "--data"]).arg(folder).args(options))
}

/// From the answers beside the files.
fn reckon(task: &str, folder: &Path, options: &[&str]) -> Ended {
    let answers = folder.join("answers.txt");
    evaluate(task, folder, &[&["--predictions", answers.to_str().unwrap()], options].concat())
}

fn refuse(ended: &Ended, expected: &str) {
    let Ended { code, stderr, .. } = ended;
    assert!(*code == Some(2) && stderr.contains(expected) && stderr.lines().count() == 1, "{expected}: {stderr}");
}

#[test]
fn every_number_is_that_of_other_programs() {
    let expected: Value = serde_json::from_slice(&fs::read(data("benchmarks/expected.json")).unwrap()).unwrap();
    for (task, folder) in FOLDERS {
        let ended = reckon(task, &data("benchmarks").join(folder), &["--json"]);
        assert_eq!(ended.code, Some(0), "{task}: {}", ended.stderr);
        let report: Value = serde_json::from_str(&ended.stdout).unwrap();
        let results = report["results"].as_object().unwrap().values().next().unwrap();
        for (key, value) in expected[task].as_object().unwrap() {
            let (ours, theirs) = (results[&format!("{key},none")].as_f64(), value.as_f64().unwrap());
            assert!(ours.is_some_and(|ours| (ours - theirs).abs() < 1e-9), "{task} {key}: {ours:?} for {theirs}");
        }
    }
}

#[test]
fn a_table_stands_beside_the_papers_numbers() {
    let text = reckon("refcoco", &data("benchmarks/refcoco"), &[]).stdout;
    let row = text.lines().find(|line| line.starts_with("ACC@0.5 ")).unwrap();
    let columns: Vec<&str> = row.split_whitespace().collect();
    assert_eq!((columns[0], columns[3], columns.len()), ("ACC@0.5", "to", 7), "{text}");
    assert_eq!(columns[5], "52.32", "{text}");
    let [here, difference] = [1, 6].map(|i| columns[i].parse::<f64>().unwrap());
    assert!((here - 52.32 - difference).abs() < 0.011, "{text}");
}

#[test]
fn a_run_leaves_the_files_of_lmms_eval_and_of_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let write = || reckon("vqav2", &data("benchmarks/vqav2"), &["--out", out.to_str().unwrap(), "--limit", "5"]);
    assert_eq!(write().code, Some(0));
    let results: Value = serde_json::from_slice(&fs::read(out.join("results.json")).unwrap()).unwrap();
    assert_eq!(results["n-samples"]["vqav2_val"]["effective"], 5, "{results}");
    assert_eq!(results["n-samples"]["vqav2_val"]["original"], 12, "{results}");
    let samples = fs::read_to_string(out.join("samples_vqav2_val.jsonl")).unwrap();
    let first: Value = serde_json::from_str(samples.lines().next().unwrap()).unwrap();
    assert!(samples.lines().count() == 5 && first["doc_id"] == 0 && first["exact_match"].is_f64(), "{first}");
    let server: Value = serde_json::from_slice(&fs::read(out.join("vqav2_server.json")).unwrap()).unwrap();
    assert_eq!(server[0]["question_id"], 100);
    assert!(!server[0]["answer"].as_str().unwrap().ends_with('.'), "{server}");
    refuse(&write(), "give --overwrite");
}

#[test]
fn the_real_engine_is_asked_and_compared() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("train2014")).unwrap();
    for entry in fs::read_dir(data("scenes/pictures")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.path().join("images").with_file_name(entry.file_name())).unwrap();
    }
    for name in ["finetune_refcoco_val.json", "answers.txt"] {
        fs::copy(data("benchmarks/refcoco").join(name), folder.path().join(name)).unwrap();
    }
    let answers = folder.path().join("answers.txt");
    let options = ["--limit", "6", "--json", "--compare", answers.to_str().unwrap()];
    let ended = evaluate("refcoco", folder.path(), &options);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(report["n-samples"]["refcoco_bbox_rec_val"]["effective"], 6, "{report}");
    assert!(report["results"]["refcoco_bbox_rec_val"]["IoU,none"].as_f64() > Some(0.3), "{report}");
    assert!(report["source"]["checkpoint"]["fingerprint"].is_string() && report["same_boxes"].is_u64(), "{report}");
    fs::remove_file(folder.path().join("00000.png")).unwrap();
    let ended = evaluate("refcoco", folder.path(), &["--limit", "2"]);
    assert!(ended.code == Some(1) && ended.stderr.contains("00000.png"), "{}", ended.stderr);
}

#[test]
fn bad_files_get_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("finetune_refcoco_val.json");
    refuse(&reckon("refcoco", folder.path(), &[]), "This folder has no finetune_refcoco_val.json");
    refuse(
        &reckon("refcoco", folder.path(), &["--split", "test"]),
        "refcoco has no split test; it has val, testA and testB",
    );
    fs::write(folder.path().join("val-00000-of-00001.parquet"), "PAR1").unwrap();
    refuse(&reckon("refcoco", folder.path(), &[]), "two splits in one, the paper's and Google's");
    fs::write(&file, "{").unwrap();
    refuse(&reckon("refcoco", folder.path(), &[]), "The benchmark can't be read");
    fs::write(&file, r#"{"images": [], "annotations": []}"#).unwrap();
    refuse(&reckon("refcoco", folder.path(), &[]), "0 expressions have 0 boxes; nothing was scored");
    let good = fs::read_to_string(data("benchmarks/refcoco/finetune_refcoco_val.json")).unwrap();
    fs::write(&file, good.replace("\"image_id\": 3,", "\"image_id\": 4,")).unwrap();
    refuse(&reckon("refcoco", folder.path(), &[]), "Box 4 is of another picture than expression 4");
    fs::write(&file, good).unwrap();
    fs::write(folder.path().join("answers.txt"), "H-0\t-1\tx\n").unwrap();
    refuse(&reckon("refcoco", folder.path(), &[]), "It has 1 lines H-N with answers for 24 questions");
    let none = reckon("flickr30k-entities", &data("benchmarks/refcoco"), &[]);
    refuse(&none, "This folder has no final_flickr_separateGT_val.json");
}

#[test]
fn the_list_names_each_benchmark() {
    let text = run(kosmoscope().args(["evaluate", "--list"])).stdout;
    for name in ["refcoco (val, testA, testB)", "flickr30k-entities (val, test)", "nocaps (val)", "scenes"] {
        assert!(text.lines().any(|line| line == name), "{name}: {text}");
    }
}
