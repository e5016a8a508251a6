//! What the command line writes: only where nothing is lost by it, and with what was answered printed all the same.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{
    files::{contents, copy_of_tiny, data, sample},
    program::{Ended, PROGRAM, kosmoscope, run, strace_at, wrapper_at},
};

/// `caption` with as few words as there can be.
fn caption(pictures: &[&Path], options: &[&str]) -> Ended {
    run(kosmoscope().args(["caption", "--max-new-tokens", "2"]).args(pictures).args(options))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Copies of a sample under these names.
fn pictures<const N: usize>(folder: &Path, names: [&str; N]) -> [PathBuf; N] {
    names.map(|name| {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::copy(sample("snow.png"), &path).unwrap();
        path
    })
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Refused before anything is done, in one line with these words.
fn assert_refused(ended: &Ended, words: &str) {
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{}", ended.stderr);
    assert!(ended.stderr.contains(words) && ended.stderr.lines().count() == 1, "{words}: {}", ended.stderr);
}

#[test]
fn an_annotated_picture_has_the_picture_s_size() {
    let folder = TempDir::new().unwrap();
    let (path, out) = (sample("snow.png"), folder.path().join("out.png"));
    let ended = run(kosmoscope().args(["caption", text(&path), "--annotated", text(&out)]));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let (original, annotated) = (image::open(&path).unwrap().into_rgb8(), image::open(&out).unwrap().into_rgb8());
    assert_eq!(annotated.dimensions(), original.dimensions());
    let n_changed = original.pixels().zip(annotated.pixels()).filter(|(a, b)| a != b).count();
    assert!(n_changed > 1000, "{n_changed} pixels changed");
}

#[test]
fn what_annotated_means_is_told_by_its_ending() {
    let folder = TempDir::new().unwrap();
    let [first, second] = pictures(folder.path(), ["a.png", "b.png"]);
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for name in ["slash/", "bare", "dotted.png/"] {
        assert_eq!(caption(&[&first], &["--annotated", &at(name)]).code, Some(0));
        assert_eq!(names(Path::new(&at(name))), ["a.png"]);
    }
    assert_eq!(caption(&[&first, &second], &["--annotated", &at("both")]).code, Some(0));
    assert_eq!(names(Path::new(&at("both"))), ["a.png", "b.png"]);
    let both = [first.as_path(), &second];
    assert_refused(&caption(&both, &["--annotated", &at("one.png")]), "One file takes one annotated picture");
    assert_refused(&caption(&both, &["--annotated", "-"]), "Standard output takes one annotated picture");
    assert_refused(&caption(&[&first], &["--annotated", &at("one.jpg")]), "ends in .png");
    assert_refused(&caption(&[&first], &["--annotated", "-", "--json"]), "both records and the picture");
    assert!(!Path::new(&at("one.png")).exists());
}

#[test]
fn standard_output_takes_a_picture_and_standard_error_the_words() {
    let path = sample("snow.png");
    let output = kosmoscope().args(["caption", "--max-new-tokens", "2", text(&path), "--annotated", "-"]).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(image::load_from_memory(&output.stdout).unwrap().width(), 1000);
    assert!(String::from_utf8(output.stderr).unwrap().contains("snow.png (1000×1200)"));
}

#[test]
fn what_was_there_before_stays_unless_told_otherwise() {
    let folder = TempDir::new().unwrap();
    let [cat] = pictures(folder.path(), ["cat.jpg"]);
    let (theirs, out) = (folder.path().join("cat.png"), folder.path());
    fs::write(&theirs, "theirs").unwrap();
    // In a folder the results get other names.
    for numbered in ["cat-2.png", "cat-3.png"] {
        assert_eq!(caption(&[&cat], &["--annotated", text(out)]).code, Some(0));
        assert!(image::open(out.join(numbered)).is_ok());
    }
    // A name that was given is not changed.
    assert_refused(&caption(&[&cat], &["--annotated", text(&theirs)]), "give --overwrite");
    assert_eq!(fs::read(&theirs).unwrap(), b"theirs");
    assert_eq!(caption(&[&cat], &["--annotated", text(&theirs), "--overwrite"]).code, Some(0));
    assert!(image::open(&theirs).is_ok());
    assert_eq!(names(out), ["cat-2.png", "cat-3.png", "cat.jpg", "cat.png"]);
}

#[test]
fn no_picture_of_the_run_is_ever_written_over() {
    let folder = TempDir::new().unwrap();
    let [first, second] = pictures(folder.path(), ["b/x.png", "a/x.png"]);
    let before = contents(folder.path());
    for options in [&["--annotated", text(&first)][..], &["--annotated", text(&first), "--overwrite"]] {
        assert_refused(&caption(&[&first], options), "never overwritten");
    }
    let a = second.parent().unwrap();
    let ended = caption(&[&first, &second], &["--annotated", text(a), "--overwrite"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(names(a), ["x-2.png", "x-3.png", "x.png"]);
    let after = contents(folder.path());
    assert!(before.iter().all(|(path, content)| after[path] == *content));
}

#[cfg(unix)]
#[test]
fn only_files_are_replaced_and_links_are_followed() {
    use std::{
        os::unix::{
            fs::{FileTypeExt as _, PermissionsExt as _, symlink},
            net::UnixListener,
        },
        process::Command,
    };
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    assert!(Command::new("mkfifo").arg(at("pipe.png")).status().unwrap().success());
    let _socket = UnixListener::bind(at("socket.png")).unwrap();
    symlink(at("nowhere"), at("dangling.png")).unwrap();
    fs::write(at("real"), "old").unwrap();
    fs::set_permissions(at("real"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real", at("link.png")).unwrap();
    let path = sample("snow.png");
    let to = |name: &str| caption(&[&path], &["--overwrite", "--annotated", text(&at(name))]);
    for (name, kind) in [("pipe.png", "a pipe"), ("socket.png", "a socket"), ("dangling.png", "leads nowhere")] {
        assert_refused(&to(name), kind);
    }
    assert!(fs::symlink_metadata(at("pipe.png")).unwrap().file_type().is_fifo());
    assert!(at("dangling.png").is_symlink() && !at("nowhere").exists());
    assert_eq!(to("link.png").code, Some(0));
    assert!(at("link.png").is_symlink());
    assert!(fs::read(at("real")).unwrap().starts_with(b"\x89PNG"));
    assert_eq!(fs::metadata(at("real")).unwrap().permissions().mode() & 0o777, 0o640);
}

/// Also with nothing but a folder that can't be: what was answered is printed before the failure is told.
#[cfg(target_os = "linux")]
#[test]
fn what_was_answered_is_printed_whatever_becomes_of_the_picture() {
    let folder = TempDir::new().unwrap();
    let [picture] = pictures(folder.path(), ["a.png"]);
    let missing = folder.path().join("missing/out.png");
    assert_refused(&caption(&[&picture], &["--annotated", text(&missing)]), "there is no such folder");
    // Files may be no longer than 20 blocks, and the picture is.
    let script = "ulimit -f 20; exec \"$@\"";
    let limited =
        |args: &[&str]| run(wrapper_at(folder.path(), "bash").args(["-c", script, "bash", PROGRAM]).args(args));
    let out = folder.path().join("out.png");
    let ask =
        ["caption", text(&picture), "--annotated", text(&out), "--json", "--max-new-tokens", "2", "--task", "ask"];
    let ended = limited(&[&ask[..], &["--conversation", "--prompt", "What is it?", "--prompt", "Why?"]].concat());
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    let records: Vec<Value> = ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let warned = |record: &Value| record["warnings"].to_string().contains("could not be written");
    assert_eq!(records.iter().map(warned).collect::<Vec<_>>(), [false, true]);
    assert!(ended.stderr.contains("Raise the limit") && !ended.stderr.contains(".part"), "{}", ended.stderr);
    let gguf = folder.path().join("small.gguf");
    let ended = limited(&["model", "convert", "--to", text(&gguf)]);
    assert!(ended.code == Some(2) && ended.stderr.contains("Raise the limit"), "{}", ended.stderr);
    assert_eq!(names(folder.path()), ["a.png"]);
}

#[test]
fn a_trace_keeps_what_it_reads_and_what_was_there() {
    let folder = TempDir::new().unwrap();
    let [picture] = pictures(folder.path(), ["a.png"]);
    let checkpoint = copy_of_tiny();
    let before = (contents(folder.path()), contents(checkpoint.path()));
    let trace = |out: &Path, options: &[&str]| {
        let args = ["trace", "--image", text(&picture), "--prompt", "a", "--max-new-tokens", "2", "--out", text(out)];
        run(kosmoscope().args(args).args(["--checkpoint", text(checkpoint.path())]).args(options))
    };
    for out in [picture.clone(), checkpoint.path().join("model.safetensors")] {
        assert_refused(&trace(&out, &["--overwrite"]), "never overwritten");
    }
    // The text has a file too, and is as careful.
    let config = checkpoint.path().join("config");
    assert_refused(&trace(&config, &["--overwrite"]), "never overwritten");
    assert_eq!((contents(folder.path()), contents(checkpoint.path())), before);
    let out = folder.path().join("out.safetensors");
    assert_eq!(trace(&out, &[]).code, Some(0));
    assert_refused(&trace(&out, &[]), "give --overwrite");
    assert_eq!(trace(&out, &["--overwrite"]).code, Some(0));
    assert_refused(&trace(Path::new("-"), &[]), "A trace is two files");
}

#[test]
fn answers_of_an_evaluation_are_as_careful() {
    let folder = TempDir::new().unwrap();
    let answers = folder.path().join("answers.jsonl");
    let evaluate = |answers: &str, options: &[&str]| {
        let scenes = data("scenes");
        let args = ["evaluate", "scenes", text(&scenes), "--count", "1", "--answers", answers];
        run(kosmoscope().args(args).args(options))
    };
    fs::write(&answers, "theirs").unwrap();
    assert_refused(&evaluate(text(&answers), &[]), "give --overwrite");
    assert_refused(&evaluate(text(&data("scenes/truth.jsonl")), &["--overwrite"]), "never overwritten");
    assert_eq!(fs::read(&answers).unwrap(), b"theirs");
    assert_eq!(evaluate(text(&answers), &["--overwrite"]).code, Some(0));
    let printed = evaluate("-", &[]);
    assert_eq!(printed.stdout, fs::read_to_string(&answers).unwrap());
    assert!(printed.stderr.contains("kosmos-2 mini (f32)"), "{}", printed.stderr);
    assert_refused(&evaluate("-", &["--json"]), "both the answers and --json");
}

#[cfg(target_os = "linux")]
#[test]
fn looks_at_the_disk_grow_with_the_number_of_pictures() {
    let n_calls = |n_pictures: usize| {
        let folder = TempDir::new().unwrap();
        let [first] = pictures(folder.path(), ["in/0.png"]);
        for n in 1..n_pictures {
            fs::hard_link(&first, first.with_file_name(format!("{n}.png"))).unwrap();
        }
        let log = folder.path().join("log");
        let calls = ["-e", "trace=readlink,statx,newfstatat,renameat2", "-o", text(&log)];
        let mut command = strace_at(folder.path(), &calls)?;
        command.args(["caption", "--max-new-tokens", "1", "--annotated"]);
        let ended = run(command.arg(folder.path().join("out")).arg(folder.path().join("in")));
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let calls = fs::read_to_string(&log).unwrap();
        Some(calls.lines().filter(|line| line.contains(text(folder.path()))).count())
    };
    let (Some(few), Some(many)) = (n_calls(4), n_calls(12)) else { return };
    // Three times as many pictures; all against all would be nine times as much.
    assert!(few > 8 && many < 4 * few, "{few} for 4 pictures, {many} for 12");
}

/// Neither with consent nor without it.
#[cfg(unix)]
#[test]
fn the_list_on_standard_input_is_never_written_over() {
    let folder = TempDir::new().unwrap();
    let [picture] = pictures(folder.path(), ["a.png"]);
    let list = folder.path().join("list.png");
    fs::write(&list, text(&picture)).unwrap();
    let args = ["caption", "--files-from", "-", "--overwrite", "--annotated", text(&list)];
    let ended = run(kosmoscope().args(args).stdin(fs::File::open(&list).unwrap()));
    assert_refused(&ended, "never overwritten");
    assert_eq!(fs::read(&list).unwrap(), text(&picture).as_bytes());
}

#[cfg(target_os = "linux")]
#[test]
fn new_files_are_written_on_disks_without_hard_links() {
    for refusal in ["EPERM", "EOPNOTSUPP"] {
        let folder = TempDir::new().unwrap();
        let [picture] = pictures(folder.path(), ["a.png"]);
        let links = format!("inject=link,linkat:error={refusal}");
        let log = folder.path().join("log");
        let calls =
            ["-o", text(&log), "-e", "trace=renameat2,link,linkat", "-e", "inject=renameat2:error=EINVAL", "-e"];
        let ask = |out: &Path| {
            let mut command = strace_at(folder.path(), &[&calls[..], &[&links]].concat())?;
            command.args(["caption", "--max-new-tokens", "2", text(&picture), "--annotated", text(out)]);
            Some(run(&mut command))
        };
        let out = folder.path().join("out.png");
        let Some(ended) = ask(&out) else { return };
        assert_eq!(ended.code, Some(0), "{refusal}: {}", ended.stderr);
        assert!(image::open(&out).is_ok());
        assert!(fs::read_to_string(&log).unwrap().contains(refusal), "the other ways were tried");
        let before = contents(folder.path());
        assert_refused(&ask(&out).unwrap(), "give --overwrite");
        fs::remove_file(&log).unwrap();
        let after = contents(folder.path());
        assert!(after.iter().all(|(path, content)| before[path] == *content) && after.len() + 1 == before.len());
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_can_t_be_is_refused_before_anything_is_done() {
    let folder = TempDir::new().unwrap();
    let [picture] = pictures(folder.path(), ["a.png"]);
    std::os::unix::fs::symlink("nowhere", folder.path().join("dangling")).unwrap();
    let to = |name: &str| caption(&[&picture], &["--annotated", text(&folder.path().join(name))]);
    for name in ["a.png/", "dangling/", "dangling"] {
        let ended = to(name);
        assert!(ended.code == Some(2) && ended.stdout.is_empty(), "{name}: {}", ended.stderr);
    }
    assert_refused(&to("a.png/"), "This is no folder");
    assert_refused(&to("nodir/../x"), "there is no such folder");
    assert_eq!(names(folder.path()), ["a.png", "dangling"]);
}
