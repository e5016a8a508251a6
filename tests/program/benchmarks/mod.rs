//! Published benchmarks in their own layouts, through the command line: every number against other programs', which
//! `tests/benchmarks.py` reckoned.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

mod faults;
mod runs;

use std::{fs, path::Path};

use kosmoscope::evaluate::benchmarks::{BENCHMARKS, Card};
use serde_json::{Value, json};

use crate::support::{
    files::data,
    program::{Ended, kosmoscope, run},
};

/// What a benchmark is called, its split, and the folder of its files.
const FOLDERS: [(&str, &str, &str); 20] = [
    ("refcoco", "val", "refcoco"),
    ("refcoco+", "testB", "refcoco+"),
    ("refcocog", "test", "refcocog"),
    ("flickr30k-entities", "val", "flickr"),
    ("pope", "random", "pope"),
    ("vqav2", "val2014", "vqav2"),
    ("coco-caption", "val2014", "captions"),
    ("flickr30k-caption", "test", "flickr30k"),
    ("nocaps", "val", "nocaps"),
    ("refcocog-reg", "val", "refcocog-reg"),
    ("seed-bench", "image", "seed-bench"),
    ("refcoco", "val", "refer"),
    ("refcoco+", "val", "jxu124"),
    ("refcocog", "test", "lmms-lab"),
    ("flickr30k-caption", "test", "flickr30k-mirror"),
    ("vqav2", "val2014", "vqav2-mirror"),
    ("pope", "random", "pope-mirror"),
    ("coco-caption", "val2014", "coco-mirror"),
    ("nocaps", "val", "nocaps-mirror"),
    ("seed-bench", "image", "seed-bench-mirror"),
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
    for (task, split, folder) in FOLDERS {
        let ended = reckon(task, &data("benchmarks").join(folder), &["--split", split, "--json"]);
        assert_eq!(ended.code, Some(0), "{task}: {}", ended.stderr);
        let report: Value = serde_json::from_str(&ended.stdout).unwrap();
        let results = report["results"].as_object().unwrap().values().next().unwrap();
        for (key, value) in expected[folder].as_object().unwrap() {
            let (ours, theirs) = (results[&format!("{key},none")].as_f64(), value.as_f64().unwrap());
            assert!(ours.is_some_and(|ours| (ours - theirs).abs() < 1e-9), "{folder} {key}: {ours:?} for {theirs}");
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
    assert_eq!(results["n-samples"]["vqav2_val"]["original"], 14, "{results}");
    let samples = fs::read_to_string(out.join("samples_vqav2_val.jsonl")).unwrap();
    let first: Value = serde_json::from_str(samples.lines().next().unwrap()).unwrap();
    assert!(samples.lines().count() == 5 && first["doc_id"] == 0 && first["exact_match"].is_f64(), "{first}");
    let server: Value = serde_json::from_slice(&fs::read(out.join("vqav2_server.json")).unwrap()).unwrap();
    assert_eq!(server[0]["question_id"], 100);
    assert!(!server[0]["answer"].as_str().unwrap().ends_with('.'), "{server}");
    refuse(&write(), "give --overwrite");
}

#[test]
fn answers_have_the_same_boxes_as_themselves() {
    let folder = data("benchmarks/refcoco");
    let answers = folder.join("answers.txt");
    let text = reckon("refcoco", &folder, &["--compare", answers.to_str().unwrap()]).stdout;
    assert_eq!(text.lines().last(), Some("24 of 24 answers have the same boxes, 24 are the same in all"), "{text}");
    let other = tempfile::NamedTempFile::new().unwrap();
    let changed = fs::read_to_string(&answers).unwrap().replacen("<phrase>the ", "<phrase>that ", 1);
    fs::write(other.path(), changed).unwrap();
    let text = reckon("refcoco", &folder, &["--compare", other.path().to_str().unwrap()]).stdout;
    assert!(text.ends_with("24 of 24 answers have the same boxes, 23 are the same in all\n"), "{text}");
    assert!(text.contains("\n    here  ") && text.contains("\n    there "), "{text}");
}

#[test]
fn bad_files_get_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("finetune_refcoco_val.json");
    refuse(
        &reckon("refcoco", folder.path(), &[]),
        "This folder has no finetune_refcoco_val.json, refs(unc).p or parquet files",
    );
    refuse(
        &reckon("refcoco", folder.path(), &["--split", "test"]),
        "refcoco has no split test; it has val, testA and testB",
    );
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
    let blocks: Vec<&str> = text.split("\n    Needs ").skip(1).collect();
    assert_eq!(blocks.len(), BENCHMARKS.len());
    for (benchmark, block) in BENCHMARKS.into_iter().zip(blocks) {
        let Card { about, files, source, annotations, pictures, length } = benchmark.card();
        for told in [about, files, source, annotations, pictures] {
            assert!(told.len() > 2 && !told.contains("  ") && text.contains(told), "{}: {told:?}", benchmark.name());
        }
        for what in ["    From ", "    Annotations ", "    Pictures "] {
            assert!(block.lines().any(|line| line.starts_with(what)), "{}: {block}", benchmark.name());
        }
        let is_told = source.contains("://") || source.contains("huggingface.co/") || source.starts_with("as refcoco");
        assert!(is_told && block.contains("500 tokens") == length.is_some(), "{}: {block}", benchmark.name());
    }
}

#[test]
fn mirrors_with_other_splits_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let mirror = data("benchmarks/lmms-lab/data/test-00000-of-00002.parquet");
    fs::copy(&mirror, folder.path().join("val-00000-of-00001.parquet")).unwrap();
    for task in ["refcoco", "refcocog"] {
        let expected =
            format!("The val of {task} in mirrors like this one is two splits in one, the paper's and Google's");
        refuse(&evaluate(task, folder.path(), &["--split", "val"]), &expected);
    }
    refuse(&evaluate("refcoco", folder.path(), &["--split", "testA"]), "Its tables have no split testA");
    refuse(&evaluate("flickr30k-caption", folder.path(), &[]), "Row 1 is none of a mirror that is known here");
    let unsplit = evaluate("flickr30k-caption", &data("benchmarks/flickr30k-unsplit"), &[]);
    refuse(&unsplit, "This mirror has all pictures in one split");
    fs::write(folder.path().join("val-00000-of-00001.parquet"), "PAR1").unwrap();
    refuse(&evaluate("refcoco", folder.path(), &[]), "The benchmark can't be read");

    let folder = tempfile::tempdir().unwrap();
    fs::copy(data("benchmarks/refer/refs(unc).p"), folder.path().join("refs(google).p")).unwrap();
    refuse(&evaluate("refcoco", folder.path(), &[]), "Google's splits are not those of the paper");
}

#[test]
fn captions_of_other_splits_are_refused_by_name() {
    let coco = |folder: &Path, split: &str| evaluate("coco-caption", folder, &["--split", split]);
    let mirror = data("benchmarks/coco-mirror");
    refuse(
        &coco(&mirror, "test"),
        "Karpathy's test split is not read from mirrors: the val of lmms-lab's is all of val2014",
    );
    refuse(&coco(&data("benchmarks/captions"), "test"), "captions_val2014.json has all of val2014");
    let folder = tempfile::tempdir().unwrap();
    let copy = |from: &str, name: &str| fs::copy(data("benchmarks").join(from), folder.path().join(name)).unwrap();
    copy("nocaps-mirror/data/test-00000-of-00001.parquet", "test-00000-of-00001.parquet");
    refuse(&evaluate("nocaps", folder.path(), &[]), "Its tables have no split validation");
    copy("coco-mirror/data/val-00000-of-00002.parquet", "val-00000-of-00002.parquet");
    refuse(&coco(folder.path(), "val2014"), "Of the 2 files val-… of this mirror 1 are here");
    copy("lmms-lab/data/test-00001-of-00002.parquet", "val-00001-of-00002.parquet");
    refuse(&coco(folder.path(), "val2014"), "is no picture of val2014, so this is another mirror");
    copy("coco-mirror/data/test-00000-of-00001.parquet", "val-00001-of-00002.parquet");
    refuse(&coco(folder.path(), "val2014"), "Nobody wrote a caption for COCO_val2014_000000000000.jpg");
}

#[test]
fn later_ones_than_the_first_seed_bench_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let question = json!({"answer": "A", "choice_a": "a", "choice_b": "b", "choice_c": "c", "choice_d": "d", "data_id": "1.png",
        "data_type": "Single Image", "question": "What?", "question_id": "1_0", "question_type_id": 1});
    let file = json!({"questions": [question], "question_type": {}});
    fs::write(folder.path().join("SEED-Bench.json"), file.to_string()).unwrap();
    refuse(&evaluate("seed-bench", folder.path(), &[]), "Its questions are about \"Single Image\"");
}

#[test]
fn pickles_run_nothing_and_bad_ones_get_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let (list, instances) = (folder.path().join("refs(unc).p"), folder.path().join("instances.json"));
    let good = fs::read(data("benchmarks/refer/refs(unc).p")).unwrap();
    fs::write(&list, &good).unwrap();
    let refused = |expected: &str| refuse(&evaluate("refcoco", folder.path(), &["--limit", "1"]), expected);
    refused("instances.json");
    fs::write(&instances, r#"{"images": [], "annotations": []}"#).unwrap();
    refused("It lacks the picture or the box of entry 1 of the list");
    let victim = folder.path().join("victim");
    let call = format!("cos\nmkdir\n(S'{}'\ntR.", victim.to_str().unwrap());
    let a_billion = [&b"]"[..], &b"]q\0h\0h\0h\0h\0h\0h\0h\0e"[..]].concat();
    let nested = [vec![b')'], vec![0x85; 1 << 20], b".".to_vec()].concat();
    for (hostile, expected) in [
        (&b""[..], "it is cut off"),
        (&good[..good.len() / 2], "it is cut off"),
        (call.as_bytes(), "It is no list"),
        (b"(lp0\nI1\na.", "Entry 1 is no thing"),
        (b"(lp0\ng0\na.", "Entry 1 is no thing"),
        (&a_billion, "stack"),
        (&nested, "Entry 1 is no thing"),
        (b"\x80\x02X\xff\xff\xff\x7fab.", "it is cut off"),
        (b"\x8f.", "makes no plain data"),
    ] {
        fs::write(&list, hostile).unwrap();
        refused(expected);
    }
    assert!(!victim.exists());
}
