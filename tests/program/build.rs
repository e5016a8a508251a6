//! `kosmoscope data build`: captions from everywhere, killed and gone on with, and read as any dataset.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{
    files::sample,
    program::{Ended, kosmoscope},
};

/// Copies of pictures, some in a folder, with a caption beside each but the last.
fn pictures(n: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("sub é")).unwrap();
    let small = image::open(sample("meadow.png")).unwrap().thumbnail(224, 224);
    for i in 0..n {
        let path = folder.path().join(if i % 2 == 0 { format!("sub é/{i}.png") } else { format!("{i}.png") });
        small.save(&path).unwrap();
        if i + 1 < n {
            fs::write(path.with_extension("txt"), ["a dog and a tree\n", "a sun and peace", "it sleeps"][i % 3])
                .unwrap();
        }
    }
    folder
}

fn build(pictures: &Path, out: &Path, more: &[&str]) -> Command {
    let mut command = kosmoscope();
    command.args(["data", "build"]).arg(pictures).arg("--out").arg(out).args(["--min-score", "0.3"]).args(more);
    command
}

fn ended(mut command: Command) -> Ended {
    command.output().unwrap().into()
}

fn part(out: &Path) -> String {
    fs::read_to_string(out.join("part-00000-of-00001.jsonl")).unwrap()
}

fn lines(out: &Path) -> Vec<Value> {
    part(out).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn captions_beside_pictures_become_a_dataset_and_one_without_boxes_does_not() {
    let (pictures, out) = (pictures(5), tempfile::tempdir().unwrap());
    let done = ended(build(pictures.path(), out.path(), &["--captions", "beside"]));
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(done.stderr.contains("1 pictures have no caption") && done.stderr.contains("3 records"), "{}", done.stderr);
    let lines = lines(out.path());
    assert_eq!(lines.len(), 4);
    let left_out: Vec<_> = lines.iter().filter(|line| line["left_out"].is_string()).collect();
    assert_eq!(left_out.len(), 1);
    assert_eq!(left_out[0]["text"], "it sleeps");
    let first = lines.iter().find(|line| line["id"] == "sub é/0.png").unwrap();
    assert_eq!(first["phrases"][0]["text"], "a dog");
    assert_eq!(first["checkpoint"]["name"], "kosmos-2 mini");
    assert_eq!(first["settings"]["rules"]["min_score"], 0.3);
    assert_eq!(first["origin"], json!({"made_by": "file"}), "the caption is not the model's");

    let mut convert = kosmoscope();
    let grit = out.path().with_extension("grit.jsonl");
    convert.args(["data", "convert"]).arg(out.path()).arg(&grit).args(["--format", "grit", "--allow-loss"]);
    let converted = ended(convert);
    assert_eq!(converted.code, Some(0), "{}", converted.stderr);
    assert!(converted.stdout.contains("3 records"), "{}", converted.stdout);
    let text = fs::read_to_string(&grit).unwrap();
    let records: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let picture = grit.parent().unwrap().join(records[0]["image"].as_str().unwrap());
    assert!(picture.exists(), "{}", picture.display());
    fs::remove_file(grit).unwrap();
}

#[test]
fn captions_come_from_a_column_or_a_file_too_and_a_picture_may_have_several() {
    let (pictures, folder) = (pictures(2), tempfile::tempdir().unwrap());
    let list = folder.path().join("list.jsonl");
    let line = json!({"image": pictures.path().join("1.png"), "id": "one", "alt": ["a dog", "a tree"], "split": "x"});
    fs::write(&list, line.to_string()).unwrap();
    let out = folder.path().join("a");
    let mut command = kosmoscope();
    command.args(["data", "build", "--from"]).arg(&list).arg("--out").arg(&out);
    command.args(["--captions", "column:alt", "--min-score", "0.3"]);
    let done = ended(command);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let of_list = lines(&out);
    assert_eq!(of_list.iter().map(|line| &line["id"]).collect::<Vec<_>>(), ["one", "one#2"]);
    assert_eq!(of_list[0]["given"], json!({"split": "x"}));

    let table = folder.path().join("captions.tsv");
    fs::write(&table, "1.png#0\ta dog\n1.png#1\ta tree\n").unwrap();
    let out = folder.path().join("b");
    let done = ended(build(pictures.path(), &out, &["--captions", table.to_str().unwrap()]));
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let of_file = lines(&out);
    let ids: Vec<_> = of_file.iter().map(|line| line["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["1.png", "1.png#2"]);
    assert_eq!(of_file[0]["phrases"], of_list[0]["phrases"], "the same caption, wherever it stood");

    let none = ended(build(pictures.path(), &folder.path().join("c"), &["--captions", "nowhere.tsv"]));
    assert_eq!(none.code, Some(2));
    assert!(none.stderr.contains("nowhere.tsv") && !folder.path().join("c").exists(), "{}", none.stderr);
}

#[test]
fn killed_at_any_moment_it_goes_on_and_other_rules_do_not_mix() {
    let pictures = pictures(8);
    let (whole, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert_eq!(ended(build(pictures.path(), whole.path(), &[])).code, Some(0));
    assert!(lines(whole.path()).iter().all(|line| line["origin"].is_null()), "the model wrote the captions");
    for n in 0..6 {
        let mut child = build(pictures.path(), out.path(), &[]).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::from_millis(100 + 60 * n));
        let _ = child.kill();
        child.wait().unwrap();
    }
    let last = ended(build(pictures.path(), out.path(), &[]));
    assert_eq!(last.code, Some(0), "{}", last.stderr);
    let names = |text: String| text.replace(&*out.path().to_string_lossy(), "");
    assert_eq!(names(part(out.path())), names(part(whole.path())));
    let other = ended(build(pictures.path(), out.path(), &["--max-overlap", "0.9"]));
    assert_eq!(other.code, Some(2));
    assert!(other.stderr.contains("another rule for boxes") && other.stderr.contains("--restart"), "{}", other.stderr);
}
