//! Bad files of benchmarks through the command line: one sentence for each, which says what is wrong and where, and no number.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{fs, path::Path};

use kosmoscope::evaluate::benchmarks::BENCHMARKS;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{FOLDERS, evaluate, reckon, refuse};
use crate::support::files::data;

/// A copy of a benchmark's folder.
fn copied(benchmark: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&data("benchmarks").join(benchmark), folder.path());
    folder
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir(&to).unwrap();
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// What is said once a file of JSON was changed.
fn changed(task: &str, split: &str, [benchmark, file]: [&str; 2], change: impl FnOnce(&mut Value), expected: &str) {
    let folder = copied(benchmark);
    let path = folder.path().join(file);
    let mut content: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    change(&mut content);
    fs::write(&path, content.to_string()).unwrap();
    refuse(&reckon(task, folder.path(), &["--split", split]), expected);
}

/// Puts something into a place of a file, or where nothing is given, the first entry of the list there once more.
fn put(place: &'static str, what: Option<Value>) -> impl FnOnce(&mut Value) {
    move |content| match (content.pointer_mut(place).unwrap(), what) {
        (there, Some(what)) => *there = what,
        (Value::Array(list), None) => list.push(list[0].clone()),
        (other, None) => panic!("{place} is no list: {other}"),
    }
}

#[test]
fn files_that_are_none_are_told() {
    let folder = copied("refcoco");
    let path = folder.path().join("finetune_refcoco_val.json");
    let good = fs::read(&path).unwrap();
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 8286\n";
    for (content, expected) in [
        (&b""[..], "can't be read (it is empty); get the file anew"),
        (&good[..good.len() / 2], "can't be read (it is cut off in line "),
        (b"<html>404 Not Found</html>", "can't be read (it is no JSON, line 1 column 1)"),
        (b"\x1f\x8b\x08\0\xff", "can't be read (it is no text)"),
        (b"7", "can't be read (invalid type: integer `7`, expected an object at"),
        (b"{}", "can't be read (missing field `images`"),
        (pointer, "can't be read (Git has not fetched it, git lfs pull does)"),
    ] {
        fs::write(&path, content).unwrap();
        refuse(&reckon("refcoco", folder.path(), &[]), expected);
    }
    // as some editors keep text
    fs::write(&path, [b"\xef\xbb\xbf", &good[..]].concat()).unwrap();
    assert_eq!(reckon("refcoco", folder.path(), &[]).code, Some(0));
    let mirror = copied("coco-mirror");
    let table = mirror.path().join("data/val-00000-of-00002.parquet");
    let whole = fs::read(&table).unwrap();
    for content in [&b""[..], &whole[..whole.len() / 2], b"PAR1PAR1", pointer] {
        fs::write(&table, content).unwrap();
        refuse(&reckon("coco-caption", mirror.path(), &["--split", "val2014"]), "The benchmark can't be read (");
    }
}

#[test]
fn what_there_can_t_be_is_told() {
    let refcoco = ["refcoco", "finetune_refcoco_val.json"];
    for (place, what, expected) in [
        ("/images/0/width", json!(0), "The picture of expression 0 can't have 0.0 × "),
        ("/images/1/height", json!(1e300), "The picture of expression 1 can't have 145.0 × 1e300 pixels"),
        ("/annotations/0/bbox", json!([1e300, 0, 5, 5]), "The box of expression 0 lies outside its picture"),
        ("/annotations/2/bbox/2", json!(-4), "The box of expression 2 lies outside its picture"),
        ("/annotations/0/bbox/0", json!("x"), "invalid type: string \"x\", expected a number"),
        ("/images/3/caption", json!(null), "invalid type: null, expected a string"),
    ] {
        changed("refcoco", "val", refcoco, put(place, Some(what)), expected);
    }
    let flickr = ["flickr", "final_flickr_separateGT_val.json"];
    for (place, what, expected) in [
        ("/images/0/width", json!("-1"), "00000.png can't have -1.0 × "),
        ("/images/0/height", json!("high"), "high is no number of this kind"),
        ("/images/0/sentence_id", json!(1.5), "1.5 is no number of this kind"),
        ("/images/0/sentence_id", json!(99), "00000.png has no sentence 99"),
        ("/images/0/original_img_id", json!(77), "77.xml"),
        ("/images/0/tokens_positive_eval/0/0/1", json!(9999), "A phrase of 00000.png lies outside"),
    ] {
        changed("flickr30k-entities", "val", flickr, put(place, Some(what)), expected);
    }
    let seed = ["seed-bench", "SEED-Bench.json"];
    for (place, what, expected) in [
        ("/questions/0/choice_a", json!(null), "neither a text nor a number"),
        ("/questions/0/choice_b", json!(" "), "Question 1000 has an empty choice"),
        ("/questions/0/question", json!(""), "Question 1000 asks nothing"),
        ("/questions/0/answer", json!("E"), "Question 1000 has no right answer from A to D"),
    ] {
        changed("seed-bench", "image", seed, put(place, Some(what)), expected);
    }
    let vqav2 = ["vqav2", "v2_OpenEnded_mscoco_val2014_questions.json"];
    changed("vqav2", "val2014", vqav2, put("/questions/0/question", Some(json!(" "))), "Question 100 asks nothing");
    let captions = ["captions", "captions_val2014.json"];
    let neither = put("/annotations/0/caption", Some(json!(null)));
    changed("coco-caption", "val2014", captions, neither, "it has neither COCO's form nor Karpathy's");
    let folder = copied("pope");
    let path = folder.path().join("coco_pope_random.json");
    let good = fs::read_to_string(&path).unwrap();
    for (part, other, expected) in [
        ("\"label\": \"no\"", "\"label\": \"maybe\"", "has the label \"maybe\", not yes or no"),
        ("\"text\": \"Is", "\"text\": \"\", \"was\": \"Is", "Line 1 asks nothing"),
        ("\"question_id\": 1,", "\"question_id\": -1,", "Line 1 is no question (invalid value: integer `-1`"),
        ("\"question_id\": 1,", "\"question_id\": 2,", "It has question 2 twice"),
    ] {
        assert!(good.contains(part), "{part}: {good}");
        fs::write(&path, good.replacen(part, other, 1)).unwrap();
        refuse(&reckon("pope", folder.path(), &[]), expected);
    }
    let folder = copied("flickr");
    let path = folder.path().join("Annotations/0.xml");
    let good = fs::read_to_string(&path).unwrap();
    for (content, expected) in [
        (good.replacen("<xmin>", "<xmin>nan", 1), "A box has no xmin"),
        (good[..good.len() / 2].to_owned(), "It is no XML ("),
        (String::new(), "It is no XML ("),
    ] {
        fs::write(&path, content).unwrap();
        refuse(&reckon("flickr30k-entities", folder.path(), &[]), expected);
    }
}

#[test]
fn what_is_there_twice_is_told() {
    let captions = ["captions", "captions_val2014.json"];
    for (task, split, files, place, expected) in [
        (
            "vqav2",
            "val2014",
            ["vqav2", "v2_OpenEnded_mscoco_val2014_questions.json"],
            "/questions",
            "It has question 100 twice",
        ),
        (
            "vqav2",
            "val2014",
            ["vqav2", "v2_mscoco_val2014_annotations.json"],
            "/annotations",
            "It has the answers to question 100 twice",
        ),
        ("seed-bench", "image", ["seed-bench", "SEED-Bench.json"], "/questions", "It has question 1000 twice"),
        ("coco-caption", "val2014", captions, "/images", "Nobody wrote a caption for 0.png"),
        (
            "flickr30k-entities",
            "val",
            ["flickr", "final_flickr_separateGT_val.json"],
            "/images",
            "It has question 0-1-0 twice",
        ),
    ] {
        changed(task, split, files, put(place, None), expected);
    }
    let both = |content: &mut Value| {
        put("/images", None)(content);
        put("/annotations", None)(content);
    };
    changed("refcoco", "val", ["refcoco", "finetune_refcoco_val.json"], both, "It has expression 0 twice");
}

#[test]
fn other_folders_are_told() {
    let nowhere = evaluate("pope", Path::new("/nowhere/at/all"), &[]);
    refuse(&nowhere, "There is nothing here; --data takes the folder with the benchmark's own files, unpacked");
    let packed = tempfile::Builder::new().suffix(".tar.gz").tempfile().unwrap();
    refuse(&evaluate("refcoco", packed.path(), &[]), "This is none of the benchmark's files; --data takes the folder");
    // all expressions lie in files of the same forms
    let kind = |name: &str| if name.starts_with("refcoco") { "expressions".to_owned() } else { name.to_owned() };
    for benchmark in BENCHMARKS {
        let others = FOLDERS.iter().filter(|(task, ..)| kind(task) != kind(benchmark.name()));
        for ((.., folder), split) in others.flat_map(|other| benchmark.splits().iter().map(move |split| (other, split)))
        {
            let ended = evaluate(benchmark.name(), &data("benchmarks").join(folder), &["--split", split]);
            let is_told = ended.code == Some(2) && ended.stderr.lines().count() == 1 && ended.stdout.is_empty();
            assert!(is_told, "{} of {folder}: {ended:?}", benchmark.name());
        }
    }
}

#[test]
fn pictures_that_are_none_are_told_and_the_others_asked_about() {
    let folder = copied("refcoco");
    copy(&data("scenes/pictures"), folder.path());
    let picture = folder.path().join("00000.png");
    let whole = fs::read(&picture).unwrap();
    let fail = |what: &str| {
        let out = tempfile::tempdir().unwrap();
        let options = ["--limit", "8", "--out", out.path().to_str().unwrap()];
        let ended = evaluate("refcoco", folder.path(), &options);
        assert_eq!(ended.code, Some(1), "{what}: {ended:?}");
        assert!(ended.stderr.lines().count() == 1 && ended.stderr.contains("00000.png"), "{what}: {ended:?}");
        assert!(ended.stdout.contains(" of 24 questions") && !ended.stdout.contains("8 of 24"), "{what}: {ended:?}");
    };
    fs::write(&picture, "").unwrap();
    fail("empty");
    fs::write(&picture, &whole[..40]).unwrap();
    fail("only its head");
    fs::write(&picture, "<html>404</html>").unwrap();
    fail("a page");
    fs::remove_file(&picture).unwrap();
    fail("missing");
    fs::create_dir(&picture).unwrap();
    fail("a folder");
}

#[test]
fn predictions_that_are_none_are_told() {
    let folder = copied("refcoco");
    let path = folder.path().join("answers.txt");
    let good = fs::read_to_string(&path).unwrap();
    let pope = fs::read_to_string(data("benchmarks/pope/answers.txt")).unwrap();
    let sample = |at: usize| format!("{{\"doc_id\": {at}, \"resps\": [[\"x\"]]}}\n");
    for (content, expected) in [
        (String::new(), "It has 0 lines H-N with answers for 24 questions"),
        (good[..good.len() / 2].to_owned(), " lines H-N with answers for 24 questions"),
        (pope, "It has 8 lines H-N with answers for 24 questions"),
        (sample(24), "Line 1 answers question 24 of 24"),
        (sample(3) + &sample(3), "Line 2 answers question 3 once more"),
        ("{\"results\": {}}".to_owned(), "Line 1 is no sample, without doc_id"),
        ("{\n\"results\": {}}".to_owned(), "Line 1 is no sample (it is cut off in line 1)"),
    ] {
        fs::write(&path, content).unwrap();
        refuse(&reckon("refcoco", folder.path(), &[]), expected);
    }
    fs::write(&path, b"H-0\t-1\t\xff\n").unwrap();
    refuse(&reckon("refcoco", folder.path(), &[]), "These answers can't be read (it is no text); nothing was scored");
    fs::remove_file(&path).unwrap();
    refuse(&reckon("refcoco", folder.path(), &[]), "These answers can't be read (No such file");
}
