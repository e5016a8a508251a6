//! The program stopped in the middle of something, by a signal or by the system's limits.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{
    ffi::OsStr,
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::support::{
    files::{copy_of_tiny, make_zeros, sample},
    program::{Ended, PROGRAM, kosmoscope_at, run, strace_at, wrapper_at},
};

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Starts a conversion that takes seconds to bring its file to disk, and sends it this signal when the file has a content.
/// Gives whether it could be done.
fn interrupt_conversion(folder: &Path, signal: &str) -> bool {
    let slow = ["-o", "/dev/null", "-e", "trace=fsync", "-e", "inject=fsync:delay_enter=5000000"];
    let Some(mut command) = strace_at(folder, &slow) else { return false };
    command.args(["model", "convert", "--to"]).arg(folder.join("out/small.gguf"));
    let mut strace = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let start = Instant::now();
    let has_content = |entry: fs::DirEntry| entry.metadata().is_ok_and(|there| there.len() > 1_000_000);
    while !fs::read_dir(folder.join("out")).is_ok_and(|entries| entries.flatten().any(has_content)) {
        assert!(start.elapsed() < Duration::from_mins(1), "nothing is written");
        thread::sleep(Duration::from_millis(10));
    }
    let id = strace.id();
    let program = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap();
    assert!(Command::new("kill").args([signal, program.trim()]).status().unwrap().success());
    assert!(!strace.wait().unwrap().success());
    true
}

#[test]
fn nothing_half_written_outlives_the_program() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    // A signal that can be heeded leaves nothing. (SIGINT and SIGHUP may be ignored by whoever starts this test.)
    if !interrupt_conversion(folder.path(), "-TERM") {
        return;
    }
    assert_eq!(names(&out), [""; 0]);
    // One that can't be does, and the next to write there removes it, but for what somebody else is writing.
    interrupt_conversion(folder.path(), "-KILL");
    assert!(names(&out).len() == 1 && names(&out)[0].starts_with(".kosmoscope-"), "{:?}", names(&out));
    let living = fs::File::create(out.join(".kosmoscope-living.part")).unwrap();
    living.lock().unwrap();
    let ended = run(kosmoscope_at(folder.path()).args(["model", "convert", "--to"]).arg(out.join("small.gguf")));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(names(&out), [".kosmoscope-living.part", "small.gguf"]);
}

/// One sentence and no more.
fn assert_refused(ended: &Ended, words: &str) {
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{}", ended.stderr);
    assert!(ended.stderr.contains(words) && ended.stderr.lines().count() == 1, "{}", ended.stderr);
}

#[test]
fn without_threads_there_is_a_sentence() {
    let home = TempDir::new().unwrap();
    let none = ["-o", "/dev/null", "-e", "trace=clone,clone3", "-e", "inject=clone,clone3:error=EAGAIN"];
    let picture = sample("snow.png");
    for args in [&["caption", picture.to_str().unwrap()][..], &["model", "convert"], &["bench"]] {
        let Some(mut command) = strace_at(home.path(), &none) else { return };
        assert_refused(&run(command.args(args)), "no threads to compute on");
    }
}

/// The program asked about a picture, which may use so many kilobytes of addresses.
fn caption_limited_to(n_kilobytes: u32, arguments: &[&OsStr]) -> Ended {
    let home = TempDir::new().unwrap();
    let script = format!("ulimit -v {n_kilobytes}; exec \"$@\"");
    let mut command = wrapper_at(home.path(), "bash");
    command.env_remove("RUST_BACKTRACE").args(["-c", &script, "bash", PROGRAM, "caption"]);
    run(command.args(arguments).arg(sample("snow.png")))
}

#[test]
fn without_addresses_there_is_a_sentence() {
    assert_refused(&caption_limited_to(150_000, &[]), "There is not enough memory");
    let ended = caption_limited_to(4_000_000, &[]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "the built-in checkpoint is small");
}

#[test]
fn little_memory_makes_4_bits_of_a_large_checkpoint_and_that_is_said() {
    let folder = copy_of_tiny();
    make_zeros(folder.path(), |text| {
        (text["embed_dim"], text["ffn_dim"], text["layers"]) = (2048.into(), 8192.into(), 2.into());
        text["attention_heads"] = 32.into();
    });
    let asked = |n_kilobytes, more: &[&str]| {
        let arguments = ["--json", "--max-new-tokens", "1", "--checkpoint"].map(OsStr::new);
        let arguments =
            [&arguments[..], &[folder.path().as_os_str()], &more.iter().map(OsStr::new).collect::<Vec<_>>()];
        let ended = caption_limited_to(n_kilobytes, &arguments.concat());
        let record: serde_json::Value =
            serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{}", ended.stderr));
        (record["checkpoint"]["precision"].as_str().unwrap().to_owned(), ended.stderr)
    };
    let (precision, told) = asked(3_000_000, &[]);
    assert_eq!(precision, "q4");
    assert!(told.starts_with("kosmoscope: With 3.07 GB of memory the weights are kept in 4 bits"), "{told}");
    assert!(told.contains("up to 4.5 in 100") && told.contains("; --precision q8 keeps 8"), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
    assert_eq!(asked(3_000_000, &["--precision", "q8"]), ("q8".to_owned(), String::new()));
    assert_eq!(asked(3_000_000, &["--precision", "q4"]), ("q4".to_owned(), String::new()), "it was asked for");
}
