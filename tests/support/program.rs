//! The program as a process of its own, with nothing of the tester's in its environment.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]
#![allow(clippy::print_stdout, reason = "a skipped test says why")]
#![allow(dead_code, reason = "each program takes what it needs")]

use std::{
    path::Path,
    process::{Command, Output, Stdio},
};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_kosmoscope");

/// What a program that has ended leaves behind.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    /// `None` when it was killed.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// The program, which reads nothing from the terminal and knows no other hub, cache, token or proxy than the test's.
pub(crate) fn kosmoscope() -> Command {
    let mut command = Command::new(PROGRAM);
    command.stdin(Stdio::null());
    forget_the_tester(&mut command);
    command
}

/// The program in a home of its own.
pub(crate) fn kosmoscope_at(home: &Path) -> Command {
    let mut command = kosmoscope();
    move_to(&mut command, home);
    command
}

/// A command that is to start the program, such as `strace`, in a home of its own.
pub(crate) fn wrapper_at(home: &Path, command: &str) -> Command {
    let mut command = Command::new(command);
    forget_the_tester(&mut command);
    move_to(&mut command, home);
    command
}

/// The program under `strace` with these options, in a home of its own; `None`, said, where that can't be had.
pub(crate) fn strace_at(home: &Path, options: &[&str]) -> Option<Command> {
    let works = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).output();
    if !works.is_ok_and(|output| output.status.success()) {
        println!("skipped: strace can't be used here");
        return None;
    }
    let mut command = wrapper_at(home, "strace");
    command.args(["-f", "-qq"]).args(options).arg(PROGRAM);
    Some(command)
}

/// Runs it until it ends.
pub(crate) fn run(command: &mut Command) -> Ended {
    command.output().unwrap().into()
}

fn forget_the_tester(command: &mut Command) {
    for name in ["HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "TRANSFORMERS_CACHE", "XDG_CACHE_HOME"] {
        command.env_remove(name);
    }
    for name in ["HF_TOKEN", "HF_ENDPOINT"] {
        command.env_remove(name);
    }
    for name in ["HF_TOKEN_PATH", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"] {
        command.env_remove(name);
    }
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    for name in ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"] {
        command.env_remove(name);
    }
}

fn move_to(command: &mut Command, home: &Path) {
    command.env("HOME", home).env("XDG_DATA_HOME", home.join("data")).env("LOCALAPPDATA", home.join("data"));
}
