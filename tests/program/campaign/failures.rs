//! The n-th call to the system fails, for n = 1, 2, 3… until a run ends unharmed, for each call that writes and each error a
//! disk gives.
//!
//! Whatever fails, the exit code and one sentence say so, files that were there are as they were, and a target is whole or
//! absent (the method is `SQLite`'s).

use std::{fs, path::Path, process::Command};

use tempfile::TempDir;

use super::{finished_files, n_temporary};
use crate::support::{
    files::{sample, tiny},
    program::{Ended, run, strace_at},
};

/// What a disk says when it takes no more.
const DISK: [&str; 6] = ["ENOSPC", "EIO", "EACCES", "EDQUOT", "EROFS", "EFBIG"];
/// Calls, and the errors that each gives in turn. Files are opened by the hundred, most of them fonts: there two will do.
const CALLS: [(&str, &[&str]); 9] = [
    ("openat", &["EACCES", "EMFILE"]),
    ("write", &DISK),
    ("fsync", &DISK),
    ("rename,renameat,renameat2", &DISK),
    ("linkat", &DISK),
    ("ftruncate", &DISK),
    ("fchmod", &DISK),
    ("mkdir", &DISK),
    ("unlink", &DISK),
];
/// More failures of one kind than any run here has calls.
const MOST: u32 = 400;
/// What the system's loader ends with when it can't open a library: nothing of ours has run yet.
const NOT_LOADED: i32 = 127;

#[test]
#[ignore = "takes minutes"]
fn of_an_annotated_picture() {
    let picture = sample("snow.png");
    campaign(&|command: &mut Command, out: &Path| {
        command.arg("caption").arg(&picture).args(["--json", "--max-new-tokens", "4", "--annotated"]);
        command.arg(out.join("target.png"));
    });
}

#[test]
#[ignore = "takes minutes"]
fn of_a_conversion() {
    campaign(&|command: &mut Command, out: &Path| {
        command.args(["model", "convert", "--checkpoint"]).arg(tiny()).arg("--to").arg(out.join("target.gguf"));
    });
}

#[test]
#[ignore = "takes minutes"]
fn of_a_trace() {
    let picture = sample("snow.png");
    campaign(&|command: &mut Command, out: &Path| {
        command.args(["trace", "--checkpoint"]).arg(tiny()).arg("--image").arg(&picture);
        command.args(["--prompt", "<grounding> An image of", "--max-new-tokens", "2", "--out"]);
        command.arg(out.join("target.safetensors"));
    });
}

fn campaign(arguments: &dyn Fn(&mut Command, &Path)) {
    let whole = TempDir::new().unwrap();
    let Some(Ended { code, stderr, .. }) = attempt(whole.path(), &[], arguments) else { return };
    assert_eq!(code, Some(0), "{stderr}");
    let expected = finished_files(whole.path());
    let mut n_failures = 0;
    for (call, error) in CALLS.iter().flat_map(|(call, errors)| errors.iter().map(move |error| (*call, *error))) {
        for n in 1..=MOST {
            let folder = TempDir::new().unwrap();
            fs::write(folder.path().join("other.txt"), "somebody's").unwrap();
            let (trace, inject) = (format!("trace={call}"), format!("inject={call}:error={error}:when={n}"));
            let ended = attempt(folder.path(), &["-e", &trace, "-e", &inject], arguments);
            let Some(Ended { code, stderr, .. }) = ended else { return };
            let was_injected = fs::read_to_string(folder.path().join("calls")).unwrap().contains("INJECTED");
            let what = format!("{inject}: {code:?} {stderr}");
            assert!(matches!(code, Some(0..=2 | NOT_LOADED)) && !stderr.contains("panicked"), "{what}");
            assert_eq!(fs::read_to_string(folder.path().join("other.txt")).unwrap(), "somebody's");
            for (name, content) in finished_files(folder.path()).iter().filter(|(name, _)| name.starts_with("target")) {
                assert!(expected.get(name) == Some(content), "{name} is torn after {what}");
            }
            assert!(n_temporary(folder.path()) == 0 || call == "unlink", "a temporary file is left after {what}");
            if !was_injected {
                break;
            }
            assert!(n < MOST, "{call} never stops failing");
            n_failures += 1;
        }
    }
    println!("{n_failures} injected failures, 0 torn files, nothing left behind");
    assert!(n_failures > 100, "{n_failures}");
}

/// Runs the program in this folder under `strace`, which writes to `calls` there; `None`, said, where that can't be had.
fn attempt(folder: &Path, options: &[&str], arguments: &dyn Fn(&mut Command, &Path)) -> Option<Ended> {
    let log = folder.join("calls");
    let mut command = strace_at(folder, &[&["-o", log.to_str().unwrap()], options].concat())?;
    arguments(&mut command, folder);
    Some(run(&mut command))
}
