//! Which pictures `kosmoscope caption` is about, and what is said before and behind its subcommand.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Stdio,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{
    files::{sample, tiny},
    program::{Ended, kosmoscope, run},
};

/// A folder with `a 1.png`, `a 10.png` and, one further down, `b.png`.
fn folder() -> (TempDir, [PathBuf; 3]) {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("c")).unwrap();
    let paths = ["a 1.png", "a 10.png", "c/b.png"].map(|name| folder.path().join(name));
    for path in &paths {
        fs::copy(sample("snow.png"), path).unwrap();
    }
    (folder, paths)
}

fn caption(args: &[&str]) -> Ended {
    run(kosmoscope().args(["caption", "--max-new-tokens", "1", "--json"]).args(args))
}

fn caption_list(list: &[u8]) -> Ended {
    let mut command = kosmoscope();
    command.args(["caption", "--max-new-tokens", "1", "--json", "--files-from", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(list).unwrap();
    child.wait_with_output().unwrap().into()
}

fn images(ended: &Ended) -> Vec<PathBuf> {
    let image = |line: &str| serde_json::from_str::<Value>(line).unwrap()["image"].as_str().unwrap().into();
    ended.stdout.lines().map(image).collect()
}

#[test]
fn folders_are_looked_into_as_in_the_window() {
    let (folder, paths) = folder();
    fs::write(folder.path().join("notes.txt"), "").unwrap();
    let ended = caption(&[folder.path().to_str().unwrap()]);
    assert_eq!((ended.code, images(&ended)), (Some(0), paths.to_vec()), "{}", ended.stderr);
    let empty = TempDir::new().unwrap();
    let ended = caption(&[empty.path().to_str().unwrap(), paths[0].to_str().unwrap()]);
    assert_eq!(ended.code, Some(1));
    assert_eq!(images(&ended), [empty.path(), &paths[0]]);
    assert!(ended.stdout.contains("There are no pictures in this folder"), "{}", ended.stdout);
}

#[test]
fn a_list_names_pictures_and_folders() {
    let (folder, paths) = folder();
    let [first, second, _] = paths.each_ref().map(|path| path.to_str().unwrap());
    let nul = caption_list(format!("{second}\0{first}\0").as_bytes());
    assert_eq!(images(&nul), [Path::new(second), Path::new(first)], "{}", nul.stderr);
    let below = folder.path().join("c");
    let lines = caption_list(format!("{first}\n{}\n", below.display()).as_bytes());
    assert_eq!(images(&lines), [paths[0].clone(), paths[2].clone()]);
    let list = folder.path().join("list.txt");
    fs::write(&list, second).unwrap();
    let ended = caption(&[first, "--files-from", list.to_str().unwrap()]);
    assert_eq!(images(&ended), paths[..2]);
}

#[test]
fn what_is_no_path_is_answered_with_the_way_that_works() {
    let check = |args: &[&str], expected: &str| {
        let ended = caption(args);
        assert!(ended.code == Some(2) && ended.stderr.contains(expected), "{args:?}: {}", ended.stderr);
    };
    check(&["-"], "with --files-from -");
    check(&["*.png"], "name the folder");
    check(&["--files-from", "nowhere.txt"], "The list of pictures can't be read");
    check(&[], "IMAGE");
}

#[test]
fn options_may_stand_before_the_subcommand() {
    let (tiny, picture) = (tiny(), sample("snow.png"));
    let (tiny, picture) = (tiny.to_str().unwrap(), picture.to_str().unwrap());
    let checkpoint = |args: &[&str]| {
        let ended = run(kosmoscope().args(args).args(["--max-new-tokens", "1", "--json"]));
        assert_eq!(ended.code, Some(0), "{args:?}: {}", ended.stderr);
        serde_json::from_str::<Value>(&ended.stdout).unwrap()["checkpoint"].clone()
    };
    let before = checkpoint(&["--checkpoint", tiny, "--precision", "q8", "--verbose", "caption", picture]);
    assert_eq!((&before["name"], &before["precision"]), (&"tiny".into(), &"q8".into()));
    let both = checkpoint(&["--checkpoint", "nowhere", "caption", picture, "--checkpoint", tiny]);
    assert_eq!(both["name"], "tiny", "what stands nearer counts");
    let verified = run(kosmoscope().args(["--checkpoint", tiny, "model", "verify", "--no-answers"]));
    assert_eq!(verified.code, Some(0), "{}", verified.stderr);
    for (args, expected) in [
        (&["--precision", "q8", "model", "list"][..], "--precision has no meaning"),
        (&["--checkpoint", tiny, "model", "list"], "--checkpoint has no meaning"),
        (&[picture, "--verbose", "caption", picture], "Pictures come after the subcommand"),
    ] {
        let ended = run(kosmoscope().args(args));
        assert!(ended.code == Some(2) && ended.stderr.contains(expected), "{args:?}: {}", ended.stderr);
    }
}

/// Names are bytes, and a record gives them back where they are no text.
#[cfg(target_os = "linux")]
#[test]
fn a_record_names_any_file_exactly() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

    let folder = TempDir::new().unwrap();
    let base64 = "Y2Fm6S5wbmc="; // caf\xe9.png
    fs::copy(sample("snow.png"), folder.path().join(OsStr::from_bytes(b"caf\xe9.png"))).unwrap();
    for (name, has_picture) in [(&b"caf\xe9.png"[..], true), (b"caf\xe9.jpg", false)] {
        let mut command = kosmoscope();
        command.current_dir(folder.path()).args(["caption", "--max-new-tokens", "1", "--json"]);
        let ended = run(command.arg(OsStr::from_bytes(name)));
        let record: Value = serde_json::from_str(ended.stdout.trim()).unwrap();
        assert_eq!(record.get("text").is_some(), has_picture, "{record}");
        let expected = base64.replace("5wbmc", if has_picture { "5wbmc" } else { "5qcGc" });
        assert_eq!(record["image_bytes"], expected, "{record}");
    }
    let ended = caption(&[sample("snow.png").to_str().unwrap()]);
    assert!(!ended.stdout.contains("image_bytes"), "{}", ended.stdout);
}

#[cfg(target_os = "linux")]
#[test]
fn a_list_that_has_no_end_is_refused() {
    let ended = caption(&["--files-from", "/dev/zero"]);
    assert_eq!((ended.code, ended.stderr.lines().count()), (Some(2), 1), "{}", ended.stderr);
    assert!(ended.stderr.contains("it is longer than"), "{}", ended.stderr);
    let ended = run(kosmoscope().args(["model", "verify", "--expect", "/dev/zero"]));
    assert_eq!((ended.code, ended.stderr.lines().count()), (Some(2), 1), "{}", ended.stderr);
    assert!(ended.stderr.contains("it is longer than 67.11 MB"), "{}", ended.stderr);
}

/// A whole file pasted for a name is not repeated, whatever takes the name.
#[test]
fn no_sentence_repeats_a_name_without_end() {
    let long = format!("{}\u{1b}[31m", "x/y z\u{202e}".repeat(12_000));
    let picture = sample("snow.png");
    let picture = picture.to_str().unwrap();
    for args in [
        &["caption", &long][..],
        &["caption", picture, "--checkpoint", &long],
        &["caption", picture, "--annotated", &long],
        &["caption", "--files-from", &long],
        &["model", "verify", &long],
        &["model", "verify", "--expect", &long],
        &["model", "convert", &long, "out.gguf"],
        &["model", "pull", "owner/name", "--to", &long],
        &["evaluate", "scenes", &long],
        &["trace", "--image", &long, "--prompt", "a", "--out", "x.safetensors"],
        &["caption", picture, "--task", &long],
        &["caption", picture, "--temperature", &long],
        &[&long],
    ] {
        let ended = run(kosmoscope().env("HF_HUB_OFFLINE", "1").env_remove("DISPLAY").args(args));
        assert!(ended.code.is_some_and(|code| code == 1 || code == 2), "{} {:?}", args[0], ended.code);
        assert!(
            ended.stderr.len() < 2_000,
            "{:?}: {} bytes",
            &args[..args.len().min(3)].iter().map(|arg| &arg[..arg.len().min(20)]).collect::<Vec<_>>(),
            ended.stderr.len()
        );
        assert!(!ended.stderr.contains(['\u{1b}', '\u{202e}']), "{}", ended.stderr);
    }
}
