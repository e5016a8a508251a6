//! The window under a Wayland compositor without a screen: it starts, opens, answers, keeps its session and its size.
//!
//! Weston without a screen has no keyboard, pointer or clipboard, so typing, pasting and dropping are not tried here.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]
#![allow(clippy::print_stdout, reason = "a skipped test says why")]

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{files::sample, program::kosmoscope_at};

const SOCKET: &str = "wayland-kosmoscope";

/// A compositor whose only output has this scale; `None`, said, where there is none to be had.
fn compositor(folder: &Path, scale: u32) -> Option<Child> {
    let mut command = Command::new("weston");
    command.args(["--backend=headless-backend.so", "--no-config", "--width=1400", "--height=900"]);
    command.arg(format!("--socket={SOCKET}")).arg(format!("--scale={scale}")).env("XDG_RUNTIME_DIR", folder);
    let Ok(child) = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn() else {
        println!("skipped: weston is not installed");
        return None;
    };
    wait_until("the compositor listens", || folder.join(SOCKET).exists());
    Some(child)
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_mins(1), "{what}: it did not happen");
        thread::sleep(Duration::from_millis(50));
    }
}

fn session(home: &Path) -> Option<Value> {
    let file = home.join("data/kosmoscope/session.json");
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}

#[test]
fn the_window_opens_answers_and_comes_back() {
    for scale in [1, 2] {
        let (runtime, home) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        fs::set_permissions(runtime.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let Some(mut weston) = compositor(runtime.path(), scale) else { return };
        let start = |pictures: &[&Path]| {
            let mut command = kosmoscope_at(home.path());
            command.env("XDG_DATA_HOME", home.path().join("data")).env("XDG_RUNTIME_DIR", runtime.path());
            command.env("WAYLAND_DISPLAY", SOCKET).env_remove("DISPLAY").args(pictures);
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
        };
        let end = |mut window: Child| {
            Command::new("kill").arg(window.id().to_string()).status().unwrap();
            assert!(window.wait().unwrap().code().is_none_or(|code| code == 0), "it ended in another way");
        };
        let window = start(&[&sample("meadow.png")]);
        let answered = |session: &Value| session["pictures"][0]["results"][0]["caption"]["text"].is_string();
        wait_until("the picture is described and kept", || session(home.path()).is_some_and(|it| answered(&it)));
        end(window);
        let kept = session(home.path()).unwrap();
        let place = &kept["window"];
        assert_eq!(place["pixels_per_point"], f64::from(scale), "{place}");
        assert!(place["size"][0].as_f64().unwrap() > 700.0 * f64::from(scale), "{place}");

        let window = start(&[]);
        thread::sleep(Duration::from_secs(3));
        end(window);
        let again = session(home.path()).unwrap();
        assert_eq!((&again["window"]["size"], answered(&again)), (&place["size"], true), "at scale {scale}");
        weston.kill().unwrap();
        weston.wait().unwrap();
    }
}
