//! `kosmoscope batch`: shared out, killed, stopped, gone on with and merged, it gives what one undisturbed run gives.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]
#![allow(clippy::print_stdout, reason = "a campaign gives its numbers")]

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{
    files::sample,
    program::{Ended, kosmoscope, kosmoscope_at},
};

/// A folder of small pictures, two of which are none.
fn pictures(n: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("sub é")).unwrap();
    let samples = ["snow.png", "road.png", "bees.png"].map(|name| image::open(sample(name)).unwrap().thumbnail(96, 96));
    for i in 0..n {
        let name = if i % 3 == 0 { format!("sub é/{i}.png") } else { format!("{i} \"a\".png") };
        samples[i % samples.len()].save(folder.path().join(name)).unwrap();
    }
    fs::write(folder.path().join("bad.png"), "no picture").unwrap();
    fs::write(folder.path().join("empty.jpg"), "").unwrap();
    folder
}

fn batch(pictures: &Path, out: &Path, more: &[&str]) -> Command {
    let mut command = kosmoscope();
    command.arg("batch").arg(pictures).arg("--out").arg(out).args(more);
    command
}

fn ended(mut command: Command) -> Ended {
    command.output().unwrap().into()
}

fn merged(out: &Path) -> String {
    let mut command = kosmoscope();
    command.args(["batch", "merge"]).arg(out);
    let ended = ended(command);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    ended.stdout
}

fn alone(pictures: &Path) -> String {
    let out = tempfile::tempdir().unwrap();
    let ended = ended(batch(pictures, out.path(), &[]));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    merged(out.path())
}

fn start(mut command: Command) -> Child {
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Kills runs at moments spread over their time until one is through. Gives how often that was, and what was merged then.
fn killed(pictures: &Path, step: u64) -> (usize, String) {
    let out = tempfile::tempdir().unwrap();
    let mut n_kills = 0;
    for n in 0..200 {
        let mut child = start(batch(pictures, out.path(), &[]));
        thread::sleep(Duration::from_millis(40 + step * (n % 29)));
        if child.try_wait().unwrap().is_some() {
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        n_kills += 1;
    }
    let last = ended(batch(pictures, out.path(), &[]));
    assert_eq!(last.code, Some(0), "{}", last.stderr);
    (n_kills, merged(out.path()))
}

#[test]
#[ignore = "takes some minutes"]
fn a_thousand_kills() {
    let pictures = pictures(60);
    let expected = alone(pictures.path());
    let (mut n_kills, mut n_batches) = (0, 0);
    while n_kills < 1_000 {
        let (n, merged) = killed(pictures.path(), 5 + n_batches % 7);
        assert_eq!(merged, expected);
        (n_kills, n_batches) = (n_kills + n, n_batches + 1);
    }
    println!("{n_kills} kills in {n_batches} batches of 62 pictures; each was merged to the same bytes");
}

#[test]
fn killed_at_any_moment_it_gives_what_an_undisturbed_run_gives() {
    let pictures = pictures(24);
    let expected = alone(pictures.path());
    let lines: Vec<Value> = expected.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 26);
    let ids: Vec<&str> = lines.iter().map(|line| line["id"].as_str().unwrap()).collect();
    assert_eq!(ids[..3], ["1 \"a\".png", "2 \"a\".png", "4 \"a\".png"], "numbers in names count");
    assert_eq!(lines.iter().filter(|line| line["error"].is_string()).count(), 2);
    assert!(lines.iter().all(|line| line["timings"].is_null()), "times differ from run to run");

    let (n_kills, merged) = killed(pictures.path(), 11);
    assert!(n_kills > 3, "{n_kills} kills");
    assert_eq!(merged, expected, "after {n_kills} kills");
}

#[test]
fn a_line_that_was_not_finished_is_nobody_s_answer() {
    let pictures = pictures(3);
    let expected = alone(pictures.path());
    let out = tempfile::tempdir().unwrap();
    assert_eq!(ended(batch(pictures.path(), out.path(), &[])).code, Some(0));
    let part = out.path().join("part-00000-of-00001.jsonl");
    let whole = fs::read(&part).unwrap();
    for cut in [whole.len() - 1, whole.len() - 200, whole.len() / 2, 5, 0] {
        fs::write(&part, &whole[..cut]).unwrap();
        assert_eq!(ended(batch(pictures.path(), out.path(), &[])).code, Some(0), "cut at {cut}");
        assert_eq!(merged(out.path()), expected, "cut at {cut}");
    }
    fs::write(&part, [b"not ours\n", &whole[..]].concat()).unwrap();
    let refused = ended(batch(pictures.path(), out.path(), &[]));
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("Line 1 is none of a batch"), "{}", refused.stderr);
    assert!(fs::read(&part).unwrap().starts_with(b"not ours"), "what is not understood stays");
    assert_eq!(ended(batch(pictures.path(), out.path(), &["--restart"])).code, Some(0));
    assert_eq!(merged(out.path()), expected);
}

#[test]
fn shards_together_are_the_whole() {
    let pictures = pictures(10);
    let expected = alone(pictures.path());
    let out = tempfile::tempdir().unwrap();
    let mut incomplete = kosmoscope();
    incomplete.args(["batch", "merge"]).arg(out.path());
    for index in 0..3 {
        let mut shard = batch(pictures.path(), out.path(), &["--shard", "auto"]);
        shard.env("SLURM_ARRAY_TASK_ID", (7 + index).to_string()).env("SLURM_ARRAY_TASK_MIN", "7");
        shard.env("SLURM_ARRAY_TASK_COUNT", "3");
        let ended = ended(shard);
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        if index == 1 {
            let refused: Ended = incomplete.output().unwrap().into();
            assert_eq!(refused.code, Some(2));
            assert!(refused.stderr.contains("1 of 3 parts are not through"), "{}", refused.stderr);
        }
    }
    assert_eq!(merged(out.path()), expected);
    let mut status = kosmoscope();
    status.args(["batch", "status", "--json"]).arg(out.path());
    let told: Value = serde_json::from_str(&ended(status).stdout).unwrap();
    let parts = told["parts"].as_array().unwrap();
    let sum = |field: &str| parts.iter().map(|part| part[field].as_u64().unwrap()).sum::<u64>();
    assert_eq!((parts.len(), sum("done"), sum("failed")), (3, 10, 2));

    let file = out.path().join("file");
    fs::write(&file, "theirs").unwrap();
    let refused = ended(batch(pictures.path(), &file, &[]));
    assert!(refused.code == Some(2) && refused.stderr.contains("This is no folder"), "{}", refused.stderr);
    assert_eq!(fs::read_to_string(&file).unwrap(), "theirs");

    let mixed = ended(batch(pictures.path(), out.path(), &["--shard", "0/2"]));
    assert_eq!(mixed.code, Some(0), "{}", mixed.stderr);
    let refused: Ended = incomplete.output().unwrap().into();
    assert!(refused.stderr.contains("parts of 2 and of 3 shards"), "{}", refused.stderr);
}

#[cfg(unix)]
#[test]
fn told_to_end_it_keeps_what_is_done_and_says_so() {
    let pictures = pictures(60);
    let out = tempfile::tempdir().unwrap();
    let part = out.path().join("part-00000-of-00001.jsonl");
    let mut child = start(batch(pictures.path(), out.path(), &[]));
    while fs::metadata(&part).map_or(0, |about| about.len()) < 2_000 {
        thread::sleep(Duration::from_millis(5));
        assert!(child.try_wait().unwrap().is_none(), "it was through before it was told");
    }
    let second = ended(batch(pictures.path(), out.path(), &[]));
    assert_eq!(second.code, Some(75), "it may be tried again later");
    assert!(second.stderr.contains("Another process works on this shard"), "{}", second.stderr);
    let told = std::time::Instant::now();
    Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(75));
    assert!(told.elapsed() < Duration::from_secs(10));
    let kept = fs::read_to_string(&part).unwrap();
    assert!(kept.ends_with("}\n"));
    let mut status = kosmoscope();
    status.args(["batch", "status"]).arg(out.path());
    let n_answered = kept.lines().filter(|line| !line.contains("\"error\"")).count();
    let told = ended(status).stdout;
    assert!(told.contains(&format!("part 0 of 1: {n_answered} of 62 answered")), "{told}");
}

#[test]
fn failures_are_told_counted_and_tried_again() {
    let pictures = pictures(2);
    let out = tempfile::tempdir().unwrap();
    let run = |more: &[&str]| ended(batch(pictures.path(), out.path(), more));
    let first = run(&["--max-failed", "50%"]);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    assert!(first.stderr.contains("bad.png") && first.stderr.contains("2 of 4 answered, 2 failed"), "{}", first.stderr);
    assert_eq!(run(&["--retry-failed", "--max-failed", "1"]).code, Some(1));
    fs::copy(sample("snow.png"), pictures.path().join("bad.png")).unwrap();
    assert!(run(&[]).stderr.contains("2 of 4 answered"), "only when it is asked for");
    assert!(run(&["--retry-failed"]).stderr.contains("3 of 4 answered, 1 failed"));
    let line = merged(out.path()).lines().find(|line| line.contains("\"bad.png\"")).unwrap().to_owned();
    assert!(!line.contains("\"error\""), "the answer takes the failure's place: {line}");
    let mut show = kosmoscope();
    show.args(["data", "stats"]).arg(out.path());
    let stats = ended(show);
    assert_eq!(stats.stderr.matches("It has no result").count(), 1, "only of what is not mended: {}", stats.stderr);

    let other = run(&["--task", "find", "--prompt", "a dog"]);
    assert_eq!(other.code, Some(2));
    assert!(other.stderr.contains("begun with another task"), "{}", other.stderr);
    assert_eq!(run(&["--max-new-tokens", "9"]).code, Some(2));
    let anew = run(&["--max-new-tokens", "9", "--restart"]);
    assert_eq!(anew.code, Some(0), "{}", anew.stderr);
}

#[test]
fn lists_have_ids_and_fields_of_their_own() {
    let pictures = pictures(1);
    let out = tempfile::tempdir().unwrap();
    let list = out.path().join("list.jsonl");
    let path = pictures.path().join("sub é/0.png");
    let given = serde_json::json!({"image": path, "id": "x/1", "split": "train", "tags": [1, 2]});
    fs::write(&list, format!("{given}\n\n{}\n", path.display())).unwrap();
    let mut command = kosmoscope();
    command.args(["batch", "--from"]).arg(&list).arg("--out").arg(out.path().join("parts"));
    let run = ended(command);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let lines: Vec<Value> =
        merged(&out.path().join("parts")).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines[1]["id"].as_str(), &lines[1]["given"]["split"]), (Some("x/1"), &Value::from("train")));
    assert_eq!(lines[0]["id"], path.to_str().unwrap());
}

#[test]
fn however_many_are_written_together_the_lines_are_the_same() {
    let pictures = pictures(12);
    let of = |more: &[&str]| {
        let out = tempfile::tempdir().unwrap();
        let ended = ended(batch(pictures.path(), out.path(), more));
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        merged(out.path())
    };
    let one_by_one = of(&["--at-once", "1", "--threads", "1"]);
    assert_eq!(one_by_one.lines().count(), 14);
    assert_eq!(of(&["--at-once", "5"]), one_by_one);
    assert_eq!(of(&[]), one_by_one);
}

#[cfg(unix)]
#[test]
fn pictures_in_archives_are_asked_about_and_their_captions_handed_through() {
    let (pictures, shards, out) = (pictures(2), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(pictures.path().join("sub é/0.txt"), "snow, as before").unwrap();
    let mut tar = Command::new("tar");
    tar.arg("-C").arg(pictures.path()).arg("-cf").arg(shards.path().join("00000.tar"));
    assert!(tar.args(["sub é/0.png", "sub é/0.txt", "1 \"a\".png"]).status().unwrap().success());
    let run = ended(batch(shards.path(), out.path(), &[]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let lines = merged(out.path());
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ids: Vec<&str> = lines.iter().map(|line| line["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["00000.tar/1 \"a\".png", "00000.tar/sub é/0.png"]);
    assert_eq!(lines[1]["given"]["caption"], serde_json::json!(["snow, as before"]));
    let files = alone(pictures.path());
    let text = |line: &Value| line["text"].as_str().unwrap().to_owned();
    assert!(files.contains(&text(&lines[0])) && files.contains(&text(&lines[1])), "as of the files themselves");
}

#[test]
fn a_batch_is_merged_in_any_format_whatever_its_parts() {
    let pictures = pictures(8);
    let coco = |shards: usize| {
        let out = tempfile::tempdir().unwrap();
        for index in 0..shards {
            assert_eq!(
                ended(batch(pictures.path(), out.path(), &["--shard", &format!("{index}/{shards}")])).code,
                Some(0)
            );
        }
        let file = out.path().join("coco.json");
        let mut command = kosmoscope();
        command.args(["batch", "merge"]).arg(out.path()).args(["--format", "coco", "--allow-loss", "--to"]).arg(&file);
        let told = ended(command);
        assert_eq!(told.code, Some(1), "pictures that failed are told: {}", told.stderr);
        assert!(told.stderr.contains("It has no result"), "{}", told.stderr);
        let hidden = fs::read_dir(out.path())
            .unwrap()
            .flatten()
            .any(|file| file.path().display().to_string().contains("/.merged"));
        assert!(!hidden, "nothing is left behind");
        fs::read_to_string(file).unwrap()
    };
    let whole = coco(1);
    let value: Value = serde_json::from_str(&whole).unwrap();
    assert_eq!(value["images"].as_array().unwrap().len(), 8);
    assert!(!value["annotations"].as_array().unwrap().is_empty());
    assert_eq!(coco(3), whole);
}

#[cfg(target_os = "linux")]
#[test]
fn names_in_a_list_are_bytes() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(OsStr::from_bytes(b"caf\xe9.png"));
    fs::copy(sample("snow.png"), &path).unwrap();
    let list = folder.path().join("list");
    fs::write(&list, [path.as_os_str().as_bytes(), b"\r\n"].concat()).unwrap();
    let out = folder.path().join("parts");
    let mut command = kosmoscope();
    command.args(["batch", "--from"]).arg(&list).arg("--out").arg(&out);
    let run = ended(command);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let line: Value = serde_json::from_str(&merged(&out)).unwrap();
    assert!(line["text"].is_string() && line["id_bytes"].is_string() && line["image_bytes"].is_string(), "{line}");
}

#[test]
fn a_list_asks_something_of_its_own_about_each_picture() {
    let folder = tempfile::tempdir().unwrap();
    let (list, out) = (folder.path().join("list.jsonl"), folder.path().join("parts"));
    let line = |id: &str, rest: Value| {
        let mut line = serde_json::json!({"image": sample("snow.png"), "id": id});
        line.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        line.to_string()
    };
    let lines = [
        line("1", serde_json::json!({"prompt": "a snowman"})),
        line("2", serde_json::json!({"prompt": "a cat"})),
        line("3", serde_json::json!({})),
    ];
    fs::write(&list, lines.join("\n")).unwrap();
    let mut command = kosmoscope();
    command.args(["batch", "--task", "find", "--from"]).arg(&list).arg("--out").arg(&out);
    let run = ended(command);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let lines = merged(&out);
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (line, words) in lines.iter().zip(["a snowman", "a cat"]) {
        assert_eq!(line["prompt"], format!("<grounding><phrase> {words}</phrase>"));
        let alone = kosmoscope()
            .args(["caption", "--json", "--task", "find", "--prompt", words])
            .arg(sample("snow.png"))
            .output()
            .unwrap();
        let alone: Value = serde_json::from_slice(&alone.stdout).unwrap();
        assert_eq!((&line["raw"], &line["phrases"]), (&alone["raw"], &alone["phrases"]));
    }
    assert!(lines[2]["error"].is_string(), "nothing is asked about it: {}", lines[2]);
}

/// As Spark's `pipe` starts it: with nothing in its environment.
#[test]
fn a_line_in_gives_a_line_out() {
    let pictures = pictures(2);
    let home = tempfile::tempdir().unwrap();
    let mut command = kosmoscope_at(home.path());
    command.env_clear().args(["batch", "--stream", "--max-new-tokens", "20"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let lines: Vec<String> = [
        serde_json::json!({"image": pictures.path().join("sub é/0.png"), "id": 7, "row": 1}).to_string(),
        "{\"picture\": 1}".to_owned(),
        pictures.path().join("bad.png").display().to_string(),
        PathBuf::from(pictures.path()).join("1 \"a\".png").display().to_string(),
    ]
    .into();
    writeln!(child.stdin.take().unwrap(), "{}", lines.join("\n")).unwrap();
    let ended: Ended = child.wait_with_output().unwrap().into();
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    let told: Vec<Value> = ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(told.len(), 4);
    assert_eq!((&told[0]["id"], &told[0]["given"]["row"]), (&Value::from("7"), &Value::from(1)));
    assert!(told[1]["error"].as_str().unwrap().contains("missing field `image`"));
    assert!(told[2]["error"].is_string() && told[3]["text"].is_string());
}
