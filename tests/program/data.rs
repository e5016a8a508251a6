//! `kosmoscope data`: what the program makes itself goes out and comes back, and nothing is lost unsaid.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{
    files::sample,
    program::{Ended, kosmoscope, run},
};

fn data(args: &[&str]) -> Ended {
    run(kosmoscope().arg("data").args(args))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Two pictures and a GRIT file that names them.
fn grit(folder: &Path) -> PathBuf {
    fs::copy(sample("snow.png"), folder.join("a b.png")).unwrap();
    fs::copy(sample("meadow.png"), folder.join("é.png")).unwrap();
    let path = folder.join("grit.jsonl");
    let lines = r#"{"image":"a b.png","caption":"a dog, a dog","ref_exps":[[0,5,0.25,0.5,0.5,1,0.9],[7,12,0,0,0.25,0.5,0.2]]}
{"caption":"é","ref_exps":[[0,9,0,0,1,1]]}
{"image":"é.png","caption":"é cat","ref_exps":[[2,5,0,0,1,1]]}
"#;
    fs::write(&path, lines).unwrap();
    path
}

#[test]
fn bad_records_are_told_and_the_others_are_shown_and_counted() {
    let folder = TempDir::new().unwrap();
    let path = grit(folder.path());
    let shown = data(&["show", text(&path)]);
    assert_eq!(shown.code, Some(1));
    assert!(shown.stderr.contains("grit.jsonl, line 2"), "{}", shown.stderr);
    assert!(shown.stdout.contains("  a dog: 0.250,0.500 to 0.500,1.000, score 90 %"), "{}", shown.stdout);
    assert!(shown.stdout.contains("  cat: 0.000"), "{}", shown.stdout);
    let counted = data(&["stats", text(&path), "--json"]);
    let stats: Value = serde_json::from_str(&counted.stdout).unwrap();
    let count = |name: &str| stats[name].as_u64().unwrap();
    assert_eq!([count("images"), count("objects"), count("text_spans"), count("records_left_out")], [2, 3, 3, 1]);
    assert_eq!(stats["frequent_phrases"][0], serde_json::json!(["a dog", 2]));
}

#[test]
fn nothing_is_lost_unsaid_and_nothing_is_replaced_unasked() {
    let folder = TempDir::new().unwrap();
    let path = grit(folder.path());
    let out = folder.path().join("new/coco.json");
    let refused = data(&["convert", text(&path), text(&out), "--format", "yolo"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("scores (in 1 record)") && refused.stderr.contains("--allow-loss"),
        "{}",
        refused.stderr
    );
    assert!(!out.parent().unwrap().exists());
    let written = data(&["convert", text(&path), text(&out), "--format", "coco", "--images", "copy"]);
    assert_eq!(written.code, Some(1), "{}", written.stderr);
    assert!(written.stdout.contains("2 records and 2 pictures"), "{}", written.stdout);
    assert!(folder.path().join("new/images/a b.png").exists());
    let coco: Value = serde_json::from_slice(&fs::read(&out).unwrap()).unwrap();
    let size = image::image_dimensions(sample("snow.png")).unwrap();
    assert_eq!(coco["images"][0]["width"], size.0, "the size comes from the picture");
    assert_eq!(coco["annotations"][0]["bbox"][0], f64::from(size.0) / 4.0);
    let again = data(&["convert", text(&path), text(&out), "--format", "coco"]);
    assert_eq!(again.code, Some(2));
    assert!(again.stderr.contains("--overwrite"), "{}", again.stderr);
    let onto_itself = data(&["convert", text(&path), text(&path), "--format", "coco", "--overwrite"]);
    assert!(onto_itself.code == Some(2) && path.metadata().unwrap().len() > 100, "{}", onto_itself.stderr);
}

#[test]
fn boxes_are_chosen_by_score_and_records_by_the_hash_of_their_names() {
    let folder = TempDir::new().unwrap();
    let path = grit(folder.path());
    let out = folder.path().join("yolo");
    let options = ["--format", "yolo", "--allow-loss", "--min-score", "0.5", "--single-class", "--val", "0.5"];
    let written = data(&[&["convert", text(&path), text(&out), "--images", "link"], &options[..]].concat());
    assert!(written.stdout.contains("2 records and 2 pictures"), "{} {}", written.stdout, written.stderr);
    let yaml = fs::read_to_string(out.join("data.yaml")).unwrap();
    assert!(yaml.contains("val: images/val") && yaml.ends_with("names:\n  0: \"phrase\"\n"), "{yaml}");
    let labels = |name: &str| {
        ["train", "val"].iter().find_map(|split| fs::read_to_string(out.join("labels").join(split).join(name)).ok())
    };
    assert_eq!(labels("a b.txt").unwrap(), "0 0.375000000 0.750000000 0.250000000 0.500000000\n");
    assert_eq!(labels("é.txt").unwrap().lines().count(), 1);
}

#[test]
fn classes_are_nouns_and_rejected_records_stay_behind() {
    let folder = TempDir::new().unwrap();
    fs::copy(sample("snow.png"), folder.path().join("a.png")).unwrap();
    let path = folder.path().join("records.jsonl");
    let line = |verdict: &str, words: &str| {
        let n = words.chars().count();
        format!(
            r#"{{"image":"a.png","text":"{words}","verdict":{verdict},"phrases":[{{"text":"{words}","start":0,"end":{n},"boxes":[{{"norm":[0,0,1,1],"score":null}}]}}]}}"#
        )
    };
    let lines = [line("null", "two big dogs"), line("\"accept\"", "a cat in a hat"), line("\"reject\"", "a bird")];
    fs::write(&path, lines.join("\n")).unwrap();
    let names = |name: &str, more: &[&str]| -> Vec<String> {
        let out = folder.path().join(name);
        let fixed = ["convert", text(&path), text(&out), "--format", "coco", "--allow-loss"];
        let done = data(&[&fixed[..], more].concat());
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        let coco: Value = serde_json::from_slice(&fs::read(out).unwrap()).unwrap();
        coco["categories"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("a.json", &[]), ["a bird", "a cat in a hat", "two big dogs"]);
    assert_eq!(names("b.json", &["--classes", "head", "--verdicts", "not-rejected"]), ["cat", "dog"]);
    assert_eq!(names("c.json", &["--verdicts", "accepted"]), ["a cat in a hat"]);
    let list = folder.path().join("classes.txt");
    fs::write(&list, "dog\tanimal\nbird\tanimal\n").unwrap();
    assert_eq!(names("d.json", &["--classes", text(&list)]), ["animal"]);
    let again = folder.path().join("e.json");
    let told =
        data(&["convert", text(&path), text(&again), "--format", "coco", "--allow-loss", "--classes", text(&list)]);
    assert!(told.stderr.contains("Left out: 1 phrases with their boxes"), "{}", told.stderr);
}

#[cfg(unix)]
#[test]
fn a_picture_keeps_a_name_that_is_no_text() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = TempDir::new().unwrap();
    let picture = folder.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9.png"));
    fs::copy(sample("snow.png"), &picture).unwrap();
    let answer = run(kosmoscope().args(["caption", "--json"]).arg(&picture)).stdout;
    let path = folder.path().join("answers.jsonl");
    fs::write(&path, &answer).unwrap();
    fs::create_dir(folder.path().join("sub")).unwrap();
    let again = folder.path().join("sub/again.jsonl");
    let done = data(&["convert", text(&path), text(&again), "--format", "kosmoscope"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    for from in [&path, &again] {
        let out = folder.path().join(format!("coco-{}", from.file_name().unwrap().display()));
        let done = data(&["render", text(from), text(&out)]);
        assert_eq!(done.code, Some(0), "the picture is found: {}", done.stderr);
    }
}

#[test]
fn an_answer_of_the_program_becomes_a_dataset() {
    let folder = TempDir::new().unwrap();
    let picture = folder.path().join("snow.png");
    fs::copy(sample("snow.png"), &picture).unwrap();
    let answer = run(kosmoscope().args(["caption", "--json", text(&picture)])).stdout;
    let path = folder.path().join("answers.jsonl");
    fs::write(&path, &answer).unwrap();
    let record: Value = serde_json::from_str(&answer).unwrap();
    let n_boxes: usize =
        record["phrases"].as_array().unwrap().iter().map(|it| it["boxes"].as_array().unwrap().len()).sum();
    assert!(n_boxes > 0, "{answer}");
    let out = folder.path().join("grit.jsonl");
    let written = data(&["convert", text(&path), text(&out), "--format", "grit", "--allow-loss"]);
    assert_eq!(written.code, Some(0), "{}", written.stderr);
    assert!(written.stderr.contains("who made and changed what"), "{}", written.stderr);
    let grit: Value = serde_json::from_slice(&fs::read(&out).unwrap()).unwrap();
    assert_eq!(grit["caption"], record["text"]);
    assert_eq!(grit["image"], "snow.png");
    assert_eq!(grit["ref_exps"].as_array().unwrap().len(), n_boxes);
}

#[test]
fn records_are_drawn_as_the_program_draws_its_own_answers() {
    let folder = TempDir::new().unwrap();
    let (picture, own) = (folder.path().join("snow.png"), folder.path().join("own.png"));
    fs::copy(sample("snow.png"), &picture).unwrap();
    let options = ["--json", "--with-caption", "--annotated", text(&own), text(&picture)];
    let answer = run(kosmoscope().arg("caption").args(options)).stdout;
    let path = folder.path().join("answers.jsonl");
    fs::write(&path, &answer).unwrap();
    let out = |name: &str| folder.path().join(name);
    let render = |name: &str| data(&["render", text(&path), text(&out(name)), "--as", name]);
    for name in ["annotated", "captioned", "svg", "crops"] {
        assert_eq!(render(name).code, Some(0), "{name}");
    }
    let same = fs::read(out("captioned").join("snow.png")).unwrap() == fs::read(&own).unwrap();
    assert!(same, "a record is drawn as the answer it came from");
    let svg = fs::read_to_string(out("svg").join("snow.svg")).unwrap();
    assert!(svg.contains("data:image/png;base64,") && !svg.contains("<script"));
    let metadata = fs::read_to_string(out("crops").join("metadata.jsonl")).unwrap();
    let lines: Vec<Value> = metadata.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!lines.is_empty());
    let [width, height] = <[u32; 2]>::from(image::image_dimensions(&picture).unwrap()).map(f64::from);
    for line in &lines {
        let size = image::image_dimensions(out("crops").join(line["file_name"].as_str().unwrap())).unwrap();
        let edge = |at: usize| line["box"][at].as_f64().unwrap();
        let [w, h] = [(edge(2) - edge(0)) * width, (edge(3) - edge(1)) * height];
        assert!((f64::from(size.0) - w).abs() < 2.0 && (f64::from(size.1) - h).abs() < 2.0, "{line}");
    }
    let again = render("annotated");
    assert!(again.code == Some(2) && again.stderr.contains("--overwrite"), "{}", again.stderr);
    fs::remove_file(&picture).unwrap();
    let gone = data(&["render", text(&path), text(&out("gone"))]);
    assert!(gone.code == Some(1) && gone.stderr.contains("can't be drawn"), "{}", gone.stderr);
}
