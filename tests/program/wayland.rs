//! The window under Wayland compositors without a screen: it starts, opens, answers, keeps its session and its size; and where
//! the compositor lets programs use the clipboard, it gives and takes.
//!
//! Weston without a screen has no keyboard, pointer or clipboard; Sway has a clipboard, and a keyboard that `wtype` plays. Files
//! can't be dropped into either.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]
#![allow(clippy::print_stdout, reason = "a skipped test says why")]

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown},
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

/// Who has no rights: Sway refuses to run as root.
const NOBODY: (u32, u32) = (65534, 65534);

/// What ends with the test, however that ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A compositor that has a clipboard, with its files in `folder`; `None`, said, where there is none to be had.
fn sway(folder: &Path) -> Option<Running> {
    let has = |program: &str| Command::new(program).arg("--version").output().is_ok();
    if !["sway", "wl-copy", "wtype", "setpriv"].into_iter().all(has) {
        println!("skipped: sway, wl-clipboard or wtype is not installed");
        return None;
    }
    let config = folder.join("config");
    fs::write(&config, "xwayland disable\noutput HEADLESS-1 resolution 1280x800\n").unwrap();
    let mut command = Command::new("sway");
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        chown(folder, Some(NOBODY.0), Some(NOBODY.1)).unwrap();
        command = Command::new("setpriv");
        command
            .args([format!("--reuid={}", NOBODY.0), format!("--regid={}", NOBODY.1)])
            .args(["--clear-groups", "sway"]);
    }
    command.arg("-c").arg(config).env("XDG_RUNTIME_DIR", folder).env("HOME", folder);
    command.env("WLR_BACKENDS", "headless").env("WLR_LIBINPUT_NO_DEVICES", "1").env("WLR_RENDERER", "pixman");
    let child = Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    wait_until("the compositor listens", || folder.join("wayland-1").exists());
    Some(child)
}

#[test]
fn the_clipboard_gives_and_takes() {
    let (runtime, home) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    fs::set_permissions(runtime.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let Some(_sway) = sway(runtime.path()) else { return };
    let on_it = |mut command: Command| {
        command.env("XDG_RUNTIME_DIR", runtime.path()).env("WAYLAND_DISPLAY", "wayland-1").env_remove("DISPLAY");
        command.env("XDG_DATA_HOME", home.path().join("data")).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let _window = Running(on_it(kosmoscope_at(home.path())).spawn().unwrap());
    let copy = |kind: &str, content: &[u8]| {
        let file = home.path().join("copied");
        fs::write(&file, content).unwrap();
        let mut copy = on_it(Command::new("wl-copy"));
        assert!(copy.args(["-t", kind]).stdin(fs::File::open(file).unwrap()).status().unwrap().success());
        thread::sleep(Duration::from_millis(500));
    };
    // A window that has just come takes no keys yet.
    let press_until = |keys: &[&str], what: &str, is_so: &dyn Fn() -> bool| {
        for _ in 0..20 {
            assert!(on_it(Command::new("wtype")).args(keys).status().unwrap().success());
            let pressed = Instant::now();
            while pressed.elapsed() < Duration::from_secs(3) {
                if is_so() {
                    return;
                }
                thread::sleep(Duration::from_millis(50));
            }
        }
        panic!("{what}: it did not happen");
    };
    let answer = |at: usize| {
        let text = session(home.path())?["pictures"][at]["results"][0]["caption"]["text"].clone();
        text.as_str().map(str::to_owned)
    };
    wait_until("the window keeps its session", || home.path().join("data/kosmoscope/lock").exists());

    copy("text/plain", sample("meadow.png").to_str().unwrap().as_bytes());
    press_until(&["-M", "ctrl", "v"], "a pasted path is opened", &|| answer(0).is_some());
    copy("image/png", &fs::read(sample("snow.png")).unwrap());
    press_until(&["-M", "ctrl", "v"], "a pasted picture is described", &|| answer(1).is_some());
    let pasted = || {
        let mut paste = on_it(Command::new("wl-paste"));
        String::from_utf8(paste.arg("--no-newline").stdout(Stdio::piped()).output().unwrap().stdout).ok()
    };
    let said = [answer(0), answer(1)];
    press_until(&["-M", "ctrl", "-M", "shift", "c"], "the caption is copied", &|| said.contains(&pasted()));
}
